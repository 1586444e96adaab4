"""The registry over a store in memory, asked over ASGI by people and programs."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import bcrypt
import httpx
import pytest

from slipcast.adapters.identity.chain import Chain
from slipcast.adapters.identity.oauthtokens import AccessTokens
from slipcast.adapters.identity.passes import SignedPasses
from slipcast.adapters.identity.passwords import Passwords
from slipcast.adapters.identity.serviceaccounts import Issuing, ServiceAccounts
from slipcast.adapters.identity.signing import SigningKey
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
from slipcast.ports.identity import Authenticator
from slipcast.registry.app import Registry
from slipcast.registry.parts import Parts
from slipcast.store.store import SERVER, Setup, Store, Streaming
from slipcast.testing.blobs import MemoryBlobs, MemoryLinks
from slipcast.testing.registries import FakeRegistries
from slipcast.values import accesstoken
from unit.adapters.identity.conftest import a_key
from unit.store.conftest import StandingClock

ADDRESS = "registry.test:5000"
FORMER = "old.test:5000"
BASE = f"https://{ADDRESS}"
SPACE = "shop"
ANNA = ("anna", "secret")
BINDINGS = Resource(kinds.require(kinds.RBAC, "RoleBinding"), SPACE)
TOKENS = Resource(kinds.require(kinds.OAUTH, "OAuthAccessToken"))
USERS = Resource(kinds.require(kinds.USER, "User"))


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
async def store(key: SigningKey, clock: StandingClock) -> AsyncIterator[Store]:
    journal = MemoryJournal(pause=0.02)
    setup = Setup(
        guarded=True,
        issuer=Issuing(key, b"-----BEGIN CERTIFICATE-----", (ADDRESS,)),
        streaming=Streaming(address=ADDRESS),
    )
    store = Store(journal, clock, setup)
    await store.prepare()
    yield store
    await journal.close()


@pytest.fixture
async def api(store: Store) -> Api:
    """Everything in the store, with a namespace."""
    api = store.as_(SERVER)
    await api.create(Resource(kinds.require("", "Namespace")), {"metadata": {"name": SPACE}})
    return api


@pytest.fixture
def elsewhere() -> FakeRegistries:
    """Registries elsewhere."""
    return FakeRegistries()


@pytest.fixture
def blobs(clock: StandingClock) -> MemoryBlobs:
    return MemoryBlobs(clock)


@pytest.fixture
def authenticator(api: Api, key: SigningKey, clock: StandingClock, tmp_path: Path) -> Authenticator:
    """Knows service accounts, people by their tokens, and anna by her password."""
    passwords = tmp_path / "passwords"
    hashed = bcrypt.hashpw(ANNA[1].encode(), bcrypt.gensalt(4)).decode()
    passwords.write_text(f"{ANNA[0]}:{hashed}\n")
    members = (
        ServiceAccounts(key, api, clock),
        AccessTokens(api, clock),
        Passwords(passwords, api, clock),
    )
    return Chain(members)


@pytest.fixture
def parts(
    store: Store,
    key: SigningKey,
    clock: StandingClock,
    authenticator: Authenticator,
    blobs: MemoryBlobs,
    elsewhere: FakeRegistries,
) -> Parts:
    return Parts(
        apis=store,
        server=store.as_(SERVER),
        authenticator=authenticator,
        passes=SignedPasses(key),
        blobs=blobs,
        links=MemoryLinks(clock, blobs),
        distribution=elsewhere,
        clock=clock,
        address=ADDRESS,
        base=lambda _: BASE,
        aliases=frozenset({FORMER}),
    )


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever asks the registry."""
    transport = httpx.ASGITransport(app=Registry(parts))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as asking:
        yield asking


def basic(user: str, password: str) -> dict[str, str]:
    """The header of somebody with a password."""
    coded = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"authorization": f"Basic {coded}"}


def bearer(token: str) -> dict[str, str]:
    """The header of somebody with a token."""
    return {"authorization": f"Bearer {token}"}


async def pass_of(client: httpx.AsyncClient, user: str = ANNA[0], password: str = ANNA[1]) -> str:
    """The pass that somebody gets."""
    told = await client.get("/openshift/token", headers=basic(user, password))
    return str(told.json()["token"])


async def bind(api: Api, role: str, kind: str, name: str, namespace: str = SPACE) -> None:
    """Give a role in the namespace to a user, a group or a service account."""
    subject: JSON = {"kind": kind, "name": name, "apiGroup": kinds.RBAC}
    if kind == "ServiceAccount":
        subject = {"kind": kind, "name": name, "namespace": namespace}
    binding: JSON = {
        "metadata": {"name": f"{role}-{name}".replace(":", "-")},
        "roleRef": {"apiGroup": kinds.RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [subject],
    }
    where = Resource(BINDINGS.kind, namespace)
    await api.create(where, binding)


async def token_of_anna(api: Api, *scopes: str) -> str:
    """A token of the API for anna."""
    token = accesstoken.token_of("0123456789012345678901234567890123456789012")
    user = await api.create(USERS, {"metadata": {"name": ANNA[0]}})
    content: JSON = {
        "metadata": {"name": accesstoken.name_of(token)},
        "userName": ANNA[0],
        "userUID": user.document.names.uid,
        "expiresIn": 600,
        "scopes": list(scopes or ("user:full",)),
    }
    await api.create(TOKENS, content)
    return token


async def with_history(api: Api, name: str, **tags: JSON) -> None:
    """A stream with one event in the history of each tag."""
    kind = kinds.require(kinds.IMAGE, "ImageStream")
    resource = Resource(kind, SPACE, name)
    made = await api.create(Resource(kind, SPACE), {"metadata": {"name": name}})
    content = made.document.content
    content["status"] = {"tags": [{"tag": tag, "items": [tags[tag]]} for tag in sorted(tags)]}
    await api.update(Resource(kind, SPACE, resource.name, "status"), content)


def event(reference: str, image: object = "") -> JSON:
    """An event of a history."""
    return {
        "created": "2026-11-22T12:00:00Z",
        "dockerImageReference": reference,
        "image": str(image),
        "generation": 1,
    }
