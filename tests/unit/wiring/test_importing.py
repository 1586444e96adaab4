"""How images are imported, from settings and machine."""

from __future__ import annotations

import platform
from datetime import timedelta

import pytest

from slipcast.images.imports import AMD64
from slipcast.images.manifests import Platform
from slipcast.images.origins import Origins
from slipcast.images.scheduling import Scheduling
from slipcast.ports.daemon import Importing
from slipcast.ports.distribution import Reaches
from slipcast.wiring.importing import here, scheduling, trust


def test_settings_say_how_often_scheduled_tags_are_looked_up():
    wanted = Importing(scheduled=False, interval=60, per_minute=7)

    assert scheduling(wanted) == Scheduling(
        enabled=False, interval=timedelta(minutes=1), per_minute=7
    )


def test_without_settings_it_is_as_usual_is_105():
    assert scheduling(Importing()) == Scheduling()


@pytest.mark.parametrize(
    ("host", "proxies", "expected", "proxied"),
    [
        ("127.0.0.1", {}, Reaches.ANYWHERE, False),
        ("localhost", {}, Reaches.ANYWHERE, False),
        ("[::1]", {}, Reaches.ANYWHERE, False),
        ("10.1.2.3", {}, Reaches.NETWORK, False),
        ("server.example.com", {}, Reaches.NETWORK, False),
        ("10.1.2.3", {"https": "http://proxy:3128"}, Reaches.NETWORK, True),
        ("10.1.2.3", {"no": "localhost"}, Reaches.NETWORK, False),
    ],
)
def test_who_serves_others_does_not_lead_them_to_itself(
    host: str,
    proxies: dict[str, str],
    expected: Reaches,
    proxied: bool,  # noqa: FBT001 -- a column of the table
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("slipcast.wiring.importing.getproxies", lambda: proxies)

    found = trust(Importing(), host, ())

    assert (found.reach, found.proxied) == (expected, proxied)


def test_what_is_said_counts_and_the_own_registry_is_known():
    wanted = Importing(reach=Reaches.INTERNET, allowed=("quay.io",))

    trusted = trust(wanted, "127.0.0.1", ("here:8443",))

    assert trusted.reach is Reaches.INTERNET
    assert trusted.origins == Origins(allowed=("quay.io",), own=("here:8443",))
    assert trusted.known == {"here:8443"}


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ("x86_64", AMD64),
        ("AARCH64", Platform(os="linux", architecture="arm64")),
        ("armv7l", Platform(os="linux", architecture="arm", variant="v7")),
        ("pdp11", AMD64),
    ],
)
def test_images_name_this_machine_in_their_own_way(
    machine: str, expected: Platform, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(platform, "machine", lambda: machine)

    assert here() == expected
