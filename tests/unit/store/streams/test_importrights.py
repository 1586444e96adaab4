"""ImageStreamImports: who may look images up, and who may take them."""

from __future__ import annotations

import pytest
from typing_extensions import override

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Resource
from slipcast.ports.distribution import RemoteManifest, Way
from slipcast.store.store import SERVER, Setup, Store, Streaming
from slipcast.testing.registries import FakeRegistries
from slipcast.values.actor import AUTHENTICATED, Actor
from slipcast.values.apifaults import Forbidden
from slipcast.values.imageref import ImageRef
from unit.store.conftest import NAMESPACES, StandingClock
from unit.store.streams.importing import (
    WEB,
    an_image,
    imported,
    stream,
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


class Listening(FakeRegistries):
    """Registries that tell who has asked."""

    def __init__(self) -> None:
        super().__init__()
        self.askers = set[str]()

    @override
    async def manifest(self, image: ImageRef, way: Way) -> RemoteManifest:
        self.askers.add(way.actor.name if way.actor is not None else "")
        return await super().manifest(image, way)


@pytest.fixture
async def ours(journal: MemoryJournal, clock: StandingClock) -> tuple[Store, Listening]:
    """A store of which `here:5000` is the registry, `old:5000` was."""
    registries = Listening()
    streaming = Streaming(
        address="here:5000", aliases=frozenset({"old:5000"}), distribution=registries
    )
    store = Store(journal, clock, Setup(streaming=streaming))
    await store.prepare()
    await store.as_(SERVER).create(NAMESPACES, {"metadata": {"name": "p"}})
    return store, registries


async def test_registries_are_told_for_whom_an_import_is(ours: tuple[Store, Listening]):
    store, registries = ours
    registries.push(WEB)

    await imported(store.as_(Actor(name="ben", groups=(AUTHENTICATED,))), an_image())

    assert registries.askers == {"ben"}


async def test_an_import_by_the_server_is_for_nobody(ours: tuple[Store, Listening]):
    store, registries = ours
    registries.push(WEB)

    await imported(store.as_(SERVER), an_image())

    assert registries.askers == {""}


@pytest.mark.parametrize("host", ["here:5000", "old:5000"])
async def test_what_this_registry_keeps_is_pulled_by_the_rights_of_the_stream_is_25(
    ours: tuple[Store, Listening], host: str
):
    store, registries = ours
    digest = registries.push(f"{host}/other/web:1")

    await imported(store.as_(SERVER), an_image(f"{host}/other/web:1", to="1"))

    found = await stream(store.as_(SERVER))
    assert found["spec"]["tags"][0]["from"]["name"] == f"{host}/other/web:1"
    (event,) = found["status"]["tags"][0]["items"]
    assert event["dockerImageReference"] == f"here:5000/p/web@{digest}"


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
