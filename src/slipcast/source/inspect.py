"""A source tree's facts: platforms, build files, S2I scripts, wanted versions.

Only the context directory is looked at (SR-32). What follows from the facts is `source.choose`'s.

Source: openshift new-app, detection of sources (DT-1 to DT-17); s2i reference, scripts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec
from msgspec.structs import replace

from slipcast.source.detectors import Detected, detect
from slipcast.source.nearby import nearby
from slipcast.source.remarks import Remarks, remarks
from slipcast.source.tree import Tree
from slipcast.source.wanted import Wanted, wanted_version
from slipcast.values.faults import FieldError, InvalidFault

DOCKERFILES = ("Dockerfile", "Containerfile")
JENKINSFILE = "Jenkinsfile"
SCRIPTS = ("assemble", "run", "save-artifacts", "assemble-runtime", "usage")

ENTRIES: Mapping[str, tuple[str, ...]] = {
    "nodejs": ("server.js",),
    "php": ("index.php", "artisan"),
    "python": ("manage.py", "wsgi.py", "app.py", "app.sh"),
    "perl": ("app.psgi", "index.pl"),
    "golang": ("main.go",),
}
"""THE TABLE of names that a platform's application is started from."""


class SourceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a source is.

    Shape:  platforms in the order of the detectors; dockerfile and jenkinsfile are names, empty
            when absent; scripts are those of .s2i/bin, context_dir is where all this was found.
            entries and wanted hold only platforms that have such a file. nearby are sentences about
            what might be meant, where nothing was found; remarks those about platforms.
    """

    platforms: tuple[Detected, ...] = ()
    dockerfile: str = ""
    jenkinsfile: str = ""
    scripts: tuple[str, ...] = ()
    has_environment: bool = False
    entries: Mapping[str, tuple[str, ...]] = msgspec.field(
        default_factory=lambda: MappingProxyType({})
    )
    wanted: Mapping[str, Wanted] = MappingProxyType({})
    remarks: Mapping[str, Remarks] = MappingProxyType({})
    context_dir: str = ""
    nearby: tuple[str, ...] = ()

    @property
    def strategy(self) -> Literal["JenkinsPipeline", "Docker", "Source", ""]:
        """How it is built that no image is named for (DT-20); empty where nothing was found."""
        if self.jenkinsfile:
            return "JenkinsPipeline"
        if self.dockerfile:
            return "Docker"
        return "Source" if self.platforms else ""

    @property
    def files(self) -> tuple[str, ...]:
        """Every name that betrayed a platform, once each, in the order of the detectors."""
        return tuple(dict.fromkeys(file for hit in self.platforms for file in hit.files))


def inspect(tree: Tree, context_dir: str = "") -> SourceFacts:
    """The facts of the source in a directory of the tree.

    Errors: InvalidFault when the context directory leaves the tree, is not there, or is a file.
    """
    root = _root(tree, context_dir)
    names = frozenset(tree.names(root))
    platforms = detect(names)
    wanted = {hit.platform: wanted_version(hit.platform, tree, root) for hit in platforms}
    entries = {hit.platform: _entries(hit.platform, names, tree, root) for hit in platforms}
    said = {hit.platform: remarks(hit.platform, tree, root) for hit in platforms}
    scripts = frozenset(tree.names(_below(root, ".s2i/bin")))
    facts = SourceFacts(
        platforms=platforms,
        dockerfile=next(filter(names.__contains__, DOCKERFILES), ""),
        jenkinsfile=JENKINSFILE if JENKINSFILE in names else "",
        scripts=tuple(name for name in SCRIPTS if name in scripts),
        has_environment=tree.read(_below(root, ".s2i/environment"), 0) is not None,
        entries=MappingProxyType({name: found for name, found in entries.items() if found}),
        wanted=MappingProxyType({name: wish for name, wish in wanted.items() if wish}),
        remarks=MappingProxyType({name: each for name, each in said.items() if each}),
        context_dir=root,
    )
    return facts if facts.strategy else replace(facts, nearby=nearby(tree, root))


def _root(tree: Tree, context_dir: str) -> str:
    parts = [part for part in context_dir.split("/") if part not in {"", "."}]
    if ".." in parts:
        raise _invalid("must be a path below the source, without '..'", context_dir)
    for depth, part in enumerate(parts):
        if part not in set(tree.names("/".join(parts[:depth]))):
            raise _invalid("there is no such directory in the source", context_dir)
    root = "/".join(parts)
    if parts and tree.read(root, 0) is not None:
        raise _invalid("is a file, not a directory", context_dir)
    return root


def _entries(platform: str, names: frozenset[str], tree: Tree, root: str) -> tuple[str, ...]:
    found = tuple(name for name in ENTRIES.get(platform, ()) if name in names)
    if platform == "nodejs" and _has_start_script(tree.read(_below(root, "package.json"))):
        return ("package.json", *found)
    return found


def _has_start_script(content: bytes | None) -> bool:
    try:
        package = json.loads(content or b"")
        return bool(package["scripts"]["start"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return False


def _below(root: str, path: str) -> str:
    return f"{root}/{path}" if root else path


def _invalid(what: str, given: str) -> InvalidFault:
    return InvalidFault((FieldError(path="context-dir", what=what, value=given),))
