"""The catalogue of builder images, and of the base images below them.

What a row means to an engine, or whether it is there, is the Builders port's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import msgspec

from slipcast.source.versions import newest_first, numbers
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.imageref import ImageRef


class BuilderImage(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the catalogue.

    Shape:  name is language and version as a user types it (`python:3.11`; `python` alone means the
            newest). image is our own reference, public that of the well-known image with the same
            contract, maybe empty. supports are detector terms (`python`, `nodejs`). recipe is the
            directory below containers/ that makes it, build_args are given to it, base names the
            BaseImage it starts from. sample is the URL of an application to try it with.
    """

    name: str
    version: str
    image: str
    public: str = ""
    supports: tuple[str, ...] = ()
    recipe: str = ""
    build_args: tuple[tuple[str, str], ...] = ()
    description: str = ""
    port: int = 8080
    tags: tuple[str, ...] = ()
    base: str = ""
    sample: str = ""

    @property
    def language(self) -> str:
        """The name without the version."""
        return self.name.partition(":")[0]


class BaseImage(msgspec.Struct, frozen=True, kw_only=True):
    """What builder images stand on.

    Shape:  on names the base image below, empty for the lowest, which is pulled as `public` or
            made from `packages` of the distribution's `suite`. package says that slipcast itself
            belongs into it.
    """

    name: str
    image: str
    on: str = ""
    public: str = ""
    recipe: str = ""
    suite: str = ""
    packages: tuple[str, ...] = ()
    package: bool = False
    description: str = ""


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Every image on offer, in the document's order."""

    builders: tuple[BuilderImage, ...] = ()
    bases: tuple[BaseImage, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the builder images."""
        return tuple(builder.name for builder in self.builders)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages on offer, once each."""
        return tuple(dict.fromkeys(builder.language for builder in self.builders))

    def find(self, name: str) -> BuilderImage | None:
        """The builder image that a name means: `python`, `python:3.11`, `python:3`.

        Shape:  without version, or with `latest`, the newest; a shorter version, the newest of
                those it begins. A term that rows support serves as a language as well.
        """
        language, _, version = name.partition(":")
        named = [row for row in self.builders if row.language == language]
        rows = _newest_first(named) or list(self.supporting(language))
        if version in {"", "latest"}:
            fitting = rows
        elif re.fullmatch(r"[0-9]+(\.[0-9]+)*", version):
            wanted = numbers(version)
            fitting = [row for row in rows if numbers(row.version)[: len(wanted)] == wanted]
        else:
            fitting = []
        exact = [row for row in rows if row.name == name]
        return next(iter([*exact, *fitting]), None)

    def supporting(self, platform: str) -> tuple[BuilderImage, ...]:
        """The builder images for a detected platform, newest first."""
        return tuple(_newest_first([row for row in self.builders if platform in row.supports]))

    def base(self, name: str) -> BaseImage | None:
        """The base image of a name."""
        return next((row for row in self.bases if row.name == name), None)


def parse_catalogue(document: Mapping[str, object]) -> Catalogue:
    """The catalogue that a document, as read from TOML, holds.

    Shape:  tables `base` and `builder`, a list of rows each, with the fields of the two classes.
    Errors: InvalidFault with everything that is wrong.
    """
    unknown = document.keys() - {"base", "builder"}
    errors = [FieldError(path=name, what="is neither base nor builder") for name in unknown]
    bases = tuple(_base(row) for row in _rows(document, "base", errors))
    builders = tuple(_builder(row) for row in _rows(document, "builder", errors))
    errors.extend(_wrong_names([row.name for row in bases], "base"))
    errors.extend(_wrong_names([row.name for row in builders], "builder"))
    errors.extend(_wrong_references(bases, builders))
    if errors:
        raise InvalidFault(tuple(sorted(errors, key=lambda error: error.path)))
    return Catalogue(builders=builders, bases=bases)


def _newest_first(rows: list[BuilderImage]) -> list[BuilderImage]:
    return sorted(rows, key=lambda row: newest_first(row.version))


T = TypeVar("T")


class _Row:
    """A row while it is read: takes fields out and remembers what was wrong with them."""

    def __init__(self, where: str, fields: Mapping[str, object], errors: list[FieldError]) -> None:
        self.where = where
        self._fields = dict(fields)
        self._errors = errors

    def text(self, name: str, *, required: bool = False) -> str:
        if required and not self._fields.get(name, ""):
            self._wrong(name, "is missing")
        return self._take(name, "", lambda given: isinstance(given, str), "must be a text")

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._take(name, [], _is_list_of_texts, "must be a list of texts"))

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        none: dict[str, str] = {}
        return tuple(self._take(name, none, _is_map_of_texts, "must map names to texts").items())

    def flag(self, name: str) -> bool:
        absent: bool = False
        return self._take(
            name, absent, lambda given: isinstance(given, bool), "must be true or false"
        )

    def port(self, name: str) -> int:
        return self._take(name, 8080, _is_port, "must be a port, 1 to 65535")

    def image(self, name: str, *, required: bool = False) -> str:
        text = self.text(name, required=required)
        try:
            return str(ImageRef.parse(text, f"{self.where}.{name}")) if text else ""
        except InvalidFault as fault:
            self._errors.extend(fault.errors)
            return ""

    def end(self) -> None:
        for name in self._fields:
            self._wrong(name, "is no field of this row")

    def _take(self, name: str, absent: T, fits: Callable[[object], bool], what: str) -> T:
        value = self._fields.pop(name, absent)
        if fits(value):
            return value  # type: ignore[return-value]  # fits has looked at it
        self._wrong(name, what, value)
        return absent

    def _wrong(self, name: str, what: str, value: object = "") -> None:
        self._errors.append(FieldError(path=f"{self.where}.{name}", what=what, value=str(value)))


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_map_of_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _is_port(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 16


def _rows(document: Mapping[str, object], table: str, errors: list[FieldError]) -> Iterator[_Row]:
    rows = document.get(table, [])
    if not isinstance(rows, list):
        errors.append(FieldError(path=table, what="must be a list of tables"))
        return
    for number, fields in enumerate(rows):
        where = f"{table}[{number}]"
        if isinstance(fields, Mapping):
            row = _Row(where, fields, errors)
            yield row
            row.end()
        else:
            errors.append(FieldError(path=where, what="must be a table"))


def _base(row: _Row) -> BaseImage:
    return BaseImage(
        name=row.text("name", required=True),
        image=row.image("image", required=True),
        on=row.text("on"),
        public=row.image("public"),
        recipe=row.text("recipe"),
        suite=row.text("suite"),
        packages=row.texts("packages"),
        package=row.flag("package"),
        description=row.text("description"),
    )


def _builder(row: _Row) -> BuilderImage:
    return BuilderImage(
        name=row.text("name", required=True),
        version=row.text("version", required=True),
        image=row.image("image", required=True),
        public=row.image("public"),
        supports=row.texts("supports"),
        recipe=row.text("recipe"),
        build_args=row.pairs("build_args"),
        description=row.text("description"),
        port=row.port("port"),
        tags=row.texts("tags"),
        base=row.text("base"),
        sample=row.text("sample"),
    )


def _wrong_names(names: list[str], table: str) -> Iterator[FieldError]:
    for number, name in enumerate(names):
        path = f"{table}[{number}].name"
        if name and name in names[:number]:
            yield FieldError(path=path, what="is the name of an earlier row", value=name)


def _wrong_references(
    bases: tuple[BaseImage, ...], builders: tuple[BuilderImage, ...]
) -> Iterator[FieldError]:
    known: set[str] = {""}
    for number, base in enumerate(bases):
        # Lowest first, so no image can stand on itself.
        if base.on not in known:
            what = "is no base image of an earlier row"
            yield FieldError(path=f"base[{number}].on", what=what, value=base.on)
        known.add(base.name)
    for number, builder in enumerate(builders):
        if builder.base not in known:
            path = f"builder[{number}].base"
            yield FieldError(path=path, what="is no base image", value=builder.base)
