"""Nobody but the server makes the pod of a build, or says what runs in it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from slipcast.api.document import JSON
from slipcast.ports.api import Api, DeleteOptions, Patch
from slipcast.store.store import Store
from slipcast.values.actor import MASTERS, Actor
from slipcast.values.apifaults import Forbidden, NotFound
from unit.store.conftest import PODS

pytestmark = pytest.mark.anyio

OWNER = {
    "apiVersion": "build.openshift.io/v1",
    "kind": "Build",
    "name": "app-1",
    "uid": "b-1",
    "controller": True,
}
LABELS = {"openshift.io/build.name": "app-1"}
POD = PODS.named("app-1-build")
STATUS = msgspec.structs.replace(POD, subresource="status")


def a_pod(**metadata: Any) -> JSON:
    spec = {"containers": [{"name": "main", "image": "example/main"}]}
    return {"metadata": {"name": "app-1-build", **metadata}, "spec": spec}


@pytest.fixture
async def user(store: Store, api: Api) -> Api:
    await (store.as_(Actor(name="root", groups=(MASTERS,)))).create(
        PODS, a_pod(ownerReferences=[OWNER], labels=LABELS)
    )
    return api


@pytest.mark.parametrize(
    "metadata",
    [
        {"ownerReferences": [OWNER]},
        {"ownerReferences": [{**OWNER, "controller": False}]},
        {"labels": LABELS},
    ],
)
async def test_a_pod_that_pretends_to_be_a_builds_is_refused(api: Api, metadata: JSON) -> None:
    with pytest.raises(Forbidden, match="only the build controller creates the pods of builds"):
        await api.create(PODS, a_pod(**metadata))


@pytest.mark.parametrize(
    "metadata", [{"ownerReferences": [OWNER]}, {"labels": {**LABELS, "other": "word"}}]
)
async def test_a_pod_does_not_become_a_builds(api: Api, metadata: JSON) -> None:
    await api.create(PODS, a_pod())

    with pytest.raises(Forbidden, match="cannot be changed"):
        await api.patch(POD, Patch(type="merge", body={"metadata": metadata}))


@pytest.mark.parametrize(
    "change",
    [
        {"spec": {"nodeName": "elsewhere"}},
        {"spec": {"activeDeadlineSeconds": 5}},
        {"metadata": {"labels": {"openshift.io/build.name": None}}},
        {"metadata": {"ownerReferences": None}},
    ],
)
async def test_what_runs_for_a_build_is_not_for_its_user_to_say(user: Api, change: JSON) -> None:
    with pytest.raises(Forbidden, match="cannot be changed"):
        await user.patch(POD, Patch(type="merge", body=change))


async def test_what_became_of_a_builds_pod_is_not_for_its_user_to_say(user: Api) -> None:
    patch = Patch(type="merge", body={"status": {"phase": "Succeeded"}})

    with pytest.raises(Forbidden, match="cannot be changed"):
        await user.patch(STATUS, patch)


async def test_other_words_on_a_builds_pod_are_its_users(user: Api) -> None:
    patch = Patch(type="merge", body={"metadata": {"labels": {"team": "shop"}}})

    answer = await user.patch(POD, patch)

    assert answer.document.content["metadata"]["labels"]["team"] == "shop"


async def test_the_pod_of_a_build_may_be_deleted(user: Api) -> None:
    await user.delete(POD, DeleteOptions(grace=0))

    with pytest.raises(NotFound):
        await user.get(POD)


async def test_other_pods_are_anybodys(api: Api) -> None:
    answer = await api.create(PODS, a_pod(labels={"app": "web"}))

    assert answer.created
