"""Registries that send their clients to a server of tokens first, as the large ones do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing

import pytest

import containers
from slipcast.adapters.distribution import Registry
from slipcast.ports.engine import Credential, Engine, PullSpec, PushSpec, RegistryAccess
from slipcast.values.container import PullPolicy
from slipcast.values.faults import EngineFault
from slipcast.values.imageref import ImageRef
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.engine

Start = Callable[..., containers.Registry]

TESTER = Credential(username="tester", password=Sensitive("secret"))
STRANGER = Credential(username="tester", password=Sensitive("wrong"))


@pytest.mark.parametrize("tls", [False, True])
def test_a_token_is_fetched_for_a_push_and_for_a_pull(
    engine: Engine, base_image: str, registry: Start, *, tls: bool
) -> None:
    if tls and engine.name == "docker":
        pytest.skip("the Docker API takes no CA; the daemon has its own")
    place = registry(password="secret", tokens=True, tls=tls)
    access = RegistryAccess(credential=TESTER, ca_file=place.ca_file, insecure=not tls)
    name = place.name("team/app")

    pushed = engine.push(PushSpec(image=base_image, destination=name, access=access))
    pulled = engine.pull(PullSpec(image=name, policy=PullPolicy.ALWAYS, access=access))
    engine.remove(name)

    assert pushed.startswith("sha256:")
    assert pulled.layers


@pytest.mark.parametrize("tls", [False, True])
def test_our_own_connection_gets_its_tokens_itself(registry: Start, *, tls: bool) -> None:
    place = registry(password="secret", tokens=True, tls=tls)
    access = RegistryAccess(credential=TESTER, ca_file=place.ca_file, insecure=not tls)
    digest = f"sha256:{hashlib.sha256(b'content').hexdigest()}"

    with closing(Registry(ImageRef.parse(place.name("team/app")), access)) as connection:
        before = connection.has(digest)
        connection.put(b"content")

        assert (before, connection.has(digest)) == (False, True)


@pytest.mark.parametrize("credential", [None, STRANGER])
def test_who_gets_no_token_is_not_let_in(
    engine: Engine, base_image: str, registry: Start, credential: Credential | None
) -> None:
    name = registry(password="secret", tokens=True).name()
    access = RegistryAccess(credential=credential, insecure=True, hint="Log in.")

    with pytest.raises(EngineFault) as push:
        engine.push(PushSpec(image=base_image, destination=name, access=access))
    with pytest.raises(EngineFault) as pull:
        engine.pull(PullSpec(image=name, policy=PullPolicy.ALWAYS, access=access))

    assert (push.value.reason, push.value.hint) == ("Unauthorized", "Log in.")
    assert (pull.value.reason, pull.value.hint) == ("Unauthorized", "Log in.")
