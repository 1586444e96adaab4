"""The --exclude expression: paths of the upload that stay out, as a regular expression.

Expressions are written for Go's engine; what Python spells differently is respelled here.

Source: s2i command reference, build --exclude; Go regular expression syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from typing_extensions import override

from slipcast.dockerfile.ignore import IgnoreRules, either
from slipcast.values import patterns
from slipcast.values.faults import FieldError, InvalidFault

DEFAULT_EXPRESSION = r"(^|/)\.git(/|$)"

_LOOKAROUND = patterns.lazy(r"\(\?<?[=!]")
_MULTILINE = patterns.lazy(r"\(\?[a-zA-Z]*m")
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_PIECE = patterns.lazy(r"\\.|\[:(?P<posix>[a-z]+):\]|.", re.DOTALL)


def exclusion(expression: str) -> IgnoreRules:
    """The paths that a Go regular expression is found in (S2I-33, S2I-122).

    Shape:  an empty expression leaves nothing out. A directory is left out only when everything
            below it is.
    Errors: InvalidFault for what is no regular expression.
    """
    if not expression:
        return either()
    # A last `.*` finds nothing more, and hides that everything below is meant.
    needed = expression if expression.endswith("\\.*") else expression.removesuffix(".*")
    try:
        regex = re.compile("".join(_respelled(needed)))
    except (re.error, OverflowError, RecursionError) as error:
        what = f"is no regular expression: {error}"
        raise InvalidFault((FieldError(path="exclude", what=what, value=expression),)) from error
    return _Exclusion(regex, extends=not _LOOKAROUND.search(expression))


@dataclass(frozen=True, slots=True)
class _Exclusion(IgnoreRules):
    regex: re.Pattern[str]
    extends: bool

    @override
    def ignores(self, path: str, is_directory: bool) -> bool:
        return self.may_prune(path) if is_directory else self.regex.search(path) is not None

    @override
    def may_prune(self, path: str) -> bool:
        # A match that ends before a name of whatever kind begins is found in every path below.
        # The two names tell a match that leaned on what follows, such as `$` or a word boundary.
        return self.extends and all(self._found_in(f"{path}/", name) for name in ("x", "\0"))

    def _found_in(self, directory: str, name: str) -> bool:
        found = self.regex.search(directory + name)
        return found is not None and found.end() <= len(directory)


def _respelled(expression: str) -> Iterator[str]:
    multiline = _MULTILINE.search(expression) is not None
    in_class = False
    for found in _PIECE.finditer(expression):
        piece = found[0]
        if in_class and found["posix"]:
            if found["posix"] not in _POSIX:
                raise re.error(f"no such class {piece}")
            piece = _POSIX[found["posix"]]
        elif in_class:
            in_class = piece != "]"
            piece = f"\\{piece}" if piece in {"[", "&", "~", "|"} else piece
        elif piece == r"\z" or (piece == "$" and not multiline):
            # Python's `$` would also match before a final newline, which a file name may have.
            piece = r"\Z"
        else:
            in_class = piece == "["
        yield piece
