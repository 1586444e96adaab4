"""ImageStreamImports: who may look images up, and who may take them."""

from __future__ import annotations

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Resource
from slipcast.store.store import SERVER, Setup, Store, Streaming
from slipcast.testing.registries import FakeRegistries
from slipcast.values.actor import AUTHENTICATED, Actor
from slipcast.values.apifaults import Forbidden
from unit.store.conftest import NAMESPACES, StandingClock
from unit.store.streams.importing import (
    WEB,
    an_image,
    imported,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def guarded(journal: MemoryJournal, clock: StandingClock, elsewhere: FakeRegistries) -> Store:
    store = Store(journal, clock, Setup(guarded=True, streaming=Streaming(distribution=elsewhere)))
    await store.prepare()
    await store.as_(SERVER).create(NAMESPACES, {"metadata": {"name": "p"}})
    return store


async def may(store: Store, plural: str, *verbs: str) -> None:
    """Let Ben do something."""
    rule = {"apiGroups": ["image.openshift.io"], "resources": [plural], "verbs": list(verbs)}
    role = Resource(kinds.require(kinds.RBAC, "Role"), "p")
    binding = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "p")
    server = store.as_(SERVER)
    await server.create(role, {"metadata": {"name": plural}, "rules": [rule]})
    await server.create(
        binding,
        {
            "metadata": {"name": plural},
            "roleRef": {"apiGroup": kinds.RBAC, "kind": "Role", "name": plural},
            "subjects": [{"apiGroup": kinds.RBAC, "kind": "User", "name": "ben"}],
        },
    )


async def test_who_may_import_may_look(guarded: Store, elsewhere: FakeRegistries):
    elsewhere.push(WEB)
    await may(guarded, "imagestreamimports", "create")
    ben = guarded.as_(Actor(name="ben", groups=(AUTHENTICATED,)))

    status = await imported(ben, an_image(), **{"import": False})

    assert status["images"][0]["status"]["status"] == "Success"


async def test_who_may_not_write_the_stream_does_not(guarded: Store, elsewhere: FakeRegistries):
    elsewhere.push(WEB)
    await may(guarded, "imagestreamimports", "create")
    ben = guarded.as_(Actor(name="ben", groups=(AUTHENTICATED,)))

    with pytest.raises(Forbidden, match="cannot create"):
        await imported(ben, an_image())

    assert elsewhere.asked == []


async def test_who_may_write_streams_may_import_into_them(
    guarded: Store, elsewhere: FakeRegistries
):
    elsewhere.push(WEB)
    await may(guarded, "imagestreamimports", "create")
    await may(guarded, "imagestreams", "create")
    ben = guarded.as_(Actor(name="ben", groups=(AUTHENTICATED,)))

    status = await imported(ben, an_image())

    assert status["import"]["metadata"]["name"] == "web"
