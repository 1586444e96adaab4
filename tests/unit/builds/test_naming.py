"""What builds and their pods are called: build-api.md section 2."""

from datetime import UTC, datetime

import pytest

from slipcast.api.build import Build
from slipcast.builds import naming
from verdicts import seen

LONG = "x" * 300
SIXTY_THREE = "y" * 63


def a_build(name: str = "frontend-7", **metadata: object) -> Build:
    return seen(Build, metadata={"name": name, "namespace": "shop", **metadata})


def test_a_build_is_called_by_its_config_and_number_ba_22() -> None:
    assert naming.build_name("frontend", 7) == "frontend-7"
    assert len(naming.build_name(LONG, 7)) == 253
    assert naming.build_name(LONG, 7) != naming.build_name(f"{LONG}x", 7)


def test_a_pod_is_called_by_its_build_ba_23() -> None:
    told = a_build(annotations={"openshift.io/build.pod-name": "elsewhere"})

    assert naming.pod_name(a_build()) == "frontend-7-build"
    assert naming.pod_name(told) == "elsewhere"


@pytest.mark.parametrize("name", ["hand-made", "hand-made-1234567890"])
def test_a_clone_without_config_has_the_clock_in_its_name_ba_24(name: str) -> None:
    now = datetime(2026, 11, 22, 18, 0, 0, 250, tzinfo=UTC)

    assert naming.unnumbered_name(name, now) == "hand-made-0000250000"


def test_the_config_is_named_by_annotation_then_by_labels_bl_3() -> None:
    key = "openshift.io/build-config.name"

    assert naming.config_name(a_build(annotations={key: "a"}, labels={key: "b"})) == "a"
    assert naming.config_name(a_build(labels={key: "b", "buildconfig": "c"})) == "b"
    assert naming.config_name(a_build(labels={"buildconfig": "c"})) == "c"
    assert naming.config_name(a_build()) == ""


def test_configs_that_begin_alike_have_their_own_builds_bl_3() -> None:
    first, second = f"{SIXTY_THREE}-a", f"{SIXTY_THREE}-b"
    build = a_build(
        labels=dict(naming.config_labels(first, "Serial")),
        annotations=dict(naming.config_annotations(first, 1)),
    )

    assert naming.is_of_config(build, first)
    assert not naming.is_of_config(build, second)


def test_a_build_that_only_has_the_label_belongs_to_its_config_bl_3() -> None:
    build = a_build(labels={"buildconfig": "frontend"})

    assert naming.is_of_config(build, "frontend")
    assert not naming.is_of_config(build, "backend")
    assert not naming.is_of_config(a_build(), "")


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("", None), ("x", None), ("-1", None), ("²", None)]
)
def test_a_number_is_read_or_missing_bl_30(text: str, number: int | None) -> None:
    assert naming.number(a_build(annotations={"openshift.io/build.number": text})) == number


def test_labels_are_shortened_and_annotations_are_not_ba_25() -> None:
    name = f"{SIXTY_THREE[:-1]}-longer"

    assert naming.pod_labels(name) == {"openshift.io/build.name": SIXTY_THREE[:-1]}
    assert naming.pod_annotations(name) == {"openshift.io/build.name": name}


@pytest.mark.parametrize(("said", "paused"), [("true", True), ("True", True), ("yes", False)])
def test_a_config_is_paused_by_a_word_in_any_case_ba_507(*, said: str, paused: bool) -> None:
    assert naming.is_paused({"openshift.io/build-config.paused": said}) is paused
