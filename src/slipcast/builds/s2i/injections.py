"""Injections: files of this machine that are there only while assemble runs.

Source: source-to-image, injections (S2I-191 to 198).
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from slipcast.builds.s2i.request import Injection
from slipcast.values.faults import FieldError, UsageFault

FORBIDDEN = frozenset(";*?\"<>|%#$!+{}&[],'`")
DIRECTORY_MODE = 0o777
FILE_MODE = 0o666


def split(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a `SRC:DST` list joined by `;`; a pair is split at its last colon.

    Errors: UsageFault for a pair without source or with a character that is refused.
    """
    return tuple(_pair(part) for part in text.split(";") if part.strip())


def _pair(text: str) -> tuple[str, str]:
    source, colon, target = text.strip().rpartition(":")
    if not colon:
        source, target = text.strip(), ""
    source, target = _bare(source), _bare(target)
    wrong = sorted((set(source) | set(target)) & FORBIDDEN)
    if wrong:
        raise UsageFault(
            f"{text!r} holds {' '.join(wrong)}, which a source:destination pair may not",
            exit_code=1,
        )
    if not source:
        raise UsageFault(f"{text!r} names no source", hint="Write SOURCE:DESTINATION.", exit_code=1)
    return source, target


def _bare(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def parse(text: str, directory: Path) -> tuple[Injection, ...]:
    """The injections of one `--inject` value; relative sources count from directory.

    Errors: UsageFault as for split.
    """
    return tuple(
        Injection(source=directory / source, target=target) for source, target in split(text)
    )


def errors(injections: tuple[Injection, ...]) -> tuple[FieldError, ...]:
    """What is wrong with injections that did not come through parse."""
    return tuple(
        FieldError(path=f"injections[{at}]", what="may not hold " + " ".join(wrong), value=text)
        for at, each in enumerate(injections)
        for text in (f"{each.source}:{each.target}",)
        if (wrong := sorted(set(text) & FORBIDDEN))
    )


def target(injection: Injection, workdir: str) -> str:
    """The absolute path in the container; relative ones lie below WORKDIR."""
    return str(PurePosixPath("/", workdir, injection.target))
