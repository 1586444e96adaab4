"""Where the integrated registry of a server is found, and under which names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from slipcast.adapters.clock import SystemClock
from slipcast.ports.daemon import Importing, Registering, Serving, Streams
from slipcast.values.faults import InvalidFault
from slipcast.wiring.registry import Addresses, Hosted, hosting, remember
from slipcast.wiring.serving import Place

SERVER = "https://127.0.0.1:8443"


@pytest.fixture
def plain() -> Iterator[Hosted]:
    """A registry that answers without TLS, too."""
    wanted = Streams(registry=Registering(plain_listen="127.0.0.1:0"))
    with closing(Hosted(Serving(streams=wanted), SERVER, SystemClock())) as hosted:
        yield hosted


def test_streams_know_it_by_the_address_of_the_server() -> None:
    hosted = Hosted(Serving(), SERVER, SystemClock())

    assert hosted.streaming.address == "127.0.0.1:8443"


def test_a_setting_gives_it_another_name_which_the_certificate_has() -> None:
    wanted = Streams(registry=Registering(address="images.shop:443", public="[2001:db8::1]:443"))

    found = Hosted(Serving(streams=wanted), SERVER, SystemClock()).addresses

    assert found.hosts == ("images.shop", "2001:db8::1")
    assert found.known[:2] == ("images.shop:443", "[2001:db8::1]:443")


def test_whatever_this_machine_calls_it_is_an_address_of_it(plain: Hosted) -> None:
    _, _, port = plain.addresses.plain.partition(":")

    assert {"127.0.0.1:8443", "localhost:8443", f"localhost:{port}"} <= {*plain.addresses.known}
    assert "localhost:8443" in plain.aliases
    assert plain.addresses.variables["SLIPCAST_REGISTRY_ADDRESSES"] == "localhost:8443"


def test_addresses_that_it_has_had_are_always_allowed() -> None:
    wanted = Streams(importing=Importing(allowed=("docker.io",)))

    hosted = Hosted(Serving(streams=wanted), SERVER, SystemClock(), ("images.old:443",))

    assert hosted.streaming.origins.allow("images.old:443")
    assert hosted.streaming.origins.allow("localhost:8443")
    assert not hosted.streaming.origins.allow("images.new:443")


@pytest.mark.anyio
async def test_the_address_is_remembered_for_the_next_start(tmp_path: Path) -> None:
    place, clock = Place(tmp_path), SystemClock()
    async with hosting(Serving(), SERVER, clock, place) as hosted:
        remember(hosted.addresses.own, place)

    async with hosting(Serving(), "https://10.0.0.1:8443", clock, place) as hosted:
        assert "127.0.0.1:8443" in hosted.aliases


def test_a_server_without_registry_tells_streams_of_none() -> None:
    wanted = Streams(registry=Registering(enabled=False))

    hosted = Hosted(Serving(streams=wanted), SERVER, SystemClock())

    assert hosted.addresses == Addresses()
    assert hosted.streaming.address == ""


def test_without_tls_it_has_an_address_of_its_own(plain: Hosted) -> None:
    host, _, port = plain.addresses.plain.partition(":")

    assert host == "127.0.0.1"
    assert int(port) > 0
    assert plain.addresses.plain in plain.addresses.known


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.7:5000", "images.shop:80"])
def test_without_tls_it_answers_this_machine_only(address: str) -> None:
    wanted = Streams(registry=Registering(plain_listen=address))

    with pytest.raises(InvalidFault) as refused:
        Hosted(Serving(streams=wanted), SERVER, SystemClock())

    assert refused.value.errors[0].path == "registry.plain_listen"


def test_unless_somebody_says_that_it_may_answer_others() -> None:
    registering = Registering(plain_listen="0.0.0.0:0", plain_anywhere=True)

    with closing(
        Hosted(Serving(streams=Streams(registry=registering)), SERVER, SystemClock())
    ) as hosted:
        assert hosted.addresses.plain.startswith("127.0.0.1:")


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("localhost:8443", "https://localhost:8443"),
        ("images.shop:443", "https://images.shop:443"),
        ("127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("localhost:5000", "http://localhost:5000"),
        ("elsewhere.example", SERVER),
        ("", SERVER),
    ],
)
def test_clients_are_told_the_address_that_they_used_if_it_is_ours(host: str, base: str) -> None:
    found = Addresses(own="127.0.0.1:8443", public="images.shop:443", plain="127.0.0.1:5000")

    assert found.base(SERVER, "127.0.0.1")(host) == base
