"""What engines complain of is told apart by reason."""

import pytest

from slipcast.adapters.complaints import (
    HINTS,
    advised,
    fault_of,
    is_transient,
    reason_of,
    step_was_killed,
)
from slipcast.ports.engine import RegistryAccess
from slipcast.values.faults import EngineFault

COMPLAINTS = [
    ("dial tcp: lookup no.such.host on 10.0.0.1:53: no such host", "Unreachable"),
    ("dial tcp 127.0.0.1:1: connect: connection refused", "Unreachable"),
    ('Get "https://h/v2/": tls: failed to verify certificate: x509: unknown authority', "TLS"),
    ("http: server gave HTTP response to HTTPS client", "TLS"),
    ("unauthorized: authentication required", "Unauthorized"),
    ("requested access to the resource is denied", "Unauthorized"),
    ("reading manifest 1 in localhost:1/app: manifest unknown: manifest unknown", "ImageUnknown"),
    ("localhost/x: image not known", "ImageUnknown"),
    ("copying layer: write /var/lib/x: no space left on device", "NoSpace"),
    ("no basic auth credentials", "Unauthorized"),
    ("pull access denied for x, repository does not exist", "Unauthorized"),
    ("received unexpected HTTP status: 403 Forbidden", "Unauthorized"),
    ("error opening /var/lib/x: permission denied", ""),
    ("lstat /context/f: no such file or directory", ""),
    ("something else entirely", ""),
]


@pytest.mark.parametrize(("text", "reason"), COMPLAINTS)
def test_a_complaint_has_its_reason(text: str, reason: str) -> None:
    assert reason_of(text) == reason


@pytest.mark.parametrize(
    ("text", "worth_it"),
    [
        ("ping attempt failed with error: x", True),  # S2I-139, all five
        ("the pull Is Already In Progress", True),
        ("read: connection reset by peer", True),
        ("transport closed before response was received", True),
        ("connect: connection refused", True),
        ("manifest unknown", False),
        ("no such host", False),
    ],
)
def test_only_the_known_texts_are_worth_another_try(text: str, worth_it: bool) -> None:  # noqa: FBT001 -- a table
    assert is_transient(text) == worth_it


@pytest.mark.parametrize(
    ("line", "killed"),
    [
        ("Killed", True),
        ("/bin/sh: line 1:     7 Killed                  python3 -m build", True),
        ("c++: fatal error: Killed signal terminated program cc1plus", True),
        ('building at STEP "RUN make": while running runtime: exit status 137', True),
        ("The command '/bin/sh -c make' returned a non-zero code: 137", True),
        ('building at STEP "RUN make": while running runtime: exit status 2', False),
        ("test of Killed processes passed", False),
    ],
)
def test_a_step_that_was_killed_shows_in_its_last_lines(line: str, killed: bool) -> None:  # noqa: FBT001 -- a table
    assert step_was_killed(("before", line, "after")) == killed


def test_a_refusal_is_advised_by_the_access_that_was_refused() -> None:
    access = RegistryAccess(hint="Ask the helper.")

    with pytest.raises(EngineFault) as caught, advised(access):
        raise fault_of("not pulled", "unauthorized: authentication required")

    assert caught.value.hint == "Ask the helper."


@pytest.mark.parametrize(
    ("complaint", "hint"), [("manifest unknown", "Never asked."), ("unauthorized", "")]
)
def test_other_failures_and_other_accesses_keep_the_usual_hint(complaint: str, hint: str) -> None:
    with pytest.raises(EngineFault) as caught, advised(RegistryAccess(hint=hint)):
        raise fault_of("not pulled", complaint)

    assert caught.value.hint == HINTS[caught.value.reason]
