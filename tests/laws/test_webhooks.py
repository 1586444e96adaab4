"""Laws of webhooks: whatever is posted, something is said of it; patterns mean what they say."""

from __future__ import annotations

import copy
import fnmatch
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from slipcast.builds import postreceive
from slipcast.builds.delivery import (
    Accepted,
    Ignored,
    Outcome,
    Posted,
    Rejected,
    Wanted,
    media_type,
)
from slipcast.builds.pushes import matches
from slipcast.builds.signatures import one_of
from slipcast.builds.webhooks import FORGES
from slipcast.values.faults import InvalidFault
from slipcast.values.sensitive import Sensitive

PAYLOADS = tuple(
    json.loads(each.read_bytes())
    for each in sorted((Path(__file__).parents[1] / "unit/builds/webhooks/payloads").iterdir())
)
forges = st.sampled_from(FORGES)
types = st.sampled_from(
    ("application/json", "application/json; charset=utf-8", "application/yaml", "text/plain", "")
)
headers = st.fixed_dictionaries(
    {"content-type": st.one_of(types, st.text(max_size=30))},
    optional={
        "x-github-event": st.sampled_from(("push", "ping", "issues")),
        "x-gitlab-event": st.sampled_from(("Push Hook", "Tag Push Hook")),
        "x-event-key": st.sampled_from(("repo:push", "repo:refs_changed", "x")),
        "x-hub-signature-256": st.text(max_size=20),
        "x-gitlab-token": st.text(max_size=20),
    },
)
wanted = st.builds(
    Wanted,
    ref=st.sampled_from(("", "main", "refs/tags/v1.0")),
    has_git=st.booleans(),
    allows_env=st.booleans(),
    branches=st.sampled_from(((), ("**",), ("release/*", "!main"))),
    paths=st.sampled_from(((), ("frontend",), ("!**/*.md",))),
)
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.just({}),
    st.just([]),
)
values = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """A payload as a forge sends it, but for some places in it."""
    payload = copy.deepcopy(draw(st.sampled_from(PAYLOADS)))
    for _ in range(draw(st.integers(0, 3))):
        place: Any = payload
        while isinstance(place, dict | list) and place:
            keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
            key = draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or draw(st.booleans()):
                place[key] = draw(values)
                break
            place = place[key]
    return payload


def is_said(outcome: Outcome) -> bool:
    """Whether an outcome is one that can be told and written down."""
    match outcome:
        case Accepted():
            return bool(msgspec.json.encode(outcome.revision)) and all(outcome.warnings)
        case Ignored():
            return bool(outcome.why) and bool(msgspec.json.encode(outcome))
        case Rejected():
            return bool(outcome.why) and outcome.status in {400, 401}


@given(forges, headers, st.binary(max_size=200), wanted)
def test_of_whatever_is_posted_something_is_said(
    forge: Any, headers: dict[str, str], body: bytes, wanted: Wanted
) -> None:
    posted = Posted(headers=headers, body=body)

    assert is_said(forge.read(posted, wanted))
    assert forge.is_genuine(posted, (Sensitive("x"),)) in {True, False}


@given(forges, headers, changed(), wanted)
def test_of_a_payload_that_is_nearly_right_something_is_said(
    forge: Any, headers: dict[str, str], payload: Any, wanted: Wanted
) -> None:
    named = {**headers, "content-type": "application/json"}

    assert is_said(forge.read(Posted(headers=named, body=json.dumps(payload).encode()), wanted))


@given(values, wanted)
def test_case_of_names_changes_nothing_in_a_generic_payload_tr_73(
    value: Any, wanted: Wanted
) -> None:
    generic = FORGES[-1]
    body = json.dumps({"git": {"ref": "main", "commit": value}, "env": [value]})
    louder = body.replace('"git"', '"GIT"').replace('"ref"', '"Ref"').replace('"env"', '"ENV"')

    outcomes = [
        generic.read(
            Posted(headers={"content-type": "application/json"}, body=text.encode()), wanted
        )
        for text in (body, louder)
    ]

    assert type(outcomes[0]) is type(outcomes[1])
    assert getattr(outcomes[0], "revision", 0) == getattr(outcomes[1], "revision", 0)


@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=8))
def test_in_one_segment_patterns_are_those_of_the_shell(pattern: str, name: str) -> None:
    expected = fnmatch.fnmatchcase(name, pattern) if pattern != "**" else True

    assert matches((pattern,), name) is expected


@given(
    st.lists(st.sampled_from(("**", "*", "a", "b", "*a", "a*b")), min_size=1, max_size=5),
    st.lists(st.sampled_from(("a", "b", "ab", "ba")), min_size=1, max_size=6),
)
def test_two_stars_are_any_segments(pattern: list[str], name: list[str]) -> None:
    assert matches(("/".join(pattern),), "/".join(name)) is slowly(pattern, name)


def slowly(pattern: list[str], name: list[str]) -> bool:
    """Whether a pattern fits, by trying everything."""
    if not pattern:
        return not name
    if pattern[0] == "**":
        return any(slowly(pattern[1:], name[skipped:]) for skipped in range(len(name) + 1))
    return bool(name) and fnmatch.fnmatchcase(name[0], pattern[0]) and slowly(pattern[1:], name[1:])


@given(st.text(max_size=40))
def test_a_media_type_is_one_or_is_refused(header: str) -> None:
    with suppress(ValueError):
        found = media_type(header)
        assert found == found.lower().strip()
        assert found


@given(st.text(max_size=20), st.lists(st.text(max_size=20).map(Sensitive), max_size=4))
def test_a_secret_is_found_exactly_where_it_is(given_: str, secrets: list[Sensitive]) -> None:
    told = [each.reveal() for each in secrets]

    assert one_of(given_, secrets) == (told.index(given_) if given_ and given_ in told else -1)


@given(st.text(max_size=200))
def test_what_a_hook_is_told_is_understood_or_refused(text: str) -> None:
    with suppress(InvalidFault):
        moved = postreceive.parse(text)
        assert all(each.ref and each.commit.strip("0") for each in moved)
