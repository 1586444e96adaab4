"""Pipelines in words: what is made of what, and how the builds go (ST-2, ST-3)."""

from __future__ import annotations

from typing import Any

import pytest

from projects import (
    ago,
    build,
    build_config,
    deployment,
    deployment_config,
    stream,
    told,
)

TRIGGER = (
    '[{"from":{"kind":"ImageStreamTag","name":"web:1"},'
    '"fieldPath":"spec.template.spec.containers[?(@.name==\\"c0\\")].image"}]'
)


@pytest.mark.parametrize(
    ("strategy", "on", "line"),
    [
        ("sourceStrategy", "ruby:2.3", "bc/a source builds URL on istag/ruby:2.3"),
        ("dockerStrategy", "openshift/ruby:2.3", "bc/a docker builds URL on openshift/ruby:2.3"),
        ("dockerStrategy", "", "bc/a docker builds URL"),
        ("customStrategy", "docker://quay.io/b", "bc/a custom builds URL on quay.io/b"),
        ("sourceStrategy", "ruby@sha256:ab", "bc/a source builds URL on isimage/ruby@sha256:ab"),
        ("jenkinsPipelineStrategy", "", "bc/a is a Jenkins Pipeline"),
        ("", "", "bc/a is unconfigured"),
    ],
)
def test_what_builds_and_on_what_st_2(strategy: str, on: str, line: str) -> None:
    page = told(build_config("a", on=on, strategy=strategy, source={"git": {"uri": "URL"}}))

    assert f"\n{line}\n" in page


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ({"git": {"uri": "https://u:secret@h/r.git", "ref": "v1"}}, "https://***@h/r.git#v1"),
        ({"dockerfile": "FROM x"}, "Dockerfile"),
        ({"binary": {}}, "uploaded code"),
        ({"images": [{"from": {"kind": "DockerImage", "name": "x"}}]}, "contents in other images"),
        ({}, "nothing"),
    ],
)
def test_what_is_built_st_2(source: dict[str, Any], shown: str) -> None:
    page = told(build_config("a", source=source, strategy="dockerStrategy"))

    assert f"\nbc/a docker builds {shown}\n" in page


def test_an_image_that_another_config_makes_is_told_st_2() -> None:
    page = told(build_config("base", to="base:1"), build_config("app", on="base:1"))

    assert "on istag/base:1 (from bc/base)\n" in page


def test_an_image_that_is_looked_up_again_and_again_is_told_st_2() -> None:
    scheduled = {"name": "1", "importPolicy": {"scheduled": True}}

    page = told(stream("base", "1", spec=[scheduled]), build_config("app", on="base:1"))

    assert "on istag/base:1 (import scheduled)\n" in page


def test_what_nothing_deploys_tells_where_its_image_goes() -> None:
    page = told(build_config("a", to="docker://quay.io/me/a:1"))

    assert "\n  -> quay.io/me/a:1\n  not built yet\n" in page


def test_a_config_that_makes_no_builds_for_now_says_so() -> None:
    paused = build_config("a")
    content = paused.content
    content["metadata"]["annotations"]["openshift.io/build-config.paused"] = "true"

    page = told(type(paused).of(paused.kind, content))

    assert "git#main (paused)\n" in page


def test_a_deployment_follows_the_tag_of_its_annotation() -> None:
    page = told(deployment("web", " ", TRIGGER), stream("web", "1"), build_config("w", to="web:1"))

    assert "deploy/web deploys istag/web:1 <-\n  bc/w source builds" in page


@pytest.mark.parametrize("annotation", ["no json", "[{}]", '[{"from":{"kind":"X","name":"a:b"}}]'])
def test_an_annotation_that_says_nothing_is_passed_over(annotation: str) -> None:
    assert "deploy/web deploys quay.io/w\n" in told(deployment("web", "quay.io/w", annotation))


