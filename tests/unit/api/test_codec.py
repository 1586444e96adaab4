"""Bytes to JSON: what is read, what is refused, and in which words."""

from __future__ import annotations

import pytest

from slipcast.api.bounds import DEEPEST
from slipcast.api.codec import LARGEST_YAML, examine, is_yaml, parse, parse_all, parse_any, to_json
from slipcast.values.apifaults import ApiFault, BadRequest, TooLarge, UnsupportedMediaType

YAML = "application/yaml"


def nested(depth: int) -> bytes:
    """Objects so many levels deep."""
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


@pytest.mark.parametrize(
    "media_type",
    ["", "application/json", "application/json; charset=utf-8", "application/merge-patch+json"],
)
def test_json_is_read(media_type: str) -> None:
    assert parse(b'{"a": [1, 2.5, null, "\\u00fc"]}', media_type) == {"a": [1, 2.5, None, "ü"]}


@pytest.mark.parametrize("media_type", [YAML, "text/yaml", "application/apply-patch+yaml"])
def test_yaml_is_read(media_type: str) -> None:
    assert parse(b"a:\n- 1\n- {b: c}\n", media_type) == {"a": [1, {"b": "c"}]}


@pytest.mark.parametrize(
    "media_type", ["application/vnd.kubernetes.protobuf", "text/plain", "json", "application/xml"]
)
def test_other_forms_are_refused(media_type: str) -> None:
    with pytest.raises(UnsupportedMediaType, match="accepted media types include"):
        is_yaml(media_type)


@pytest.mark.parametrize("body", [b"[]", b"1", b'"a"', b"null"])
def test_an_object_is_wanted(body: bytes) -> None:
    with pytest.raises(BadRequest, match="the body must be an object"):
        parse(body, "application/json")


def test_the_operations_of_a_patch_are_a_list() -> None:
    assert parse_any(b'[{"op":"test"}]', "application/json-patch+json") == [{"op": "test"}]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"a":1,}', "trailing comma in object at line 1, column 8"),
        (b'{\n  "a": b}', "invalid character at line 2, column 8"),
        (b'{"a":1} x', "trailing characters at line 1, column 10"),
        (b'{"a":', "it ends too early"),
        (b"", "it ends too early"),
        (b'{"a":"\\ud800"}', "half of a surrogate pair at line 1, column 7"),
        (b'{"a":1e999}', "not valid JSON: Number out of range"),
        (b'{"a":NaN}', "invalid character at line 1, column 6"),
        (b'{"a":"\x01"}', "invalid character"),
        (b"\xef\xbb\xbf{}", "invalid character at line 1, column 1"),
    ],
)
def test_broken_json_is_told_where(body: bytes, words: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse(body, "application/json")

    assert words in caught.value.message


@pytest.mark.parametrize("media_type", ["application/json", YAML])
def test_what_is_not_utf_8_is_told_where(media_type: str) -> None:
    with pytest.raises(BadRequest, match="the body is not UTF-8: wrong byte at line 2"):
        parse(b'{"a":\n"\xff"}', media_type)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            b'{"a":{"b":[1,18446744073709551616]}}',
            r"number at a.b\[1\] needs more than 64 bits",
        ),
        (b'{"a":-9223372036854775809}', "the number at a needs more than 64 bits"),
        (b'{"a":1e999}', "out of range"),
        (b'{"a":["x\\u0000"]}', r"the value at a\[0\] holds a NUL character"),
        (b'{"a\\u0000":1}', "the body holds a NUL character"),
        (b'{"a":"\\ud800 x"}', "JSON"),
        (b'{"a":"\\udc00 x"}', "surrogate|JSON"),
    ],
)
def test_json_out_of_bounds_is_told_where(body: bytes, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        parse(body, "application/json")


@pytest.mark.parametrize("number", [-(2**63), 2**63, 2**64 - 1])
def test_numbers_of_64_bits_are_read(number: int) -> None:
    assert parse(b'{"a":%d}' % number, "application/json") == {"a": number}


def test_a_body_may_be_nested_deeply() -> None:
    assert parse(nested(DEEPEST), "application/json")


@pytest.mark.parametrize("media_type", ["application/json", YAML])
@pytest.mark.parametrize("depth", [DEEPEST + 1, 5_000])
def test_a_body_nested_too_deeply_is_refused(media_type: str, depth: int) -> None:
    with pytest.raises(BadRequest, match="nested more than 300 levels deep"):
        parse(nested(depth), media_type)


@pytest.mark.parametrize("media_type", ["application/json", YAML])
def test_a_body_that_is_too_large_is_not_read(media_type: str) -> None:
    with pytest.raises(TooLarge, match="limit is 10"):
        parse(b'{"a": "not read"', media_type, most=10)


def test_yaml_is_given_less_room_than_json() -> None:
    text = "x" * LARGEST_YAML

    assert parse(f'{{"a": "{text}"}}'.encode(), YAML) == {"a": text}
    with pytest.raises(TooLarge, match="limit is 1048576"):
        parse(f"a: {text}".encode(), YAML)


def test_json_that_is_called_yaml_is_read_as_json() -> None:
    parsed = examine(b'{"a": "\\u00fc", "b": 1, "b": 2}', YAML)

    assert (parsed.content, parsed.duplicates) == ({"a": "ü", "b": 2}, ("b",))


def test_numbers_are_looked_at_in_deep_and_wide_bodies() -> None:
    rows = ",".join(['{"a":[1,2.5,true,null,"é"]}'] * 400)

    assert len(parse(f'{{"rows":[{rows}],"n":1234567890123456789}}'.encode())["rows"]) == 400


def test_aliases_that_explode_are_refused() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]

    with pytest.raises(BadRequest, match="aliases make it far too large"):
        parse("\n".join(lines).encode(), YAML)


