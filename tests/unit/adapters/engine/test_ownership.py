"""A name tells whose a container is, and whether its owner lives."""

import subprocess

from slipcast.adapters.engine.buildah import ownership


def test_a_new_name_is_ours_and_no_orphan() -> None:
    name = ownership.new_name("s2i_some/image:1")

    assert name.startswith("s2i_some_image_1.slipcast-")
    assert ownership.is_ours(name)
    assert not ownership.is_orphan(name)


def test_a_name_of_a_process_that_ended_is_an_orphan() -> None:
    with subprocess.Popen(["sleep", "600"]) as child:
        begun = ownership.started(child.pid)
        child.kill()

    assert ownership.is_orphan(f"slipcast-{child.pid}-{begun}-01234567")


def test_another_process_under_the_same_number_is_not_the_owner() -> None:
    assert ownership.is_orphan("slipcast-1-1-01234567") == (ownership.started(1) != 1)


def test_the_names_of_others_are_left_alone() -> None:
    for name in ("debian-working-container", "slipcast", "my-slipcast-app", "slipcast-1-2-xyz"):
        assert not ownership.is_ours(name)
        assert not ownership.is_orphan(name)
