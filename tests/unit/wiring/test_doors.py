"""Everybody who is let in, as the server is put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Resource
from slipcast.ports.daemon import Identification
from slipcast.ports.identity import Credentials, Person
from slipcast.server.oauthcodes import Asked
from slipcast.server.oauthgrants import Grants
from slipcast.store.store import SERVER, Setup, Store
from slipcast.values import usernames
from slipcast.values.apifaults import Unauthorized
from slipcast.values.sensitive import Sensitive
from slipcast.wiring.doors import Doors
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

USERS = Resource(kinds.require(kinds.USER, "User"))
ASKED = Asked(client="openshift-cli-client", redirect="", scopes=("user:full",))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    journal = MemoryJournal(pause=0.02)
    yield Store(journal, StandingClock(), Setup(guarded=False))
    await journal.close()


@pytest.mark.parametrize("name", ["anna", "https://provider.test#anna"])
async def test_who_is_deleted_is_locked_out_at_once(store: Store, tmp_path: Path, name: str):
    doors = Doors(tmp_path / "sa.key", b"", Identification())
    chain, api = doors.opened(store, StandingClock()), store.as_(SERVER)
    token = (await Grants(api).give(Person(name=name), ASKED)).token
    before = await chain.authenticate(Credentials(bearer=token))

    await api.delete(USERS.named(usernames.kept_as(name)))

    assert before is not None
    assert before.name == name
    with pytest.raises(Unauthorized, match="the user of the token is gone"):
        await chain.authenticate(Credentials(bearer=token))


@pytest.mark.parametrize("secret", [None, Sensitive("hush")])
async def test_nobody_logs_in_elsewhere_without_a_secret(
    store: Store, tmp_path: Path, secret: Sensitive | None
):
    wanted = Identification(
        oidc_issuer="https://provider.test", oidc_client_id="c", oidc_client_secret=secret
    )
    doors = Doors(tmp_path / "sa.key", b"", wanted)

    doors.opened(store, StandingClock())

    assert (doors.provider is None) == (secret is None)
    await doors.close()
