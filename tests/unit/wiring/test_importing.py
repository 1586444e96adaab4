"""How images are imported, from settings and machine."""

from __future__ import annotations

import platform
from datetime import timedelta

import pytest

from slipcast.images.imports import AMD64
from slipcast.images.manifests import Platform
from slipcast.images.scheduling import Scheduling
from slipcast.ports.daemon import Importing
from slipcast.wiring.importing import here, scheduling


def test_settings_say_how_often_scheduled_tags_are_looked_up():
    wanted = Importing(scheduled=False, interval=60, per_minute=7)

    assert scheduling(wanted) == Scheduling(
        enabled=False, interval=timedelta(minutes=1), per_minute=7
    )


def test_without_settings_it_is_as_usual_is_105():
    assert scheduling(Importing()) == Scheduling()


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