def test_several_images_of_a_deployment_are_told_below_one_another() -> None:
    page = told(
        deployment_config("shop", "shop:1", "db:2", version=3),
        build_config("shop", to="shop:1"),
        stream("shop", "1"),
        stream("db", "2"),
    )

    assert (
        "dc/shop deploys\n"
        "  istag/shop:1 <-\n"
        "    bc/shop source builds https://git.example.org/shop.git#main\n"
        "      not built yet\n"
        "  istag/db:2\n"
        "  deployment #3 has 1 of 2 pods ready\n"
    ) in page


def test_a_deployment_of_nothing_is_told() -> None:
    assert "dc/shop deploys nothing\n" in told(deployment_config("shop"))


def test_a_deployment_whose_images_are_there_is_left_to_others() -> None:
    page = told(deployment_config("shop", "shop:1"), stream("shop", "1"))

    assert "  deployment #1 not begun: this server leaves deploying to others\n" in page


def test_a_config_of_another_namespace_is_told_with_it() -> None:
    page = told(
        deployment_config("shop", "base:1"),
        build_config("maker", to="shop/base:1", namespace="tools"),
    )

    assert "\n  tools/maker source builds" in page


@pytest.mark.parametrize(
    ("phase", "status", "line"),
    [
        ("Complete", {}, "build #1 succeeded 6 minutes ago"),
        ("Failed", {"reason": "Evicted"}, "build #1 failed 6 minutes ago (Evicted)"),
        ("Error", {}, "build #1 stopped with an error 6 minutes ago"),
        ("Running", {"startTimestamp": ago(1)}, "build #1 running for 2 minutes"),
        ("Pending", {}, "build #1 pending for 6 minutes"),
        ("", {}, "build #1 new for 6 minutes"),
        ("New", {"reason": "MissingPushSecret"}, "build #1 new for 6 minutes: MissingPushSecret"),
        (
            "New",
            {"reason": "X", "message": "Output image could not be resolved."},
            "build #1 new for 6 minutes: Output image could not be resolved",
        ),
    ],
)  # fmt: skip
def test_how_a_build_goes_and_why_st_3_up_2_up_30(
    phase: str, status: dict[str, Any], line: str
) -> None:
    page = told(build_config("a"), build("a", 1, phase, **status))

    assert f"\n  {line} - 1a2b3c4: Sell tea (Ada)\n" in page


def test_a_build_that_cannot_push_says_so_st_3() -> None:
    page = told(build_config("a", to="gone:1"), build("a", 1, "Running"))

    assert "1a2b3c4: Sell tea (Ada) (can't push to image)\n" in page


def test_a_failure_is_forgotten_when_a_later_build_succeeded_st_3() -> None:
    page = told(build_config("a"), build("a", 1, "Failed", 9), build("a", 2, "Complete", 5))

    assert "build #2 succeeded" in page
    assert "build #1" not in page


def test_the_last_failure_and_the_success_before_it_are_told_st_3() -> None:
    builds = (build("a", 1, "Complete", 30), build("a", 2, "Failed", 20), build("a", 3, "Error", 9))

    page = told(build_config("a"), *builds)

    assert "  build #3 stopped with an error" in page
    assert "  build #1 succeeded" in page
    assert "build #2" not in page


def test_active_builds_are_told_the_newest_first_with_what_they_wait_for_st_3() -> None:
    page = told(build_config("a"), build("a", 1, "Running", 9), build("a", 2, "New", 5))

    assert page.index("build #2 new for 6 minutes, after build #1") < page.index("build #1 running")


def test_cancelled_builds_are_not_told() -> None:
    assert "\n  not built yet\n" in told(build_config("a"), build("a", 1, "Cancelled"))


def test_a_build_of_no_config_stands_alone() -> None:
    page = told(build("gone", 4, "Running"))

    assert "\nbuild/gone-4 running for 6 minutes - 1a2b3c4: Sell tea (Ada)\n" in page
