"""Shell globs as Go reads them, turned into regular expressions over relative paths.

`*` and `?` never cross a `/`, a leading dot is nothing special, `[^a]` negates. Where `deep` is
said, `**` crosses directories as in .dockerignore; elsewhere it is one `*`.

Source: Go's path/filepath Match; moby patternmatcher.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_STAR = "*"
_DEEP = "**"
_DEEP_DIRECTORY = "**/"
_ANY = "[^/]"
_CLASS = "(?!/)["


class BadGlobError(ValueError):
    """A text that is no legal glob."""


def cleaned(pattern: str) -> str | None:
    """The pattern without `.`, `..`, doubled and outer slashes; None when it leaves the root."""
    parts: list[str] = []
    for part in pattern.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def translated(pattern: str, *, deep: bool = False) -> str:
    """The regular expression, to be compiled with DOTALL, of a cleaned pattern; not anchored.

    Errors: BadGlobError.
    """
    tokens = list(_tokens(pattern, deep=deep))
    if tokens[:1] == [_DEEP] and all(_is_plain(token) for token in tokens[1:]):
        # Elsewhere `**` ends at a slash; `**.md` is a suffix all the same, as in moby.
        return ".*" + "".join(tokens[1:])
    return "".join(_rendered(tokens))


def _tokens(pattern: str, *, deep: bool) -> Iterator[str]:
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            token, at = _star(pattern, at, deep=deep)
        elif character == "?":
            token, at = _ANY, at + 1
        elif character == "[":
            token, at = _class(pattern, at + 1)
        else:
            literal, at = _literal(pattern, at)
            token = re.escape(literal)
        yield token


def _star(pattern: str, at: int, *, deep: bool) -> tuple[str, int]:
    if deep and pattern.startswith(_DEEP_DIRECTORY, at):
        return _DEEP_DIRECTORY, at + 3
    if deep and pattern.startswith(_DEEP, at):
        return _DEEP, at + 2
    while pattern.startswith("*", at + 1) and not deep:
        at += 1
    return _STAR, at + 1


def _literal(pattern: str, at: int) -> tuple[str, int]:
    if pattern[at] == "\\":
        at += 1
    if at == len(pattern):
        raise BadGlobError(pattern)
    return pattern[at], at + 1


def _class(pattern: str, at: int) -> tuple[str, int]:
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[str] = []
    first = at
    while not (pattern.startswith("]", at) and at > first):
        low, at = _class_member(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _class_member(pattern, at + 1)
        if low <= high:
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
    if not ranges:
        return (_ANY if negated else "(?!)"), at + 1
    return f"{_CLASS}{'^' if negated else ''}{''.join(ranges)}]", at + 1


def _class_member(pattern: str, at: int) -> tuple[str, int]:
    if at >= len(pattern) or pattern[at] in "-]":
        raise BadGlobError(pattern)
    return _literal(pattern, at)


def _is_plain(token: str) -> bool:
    return not token.startswith(("*", _ANY, _CLASS, "(?!)"))


def _rendered(tokens: list[str]) -> Iterator[str]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token == _STAR:
            run, at = _run(tokens, at)
            # Between two stars the first fit is as good as any: atomic, so matching stays linear.
            again = tokens[at : at + 1] == [_STAR]
            yield f"(?>{_ANY}*?{run})" if again else f"{_ANY}*{run}"
        elif token == _DEEP and at == len(tokens):
            yield ".*"
        elif token in {_DEEP, _DEEP_DIRECTORY}:
            yield "(?:.*/)?"
        else:
            yield token


def _run(tokens: list[str], at: int) -> tuple[str, int]:
    end = at
    while end < len(tokens) and not tokens[end].startswith("*") and tokens[end] != "/":
        end += 1
    return "".join(tokens[at:end]), end
