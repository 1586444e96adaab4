"""What the original API answered to new objects, and what the rules say of the same.

The corpus of recorded answers lies beside the checkout; where ours differ on purpose, the case has
a row with its reason in docs/reference/differences.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from house.tree import ROOT
from slipcast.api import fullness, kinds, lenience, lens, metadata
from slipcast.api.image import ImageStreamImport, ImageStreamMapping
from slipcast.api.kinds import Kind
from slipcast.builds.defaults import defaulted_build, defaulted_config
from slipcast.builds.validate.build import build
from slipcast.builds.validate.config import build_config
from slipcast.builds.validate.strategy import unrecognized
from slipcast.images.defaults import (
    created_stream,
    defaulted_import,
    defaulted_mapping,
    defaulted_stream,
)
from slipcast.images.validate import image_stream, image_stream_import, image_stream_mapping
from slipcast.templates.validate import template
from slipcast.values.causes import Cause

CASES = ROOT.parent / "shared" / "oracle" / "cases"
TABLE = (ROOT / "docs/reference/differences.md").read_text()
OF_SERVER = ("uid", "selfLink", "resourceVersion", "creationTimestamp")

Answer = tuple[int, Any]


class Rules(NamedTuple):
    """What is done with a new object of a kind."""

    kind: Kind
    struct: type[msgspec.Struct]
    fill: Callable[[Any, bool], Any]
    wrong: Callable[[Any], Iterable[Cause]]


def a_request(name: str, struct: str) -> Kind:
    """A kind that is only ever sent."""
    return Kind(group=kinds.IMAGE, name=name, plural=name.lower(), struct=struct)


def of_table(group: str, name: str, fill: Any, wrong: Any) -> Rules:
    """The rules of a kind of the table."""
    kind = kinds.require(group, name)
    return Rules(kind, kind.type, fill, lambda new: wrong(new, None))


RULES = {
    "buildconfigs": of_table(
        kinds.BUILD,
        "BuildConfig",
        lambda new, legacy: defaulted_config(new, creating=True, legacy=legacy),
        build_config,
    ),
    "builds": of_table(kinds.BUILD, "Build", lambda new, _: defaulted_build(new), build),
    "imagestreams": of_table(
        kinds.IMAGE,
        "ImageStream",
        lambda new, _: created_stream(defaulted_stream(new)),
        image_stream,
    ),
    "templates": of_table(kinds.TEMPLATE, "Template", lambda new, _: new, template),
    "imagestreammappings": Rules(
        a_request("ImageStreamMapping", "image:ImageStreamMapping"),
        ImageStreamMapping,
        lambda new, _: defaulted_mapping(new),
        image_stream_mapping,
    ),
    "imagestreamimports": Rules(
        a_request("ImageStreamImport", "image:ImageStreamImport"),
        ImageStreamImport,
        lambda new, _: defaulted_import(new),
        image_stream_import,
    ),
}


class Case(NamedTuple):
    """An object that was sent, and what came back."""

    name: str
    rules: Rules
    content: dict[str, Any]
    legacy: bool
    expected: Answer


def read(case: Path) -> Case | None:
    """The case in a directory; None when it sends no object, or rules alone do not answer it."""
    text, answers = (case / "cmd").read_text(), case / "objects.json"
    path = re.search(r"api POST (\S+)/(\w+) -d", text)
    body = re.search(r"(?m)^(\{\".*\})$|-d '(\{\".*\})'", text)
    if path is None or body is None or not answers.exists() or path[2] not in RULES:
        return None
    expected = recorded(answers)
    if expected is None:
        return None
    sent = (body[1] or body[2]).replace("git://127.0.0.1:19418", "${GITURL}")
    if many := re.search(r'replace\("@MANY@", "(.)" \* (\d+)\)', text):
        sent = sent.replace("@MANY@", many[1] * int(many[2]))
    legacy = path[1].startswith("$O")
    return Case(case.name, RULES[path[2]], json.loads(sent), legacy, expected)


def recorded(answers: Path) -> Answer | None:
    """Code and object, or code and what was wrong; None for what rules do not answer."""
    answer = json.loads(answers.read_text())[0]
    code, body = answer.get("httpCode"), answer.get("body")
    if code == 201 and body["kind"] != "Status" and "Import" not in body["kind"]:
        return code, without_server(body)
    if code not in {403, 422}:
        return None
    causes = body["details"].get("causes", [])
    return code, sorted((cause["field"], cause["reason"]) for cause in causes)


def answered(case: Case) -> Answer:
    """What the rules make of an object that is created."""
    content, rules = case.content, case.rules
    namespace = case.expected[1]["metadata"]["namespace"] if case.expected[0] == 201 else "oracle"
    content = {**content, "metadata": {**content["metadata"], "namespace": namespace}}
    if case.legacy:
        content = lenience.lenient(content, rules.struct)
    before = lens.read(content, rules.struct)
    after = rules.fill(before, case.legacy)
    if rules.kind.group == kinds.BUILD and unrecognized(after.spec.strategy):
        return 403, []
    causes = (*metadata.created(after.metadata, rules.kind), *rules.wrong(after))
    if causes:
        return 422, sorted((cause.field, cause.reason) for cause in causes)
    full = fullness.settled(lens.overlay(content, before, after), after, rules.kind)
    return 201, without_server(json.loads(as_recorded(json.dumps(full))))


def without_server(body: dict[str, Any]) -> dict[str, Any]:
    """An object as rules know it: without what a server says of it, and its registry."""
    said = {key: value for key, value in body["metadata"].items() if key not in OF_SERVER}
    rest = {key: value for key, value in body.items() if key not in {"apiVersion", "kind"}}
    if body["kind"] == "ImageStream":
        rest = {**rest, "status": {}}
    return {**rest, "metadata": said}


def as_recorded(text: str) -> str:
    """A text as the recorder kept it: what is long is cut, what looks like an age is hidden."""
    text = text.replace("127.0.0.1:19480", "${REG}")
    return re.sub(r'"\d+m"', '"<age>"', re.sub(r"([Fx])\1{5000,}", r"<many \1>", text))


DIRECTORIES = sorted(CASES.iterdir()) if CASES.exists() else []
CREATIONS = [case for case in map(read, DIRECTORIES) if case is not None]


@pytest.mark.skipif(not CASES.exists(), reason="no corpus of recorded answers beside the checkout")
def test_there_are_recorded_answers_to_compare_with() -> None:
    assert len(CREATIONS) > 100


@pytest.mark.parametrize("case", CREATIONS, ids=lambda case: case.name)
def test_a_new_object_is_answered_as_by_the_original(case: Case) -> None:
    answer = answered(case)

    differs = f"| {case.name} |" in TABLE
    assert (answer != case.expected) == differs, f"{answer}\n{case.expected}"
