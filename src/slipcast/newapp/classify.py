"""What bare words are: variables, sources, template files, or names of things to be found.

What looks like a Git URL is one, and is never read as a variable or an image (UP-4, UP-7); whether
a repository answers there is asked.

Source: detection.md section 2, NA-10 to NA-18; section 10, NA-30, NA-35.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from slipcast.api.template import Template
from slipcast.newapp import asking, troubles
from slipcast.newapp.asking import is_url
from slipcast.newapp.facts import Facts, NoSource, Source, TemplateFile
from slipcast.newapp.request import NewAppRequest, Pair
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.sensitive import redacted

_PATHS: Final = ("./", "../", "/", "~/")
"""How words begin that are paths for sure."""
_VARIABLE: Final = re.compile(r"[^=]+=", re.DOTALL)
_NAME: Final = re.compile(r"\w+", re.ASCII)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A name of something to be found, and perhaps what is built with it.

    Shape:  word is what was typed, without the source; group joins what is deployed together.
            has_source says that `~` was typed; source is empty then where any will do (NA-30).
    """

    word: str
    group: str
    source: str = ""
    has_source: bool = False


class Classified(msgspec.Struct, frozen=True, kw_only=True):
    """Words by what they are, each in the order in which they were given."""

    env: tuple[Pair, ...] = ()
    sources: tuple[str, ...] = ()
    named: tuple[Named, ...] = ()
    files: tuple[str, ...] = ()


def classified(request: NewAppRequest, facts: Facts) -> Classified:
    """The words of a request by what they are.

    Errors: Need; InvalidFault with every word that can be nothing.
    """
    words = [word for word in request.words if word]
    unseen = unseen_of(request)
    asked = [word for word in words if word not in unseen and (is_url(word) or not _is_sure(word))]
    questions = asking.questions(request, asked, facts)
    env: list[Pair] = []
    sources: list[str] = []
    named: list[Named] = []
    files: list[str] = []
    errors: list[FieldError] = []
    for word in words:
        answer = facts.ask(questions[word], object) if word in questions else None
        if isinstance(answer, Source) or word in unseen:
            sources.append(word)
        elif is_url(word):
            assert isinstance(answer, NoSource)  # noqa: S101 -- it is one or the other
            if _is_template(word, facts):
                files.append(word)
            else:
                what = troubles.no_repository(request, word, answer)
                errors.append(FieldError(path=redacted(word), what=what))
        elif _VARIABLE.match(word):
            name, _, value = word.partition("=")
            if _NAME.fullmatch(name):
                env.append(Pair(name, value))
            else:
                errors.append(FieldError(path=word, what=f"{name!r} is no name of a variable"))
        elif isinstance(answer, NoSource) and answer.is_file:
            files.append(word)
        else:
            try:
                named += _named(word, answer)
            except InvalidFault as fault:
                errors += fault.errors
    if errors:
        raise InvalidFault(tuple(errors))
    return Classified(
        env=tuple(env), sources=tuple(sources), named=tuple(named), files=tuple(files)
    )


def unseen_of(request: NewAppRequest) -> frozenset[str]:
    """The repositories that nobody has to look at: an image and a strategy are given (UP-8)."""
    words = [word for word in request.words if word]
    named = [word for word in words if not is_url(word) and not _VARIABLE.match(word)]
    if request.strategy not in {"source", "docker"}:
        return frozenset()
    if not (named or request.streams or request.images):
        return frozenset()
    return frozenset(filter(is_url, (*words, *request.sources)))


def _named(word: str, answer: object) -> Iterable[Named]:
    """The members of a word that is neither source nor file.

    Errors: InvalidFault for one that can be nothing else.
    """
    is_path = word.startswith(_PATHS) or "#" in word.partition("~")[0]
    if is_path and isinstance(answer, NoSource):
        beside = ", and no file" if answer.why.startswith("there is no ") else ""
        raise InvalidFault((FieldError(path=word, what=f"{answer.why}{beside}"),))
    return group_of(word)


def _is_template(word: str, facts: Facts) -> bool:
    """Whether a URL that is no repository gives a template (NA-12).

    Errors: Need.
    """
    if not word.startswith(("http://", "https://")):
        return False
    return isinstance(facts.ask(TemplateFile(word), object), Template)


def group_of(word: str) -> Iterable[Named]:
    """The members of `a+b~source`; the first gives the group its name (NA-30, NA-35).

    Errors: InvalidFault.
    """
    members = []
    for part in split_group(word):
        name, mark, source = part.partition("~")
        if not name:
            what = "names no image before the ~: write IMAGE~SOURCE"
            raise InvalidFault((FieldError(path=word, what=what),))
        members.append(Named(word=name, group=word, source=source, has_source=bool(mark)))
    return members


def split_group(word: str) -> list[str]:
    """The words that are joined by `+`; that of `git+ssh://` joins nothing."""
    parts: list[str] = []
    for piece in word.split("+"):
        if parts and parts[-1].endswith("git") and piece.startswith("ssh://"):
            parts[-1] += f"+{piece}"
        else:
            parts.append(piece)
    return parts


def _is_sure(word: str) -> bool:
    """Whether a word can be no directory and no file: it says what it is by its form."""
    if word.startswith(_PATHS):
        return False
    # No image has a `#` in its name: what is behind one is a revision, such as `shop#HEAD~1`.
    return "~" in word.lstrip("~").partition("#")[0] or bool(_VARIABLE.match(word))
