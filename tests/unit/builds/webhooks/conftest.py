"""Deliveries as forges send them, and what BuildConfigs want."""

from __future__ import annotations

from pathlib import Path

from slipcast.builds.delivery import Accepted, Ignored, Outcome, Posted, Rejected, Wanted

PAYLOADS = Path(__file__).parent / "payloads"
JSON = {"content-type": "application/json"}
COMMIT = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
MAIN = Wanted(ref="main")


def posted(payload: str, **headers: str) -> Posted:
    """A delivery of a payload of ours."""
    body = (PAYLOADS / f"{payload}.json").read_bytes()
    return a_post(body, **headers)


def a_post(body: bytes, **headers: str) -> Posted:
    """A delivery; names of headers with underscores."""
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return Posted(headers={**JSON, **named}, body=body)


def accepted(outcome: Outcome) -> Accepted:
    """The outcome, which starts a build."""
    assert isinstance(outcome, Accepted), outcome
    return outcome


def why_ignored(outcome: Outcome) -> str:
    """Why nothing is started."""
    assert isinstance(outcome, Ignored), outcome
    return outcome.why


def why_rejected(outcome: Outcome) -> str:
    """Why a request is wrong."""
    assert isinstance(outcome, Rejected), outcome
    assert outcome.status == 400
    return outcome.why