def test_aliases_that_pile_up_are_refused() -> None:
    half = "[" * 150 + "]" * 150
    pile = f"a: &a {half}\nb: {'[' * 200}*a{']' * 200}\n"

    with pytest.raises(BadRequest, match=r"nested more than 300 levels deep at b\[0\]"):
        parse(pile.encode(), YAML)


def test_yaml_may_be_nested_deeply() -> None:
    assert parse(b"a: " + b"[" * 150 + b"]" * 150, YAML)


@pytest.mark.parametrize("sign", [b"- ", b"[", b"? "])
def test_yaml_nested_too_deeply_is_refused(sign: bytes) -> None:
    with pytest.raises(BadRequest, match=r"nested more than 300 levels deep|a key is no text"):
        parse(b"a:\n  " + sign * 5_000, YAML)


def test_aliases_that_go_round_in_circles_are_refused() -> None:
    with pytest.raises(BadRequest):
        parse(b"a: &a [*a]", YAML)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"a: [1", "did not find expected"),
        (b"a: b\n c: d\n", "at line 2"),
        (b"\ta: 1", "at line 1"),
        (b"a: *b", "undefined alias at line 1"),
        (b"? [a]\n: b", "a key is no text at line 1"),
        (b"~: b", "a key is no text at line 1"),
        (b"a: .inf", "the value at a is not a finite number"),
        (b"a: [.NaN]", r"the value at a\[0\] is not a finite number"),
        (b"a: 99999999999999999999", "the number at a needs more than 64 bits"),
        (b"a: 1\n---\nb: 2", "one document, not 2"),
        (b"", "one document, not 0"),
        (b"a: !!binary _", "wrong !!binary"),
        (b"<<: 1", "<< is no mapping"),
        (b'a: "\\0"', "the value at a holds a NUL character"),
        (b"a: \x01", "not valid YAML"),
    ],
)
def test_broken_yaml_is_told_where(body: bytes, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        parse(body, YAML)


@pytest.mark.parametrize("media_type", ["application/json", YAML])
def test_fields_said_twice_are_reported_and_the_last_counts(media_type: str) -> None:
    body = b'{"spec": {"a": 1, "b": [{"c": "x:y", "c": 2, "c": 3}], "a": 4}, "d": {"e\\u003a": 5}}'

    parsed = examine(body, media_type)

    assert parsed.content["spec"] == {"a": 4, "b": [{"c": 3}]}
    assert sorted(set(parsed.duplicates)) == ["spec.a", "spec.b[0].c"]


def test_colons_in_texts_are_no_repetitions() -> None:
    parsed = examine(b'{"a": "x:y", "b": "\\u003a"}', "application/json")

    assert parsed.duplicates == ()


def test_a_file_may_hold_several_documents() -> None:
    text = b"# a comment\n---\nkind: A\n---\n\n---\nkind: B\n...\n"

    assert [parsed.value for parsed in parse_all(text)] == [{"kind": "A"}, {"kind": "B"}]


@pytest.mark.parametrize(
    "text", [b'{"a":1}\n{"a":2}', b'\xef\xbb\xbf{"a":1}{"a":2}\n', b"{a: 1}\n---\n{a: 2}"]
)
def test_a_file_of_json_may_hold_several_documents_too(text: bytes) -> None:
    assert [parsed.value for parsed in parse_all(text)] == [{"a": 1}, {"a": 2}]


def test_an_empty_file_holds_no_document() -> None:
    assert parse_all(b"\n# nothing\n") == ()


def test_a_file_that_is_neither_is_refused() -> None:
    with pytest.raises(ApiFault, match="not valid YAML"):
        parse_all(b'{"a": }{')


def test_json_is_printed_as_kubectl_prints_it() -> None:
    assert to_json({"b": [], "a": {"x": "ü"}}) == (
        '{\n    "a": {\n        "x": "ü"\n    },\n    "b": []\n}\n'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'{"a": "\\udc00 x"}{"b": 1}', "not valid YAML"),
        (b'{"a": 1}\n[', "not valid YAML"),
        (b'{"a": "\xff"}', "not UTF-8"),
    ],
)
def test_a_file_of_broken_json_is_refused(text: bytes, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        parse_all(text)
