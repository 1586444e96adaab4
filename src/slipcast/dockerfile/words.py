"""Shell words of a Dockerfile: splitting them, and replacing variables in them.

Source: Dockerfile reference, environment replacement; its lexer's treatment of quotes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from slipcast.values import patterns
from slipcast.values.faults import FieldError, InvalidFault

_NAME = patterns.lazy(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_BLANK = patterns.lazy(r"[ \t\r\n\v\f]+")
_UNSET = patterns.lazy(r"(?P<colon>:)?(?P<sign>[-+?])")
_CUT = patterns.lazy(r"##?|%%?")


def split_words(text: str, escape: str = "\\") -> tuple[str, ...]:
    """The words of a text as written, quotes and escapes kept.

    Shape:  a quote that is never closed reaches to the end.
    """
    words: list[str] = []
    at = 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = blank.end()
            continue
        end = _word_end(text, at, escape)
        words.append(text[at:end])
        at = end
    return tuple(words)


def expand(text: str, env: Mapping[str, str], escape: str = "\\") -> str:
    """One text with quotes removed and variables replaced; blanks stay.

    Shape:  `$NAME`, `${NAME}`, `${NAME:-word}` and `:+`, `:?`, each also without colon, the cuts
            `#`, `##`, `%`, `%%`, and `/pattern/word`, `//pattern/word`. Unset is empty.
    Errors: InvalidFault for what is never closed, for unknown signs, and for `?`.
    """
    return _Lexer(text, env, escape).until("")


def expand_words(text: str, env: Mapping[str, str], escape: str = "\\") -> tuple[str, ...]:
    """The words of a text, expanded; blanks that come out of an unquoted variable split, too.

    Errors: as expand.
    """
    words: list[str] = []
    for word in split_words(text, escape):
        expanded = expand(word, env, escape)
        bare = not any(mark in word for mark in ("'", '"', escape))
        words.extend(_BLANK.split(expanded.strip()) if bare else [expanded])
    return tuple(word for word in words if word)


def _word_end(text: str, at: int, escape: str) -> int:
    quote = ""
    while at < len(text):
        character = text[at]
        if character == escape and quote != "'":
            at += 1
        elif character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        elif not quote and _BLANK.match(character):
            break
        at += 1
    return min(at, len(text))


class _Lexer:
    """A cursor over one text."""

    def __init__(self, text: str, env: Mapping[str, str], escape: str) -> None:
        self._text = text
        self._env = env
        self._escape = escape
        self._at = 0

    def until(self, stops: str, *, raw: bool = False) -> str:
        """What stands before the first of stops, which is taken as well; to the end without."""
        pieces: list[str] = []
        while character := self._take():
            if character in stops:
                return "".join(pieces)
            pieces.append(self._piece(character, raw=raw))
        if stops:
            raise self._wrong(f"{stops[0]!r} is missing")
        return "".join(pieces)

    def _piece(self, character: str, *, raw: bool) -> str:
        if character == "$":
            return self._variable()
        if character == self._escape:
            return (character if raw else "") + self._take()
        if character == "'" and not raw:
            return self._single()
        if character == '"' and not raw:
            return self._double()
        return character

    def _single(self) -> str:
        end = self._text.find("'", self._at)
        if end < 0:
            raise self._wrong("a single quote is never closed")
        found, self._at = self._text[self._at : end], end + 1
        return found

    def _double(self) -> str:
        pieces: list[str] = []
        while (character := self._take()) != '"':
            if not character:
                raise self._wrong("a double quote is never closed")
            if character == "$":
                pieces.append(self._variable())
            elif character == self._escape:
                # Inside double quotes only these need the escape; before others it stays.
                kept = "" if self._peek() in {'"', "$", self._escape} else character
                pieces.append(kept + self._take())
            else:
                pieces.append(character)
        return "".join(pieces)

    def _variable(self) -> str:
        if self._peek() != "{":
            name = self._name()
            return self._env.get(name, "") if name else "$"
        self._at += 1
        name = self._name()
        if not name:
            raise self._wrong("a name must follow '${'")
        if self._peek() == "}":
            self._at += 1
            return self._env.get(name, "")
        return self._modified(name)

    def _modified(self, name: str) -> str:
        if found := self._match(_UNSET):
            word = self.until("}")
            return self._if_unset(name, found["sign"], word, empty_counts=not found["colon"])
        value = self._env.get(name, "")
        if found := self._match(_CUT):
            return _cut(value, found[0], self.until("}", raw=True))
        if self._peek() == "/":
            return self._replaced(value)
        raise self._wrong(f"'${{{name}' is followed by an unknown sign or nothing")

    def _if_unset(self, name: str, sign: str, word: str, *, empty_counts: bool) -> str:
        value = self._env.get(name, "")
        is_set = bool(value) or (empty_counts and name in self._env)
        if sign == "+":
            return word if is_set else ""
        if is_set:
            return value
        if sign == "?":
            raise self._wrong(f"{name}: {word or 'is not allowed to be unset'}")
        return word

    def _replaced(self, value: str) -> str:
        self._at += 1
        everywhere = self._peek() == "/"
        self._at += everywhere
        pattern = self.until("/", raw=True)
        word = self.until("}")
        if not pattern:
            return value
        return re.sub(_pattern(pattern), lambda _: word, value, count=0 if everywhere else 1)

    def _name(self) -> str:
        found = self._match(_NAME)
        return found[0] if found else ""

    def _match(self, regex: re.Pattern[str]) -> re.Match[str] | None:
        found = regex.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        character = self._peek()
        self._at += len(character)
        return character

    def _wrong(self, what: str) -> InvalidFault:
        return InvalidFault((FieldError(path="word", what=what, value=self._text),))


def _pattern(glob: str, *, shortest: bool = False) -> str:
    wild = {"*": ".*?" if shortest else ".*", "?": "."}
    characters: list[str] = re.findall(r"\\.|.", glob, re.DOTALL)
    return f"(?s:{''.join(wild.get(one, re.escape(one[-1])) for one in characters)})"


def _cut(value: str, sign: str, glob: str) -> str:
    shortest = len(sign) == 1
    if sign.startswith("#"):
        return re.sub(r"\A" + _pattern(glob, shortest=shortest), "", value, count=1)
    starts = range(len(value), -1, -1) if shortest else range(len(value) + 1)
    regex = re.compile(_pattern(glob))
    return next((value[:at] for at in starts if regex.fullmatch(value, at)), value)
