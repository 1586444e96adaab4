"""Resource arguments, as people know them from kubectl and oc (CL-4)."""

from __future__ import annotations

import pytest

from slipcast.api import kinds
from slipcast.cli import resources
from slipcast.cli.resources import Wanted
from slipcast.values.faults import UsageFault

CONFIG_MAP = kinds.require("", "ConfigMap")
SECRET = kinds.require("", "Secret")
BUILD_CONFIG = kinds.require("build.openshift.io", "BuildConfig")
DEPLOYMENT = kinds.require("apps", "Deployment")


@pytest.mark.parametrize(
    "word", ["buildconfigs", "buildconfig", "bc", "BuildConfig", "BC", "buildconfigs.v1"]
)
def test_a_type_has_many_names(word: str) -> None:
    assert resources.kind_of(word) is BUILD_CONFIG


@pytest.mark.parametrize("word", ["deploy.apps", "deployments.v1.apps", "Deployment.v1.apps"])
def test_a_type_may_be_said_with_its_group(word: str) -> None:
    assert resources.kind_of(word) is DEPLOYMENT


@pytest.mark.parametrize("word", ["x", "deployments.batch", "deployments.v2.apps", ""])
def test_a_type_that_is_not_served_is_refused_by_name(word: str) -> None:
    with pytest.raises(UsageFault) as refused:
        resources.kind_of(word)

    assert refused.value.message == f'the server doesn\'t have a resource type "{word}"'


def test_a_type_alone_means_all_objects_of_it() -> None:
    assert resources.parse(["cm"]) == (Wanted(CONFIG_MAP),)


def test_names_follow_their_type() -> None:
    assert resources.parse(["cm", "a", "b"]) == (Wanted(CONFIG_MAP, "a"), Wanted(CONFIG_MAP, "b"))


def test_names_count_for_every_type_before_them() -> None:
    assert resources.parse(["cm,secret", "a"]) == (Wanted(CONFIG_MAP, "a"), Wanted(SECRET, "a"))


def test_a_type_and_a_name_may_be_one_word() -> None:
    assert resources.parse(["cm/a", "bc/b"]) == (Wanted(CONFIG_MAP, "a"), Wanted(BUILD_CONFIG, "b"))


def test_all_is_every_kind_of_that_category() -> None:
    found = {wanted.kind.plural for wanted in resources.parse(["all"])}

    assert {"pods", "services", "builds", "buildconfigs", "imagestreams"} <= found
    assert "secrets" not in found


@pytest.mark.parametrize("words", [["cm/a", "b"], ["cm/a/b"], ["cm/"], ["/a"], ["all", "a"]])
def test_other_forms_are_refused(words: list[str]) -> None:
    with pytest.raises(UsageFault):
        resources.parse(words)
