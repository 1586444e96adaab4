"""YAML as kubectl reads and prints it; every expectation here is what kubectl 1.32 answered."""

from __future__ import annotations

import pytest

from slipcast.api.codec import examine, parse, to_yaml

READ = [
    ("1e3", 1000),
    ("1.5e3", 1500),
    ("0.1e-5", 1e-06),
    ("y", True),
    ("n", False),
    ("yes", True),
    ("Off", False),
    ("TRUE", True),
    ("tRue", "tRue"),
    ("0644", 420),
    ("08", 8),
    ("0o17", 15),
    ("0x1F", 31),
    ("0b101", 5),
    ("1_000", 1000),
    ("1_", 1),
    ("_1", "_1"),
    ("+1", 1),
    ("-0", 0),
    (".5", 0.5),
    ("5.", 5),
    ("1.0", 1),
    ("22:22", "22:22"),
    ("2026-11-22", "2026-11-22"),
    ("2026-11-22T18:00:00Z", "2026-11-22T18:00:00Z"),
    ("~", None),
    ("Null", None),
    ("", None),
    ("!!str 12", "12"),
    ('"12"', "12"),
    ('!!int "12"', 12),
    ("!!binary aGk=", "hi"),
    ("!other bar", "bar"),
    ("=", "="),
    ("- x", ["x"]),
]

PRINTED = [
    ("", '""'),
    ("true", '"true"'),
    ("y", '"y"'),
    ("null", '"null"'),
    ("~", '"~"'),
    ("123", '"123"'),
    ("0644", '"0644"'),
    ("1e3", '"1e3"'),
    (".5", '".5"'),
    ("1:30", '"1:30"'),
    ("2026-11-22", '"2026-11-22"'),
    ("2026-11-22T18:00:00Z", '"2026-11-22T18:00:00Z"'),
    ("a: b", "'a: b'"),
    ("a:", "'a:'"),
    ("- x", "'- x'"),
    ("-", "'-'"),
    ("-x", "-x"),
    (":x", ":x"),
    ("#c", "'#c'"),
    ("a #b", "'a #b'"),
    (" x", "' x'"),
    ("{a}", "'{a}'"),
    ("*a", "'*a'"),
    ("@x", "'@x'"),
    ("%x", "'%x'"),
    ("a'b", "a'b"),
    ('a"b', 'a"b'),
    ("a,b", "a,b"),
    ("é☃", "é☃"),
    ("\x01", '"\\x01"'),
    ("tab\there", '"tab\\there"'),
    ("x\ny\n", "|\n  x\n  y"),
    ("x\ny", "|-\n  x\n  y"),
    ("x\n\n", "|+\n  x\n"),
    ("...\n", "|\n  ..."),
    ("x \ny", '"x \\ny"'),
    ("\nx", "|2-\n\n  x"),
    ("x\r\ny", '"x\\r\\ny"'),
    (1.5, "1.5"),
    (1000000.0, "1000000"),
    (1e30, "1e+30"),
    (None, "null"),
    (True, "true"),
    ({}, "{}"),
    ([], "[]"),
]


@pytest.mark.parametrize(("text", "value"), READ)
def test_a_scalar_is_read_as_kubectl_reads_it(text: str, value: object) -> None:
    found = parse(f"a: {text}\n".encode() if text != "- x" else b"a:\n- x\n", "application/yaml")

    assert found == {"a": value}
    assert type(found["a"]) is type(value)


def test_keys_become_texts_as_kubectl_makes_them() -> None:
    found = parse(b"{y: 1, 2: b, 1.5: c}", "application/yaml")

    assert found == {"true": 1, "2": "b", "1.5": "c"}


def test_mappings_may_take_over_others() -> None:
    body = b"x: &x {b: 1, c: 1}\nz: &z {d: 4}\nw:\n  <<: [*x, *z]\n  c: 2\n"

    assert parse(body, "application/yaml")["w"] == {"b": 1, "c": 2, "d": 4}


@pytest.mark.parametrize(("value", "text"), PRINTED)
def test_a_value_is_printed_as_kubectl_prints_it(value: object, text: str) -> None:
    assert to_yaml({"a": value}) == f"a: {text}\n"


def test_keys_are_sorted_as_kubectl_sorts_them() -> None:
    names = ["apiVersion", "a10", "a2", "B", "a-b", "ab", "10", "9", "_u", "", "x.y/z", "k l", "n"]

    printed = to_yaml(dict.fromkeys(names, 1))

    assert [line.rpartition(":")[0].strip('"') for line in printed.splitlines()] == [
        *("", "_u", "9", "10", "B", "a-b", "a2", "a10", "ab", "apiVersion", "k l", "n", "x.y/z"),
    ]


def test_lists_are_not_indented() -> None:
    content = {"nested": {"list": [{"b": [[1, [2]], {}], "a": 1}]}}

    assert to_yaml(content) == (
        "nested:\n  list:\n  - a: 1\n    b:\n    - - 1\n      - - 2\n    - {}\n"
    )


def test_long_texts_are_folded() -> None:
    text = "very long line " * 8

    assert to_yaml({"a": text.strip()}).splitlines() == [
        "a: very long line very long line very long line very long line very long line very",
        "  long line very long line very long line",
    ]


def test_keys_may_be_anchors_and_aliases() -> None:
    body = b"x: &x word\n*x : 1\n? &k key\n: 2\nz: *k\n"

    assert parse(body, "application/yaml") == {"x": "word", "word": 1, "key": 2, "z": "key"}


def test_places_that_aliases_lead_to_are_apart() -> None:
    found = parse(b"x: &x {b: [1]}\nz: *x\n", "application/yaml")

    assert found["x"] == found["z"]
    assert found["x"]["b"] is not found["z"]["b"]


def test_what_is_said_twice_is_told_with_its_place() -> None:
    parsed = examine(b"a:\n- b: 1\n  c: 2\n  b: 3\n", "application/yaml")

    assert (parsed.content, parsed.duplicates) == ({"a": [{"b": 3, "c": 2}]}, ("a[0].b",))


def test_what_stands_in_two_places_is_printed_in_both() -> None:
    labels = {"app": "x"}

    assert to_yaml({"a": labels, "b": labels}) == "a:\n  app: x\nb:\n  app: x\n"
