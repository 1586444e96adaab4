"""Builds done again."""

from __future__ import annotations

from typing import Any

import pytest

from contract.api.conftest import BUILD_CONFIGS, BUILDS, a_build
from contract.api.test_instantiate import a_plain_config, instantiated, last_version
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Patch, Resource, WriteOptions
from slipcast.values.apifaults import Forbidden, InternalError, Invalid, NotFound

pytestmark = pytest.mark.anyio


async def cloned(api: Api, name: str, **request: Any) -> JSON:
    """The Build that does another one again."""
    place = Resource(BUILDS.kind, "p", name, "clone")
    return (await api.act(place, {"metadata": {"name": name}, **request})).document.content


async def test_a_clone_has_the_next_number_and_says_what_it_is_of_ba_131(api: Api):
    await a_plain_config(api)
    await instantiated(api, revision={"git": {"commit": "abc"}})

    clone = await cloned(api, "app-1", triggeredBy=[{"message": "again"}])

    assert clone["metadata"]["name"] == "app-2"
    assert clone["metadata"]["annotations"]["openshift.io/build.number"] == "2"
    assert clone["metadata"]["annotations"]["openshift.io/build.clone-of"] == "app-1"
    assert clone["spec"]["revision"]["git"]["commit"] == "abc"
    assert clone["spec"]["triggeredBy"] == [{"message": "again"}]
    assert clone["status"]["phase"] == "New"
    assert await last_version(api) == 2


async def test_a_clone_stores_no_cause_but_those_it_gets_ba_652(api: Api):
    await a_plain_config(api)
    await instantiated(api)

    assert not (await cloned(api, "app-1"))["spec"]["triggeredBy"]


async def test_a_clone_without_a_config_is_named_by_the_clock_ba_24_ba_133(api: Api):
    await a_plain_config(api)
    await instantiated(api)
    await api.delete(BUILD_CONFIGS.named("app"))

    clone = await cloned(api, "app-1")

    base, _, digits = clone["metadata"]["name"].rpartition("-")
    assert (base, len(digits)) == ("app-1", 10)
    assert "openshift.io/build.number" not in clone["metadata"]["annotations"]


async def test_a_build_of_no_config_is_cloned_ba_106(api: Api):
    await api.create(BUILDS, a_build("one"))

    clone = await cloned(api, "one")

    assert clone["metadata"]["annotations"] == {"openshift.io/build.clone-of": "one"}


async def test_a_config_created_anew_counts_on_for_clones_up_27(api: Api):
    await a_plain_config(api)
    await instantiated(api)
    await instantiated(api)
    await api.delete(BUILD_CONFIGS.named("app"))
    await a_plain_config(api)

    assert (await cloned(api, "app-1"))["metadata"]["name"] == "app-3"


async def test_a_paused_config_makes_no_clones_ba_133(api: Api):
    await a_plain_config(api)
    await instantiated(api)
    change = {"metadata": {"annotations": {"openshift.io/build-config.paused": "true"}}}
    await api.patch(BUILD_CONFIGS.named("app"), Patch(type="merge", body=change))

    with pytest.raises(InternalError) as caught:
        await cloned(api, "app-1")

    assert caught.value.message == (
        "Internal error occurred: fatal error generating Build from BuildConfig: can't instantiate"
        " from BuildConfig p/app: BuildConfig is paused"
    )


async def test_a_build_of_nothing_but_what_was_sent_cannot_be_cloned_ba_132(api: Api):
    build = a_build("sent")
    image = {"kind": "DockerImage", "name": "example.com/base"}
    build["spec"] = {"source": {"binary": {}}, "strategy": {"dockerStrategy": {"from": image}}}
    await api.create(BUILDS, build)

    with pytest.raises(Invalid, match=r"spec\.source"):
        await cloned(api, "sent")


async def test_a_build_that_is_not_there_is_forbidden_bl_142(api: Api):
    with pytest.raises(Forbidden, match=r'builds\.build\.openshift\.io "gone" not found'):
        await cloned(api, "gone")


async def test_a_dry_run_of_a_clone_creates_nothing(api: Api):
    await a_plain_config(api)
    await instantiated(api)
    place = Resource(BUILDS.kind, "p", "app-1", "clone")

    content = {"metadata": {"name": "app-1"}}
    await api.act(place, content, options=WriteOptions(dry_run=True))

    assert await last_version(api) == 1
    with pytest.raises(NotFound):
        await api.get(BUILDS.named("app-2"))
