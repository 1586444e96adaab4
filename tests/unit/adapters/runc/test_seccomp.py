"""The call filter keeps the rules whose conditions hold, and no others."""

import json
from pathlib import Path
from typing import Any

import pytest

from slipcast.adapters.runc.seccomp import PROFILES, filter_for


def kept(entry: dict[str, Any]) -> bool:
    """Whether a rule survives for an x86 program with one capability on kernel 5.10."""
    rule = {"names": ["read"], "action": "SCMP_ACT_ALLOW", **entry}
    profile = {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [rule]}
    made = filter_for(profile, capabilities=["CAP_KILL"], machine="x86_64", kernel=(5, 10))
    return bool(made["syscalls"])


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"includes": {"caps": ["CAP_KILL"]}},
        {"includes": {"arches": ["amd64"]}},
        {"includes": {"minKernel": "4.8"}},
        {"excludes": {"caps": ["CAP_SYS_ADMIN"]}},
        {"excludes": {"arches": ["s390"]}},
        {"excludes": {"minKernel": "6.0"}},
    ],
)
def test_a_rule_whose_conditions_hold_is_kept(entry: dict[str, Any]) -> None:
    assert kept(entry)


@pytest.mark.parametrize(
    "entry",
    [
        {"includes": {"caps": ["CAP_SYS_ADMIN"]}},
        {"includes": {"arches": ["s390x"]}},
        {"includes": {"minKernel": "5.11"}},
        {"excludes": {"caps": ["CAP_KILL"]}},
        {"excludes": {"arches": ["x86_64"]}},
        {"excludes": {"minKernel": "5.10"}},
    ],
)
def test_a_rule_whose_conditions_fail_is_left_out(entry: dict[str, Any]) -> None:
    assert not kept(entry)


def test_arguments_and_error_numbers_travel_along() -> None:
    rule = {"name": "socket", "action": "SCMP_ACT_ERRNO", "args": [{"index": 0}], "errnoRet": 22}
    profile = {"defaultAction": "A", "defaultErrnoRet": 38, "syscalls": [rule]}

    made = filter_for(profile, capabilities=(), machine="x86_64", kernel=(6, 1))

    expected = {
        "names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0}], "errnoRet": 22,
    }  # fmt: skip
    assert (made["syscalls"], made["defaultErrnoRet"]) == ([expected], 38)


def test_the_distributions_profile_allows_reading_and_refuses_modules() -> None:
    found = [Path(name) for name in PROFILES if Path(name).is_file()]
    if not found:
        pytest.skip("no profile is installed on this host")

    made: Any = filter_for(
        json.loads(found[0].read_text()), capabilities=(), machine="x86_64", kernel=(6, 1)
    )

    allowed = {
        name
        for rule in made["syscalls"]
        if rule["action"] == "SCMP_ACT_ALLOW"
        for name in rule["names"]
    }
    assert "read" in allowed
    assert "init_module" not in allowed
