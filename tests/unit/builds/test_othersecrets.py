"""Secrets of the account that are tried after the one that a Build names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipcast.api.build import Build
from slipcast.api.meta import ObjectMeta
from slipcast.builds import othersecrets
from slipcast.builds.credentials import with_secrets
from unit.builds.test_credentials import OUTPUT, TO, a_secret, pulled, secret_of
from verdicts import a_build

MINE = {"pullSecret": {"name": "mine"}}


def noted(build: Build, *names: str) -> dict[str, Any]:
    """What is written beside a build that may use secrets for one registry."""
    secrets = [a_secret("registry:5000", name=name) for name in names]
    found = with_secrets(build, secrets, OUTPUT)
    text = found.metadata.annotations.get(othersecrets.ANNOTATION, "{}")
    noted: dict[str, Any] = json.loads(text)
    return noted


def test_what_else_fits_is_noted_for_each_purpose() -> None:
    build = a_build(
        output=TO,
        source={"images": [{"from": pulled("other.io/x")}, {"from": pulled("registry:5000/y")}]},
        strategy={"dockerStrategy": {"from": pulled("registry:5000/x")}},
    )

    assert noted(build, "a", "b", "c") == {
        "push": ["b", "c"],
        "pull": ["b", "c"],
        "source-image-1": ["b", "c"],
    }


def test_where_one_fits_nothing_is_noted() -> None:
    build = with_secrets(a_build(output=TO), [a_secret("registry:5000", name="a")], OUTPUT)

    assert build.metadata == a_build(output=TO).metadata


@pytest.mark.parametrize("kind", ["sourceStrategy", "dockerStrategy", "customStrategy"])
def test_a_build_that_names_its_secret_is_pulled_with_nothing_else_bld_70(kind: str) -> None:
    build = a_build(strategy={kind: {"from": pulled("registry:5000/x"), **MINE}})

    assert noted(build, "a", "b") == {}


def test_the_runtime_image_may_need_another_secret_bl_17() -> None:
    source = {"from": pulled("registry:5000/x"), "runtimeImage": pulled("other.io/r")}
    secrets = [a_secret("registry:5000", name="a"), a_secret("other.io", name="b")]

    build = with_secrets(a_build(strategy={"sourceStrategy": source}), secrets)

    assert othersecrets.others(build, othersecrets.PULL, "a") == ("b",)


def test_what_else_fits_includes_patterns_and_paths() -> None:
    secrets = [
        a_secret("r.example.com", name="host"),
        a_secret("*.example.com", name="glob"),
        a_secret("r.example.com/team", name="path"),
    ]

    build = with_secrets(a_build(output=TO), secrets, "r.example.com/team/app:1")

    assert secret_of(build.spec.output.push_secret) == "host"
    assert othersecrets.others(build, othersecrets.PUSH, "host") == ("glob", "path")


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", '{"push": "a"}', '{"push": ["../../etc", "A b", "x/y", "named"]}'],
)
def test_what_somebody_else_wrote_there_names_secrets_or_nothing(text: str) -> None:
    metadata = ObjectMeta(name="b", annotations={othersecrets.ANNOTATION: text})

    build = Build(metadata=metadata)

    assert othersecrets.others(build, othersecrets.PUSH, "named") == ()


def test_a_few_are_tried_and_no_more() -> None:
    found = noted(a_build(output=TO), *(f"s{number}" for number in range(50)))

    assert len(found["push"]) == othersecrets.MOST
