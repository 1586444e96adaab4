"""A Dockerfile as instructions, and back to its very text.

Shape only: which variables have which value, and what an instruction does, is not decided here.

Source: Dockerfile reference: format, parser directives, here-documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace
from typing_extensions import override

from slipcast.dockerfile.words import split_words
from slipcast.values import patterns
from slipcast.values.faults import FieldError, InvalidFault

KEYWORDS = frozenset(
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK",
        "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    }
)  # fmt: skip
"""THE TABLE of instructions."""

_WITH_HEREDOCS = frozenset({"ADD", "COPY", "RUN"})
_WITH_FLAGS = frozenset({"ADD", "COPY", "FROM", "HEALTHCHECK", "RUN"})
_DIRECTIVES = frozenset({"check", "escape", "syntax"})
_DIRECTIVE = patterns.lazy(
    r"#[ \t]*(?P<name>[A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(?P<value>.+?)[ \t\r]*"
)
_HEREDOC = patterns.lazy(
    r"[0-9]*<<(?P<tabs>-?)(?P<quote>['\"]?)(?P<name>[A-Za-z0-9_.-]+)(?P=quote)"
)
_BLANKS = " \t\r\n\v\f"


class Heredoc(msgspec.Struct, frozen=True):
    """A here-document: its end word, its content, and whether variables in it are replaced."""

    name: str
    content: str
    expands: bool = True


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """One instruction.

    Shape:  before holds the comments and empty lines above it, text its own lines as written,
            both with their line ends. arguments is what follows keyword and flags, continued
            lines joined. For ONBUILD it is the instruction to come. unfinished: the file ends
            where a line was to be continued.
    Units:  first_line and last_line count from 1.
    """

    keyword: str
    arguments: str
    flags: tuple[str, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    before: str = ""
    text: str = ""
    first_line: int = 0
    last_line: int = 0
    unfinished: bool = False


class Dockerfile(msgspec.Struct, frozen=True, kw_only=True):
    """A Dockerfile; its str is the text it was parsed from.

    Shape:  after holds what follows the last instruction.
    """

    instructions: tuple[Instruction, ...]
    after: str = ""
    escape: str = "\\"

    @override
    def __str__(self) -> str:
        return "".join(one.before + one.text for one in self.instructions) + self.after


def parse_dockerfile(text: str) -> Dockerfile:
    """The instructions of a text.

    Errors: InvalidFault with every line that is wrong; also for a file without instructions, and
            for one that does not begin with FROM (ARG may stand above it).
    """
    lines = text.split("\n")
    reader = _Reader(
        [*(f"{line}\n" for line in lines[:-1]), *([lines[-1]] if lines[-1] else [])],
        _escape(text),
    )
    instructions = tuple(reader.instructions())
    errors = [*reader.errors, *_wrong_order(instructions)]
    if errors:
        raise InvalidFault(tuple(errors))
    return Dockerfile(instructions=instructions, after=reader.before, escape=reader.escape)


def _escape(text: str) -> str:
    for line in text.removeprefix("\ufeff").split("\n"):
        found = _DIRECTIVE.fullmatch(line)
        if found is None or found["name"].lower() not in _DIRECTIVES:
            break
        if found["name"].lower() == "escape" and found["value"] in {"\\", "`"}:
            return found["value"]
    return "\\"


def _wrong_order(instructions: tuple[Instruction, ...]) -> Iterator[FieldError]:
    first = next((one for one in instructions if one.keyword != "ARG"), None)
    if not instructions:
        yield FieldError(path="Dockerfile", what="holds no instruction")
    elif first is None:
        yield FieldError(path="Dockerfile", what="has no FROM")
    elif first.keyword in KEYWORDS - {"FROM"}:
        what = f"must begin with FROM, not {first.keyword}"
        yield FieldError(path=f"Dockerfile line {first.first_line}", what=what)


class _Reader:
    """Reads lines; what it has not given to an instruction yet is in before."""

    def __init__(self, lines: list[str], escape: str) -> None:
        self.escape = escape
        self.before = ""
        self.errors: list[FieldError] = []
        self._lines = lines
        self._at = 0
        sign = re.escape(escape)
        self._continued = re.compile(rf"(?s)(.*(?<!{sign})|){sign}[ \t]*\r?\n?")

    def instructions(self) -> Iterator[Instruction]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            stripped = line.removeprefix("\ufeff" if self._at == 0 else "").strip(_BLANKS)
            if not stripped or stripped.startswith("#"):
                self.before += line
                self._at += 1
            else:
                instruction = self._instruction()
                self.before = ""
                yield instruction

    def _instruction(self) -> Instruction:
        first = self._at
        line, unfinished = self._logical_line()
        keyword, rest = _first_word(line.strip(_BLANKS + "\ufeff"))
        keyword = keyword.upper()
        flags, arguments = _flags(rest) if keyword in _WITH_FLAGS else ((), rest)
        self._check(keyword, arguments, first)
        heredocs = tuple(self._heredocs(keyword, arguments, first))
        return Instruction(
            keyword=keyword,
            arguments=arguments,
            flags=flags,
            heredocs=heredocs,
            before=self.before,
            text="".join(self._lines[first : self._at]),
            first_line=first + 1,
            last_line=self._at,
            unfinished=unfinished,
        )

    def _logical_line(self) -> tuple[str, bool]:
        pieces: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            # Comments and empty lines inside an instruction do not end it.
            if pieces and (not line.strip(_BLANKS) or line.lstrip(_BLANKS).startswith("#")):
                continue
            continued = self._continued.fullmatch(line)
            pieces.append(continued[1] if continued else line.rstrip("\r\n"))
            if not continued:
                return "".join(pieces), False
        return "".join(pieces), True

    def _heredocs(self, keyword: str, arguments: str, first: int) -> Iterator[Heredoc]:
        if keyword == "ONBUILD":
            keyword, arguments = _first_word(arguments)
        if keyword.upper() not in _WITH_HEREDOCS or arguments.startswith("["):
            return
        for word in split_words(arguments, self.escape):
            if found := _HEREDOC.fullmatch(word):
                yield self._heredoc(found, first)

    def _heredoc(self, found: re.Match[str], first: int) -> Heredoc:
        content: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            line = line.lstrip("\t") if found["tabs"] else line
            if line.rstrip("\r\n") == found["name"]:
                break
            content.append(line)
        else:
            self._wrong(first, f"the here-document {found['name']} is never closed", "")
        return Heredoc(found["name"], "".join(content), expands=not found["quote"])

    def _check(self, keyword: str, arguments: str, first: int) -> None:
        if keyword not in KEYWORDS:
            self._wrong(first, "is no instruction", keyword)
        elif not arguments:
            self._wrong(first, f"{keyword} needs an argument", "")

    def _wrong(self, line: int, what: str, value: str) -> None:
        path = f"Dockerfile line {line + 1}"
        self.errors.append(FieldError(path=path, what=what, value=value))


def _first_word(text: str) -> tuple[str, str]:
    word, *rest = text.split(None, 1) or [""]
    return word, "".join(rest)


def _flags(text: str) -> tuple[tuple[str, ...], str]:
    flags: list[str] = []
    while text.startswith("--"):
        flag, text = _first_word(text)
        if flag == "--":
            break
        flags.append(flag)
    return tuple(flags), text


def with_arguments(instruction: Instruction, arguments: str) -> Instruction:
    """The instruction with other arguments, on one line; flags and comments above it stay."""
    words = (instruction.keyword, *instruction.flags, arguments)
    return replace(instruction, arguments=arguments, heredocs=(), text=" ".join(words) + "\n")


def with_flags(instruction: Instruction, flags: tuple[str, ...]) -> Instruction:
    """The instruction with other flags, on one line; only for those without here-documents."""
    words = (instruction.keyword, *flags, instruction.arguments)
    return replace(instruction, flags=flags, text=" ".join(words) + "\n")
