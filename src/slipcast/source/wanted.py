"""Which version of its language a source asks for, and in which of its files it does.

Files are read, never run; one that cannot be read asks for nothing.

Source: the manuals of pip, npm, Bundler, Composer, Go modules, cpanm, and of the version managers.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping

import msgspec

from slipcast.source.tree import Tree
from slipcast.source.versions import Dialect, Wish, at_least, parse_wish
from slipcast.values import patterns

Reader = Callable[[str], Wish | None]


class Wanted(msgspec.Struct, frozen=True):
    """The wish of a source, and the file that holds it."""

    file: str
    wish: Wish


def wanted_version(platform: str, tree: Tree, root: str = "") -> Wanted | None:
    """The version of a platform that the source in root asks for; the first file that does."""
    for file, reader in READERS.get(platform, ()):
        content = tree.read(f"{root}/{file}" if root else file)
        if content is None:
            continue
        wish = reader(content.decode(errors="replace").removeprefix("\ufeff"))
        if wish is not None:
            return Wanted(file, wish)
    return None


def _line(text: str) -> Wish | None:
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return parse_wish(next(filter(None, lines), ""), Dialect.NPM)


def _found(expression: str, reading: Reader = parse_wish) -> Reader:
    regex = patterns.lazy(expression, re.MULTILINE)

    def reader(text: str) -> Wish | None:
        found = regex.search(text)
        return reading(found[1]) if found else None

    return reader


def _json(*places: str, dialect: Dialect = Dialect.OTHERS) -> Reader:
    return _document(json.loads, places, dialect)


def _toml(*places: str) -> Reader:
    return _document(tomllib.loads, places, Dialect.OTHERS)


def _document(load: Callable[[str], object], places: tuple[str, ...], dialect: Dialect) -> Reader:
    def reader(text: str) -> Wish | None:
        try:
            document = load(text)
        except (ValueError, RecursionError):
            return None
        values = (_at(document, place) for place in places)
        texts = (value for value in values if isinstance(value, str))
        wishes = (parse_wish(value, dialect) for value in texts)
        return next((wish for wish in wishes if wish is not None), None)

    return reader


def _at(document: object, place: str) -> object:
    for name in place.split("/"):
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def _tools(name: str) -> tuple[str, Reader]:
    return ".tool-versions", _found(rf"^{name}[ \t]+(\S+)")


def _gemfile(text: str) -> Wish | None:
    found = re.search(r"^[ \t]*ruby[ \t(]+([^#\n]*)", text, re.MULTILINE)
    # `ruby file: ".ruby-version"` asks elsewhere, engine options follow the versions.
    quoted = re.findall(r"(?<![:\w])[\"']([^\"']+)[\"']", found[1].split(":")[0]) if found else []
    return parse_wish(", ".join(quoted))


def _perl(text: str) -> Wish | None:
    # 5.020001 is how perl itself spells 5.20.1.
    return at_least(re.sub(r"^v?5\.(\d{3})(\d{3})?$", _perl_numbers, text))


def _perl_numbers(found: re.Match[str]) -> str:
    return ".".join(["5", *(str(int(part)) for part in found.groups() if part)])


_POM_NAMES = (
    "maven.compiler.release",
    "maven.compiler.target",
    "java.version",
    "maven.compiler.source",
    "release",
    "target",
)
"""The elements of a pom.xml that name a Java version, the most binding first."""
_POM_ELEMENT = patterns.lazy(r"<([a-z.]{1,30})>\s{0,9}((?:1\.)?[0-9]{1,2})\s{0,9}</")


def _pom(text: str) -> Wish | None:
    # By expressions, as nothing in a document of somebody else's is to be expanded.
    said = re.sub(r"<!--.*?(?:-->|\Z)", "", text, flags=re.DOTALL)
    found = {name: version for name, version in _POM_ELEMENT.findall(said) if name in _POM_NAMES}
    named = (found[name] for name in _POM_NAMES if name in found)
    return _java(next(named, ""))


def _java(text: str) -> Wish | None:
    # 1.8 is how Java itself spelt 8.
    return _line(re.sub(r"^1\.(?=[0-9])", "", text))


READERS: Mapping[str, tuple[tuple[str, Reader], ...]] = {
    "python": (
        (".python-version", _line),
        ("runtime.txt", _found(r"^python-([0-9.]+)")),
        ("Pipfile", _toml("requires/python_full_version", "requires/python_version")),
        ("pyproject.toml", _toml("project/requires-python", "tool/poetry/dependencies/python")),
        ("setup.cfg", _found(r"^[ \t]*python_requires[ \t]*=[ \t]*(.+)$")),
        ("setup.py", _found(r"python_requires\s*=\s*[\"']([^\"']+)[\"']")),
        _tools("python"),
    ),
    "nodejs": (
        ("package.json", _json("engines/node", "volta/node", dialect=Dialect.NPM)),
        (".nvmrc", _line),
        (".node-version", _line),
        _tools("nodejs"),
    ),
    "ruby": (
        (".ruby-version", _line),
        ("Gemfile", _gemfile),
        ("Gemfile.lock", _found(r"^RUBY VERSION\s+ruby ([0-9.]+)")),
        _tools("ruby"),
    ),
    "php": (
        ("composer.json", _json("config/platform/php", "require/php")),
        (".php-version", _line),
        _tools("php"),
    ),
    "golang": (
        ("go.mod", _found(r"^(?:go|toolchain go)[ \t]*([0-9.]+)", at_least)),
        (".go-version", _line),
        _tools("golang"),
    ),
    "perl": (
        (
            "cpanfile",
            _found(r"^\s*requires\s*\(?\s*['\"]perl['\"]\s*(?:,|=>)\s*['\"]?([0-9.v]+)", _perl),
        ),
        (".perl-version", _line),
        _tools("perl"),
    ),
    "jee": (
        ("pom.xml", _pom),
        (".java-version", lambda text: _java(text.strip())),
        _tools("java"),
    ),
    "dotnet": (("global.json", _json("sdk/version")),),
    ".net": (("global.json", _json("sdk/version")),),
}
"""THE TABLE: per platform the files that may ask for a version, the most binding first."""
