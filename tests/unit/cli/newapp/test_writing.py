"""Objects of new-app are written all, or none: what ends it halfway takes back what was made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from slipcast.api import kinds
from slipcast.api.kubeconfig import Access
from slipcast.cli.newapp import creating, writing
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import Answer, Api, Resource, WriteOptions
from slipcast.testing.api import MemoryServer
from slipcast.testing.toolbox import FakeConnection, FakeToolbox
from slipcast.values.faults import Interrupted, PortFault
from unit.cli.conftest import Call

URLS = ("python~https://git.example.org/shop.git", "python~https://git.example.org/bill.git")
MADE_BY_US = {"openshift.io/generated-by": "OpenShiftNewApp"}
MAPS = kinds.require("", "ConfigMap")


@pytest.fixture
def quota(toolbox: FakeToolbox) -> None:
    """One stream only, which is seen when the second one is written."""
    toolbox.server.put(
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "few"},
            "spec": {"hard": {"count/imagestreams.image.openshift.io": "1"}},
        }
    )


@pytest.mark.usefixtures("quota")
def test_what_a_quota_refuses_halfway_takes_back_what_was_made(call: Call) -> None:
    ended = call("new-app", *URLS)

    assert ended.code == 1
    assert "exceeded quota: few" in ended.stderr
    assert ended.stdout.splitlines()[-1] == "--> Failed"
    assert [line for line in ended.stderr.splitlines() if "again" in line] == [
        '    deploymentconfig "shop" removed again',
        '    buildconfig "shop" removed again',
        '    imagestream "shop" removed again',
    ]
    assert call("get", "is,bc,dc,svc", "-o", "name").stdout == ""


@pytest.mark.usefixtures("quota")
def test_a_secret_of_webhooks_is_taken_back_with_the_rest_go_70(call: Call) -> None:
    ended = call("new-app", *URLS, "--secret-webhooks")

    assert '    secret "shop-webhooks" removed again' in ended.stderr.splitlines()
    assert call("get", "secret", "shop-webhooks").code != 0


@pytest.mark.usefixtures("quota")
def test_the_same_command_works_when_the_quota_is_gone(call: Call) -> None:
    call("new-app", *URLS)
    call("delete", "quota", "few")

    ended = call("new-app", *URLS)

    assert ended.code == 0
    assert ended.stdout.count('" created\n') == 8


class Cut:
    """An Api over which something happens at a write, before it was done or after."""

    def __init__(self, api: Api, at: int, why: BaseException, *, after: bool = False) -> None:
        self._api = api
        self._left = at
        self._why = why
        self._after = after
        self.is_gone = False
        self.get, self.delete, self.update = api.get, self._reached, api.update

    async def create(self, resource: Resource, content: Any, options: WriteOptions) -> Answer:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise self._why
        answer = await self._api.create(resource, content, options)
        if self._left == 0:
            raise self._why
        return answer

    async def _reached(self, *words: Any) -> Answer:
        if self.is_gone:
            raise self._why
        return await self._api.delete(*words)


def a_map(name: str, value: str = "new") -> dict[str, Any]:
    """A ConfigMap that new-app makes."""
    metadata = {"name": name, "annotations": MADE_BY_US}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": value}}


def connected(server: MemoryServer, api: Cut) -> Connection:
    """A connection over an Api."""
    found = FakeConnection(
        api=cast("Api", api),
        namespace="default",
        access=Access(),
        clock=server.clock,
        answers={},
        sent=[],
    )
    return cast("Connection", found)


def written(
    server: MemoryServer, names: tuple[str, ...], cut: Callable[[Api], Cut]
) -> tuple[int, dict[str, str]]:
    """How writing maps ended, and the maps that there are then."""

    async def work() -> tuple[int, dict[str, str]]:
        api = await server.api()
        connection = connected(server, cut(api))
        wanted = await creating.prepared(connection, [a_map(name) for name in names])
        try:
            code = await writing.written(connection, wanted)
        except (Interrupted, asyncio.CancelledError, BrokenPipeError):
            code = 130
        found = await api.list(Resource(MAPS, "default"))
        return code, {each.names.name: each.content["data"]["a"] for each in found.documents}

    return asyncio.run(work())


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("why", "code"),
    [
        (Interrupted("ended by SIGINT"), 130),
        (asyncio.CancelledError(), 130),
        (BrokenPipeError(), 130),
        (PortFault("reset by peer"), 1),
    ],
)
def test_a_write_that_nobody_answered_is_taken_back_too(
    why: BaseException, code: int, *, after: bool
) -> None:
    server = MemoryServer()

    ended = written(server, ("a", "b", "c"), lambda api: Cut(api, 2, why, after=after))

    assert ended == (code, {})


def test_a_server_that_is_gone_is_asked_about_one_object_only() -> None:
    server, gone = MemoryServer(), PortFault("reset by peer")

    async def work() -> None:
        connection = connected(server, Cut(await server.api(), 1, gone))
        await creating.checked(connection, await creating.prepared(connection, [a_map("a")]))

    with pytest.raises(PortFault, match="reset by peer") as caught:
        asyncio.run(work())
    assert caught.value is gone


def test_what_was_changed_is_as_it_was_again(capsys: pytest.CaptureFixture[str]) -> None:
    server = MemoryServer()
    server.put(a_map("a", "old"))

    ended = written(server, ("a", "b"), lambda api: Cut(api, 1, PortFault("reset by peer")))

    assert ended == (1, {"a": "old"})
    assert 'configmap "a" is as it was again' in capsys.readouterr().err


def test_what_cannot_be_taken_back_is_named_and_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def gone(api: Api) -> Cut:
        cut = Cut(api, 2, PortFault("reset by peer"))
        cut.is_gone = True
        return cut

    ended = written(MemoryServer(), ("a", "b"), gone)

    assert ended == (1, {"a": "new"})
    assert capsys.readouterr().err.splitlines() == [
        "error: reset by peer",
        "error: this could not be taken back:",
        '    configmap "a" stays created',
        "The same command once more goes on from there.",
        "'slipcast delete configmap/a' takes away what was made.",
    ]
