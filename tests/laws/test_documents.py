"""Laws of documents: what is kept is what was sent, and a Struct is only a way to look at it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from laws.documents import anything, documents, kinds, words
from slipcast.api.build import BuildConfig
from slipcast.api.codec import examine, parse, parse_all, parse_any, to_yaml
from slipcast.api.document import Document, body_of
from slipcast.api.kinds import Kind, require
from slipcast.api.lens import content_of, overlay, read, unknown_fields
from slipcast.api.shapes import shape_of
from slipcast.values.apifaults import BadRequest

CONFIG = require("build.openshift.io", "BuildConfig")

SIGNS = list("{}[]:,-#&*!|>?%@`\"\\'\n\t 0123456789.eE+~<=yntu/")
bodies = st.lists(st.sampled_from(SIGNS), max_size=40).map(lambda signs: "".join(signs).encode())
of_a_kind = kinds.flatmap(lambda kind: st.tuples(st.just(kind), documents(kind)))
two_of_a_kind = kinds.flatmap(
    lambda kind: st.tuples(st.just(kind), documents(kind), documents(kind))
)


@given(of_a_kind)
def test_a_document_holds_what_was_sent(sent: tuple[Kind, dict[str, Any]]) -> None:
    kind, content = sent

    kept = Document.of(kind, content).content

    assert kept == without_what_the_server_says(content)


@given(of_a_kind, st.integers(min_value=1))
def test_what_is_sent_is_the_body_and_three_fields(
    sent: tuple[Kind, dict[str, Any]], revision: int
) -> None:
    kind, content = sent
    document = Document.of(kind, content, revision)

    wire = msgspec.json.decode(document.wire())

    assert wire == document.content
    assert wire["metadata"]["resourceVersion"] == str(revision)
    assert body_of(wire) == document.body


@given(of_a_kind)
def test_a_view_brought_back_unchanged_changes_nothing(sent: tuple[Kind, dict[str, Any]]) -> None:
    kind, content = sent

    view = read(content, kind.type)

    assert overlay(content, view, view) == content


@given(two_of_a_kind)
def test_what_was_brought_in_is_what_is_read(
    sent: tuple[Kind, dict[str, Any], dict[str, Any]],
) -> None:
    kind, content, other = sent
    before, after = read(content, kind.type), read(other, kind.type)

    changed = overlay(content, before, after)

    assert read(changed, kind.type) == after


@given(two_of_a_kind)
def test_bringing_in_a_change_leaves_the_input_alone(
    sent: tuple[Kind, dict[str, Any], dict[str, Any]],
) -> None:
    kind, content, other = sent
    copy = msgspec.json.encode(content)

    overlay(content, read(content, kind.type), read(other, kind.type))

    assert msgspec.json.encode(content) == copy


@given(documents(CONFIG), st.text(max_size=5))
def test_no_field_that_is_not_known_is_lost(content: dict[str, Any], word: str) -> None:
    before = read(content, BuildConfig)
    after = msgspec.structs.replace(
        before,
        metadata=msgspec.structs.replace(before.metadata, labels={"new": word}),
        spec=msgspec.structs.replace(
            before.spec,
            run_policy=word,
            triggers=(*before.spec.triggers, *before.spec.triggers[:1]),
            output=msgspec.structs.replace(before.spec.output, to=None),
        ),
        status=msgspec.structs.replace(before.status, last_version=7),
    )

    changed = overlay(content, before, after)

    lost = set(unknown_fields(content, CONFIG)) - set(unknown_fields(changed, CONFIG))
    assert {path for path in lost if not path.startswith("spec.output.to.")} == set()


@given(kinds.flatmap(lambda kind: st.tuples(st.just(kind), documents(kind, later=False))))
def test_what_the_structs_know_is_never_reported(sent: tuple[Kind, dict[str, Any]]) -> None:
    kind, content = sent

    assert unknown_fields(content, kind) == ()


@given(of_a_kind)
def test_a_new_document_says_what_its_struct_says(sent: tuple[Kind, dict[str, Any]]) -> None:
    kind, content = sent
    view = read(content, kind.type)

    assert read(content_of(view, kind), kind.type) == view


@given(of_a_kind)
def test_a_document_reads_as_its_content_does(sent: tuple[Kind, dict[str, Any]]) -> None:
    kind, content = sent
    document = Document.of(kind, content, 5)

    assert read(document, kind.type) == read(document.content, kind.type)


@given(st.dictionaries(words | st.sampled_from(["<<", "y", "1", ""]), anything))
def test_what_is_printed_as_yaml_is_read_back(content: dict[str, Any]) -> None:
    text = to_yaml(content).encode()

    assert parse(text, "application/yaml") == content


@given(st.lists(st.dictionaries(st.sampled_from("abc"), anything, min_size=1), min_size=1))
def test_files_of_several_documents_are_read_in_order(contents: list[dict[str, Any]]) -> None:
    text = "---\n".join(to_yaml(content) for content in contents).encode()

    assert [parsed.value for parsed in parse_all(text)] == contents


@given(of_a_kind)
def test_a_body_without_repetitions_has_none(sent: tuple[Kind, dict[str, Any]]) -> None:
    _, content = sent

    parsed = examine(msgspec.json.encode(content), "application/json")

    assert (parsed.value, parsed.duplicates) == (content, ())


@given(of_a_kind)
def test_a_shape_knows_what_the_struct_knows(sent: tuple[Kind, dict[str, Any]]) -> None:
    kind, content = sent
    known = {name for name in content if name in shape_of(kind).fields}

    strange = {path for path in unknown_fields(content, kind) if "." not in path}

    assert known | strange == set(content)


def without_what_the_server_says(content: dict[str, Any]) -> dict[str, Any]:
    metadata = {
        name: value
        for name, value in content["metadata"].items()
        if name not in {"resourceVersion", "selfLink"}
    }
    return {**content, "metadata": metadata}


@given(st.binary(max_size=60) | bodies, st.sampled_from(["application/json", "application/yaml"]))
def test_any_body_is_read_or_refused_in_words(body: bytes, media_type: str) -> None:
    value: Any = None
    with suppress(BadRequest):
        value = parse_any(body, media_type)

    assert msgspec.json.decode(msgspec.json.encode(value)) == value


@given(kinds, st.dictionaries(st.sampled_from(["metadata", "spec", "data"]), anything) | anything)
def test_any_content_is_seen_or_refused_in_words(kind: Kind, content: Any) -> None:
    view: Any = kind.type()
    with suppress(BadRequest):
        view = read(content, kind.type)

    assert isinstance(view, kind.type)
