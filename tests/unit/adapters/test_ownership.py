"""A name tells whose a thing is, and whether its owner lives."""

import re
import subprocess
import sys

import pytest

from slipcast.adapters import ownership

_DYING = "from slipcast.adapters import ownership; print(ownership.new_name('of the dead'))"


@pytest.fixture(scope="module")
def orphaned() -> str:
    """A name that was given by a process that has ended."""
    words = [sys.executable, "-c", _DYING]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def test_a_wish_goes_before_a_name() -> None:
    assert ownership.new_name("s2i_some/image:1").startswith("s2i_some_image_1.slipcast-")
    assert ownership.new_name("-").startswith("slipcast-")


def test_a_new_name_is_no_orphan() -> None:
    assert not ownership.is_orphan(ownership.new_name("x"))
    assert not ownership.is_orphan(f"{ownership.prefix()}abc_0123")


def test_a_name_of_a_process_that_ended_is_an_orphan(orphaned: str) -> None:
    assert orphaned.startswith("of_the_dead.slipcast-")
    assert ownership.is_orphan(orphaned)


def test_another_process_under_the_same_number_is_not_the_owner() -> None:
    begun = re.sub(r"\d+-$", "7-", ownership.prefix())

    assert ownership.is_orphan(f"{begun}01234567")


def test_what_another_host_or_container_named_is_not_judged(orphaned: str) -> None:
    elsewhere = re.sub(r"slipcast-[0-9a-f]{8}", "slipcast-ffffffff", orphaned)

    assert not ownership.is_orphan(elsewhere)


@pytest.mark.parametrize(
    "name", ["debian-working-container", "slipcast", "my-slipcast-app", "slipcast-1-2-01234567"]
)
def test_the_names_of_others_are_left_alone(name: str) -> None:
    assert not ownership.is_orphan(name)
