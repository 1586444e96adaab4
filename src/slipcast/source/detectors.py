"""The detectors: which names in a directory betray which platform.

Only names directly in the context directory are looked at, case-sensitively; files, directories
and broken links count alike. No content is read here.

Source: openshift new-app, language detection (DT-1 to DT-7).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate

import msgspec

from slipcast.values import patterns


class Detector(msgspec.Struct, frozen=True):
    """A row: it fires when at least one of its names is there."""

    platform: str
    names: tuple[str, ...]


DETECTORS = (
    Detector("ruby", ("Gemfile", "Rakefile", "config.ru")),
    Detector("jee", ("pom.xml",)),
    Detector("nodejs", ("app.json", "package.json")),
    Detector("php", ("index.php", "composer.json")),
    Detector("python", ("requirements.txt", "setup.py")),
    Detector("perl", ("index.pl", "cpanfile")),
    Detector("scala", ("build.sbt",)),
    Detector("dotnet", ("project.json", "*.csproj")),
    Detector(".net", ("project.json", "*.csproj")),
    Detector("golang", ("main.go", "Godeps")),
    Detector("rust", ("Cargo.toml",)),
    # Ours, below those of new-app, so that what new-app detects stays what comes first (DT-4).
    Detector("jee", ("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")),
    Detector("golang", ("go.mod",)),
    Detector(
        "python", ("pyproject.toml", "Pipfile", "setup.cfg", "manage.py", "wsgi.py", "app.py")
    ),
    Detector("dotnet", ("*.fsproj", "*.vbproj", "*.sln", "*.slnx")),
    Detector(".net", ("*.fsproj", "*.vbproj", "*.sln", "*.slnx")),
    Detector("perl", ("app.psgi", "Makefile.PL", "Build.PL")),
    Detector("php", ("*.php",)),
    Detector("static", ("index.html", "index.htm")),
)
"""THE TABLE, in order of precedence."""

_GLOBS = tuple({name: None for row in DETECTORS for name in row.names if "*" in name})
_ANY_GLOB = patterns.lazy("|".join(map(translate, _GLOBS)))


class Detected(msgspec.Struct, frozen=True):
    """A platform, and the names that betrayed it in the table's order."""

    platform: str
    files: tuple[str, ...]


def detect(names: Iterable[str]) -> tuple[Detected, ...]:
    """Every platform that fires, once each, in the table's order."""
    present = frozenset(names)
    # One pass over what may be tens of thousands of names, then only over the few that matter.
    globbed = sorted(filter(_ANY_GLOB.match, present))
    found: dict[str, dict[str, None]] = {}
    for row in DETECTORS:
        hits = dict.fromkeys(_hits(row, present, globbed))
        if hits:
            found.setdefault(row.platform, {}).update(hits)
    return tuple(Detected(platform, tuple(files)) for platform, files in found.items())


def _hits(row: Detector, present: frozenset[str], globbed: list[str]) -> Iterator[str]:
    for name in row.names:
        if "*" in name and globbed:
            matches = re.compile(translate(name)).match
            yield from filter(matches, globbed)
        elif name in present:
            yield name
