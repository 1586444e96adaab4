"""What is made of the answers of registries."""

from __future__ import annotations

import httpx
import pytest

from slipcast.adapters.remoteregistry.registries import RemoteRegistries
from slipcast.images.manifests import OCI_INDEX
from slipcast.ports.distribution import (
    LIMITED,
    NOT_V2,
    UNKNOWN,
    UNREACHABLE,
)
from slipcast.testing.api import NOON, StandingClock
from slipcast.values.digest import Digest
from slipcast.values.imageref import ImageRef
from unit.adapters.remoteregistry.web import (
    BODY,
    HOST,
    WEB,
    Web,
    a_manifest,
    fault,
    manifest,
    reading,
    url,
)

pytestmark = pytest.mark.anyio


async def test_every_form_of_manifest_is_taken(web: Web, registries: RemoteRegistries):
    web.page(url(), a_manifest())

    await manifest(registries)

    assert web.accepted[0].startswith("application/vnd.oci.image.manifest.v1+json, ")
    assert OCI_INDEX in web.accepted[0]


async def test_what_a_registry_says_is_told_without_what_cannot_be_shown(
    web: Web, registries: RemoteRegistries
):
    errors = [{"code": "DENIED", "message": "ask\x1b[31m Eve\n" + "x" * 1000}]
    web.page(url(), httpx.Response(403, json={"errors": errors}))

    found = await fault(registries)

    assert ": ask[31m Evexxx" in found.message
    assert len(found.message) < 300


async def test_docker_io_is_where_its_registry_is(web: Web, registries: RemoteRegistries):
    place = "https://registry-1.docker.io/v2/library/ruby/manifests/latest"
    web.page(place, a_manifest())

    await manifest(registries, image=ImageRef.parse("ruby"))

    assert web.asked == [(place, "")]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_who_is_busy_is_asked_again(web: Web, registries: RemoteRegistries, status: int):
    web.page(url(), httpx.Response(status), httpx.Response(status), a_manifest())

    found = await manifest(registries)

    assert found.body == BODY


@pytest.mark.parametrize(("status", "reason"), [(429, LIMITED), (503, UNREACHABLE)])
async def test_who_stays_busy_is_left_alone(
    web: Web, registries: RemoteRegistries, status: int, reason: str
):
    web.page(url(), httpx.Response(status))

    found = await fault(registries)

    assert (found.reason, found.retryable, len(web.asked)) == (reason, True, 3)


@pytest.mark.parametrize("when", ["7", "Sun, 22 Nov 2026 12:00:07 GMT"])
async def test_a_registry_says_when_to_ask_again(
    web: Web, registries: RemoteRegistries, clock: StandingClock, when: str
):
    web.page(url(), httpx.Response(429, headers={"retry-after": when}), a_manifest())

    await manifest(registries)

    assert clock.now() == NOON.replace(second=7)


async def test_nobody_waits_for_hours(web: Web, registries: RemoteRegistries):
    web.page(url(), httpx.Response(429, headers={"retry-after": "3600"}))

    found = await fault(registries)

    assert (found.reason, len(web.asked)) == (LIMITED, 1)


@pytest.mark.parametrize("status", [400, 405, 418])
async def test_other_answers_are_not_asked_for_again(
    web: Web, registries: RemoteRegistries, status: int
):
    web.page(url(), httpx.Response(status))

    found = await fault(registries)

    assert (found.retryable, len(web.asked)) == (False, 1)
    assert f"answers {status}" in found.message


async def test_what_a_registry_does_not_have_is_unknown(web: Web, registries: RemoteRegistries):
    errors = {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}
    web.page(url(), httpx.Response(404, json=errors))

    found = await fault(registries)

    assert (found.reason, len(web.asked)) == (UNKNOWN, 1)


@pytest.mark.parametrize(("status", "reason"), [(200, UNKNOWN), (401, UNKNOWN), (404, NOT_V2)])
async def test_what_is_no_registry_is_told_apart_is_88(
    web: Web, registries: RemoteRegistries, status: int, reason: str
):
    web.page(f"https://{HOST}/v2/", httpx.Response(status))

    assert (await fault(registries)).reason == reason


async def test_a_manifest_that_is_too_large_is_not_read(web: Web, clock: StandingClock):
    web.page(url(), a_manifest(b"x" * 1001))

    found = await fault(reading(web, clock, manifest=1000))

    assert "more than 1000 bytes" in found.message


async def test_a_manifest_that_is_another_is_not_taken(web: Web, registries: RemoteRegistries):
    wanted = Digest.of(b"another")
    web.page(url(f"manifests/{wanted}"), a_manifest())

    found = await fault(registries, image=WEB.with_digest(wanted))

    assert "another manifest" in found.message
