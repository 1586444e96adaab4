"""Which paths of a source stay out of a build: .s2iignore, .dockerignore and --exclude.

Rules are asked path by path while a tree is walked, so an ignored directory need not be entered.

Source: s2i reference, ignore file; Docker documentation, .dockerignore; moby patternmatcher.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import msgspec
from typing_extensions import override

from slipcast.dockerfile.globs import BadGlobError, cleaned, translated
from slipcast.values.faults import FieldError, InvalidFault

_Matcher = Callable[[str], object]


class IgnoreRules(Protocol):
    """What is left out. Paths are relative to the root of the source, with `/`."""

    def ignores(self, path: str, is_directory: bool) -> bool:  # noqa: FBT001  one per kind of entry
        """Whether this very path is left out.

        Shape:  a directory that is left out may still hold paths that are not; see may_prune.
        """
        ...

    def may_prune(self, path: str) -> bool:
        """Whether a directory and everything below it, whatever its name, is left out."""
        ...


def s2iignore(text: str) -> IgnoreRules:
    """The rules of a .s2iignore file.

    Shape:  a pattern matches at its own depth only; `!` takes back the very entries that earlier
            lines matched, nothing below them (S2I-167 to S2I-170).
    Errors: none; a line that is no legal glob is skipped.
    """
    by_depth: dict[int, list[_Pattern]] = {}
    for depth, pattern in _s2i_patterns(text):
        by_depth.setdefault(depth, []).append(pattern)
    return _S2IRules(by_depth)


def dockerignore(text: str) -> IgnoreRules:
    """The rules of a .dockerignore file.

    Shape:  a pattern matches a path and all below it; the last one that matches decides.
    Errors: InvalidFault with every line that is no legal pattern.
    """
    patterns: list[_Pattern] = []
    errors: list[FieldError] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        try:
            patterns.extend(_docker_pattern(line))
        except BadGlobError:
            where = f".dockerignore line {number}"
            errors.append(FieldError(path=where, what="is no legal pattern", value=line.strip()))
    if errors:
        raise InvalidFault(tuple(errors))
    return _DockerRules(tuple(patterns))


def either(*rules: IgnoreRules) -> IgnoreRules:
    """What any of the rules leaves out."""
    return _Either(rules)


class _Pattern(msgspec.Struct, frozen=True):
    """A line: takes out, or when back is set, takes back in."""

    matches: _Matcher
    back: bool = False
    parts: tuple[_Matcher | None, ...] = ()


def _s2i_patterns(text: str) -> Iterator[tuple[int, _Pattern]]:
    for line in text.split("\n"):
        spec = line.removesuffix("\r").strip(" ")
        if not spec or spec.startswith("#"):
            continue
        back = spec.startswith("!")
        pattern = cleaned(spec[back:])
        if not pattern:
            continue
        with suppress(BadGlobError):
            yield pattern.count("/"), _Pattern(_matcher(translated(pattern)), back)


def _docker_pattern(line: str) -> Iterator[_Pattern]:
    spec = "" if line.startswith("#") else line.strip()
    if not spec:
        return
    back = spec.startswith("!")
    spec = spec[back:].strip()
    if not spec:
        raise BadGlobError(line)
    if pattern := cleaned(spec):
        matcher = _matcher(f"(?:{translated(pattern, deep=True)})(?:/.*)?")
        yield _Pattern(matcher, back, tuple(map(_part, pattern.split("/"))))


def _part(part: str) -> _Matcher | None:
    """A matcher of one name; None where a part alone does not tell."""
    if "**" in part:
        return None
    try:
        return _matcher(translated(part))
    except BadGlobError:
        return None


def _matcher(regex: str) -> _Matcher:
    return re.compile(regex, re.DOTALL).fullmatch


def _with_parents(path: str) -> Iterator[str]:
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)
    yield path


@dataclass(frozen=True, slots=True)
class _S2IRules(IgnoreRules):
    """Shape: patterns of as many slashes as a path has are the only ones that can match it."""

    by_depth: Mapping[int, list[_Pattern]]

    @override
    def ignores(self, path: str, is_directory: bool) -> bool:
        # The tool removes what the lines leave marked, and with a directory goes its content.
        return any(
            self._marked(part, self.by_depth[depth])
            for depth, part in enumerate(_with_parents(path))
            if depth in self.by_depth
        )

    @override
    def may_prune(self, path: str) -> bool:
        return self.ignores(path, is_directory=True)

    @staticmethod
    def _marked(path: str, patterns: list[_Pattern]) -> bool:
        marked = False
        for pattern in patterns:
            if pattern.back is marked and pattern.matches(path):
                marked = not marked
        return marked


@dataclass(frozen=True, slots=True)
class _DockerRules(IgnoreRules):
    patterns: tuple[_Pattern, ...]

    @override
    def ignores(self, path: str, is_directory: bool) -> bool:
        return self._decided(path) >= 0

    @override
    def may_prune(self, path: str) -> bool:
        decided = self._decided(path)
        return decided >= 0 and not any(
            pattern.back and _may_match_below(pattern.parts, path)
            for pattern in self.patterns[decided + 1 :]
        )

    def _decided(self, path: str) -> int:
        """The last pattern that takes the path out, -1 when it is in."""
        for number in range(len(self.patterns) - 1, -1, -1):
            if self.patterns[number].matches(path):
                return -1 if self.patterns[number].back else number
        return -1


def _may_match_below(parts: tuple[_Matcher | None, ...], directory: str) -> bool:
    names = directory.split("/")
    for part, name in zip(parts, names, strict=False):
        if part is None:
            return True
        if not part(name):
            return False
    return len(parts) > len(names)


@dataclass(frozen=True, slots=True)
class _Either(IgnoreRules):
    rules: tuple[IgnoreRules, ...]

    @override
    def ignores(self, path: str, is_directory: bool) -> bool:
        return any(rules.ignores(path, is_directory) for rules in self.rules)

    @override
    def may_prune(self, path: str) -> bool:
        return any(rules.may_prune(path) for rules in self.rules)
