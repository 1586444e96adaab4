"""Failures as Status documents."""

import logging

import pytest

from slipcast.server.faults import fault_of, status_of
from slipcast.values import causes
from slipcast.values.apifaults import (
    Conflict,
    Invalid,
    NotFound,
    TooManyRequests,
    Unavailable,
    refused,
)
from slipcast.values.faults import PortFault


def test_a_missing_object_is_told_with_its_group_ba_15() -> None:
    status = status_of(NotFound("buildconfigs", "build.openshift.io", "web"))

    assert status["message"] == 'buildconfigs.build.openshift.io "web" not found'
    assert status["details"] == {
        "name": "web",
        "group": "build.openshift.io",
        "kind": "buildconfigs",
    }
    assert (status["reason"], status["code"]) == ("NotFound", 404)


def test_on_the_legacy_paths_what_is_forbidden_is_told_without_group_ba_15() -> None:
    refusal = refused("buildconfigs", "build.openshift.io", "web", "no")

    status = status_of(refusal, legacy=True)

    assert status["message"] == 'buildconfigs "web" is forbidden: no'
    assert status["details"] == {"name": "web", "kind": "buildconfigs"}


def test_on_the_legacy_paths_all_else_is_told_with_it_as_by_the_original() -> None:
    missing = NotFound("buildconfigs", "build.openshift.io", "web")

    assert status_of(missing, legacy=True) == status_of(missing)


def test_every_cause_is_listed_ba_12() -> None:
    wrong = (causes.required("spec.a"), causes.invalid("spec.b", "x", "no"))

    status = status_of(Invalid("BuildConfig", "build.openshift.io", "web", wrong), legacy=True)

    assert status["message"] == (
        'BuildConfig.build.openshift.io "web" is invalid:'
        ' [spec.a: Required value, spec.b: Invalid value: "x": no]'
    )
    assert [cause["field"] for cause in status["details"]["causes"]] == ["spec.a", "spec.b"]


def test_a_cause_says_nothing_that_it_does_not_know_ba_116() -> None:
    cause = causes.Cause(field="from", reason="", message="Error resolving it")
    unresolved = Invalid.told("no", plural="ImageStreamTag", name="a:b", causes=(cause,))

    assert status_of(unresolved)["details"] == {
        "name": "a:b",
        "kind": "ImageStreamTag",
        "causes": [{"message": "Error resolving it", "field": "from"}],
    }


def test_when_to_come_again_is_told() -> None:
    assert status_of(TooManyRequests("later", retry_after=3))["details"] == {"retryAfterSeconds": 3}


def test_a_bug_is_told_by_a_number_and_logged_with_its_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        fault = fault_of(ZeroDivisionError("secret"), "r-7")

    assert "r-7" in fault.message
    assert "secret" not in fault.message
    assert caplog.records[0].fields["request"] == "r-7"  # type: ignore[attr-defined]


def test_what_may_work_later_is_no_bug() -> None:
    assert isinstance(fault_of(PortFault("busy", retryable=True), "r-1"), Unavailable)


def test_a_fault_of_the_api_is_itself() -> None:
    fault = Conflict("taken")

    assert fault_of(fault, "r-1") is fault
