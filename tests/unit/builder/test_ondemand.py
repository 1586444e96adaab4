"""Builder images that this installation makes itself: made by the first build that needs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from assignments import FakeOutfit, a_task, an_outfit
from slipcast.builder import ondemand
from slipcast.testing.builders import PYTHON, FakeBuilders
from slipcast.testing.engine import FakeImage
from slipcast.values.faults import BuildFault, HostFault


@pytest.fixture
def outfit(tmp_path: Path) -> FakeOutfit:
    outfit = an_outfit(tmp_path)
    outfit.offered = FakeBuilders()
    return outfit


def test_a_missing_image_of_ours_is_made_and_that_is_said(outfit: FakeOutfit):
    builders = outfit.offered = FakeBuilders()

    ondemand.provide(a_task(outfit), [PYTHON.image])

    assert builders.made == [PYTHON.name]
    assert f'Making the builder image "{PYTHON.image}"' in outfit.shown.remarks(0)[0]


def test_it_is_a_step_of_the_build(outfit: FakeOutfit):
    task = a_task(outfit)

    ondemand.provide(task, [PYTHON.image])

    (stage,) = task.record.known.stages
    assert (stage.name, [each.name for each in stage.steps]) == ("PullImages", ["PullBaseImage"])


@pytest.mark.parametrize(
    "image", ["localhost/mine:1", "registry.example/python:3.11", "python:3.11", "Not An Image"]
)
def test_no_other_image_is(outfit: FakeOutfit, image: str):
    builders = outfit.offered = FakeBuilders()

    ondemand.provide(a_task(outfit), [image])

    assert builders.made == []


def test_an_image_that_is_here_is_not_made_again(outfit: FakeOutfit):
    builders = outfit.offered = FakeBuilders()
    outfit.engine.add(PYTHON.image, FakeImage())

    ondemand.provide(a_task(outfit), [PYTHON.image])

    assert builders.made == []


def test_where_no_recipes_are_the_pull_says_what_is_missing(outfit: FakeOutfit):
    outfit.offered = None

    ondemand.provide(a_task(outfit), [PYTHON.image])

    assert outfit.engine.inspect(PYTHON.image) is None


def test_one_that_cannot_be_made_fails_the_build_with_what_to_do(outfit: FakeOutfit):
    outfit.offered = FakeBuilders(fault=HostFault("it needs mmdebstrap", hint="Install it."))

    with pytest.raises(BuildFault, match="cannot be made: it needs mmdebstrap") as caught:
        ondemand.provide(a_task(outfit), [PYTHON.image])

    assert caught.value.reason == "PullBuilderImageFailed"
    assert caught.value.hint == "Install it."
