"""References: every name in a request, with where it is looked for and what is built with it.

Source: detection.md NA-2, section 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from slipcast.newapp.classify import Classified, Named, group_of
from slipcast.newapp.request import NewAppRequest
from slipcast.newapp.searching import Where
from slipcast.values.faults import FieldError, InvalidFault


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A name to be found.

    Shape:  group is what it is deployed with: equal for those that are. has_source says that `~`
            was typed.
    """

    word: str
    where: Where
    group: str
    source: str = ""
    has_source: bool = False


def references(request: NewAppRequest, classified: Classified) -> tuple[Reference, ...]:
    """All names of a request in the order in which they are looked for.

    Errors: InvalidFault for groups of names that nobody gave, and what has no form.
    """
    found = [
        *_named(request.images, "image"),
        *_named(request.streams, "stream"),
        *(Reference(word=each, where="template", group=each) for each in request.templates),
        *(Reference(word=each, where="file", group=each) for each in request.files),
        *(_reference(each, "anything") for each in classified.named),
        *(Reference(word=each, where="file", group=each) for each in classified.files),
    ]
    return _grouped(_apart(found), request.groups)


def _apart(found: list[Reference]) -> list[Reference]:
    """The names, those of words that were typed twice in groups of their own."""
    apart: list[Reference] = []
    seen: set[tuple[str, str, str]] = set()
    turn = 0
    for each in found:
        if (each.group, each.word, each.source) in seen:
            turn += 1
            seen = {known for known in seen if known[0] != each.group}
        seen.add((each.group, each.word, each.source))
        group = f"{each.group} {turn}" if turn else each.group
        apart.append(msgspec.structs.replace(each, group=group))
    return apart


def _named(words: Iterable[str], where: Where) -> Iterator[Reference]:
    for word in words:
        yield from (_reference(each, where) for each in group_of(word))


def _reference(named: Named, where: Where) -> Reference:
    return Reference(
        word=named.word,
        where=where,
        group=named.group,
        source=named.source,
        has_source=named.has_source,
    )


def _grouped(found: list[Reference], groups: Iterable[str]) -> tuple[Reference, ...]:
    """The names with those joined that `--group` joins (NA-36)."""
    for group in groups:
        members = group.split("+")
        unknown = [each for each in members if all(each != known.word for known in found)]
        if len(members) == 1 or unknown:
            what = (
                f"names {', '.join(unknown)}, which is none of what was asked for"
                if unknown
                else "joins nothing: write at least two names, as in a+b"
            )
            raise InvalidFault((FieldError(path="--group", what=what, value=group),))
        found = [
            msgspec.structs.replace(each, group=group) if each.word in members else each
            for each in found
        ]
    return tuple(found)
