"""How the API's refusals are told: in the words of kubectl."""

from __future__ import annotations

from slipcast.cli import faults
from slipcast.cli.faults import Manner
from slipcast.values import causes
from slipcast.values.apifaults import Invalid, NotFound, Unauthorized
from slipcast.values.faults import Fault, UsageFault


def told(fault: Fault) -> list[str]:
    return list(faults.told(fault, Manner.API))


def test_a_refusal_names_the_server_and_the_reason_cl_2() -> None:
    lines = told(NotFound("builds", "build.openshift.io", "x"))

    assert lines == ['Error from server (NotFound): builds.build.openshift.io "x" not found']


def test_one_cause_stands_in_the_sentence() -> None:
    lines = told(Invalid("Build", "", "x", (causes.required("spec.source"),)))

    assert lines == ['The Build "x" is invalid: spec.source: Required value']


def test_several_causes_have_lines_of_their_own() -> None:
    lines = told(Invalid("Build", "", "x", (causes.required("a"), causes.required("b"))))

    assert lines == ['The Build "x" is invalid: ', "* a: Required value", "* b: Required value"]


def test_somebody_unknown_is_told_to_log_in() -> None:
    assert told(Unauthorized("who?")) == [
        "error: You must be logged in to the server (who?)",
        "`slipcast login SERVER` logs you in.",
    ]


def test_a_usage_error_ends_with_1_cl_1() -> None:
    fault = UsageFault("no such thing", hint="Try another.")

    assert told(fault) == ["error: no such thing", "Try another."]
    assert faults.exit_code(fault, Manner.API) == 1


def test_the_last_lines_of_what_failed_stand_behind_it_up_2() -> None:
    lines = told(Fault("the build failed", tail=("no bread",)))

    assert lines == ["error: the build failed", "The last lines were:", "    no bread"]
