"""The server's own files: its lock, its kubeconfig."""

import fcntl
import os
import time
from pathlib import Path

import pytest

from slipcast.adapters.certificates import prepare
from slipcast.adapters.contexts import KubeconfigFiles
from slipcast.api import kubeconfig
from slipcast.ports.running import Running
from slipcast.values.faults import PortFault
from slipcast.wiring.serving import (
    Place,
    address_of,
    names_of,
    own_addresses,
    write_kubeconfig,
)

LONG = 1000
"""Looks that a server has to wait for another's."""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A state directory."""
    found = Place(tmp_path / "server")
    found.prepare()
    return found


def running(place: Place) -> Running:
    """This process as a server."""
    return Running(
        pid=os.getpid(),
        address="https://127.0.0.1:1",
        kubeconfig=place.kubeconfig,
        state=place.directory,
    )


def test_nobody_runs_where_nobody_holds_the_lock(place: Place) -> None:
    assert place.running() is None


def test_who_holds_the_lock_is_told(place: Place) -> None:
    with place.held():
        place.announce(running(place))

        assert place.running() == running(place)

    assert place.running() is None


def test_a_second_server_is_refused_and_told_about_the_first(place: Place) -> None:
    with place.held():
        place.announce(running(place))

        with pytest.raises(PortFault, match=f"process {os.getpid()} at https://127.0.0.1:1"):
            place.held().__enter__()


def test_whoever_only_looks_for_long_keeps_no_server_away(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = place.lock.open("w")
    fcntl.flock(looking, fcntl.LOCK_SH)
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == LONG:
            looking.close()

    monkeypatch.setattr(time, "sleep", nap)

    with place.held():
        place.announce(running(place))

        assert place.running() == running(place)


def test_a_lock_that_a_killed_server_left_counts_for_nothing(place: Place) -> None:
    place.lock.write_text('{"pid": 1, "address": "https://127.0.0.1:1"}')

    assert place.running() is None


def test_the_administrator_comes_beside_what_the_kubeconfig_has(tmp_path: Path) -> None:
    path = tmp_path / "config"
    other = kubeconfig.Access(context="other", server="https://elsewhere")
    KubeconfigFiles([path]).save(kubeconfig.with_access({}, other, cluster="o", user="o"))

    write_kubeconfig(path, "https://127.0.0.1:1", prepare(tmp_path / "pki", ("localhost",)))

    config = KubeconfigFiles([path]).load()
    found = kubeconfig.access(config, "slipcast")
    assert kubeconfig.contexts(config) == ("other", "slipcast")
    assert config["current-context"] == "other"
    assert found is not None
    assert found.certificate.startswith(b"-----BEGIN CERTIFICATE")


def test_a_server_that_listens_everywhere_is_reached_on_this_machine() -> None:
    everywhere = "0.0.0.0"  # noqa: S104 -- named, not bound

    assert address_of(everywhere, 8443) == "https://127.0.0.1:8443"
    assert address_of("::1", 8443) == "https://[::1]:8443"
    assert "127.0.0.1" in names_of(everywhere)
    assert "build.example.com" in names_of("build.example.com")


@pytest.mark.parametrize("host", ["localhost:8443", "127.0.0.1:9000", "[::1]:8443", "LOCALHOST"])
def test_the_address_is_that_by_which_the_server_was_reached(host: str) -> None:
    of = own_addresses("https://usual:1", names_of("127.0.0.1"))

    assert of(host) == f"https://{host.lower()}"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "elsewhere.test",
        "localhost.elsewhere.test",
        "localhost@elsewhere.test",
        "user@localhost",
        "localhost/path",
        "localhost?x",
        "localhost:x",
        "[::1",
    ],
)
def test_a_name_that_is_not_ours_leads_nowhere(host: str) -> None:
    of = own_addresses("https://usual:1", names_of("127.0.0.1"))

    assert of(host) == "https://usual:1"
