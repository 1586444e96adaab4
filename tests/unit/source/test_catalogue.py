"""The catalogue: read from a document, and asked by name."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from slipcast.source.catalogue import Catalogue, parse_catalogue
from slipcast.values.faults import InvalidFault

ROOT = Path(__file__).resolve().parents[3]


def a_row(name: str, **fields: object) -> dict[str, object]:
    version = name.partition(":")[2]
    return {"name": name, "version": version, "image": f"localhost/{name}", **fields}


def a_catalogue(*names: str) -> Catalogue:
    rows = [a_row(name, supports=[name.partition(":")[0], f"{name[0]}-like"]) for name in names]
    return parse_catalogue({"builder": rows})


def test_a_document_becomes_rows_with_every_field() -> None:
    base = {"name": "base", "image": "localhost/base", "suite": "s", "packages": ["a", "b"]}
    row = a_row("node:20", base="base", build_args={"V": "20"}, port=3000, tags=["builder"])

    catalogue = parse_catalogue({"base": [base], "builder": [row]})

    (builder,) = catalogue.builders
    assert (builder.language, builder.build_args, builder.port) == ("node", (("V", "20"),), 3000)
    assert catalogue.base("base") == catalogue.bases[0]
    assert catalogue.bases[0].packages == ("a", "b")
    assert catalogue.base("none") is None


def test_the_catalogue_of_this_repository_can_be_read() -> None:
    document = tomllib.loads((ROOT / "containers/catalogue.toml").read_text())

    catalogue = parse_catalogue(document)

    assert {"python", "nodejs", "static"} <= set(catalogue.languages)


def test_an_empty_document_is_an_empty_catalogue() -> None:
    assert parse_catalogue({}) == Catalogue()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("node", "node:22"),
        ("node:latest", "node:22"),
        ("node:20", "node:20"),
        ("node:8", "node:8"),
        ("node:18", None),
        ("node:2", None),
        ("node:20.1", None),
        ("node:lts", None),
        ("perl:5", "perl:5.36"),
        ("perl:5.36", "perl:5.36"),
        ("n-like", "node:22"),
        ("n-like:20", "node:20"),
        ("none", None),
        ("", None),
    ],
)
def test_a_name_finds_the_newest_that_it_describes(name: str, found: str | None) -> None:
    # RS-29: never another version
    catalogue = a_catalogue("node:20", "node:8", "node:22", "perl:5.36")

    row = catalogue.find(name)

    assert (row.name if row else None) == found


def test_a_name_without_version_is_found_as_it_stands() -> None:
    catalogue = parse_catalogue({"builder": [a_row("a:2"), {**a_row("a"), "version": "1"}]})

    row = catalogue.find("a")

    assert row is not None
    assert row.name == "a"


def test_rows_that_support_a_platform_come_newest_first() -> None:
    catalogue = a_catalogue("node:8", "node:20", "perl:5.36")

    assert [row.name for row in catalogue.supporting("node")] == ["node:20", "node:8"]
    assert catalogue.names == ("node:8", "node:20", "perl:5.36")
    assert catalogue.languages == ("node", "perl")


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"builders": []}, "builders: is neither base nor builder"),
        ({"builder": {}}, "builder: must be a list of tables"),
        ({"builder": ["x"]}, "builder[0]: must be a table"),
        ({"builder": [{"name": "a"}]}, "builder[0].image: is missing"),
        ({"builder": [a_row("a:1", version=1)]}, "builder[0].version: must be a text (given: '1')"),
        (
            {"builder": [a_row("a:1", image="A b")]},
            "builder[0].image: the name must be in lower case",
        ),
        ({"builder": [a_row("a:1", supports="a")]}, "builder[0].supports: must be a list of texts"),
        ({"builder": [a_row("a:1", supports=[1])]}, "builder[0].supports: must be a list of texts"),
        ({"builder": [a_row("a:1", build_args={"a": 1})]}, "builder[0].build_args: must map names"),
        ({"builder": [a_row("a:1", port=0)]}, "builder[0].port: must be a port"),
        ({"builder": [a_row("a:1", port=True)]}, "builder[0].port: must be a port"),
        ({"builder": [a_row("a:1", port="80")]}, "builder[0].port: must be a port"),
        ({"builder": [a_row("a:1", colour="x")]}, "builder[0].colour: is no field of this row"),
        (
            {"builder": [a_row("a:1"), a_row("a:1")]},
            "builder[1].name: is the name of an earlier row",
        ),
        ({"builder": [a_row("a:1", base="b")]}, "builder[0].base: is no base image"),
        (
            {"base": [{"name": "a", "image": "a", "on": "a"}]},
            "base[0].on: is no base image of an earlier row",
        ),
    ],
)
def test_what_is_wrong_with_a_document_is_said_with_its_place(
    document: dict[str, object], error: str
) -> None:
    with pytest.raises(InvalidFault) as caught:
        parse_catalogue(document)

    assert any(str(found).startswith(error) for found in caught.value.errors)


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidFault) as caught:
        parse_catalogue({"x": 1, "base": [{}], "builder": [{"port": "a"}]})

    assert [error.path for error in caught.value.errors] == [
        *("base[0].image", "base[0].name", "builder[0].image", "builder[0].name"),
        *("builder[0].port", "builder[0].version", "x"),
    ]
