"""The Build that a builder is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from assignments import build_text, of_strategy
from slipcast.builder import given
from slipcast.builds.strategies.environment import REFERRED_ARGUMENT
from slipcast.values.apifaults import Invalid
from slipcast.values.faults import HostFault

SECRET = {"secretKeyRef": {"name": "db", "key": "password"}}


def env_of(variables: Sequence[Mapping[str, Any]], **env: str) -> dict[str, str]:
    """The variables of the strategy, resolved."""
    build = given.resolved(given.read(build_text(strategy=of_strategy(env=variables))), env)
    strategy = build.spec.strategy.source_strategy
    assert strategy is not None
    return {each.name: each.value for each in strategy.env}


def test_a_reference_becomes_the_value_that_came_along_at_its_place_bl_47():
    variables: list[Mapping[str, Any]] = [
        {"name": "A", "value": "1"},
        {"name": "B", "valueFrom": SECRET},
    ]

    assert env_of(variables, BUILD_STRATEGY_ENV_1="$(A)") == {"A": "1", "B": "$(A)"}


def test_variables_see_those_before_them():
    variables = [
        {"name": "HOST", "value": "db"},
        {"name": "URL", "value": "$(HOST)/$(LATER)"},
        {"name": "LATER", "value": "x"},
    ]

    assert env_of(variables)["URL"] == "db/$(LATER)"


def test_a_value_that_did_not_come_along_is_named():
    variables = [{"name": "B", "valueFrom": SECRET}]

    with pytest.raises(HostFault, match="the variable B refers to a value that did not come along"):
        env_of(variables)


@pytest.mark.parametrize("field", ["env", "buildArgs"])
def test_a_value_that_no_variable_can_hold_is_refused_by_its_secret_and_key(field: str):
    variables = [{"name": "B", "valueFrom": SECRET}]
    build = given.read(build_text(strategy={"dockerStrategy": {field: variables}}))
    came = b"p\xe4ss".decode("utf-8", "surrogateescape")
    name = {"env": "BUILD_STRATEGY_ENV_0", "buildArgs": f"{REFERRED_ARGUMENT}0"}[field]

    with pytest.raises(HostFault, match="the key password of the Secret db is not text in UTF-8"):
        given.resolved(build, {name: came})


def test_an_optional_value_that_did_not_come_along_is_left_out():
    optional = {"secretKeyRef": {"name": "db", "key": "password", "optional": True}}

    assert env_of([{"name": "B", "valueFrom": optional}]) == {}


def test_what_is_of_a_secret_is_for_the_build_only_up_12():
    config_map = {"configMapKeyRef": {"name": "db", "key": "host"}}
    variables = [
        {"name": "PASSWORD", "valueFrom": SECRET},
        {"name": "HOST", "valueFrom": config_map},
        {"name": "URL", "value": "http://$(PASSWORD)@$(HOST)"},
        {"name": "PLAIN", "value": "$(HOST)"},
    ]
    args = with_args({"name": "TOKEN", "valueFrom": SECRET}, {"name": "A", "value": "b"})

    found = given.hidden(given.read(build_text(strategy=of_strategy(env=variables))))

    assert found == {"PASSWORD", "URL"}
    assert given.hidden(given.read(args)) == {"TOKEN"}


def with_args(*args: Mapping[str, Any]) -> str:
    """A Docker build with arguments."""
    return build_text(strategy={"dockerStrategy": {"buildArgs": args}})


def test_a_build_argument_has_the_value_that_came_along_at_its_place():
    text = with_args({"name": "A", "value": "$(B)"}, {"name": "B", "valueFrom": SECRET})

    build = given.resolved(given.read(text), {"BUILD_ARGUMENT_1": "hidden"})

    docker = build.spec.strategy.docker_strategy
    assert docker is not None
    assert [(each.name, each.value) for each in docker.build_args] == [
        ("A", "$(B)"),
        ("B", "hidden"),
    ]


def test_a_build_argument_that_did_not_come_along_is_named():
    build = given.read(with_args({"name": "B", "valueFrom": SECRET}))

    with pytest.raises(HostFault, match="the variable B refers to a value"):
        given.resolved(build, {})


def test_build_arguments_that_are_secrets_are_not_shown():
    build = given.read(with_args({"name": "TOKEN", "value": "t0ps3cret"}))

    assert "t0ps3cret" not in given.shown(build)


def test_all_that_is_wrong_is_told_at_once_bld_42_43():
    text = build_text(source={"git": {"uri": ""}, "contextDir": "../up"}, strategy={})

    with pytest.raises(Invalid) as refused:
        given.resolved(given.read(text), {})

    assert {cause.field for cause in refused.value.causes} >= {
        "spec.source.git.uri",
        "spec.source.contextDir",
        "spec.strategy",
    }


def test_a_build_needs_a_name_and_a_namespace_bld_43():
    text = '{"kind": "Build", "apiVersion": "v1", "metadata": {}}'

    with pytest.raises(Invalid) as refused:
        given.resolved(given.read(text), {})

    fields = [cause.field for cause in refused.value.causes]
    assert fields[:2] == ["metadata.name", "metadata.namespace"]


def test_both_versions_are_read_bld_28():
    text = build_text().replace("build.openshift.io/v1", "v1")

    assert given.read(text).metadata.name == "app-1"
