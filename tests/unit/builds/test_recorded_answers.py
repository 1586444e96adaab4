"""What the original API answered to BuildConfigs, and what the rules say of the same.

The corpus of recorded answers lies beside the checkout; where ours differ on purpose, the case has
a row with its reason in docs/reference/differences.md.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from house.tree import ROOT
from slipcast.api import fullness, kinds, lenience, lens, metadata
from slipcast.api.build import BuildConfig
from slipcast.builds.defaults import defaulted_config
from slipcast.builds.validate.config import build_config
from slipcast.builds.validate.strategy import unrecognized
from slipcast.values.causes import Cause

CASES = ROOT.parent / "shared" / "oracle" / "cases"
TABLE = (ROOT / "docs/reference/differences.md").read_text()
KIND = kinds.require(kinds.BUILD, "BuildConfig")
NAMESPACE = "oracle-bcvalid"
OF_SERVER = ("uid", "selfLink", "resourceVersion", "creationTimestamp")

Answer = tuple[int, Any]


def recorded(case: Path) -> Answer | None:
    """Code and object, or code and what was wrong; None for what rules do not answer."""
    if not (case / "objects.json").exists():
        return None
    answer = json.loads((case / "objects.json").read_text())[0]
    code, body = answer.get("httpCode"), answer.get("body")
    if code == 201:
        return code, without_server(body)
    if code not in {403, 422}:
        return None
    causes = body["details"].get("causes", [])
    return code, sorted((cause["field"], cause["reason"]) for cause in causes)


def given(case: Path) -> tuple[bool, dict[str, Any]] | None:
    """Whether a case creates a BuildConfig over the legacy path, and which; None if it does not."""
    text = (case / "cmd").read_text()
    many = re.search(r'replace\("@MANY@", "(.)" \* (\d+)\)', text)
    body = re.search(r"(?m)^(\{\".*\})$|-d '(\{\".*\})'", text)
    if "# group: bcvalid" not in text or "api POST" not in text or body is None:
        return None
    sent = (body[1] or body[2]).replace("git://127.0.0.1:19418", "${GITURL}")
    if many:
        sent = sent.replace("@MANY@", many[1] * int(many[2]))
    content = json.loads(sent)
    return "$O/buildconfigs" in text, content


def answered(content: dict[str, Any], *, legacy: bool) -> Answer:
    """What the rules make of a BuildConfig that is created."""
    content = {**content, "metadata": {**content["metadata"], "namespace": NAMESPACE}}
    if legacy:
        content = lenience.lenient(content, BuildConfig)
    before = lens.read(content, BuildConfig)
    after = defaulted_config(before, creating=True, legacy=legacy)
    if unrecognized(after.spec.strategy):
        return 403, []
    causes = (*metadata.created(after.metadata, KIND), *build_config(after, None))
    if causes:
        return 422, sorted(wrong(cause) for cause in causes)
    full = fullness.settled(lens.overlay(content, before, after), after, KIND)
    return 201, without_server(json.loads(as_recorded(json.dumps(full))))


def wrong(cause: Cause) -> tuple[str, str]:
    """Where and how, as programs read it; the words are not compared."""
    return cause.field, cause.reason


def without_server(body: dict[str, Any]) -> dict[str, Any]:
    """Spec and status, with the metadata that a client says."""
    said = {key: value for key, value in body["metadata"].items() if key not in OF_SERVER}
    return {"metadata": said, "spec": body["spec"], "status": body["status"]}


def as_recorded(text: str) -> str:
    """A text as the recorder kept it: what is long is cut, what looks like an age is hidden."""
    return re.sub(r'"\d+m"', '"<age>"', re.sub(r"([Fx])\1{5000,}", r"<many \1>", text))


CREATIONS = [
    case
    for case in (sorted(CASES.iterdir()) if CASES.exists() else [])
    if given(case) is not None and recorded(case) is not None
]


@pytest.mark.skipif(not CASES.exists(), reason="no corpus of recorded answers beside the checkout")
def test_there_are_recorded_answers_to_compare_with() -> None:
    assert len(CREATIONS) > 60


@pytest.mark.parametrize("case", CREATIONS, ids=lambda case: case.name)
def test_a_buildconfig_is_answered_as_by_the_original(case: Path) -> None:
    expected, request = recorded(case), given(case)
    assert request is not None

    answer = answered(request[1], legacy=request[0])

    differs = f"| {case.name} |" in TABLE
    assert (answer != expected) == differs, f"{answer}\n{expected}"
