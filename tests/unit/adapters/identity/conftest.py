"""A store whose service accounts get tokens, a provider, and whoever knows them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from slipcast.adapters.identity.serviceaccounts import Issuing, ServiceAccounts
from slipcast.adapters.identity.signing import SigningKey
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Api, Resource
from slipcast.ports.identity import Authenticator, Credentials
from slipcast.store.store import SERVER, Setup, Store
from slipcast.values.actor import Actor
from slipcast.values.sensitive import Sensitive
from unit.adapters.identity.provider import Provider, providing
from unit.store.conftest import StandingClock

NAMESPACES = Resource(kinds.require("", "Namespace"))
ACCOUNTS = Resource(kinds.require("", "ServiceAccount"), "shop")
SECRETS = Resource(kinds.require("", "Secret"), "shop")
PODS = Resource(kinds.require("", "Pod"), "shop")
REGISTRY = "registry.test:5000"

Ask = Callable[..., Awaitable[Actor | None]]


def a_key() -> SigningKey:
    """A new key."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SigningKey(pem)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def key() -> SigningKey:
    return a_key()


@pytest.fixture
async def journal() -> AsyncIterator[MemoryJournal]:
    journal = MemoryJournal(pause=0.02)
    yield journal
    await journal.close()


@pytest.fixture
def store(journal: MemoryJournal, key: SigningKey, clock: StandingClock) -> Store:
    issuer = Issuing(key, b"-----BEGIN CERTIFICATE-----", (REGISTRY,))
    return Store(journal, clock, Setup(issuer=issuer))


@pytest.fixture
async def api(store: Store) -> Api:
    """Everything in the store, with a namespace that has service accounts."""
    api = store.as_(SERVER)
    await api.create(NAMESPACES, {"metadata": {"name": "shop"}})
    return api


@pytest.fixture
def accounts(key: SigningKey, api: Api, clock: StandingClock) -> ServiceAccounts:
    return ServiceAccounts(key, api, clock)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the provider's certificates lie."""
    return tmp_path_factory.mktemp("provider")


@pytest.fixture
def provider(directory: Path) -> Iterator[Provider]:
    """An OpenID Connect provider, with its key."""
    with providing(directory) as provider:
        yield provider


async def bearer(who: Authenticator, token: str, audience: str = "") -> Actor | None:
    """Who a token stands for."""
    return await who.authenticate(Credentials(bearer=Sensitive(token), audience=audience))
