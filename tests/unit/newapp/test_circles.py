"""Builds that would start themselves, or each other: GO-120 to GO-123, UP-31."""

from __future__ import annotations

from typing import Any

import pytest

from newappworld import BUILDER, PROJECT, SHOP, WEB, a_source, plan_of, request_of
from slipcast.api.applications import GENERATED_BY
from slipcast.api.build import BuildConfig
from slipcast.api.image import ImageStream
from slipcast.newapp.facts import Answer, Configs, IsSource, Question, Streams, TagImage
from slipcast.values.faults import Fault
from verdicts import seen

A, B = "https://git.example/a1.git", "https://git.example/b1.git"


def own(*streams: ImageStream) -> dict[Question, Answer]:
    """A project with streams whose images are all builders."""
    names = [(each.metadata.name, tag.tag) for each in streams for tag in each.status.tags]
    images: dict[Question, Answer] = {TagImage(PROJECT, *each): BUILDER for each in names}
    return {**images, Streams(PROJECT): streams}


def a_stream(name: str, follows: dict[str, Any] | None = None, **metadata: Any) -> ImageStream:
    """A stream that was pushed to, and whose latest is perhaps wanted to be something else."""
    items = [{"image": "sha256:1", "dockerImageReference": "r"}]
    tags = [{"name": "latest", "from": follows}] if follows else []
    return seen(
        ImageStream,
        metadata={"name": name, "namespace": PROJECT, **metadata},
        spec={"tags": tags},
        status={"tags": [{"tag": "latest", "items": items}]},
    )


def test_a_build_that_starts_itself_is_refused_and_told_how_to_be_named() -> None:
    request = request_of("new-build", f"a1~{A}")

    with pytest.raises(Fault, match=r'"shop/a1:latest" should be different .* with --to'):
        plan_of(request, own(a_stream("a1")))


def test_who_named_it_so_is_warned_only() -> None:
    request = request_of("new-build", f"a1~{A}", "--to=a1")

    (warning,) = plan_of(request, own(a_stream("a1"))).warnings

    assert "again and again" in warning


def test_tags_are_followed_to_what_they_stand_for() -> None:
    follows = {"kind": "ImageStreamTag", "name": "a1:latest"}

    with pytest.raises(Fault, match="should be different than input"):
        plan_of(request_of("new-app", f"other~{A}"), own(a_stream("other", follows)))


def test_tags_that_follow_each_other_are_followed_once() -> None:
    follows = {"kind": "ImageStreamTag", "name": "latest"}

    plan = plan_of(request_of("new-app", f"other~{A}"), own(a_stream("other", follows)))

    assert plan.warnings == ()


def test_an_image_in_a_registry_is_the_same_wherever_it_is_named() -> None:
    request = request_of("new-build", "-D", "FROM redis", "--to-docker", "--to=redis:latest")

    assert "again and again" in plan_of(request).warnings[0]


def test_builds_that_start_each_other_are_refused_up_31() -> None:
    request = request_of("new-build", f"b1~{A}", f"a1~{B}")

    with pytest.raises(Fault, match="start each other again and again: a1 -> b1 -> a1"):
        plan_of(request, own(a_stream("a1"), a_stream("b1")))


def a_config(name: str, start: str, output: str, **change: Any) -> BuildConfig:
    """A BuildConfig that builds on one tag and fills another."""
    return seen(
        BuildConfig,
        metadata={"name": name, "namespace": PROJECT},
        spec={
            "strategy": {"dockerStrategy": {"from": {"kind": "ImageStreamTag", "name": start}}},
            "output": {"to": {"kind": "ImageStreamTag", "name": output}},
            "triggers": [{"type": "ImageChange", "imageChange": change}],
        },
    )


def test_a_build_that_is_there_and_starts_from_the_new_one_closes_the_circle_up_31() -> None:
    there: dict[Question, Answer] = {Configs(PROJECT): (a_config("old", "b1:latest", "a1:latest"),)}

    with pytest.raises(Fault, match="again and again: b1 -> old -> b1") as refused:
        plan_of(request_of("new-build", f"a1~{B}"), {**own(a_stream("a1")), **there})
    assert "bc/old is there already" in refused.value.hint


def test_circles_of_others_and_what_nothing_starts_are_none_of_ours() -> None:
    others = (a_config("x", "y:latest", "x:latest"), a_config("y", "x:latest", "y:latest"))
    quiet = a_config("old", "b1:latest", "a1:latest", **{"from": {"kind": "DockerImage"}})

    plan = plan_of(
        request_of("new-build", f"a1~{B}"),
        {**own(a_stream("a1")), Configs(PROJECT): (*others, quiet)},
    )

    assert plan.warnings == ()


def test_a_build_that_is_made_again_gives_way_to_itself_up_24() -> None:
    there: dict[Question, Answer] = {Configs(PROJECT): (a_config("b1", "b1:latest", "a1:latest"),)}

    plan = plan_of(request_of("new-build", f"a1~{B}"), {**own(a_stream("a1")), **there})

    assert plan.warnings == ()


def test_a_chain_of_builds_is_none() -> None:
    request = request_of("new-build", f"ruby~{A}", f"a1~{B}")

    assert plan_of(request, own(a_stream("a1"))).warnings == ()


def test_what_was_built_before_is_not_what_it_is_built_of_up_24() -> None:
    url = "https://git.example/python.git"
    source = a_source(url, {"requirements.txt": ""})
    before = a_stream("python", annotations={GENERATED_BY: "OpenShiftNewApp"})

    plan = plan_of(request_of("new-app", url), {**own(before), IsSource(url): source})

    assert plan.parts[0].match is not None
    assert plan.parts[0].match.shown == "openshift/python:3.5"


def test_a_stream_of_ones_own_is_taken_before_others_rs_11() -> None:
    request = request_of("new-app", SHOP, WEB)

    plan = plan_of(request, own(a_stream("python")))

    assert plan.parts[0].match is not None
    assert plan.parts[0].match.shown == "shop/python:latest"
