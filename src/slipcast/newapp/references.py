"""References: every name in a request, with where it is looked for and what is built with it.

Source: detection.md NA-2, section 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from slipcast.newapp.classify import Classified, Named, group_of, split_group
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
    found = _apart(found)
    sources = (*request.sources, *classified.sources)
    groups = joined(request, (*(each.word for each in found), *sources))
    return tuple(
        msgspec.structs.replace(each, group=groups.get(each.word, each.group)) for each in found
    )


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


def joined(request: NewAppRequest, named: Iterable[str]) -> dict[str, str]:
    """What `--group` joins (NA-36): the group of each member.

    Shape:  named are the words of images and sources, as they were typed.
    Errors: InvalidFault for groups of words that nobody gave, and of one word.
    """
    known = frozenset(named)
    found: dict[str, str] = {}
    for group in request.groups:
        members = split_group(group)
        unknown = [each for each in members if each not in known]
        if len(members) == 1 or unknown:
            what = (
                f"names {', '.join(unknown)}, which is none of what was asked for"
                if unknown
                else "joins nothing: write at least two names, as in a+b"
            )
            raise InvalidFault((FieldError(path="--group", what=what, value=group),))
        found |= dict.fromkeys(members, group)
    return found
