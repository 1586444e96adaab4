"""Facts: what was looked up so far, and how a pure function asks for more.

new-app decides from the beginning each time, on all that is known by then; what it lacks it names
as questions, all it can name at once. Nobody remembers where it was.

Source: house rule of journey 5.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar, cast

import msgspec

from slipcast.api.build import BuildConfig
from slipcast.api.image import ImageStream
from slipcast.api.template import Template
from slipcast.newapp.image import ImageFacts
from slipcast.source.inspect import SourceFacts

T = TypeVar("T")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A source that was looked at.

    Shape:  facts None when it was not inspected. uri and ref are what is built, uri empty for a
            directory that no remote has, which is uploaded; dockerfile is its text, None for none.
            unpushed says in words what lies here and not at uri. needs_credentials: it was
            fetched with some that its builds will not have, its URL's or the user's own. secret
            is the Secret that it was fetched with.
    """

    uri: str = ""
    ref: str = ""
    directory: str = ""
    name: str = ""
    facts: SourceFacts | None = None
    dockerfile: str | None = None
    unpushed: str = ""
    needs_credentials: bool = False
    secret: str = ""


class NoSource(msgspec.Struct, frozen=True, kw_only=True):
    """That a word names no source: why not.

    Shape:  is_denied says that a repository is there, or might be, and refused us, whom secret made
            known, if it did; is_there that it answers, and has not what was asked for; is_file that
            the word names a file, which may hold a template. hint is what may help.
    """

    why: str
    hint: str = ""
    is_denied: bool = False
    is_there: bool = False
    secret: str = ""
    is_file: bool = False


class Lent(msgspec.Struct, frozen=True, kw_only=True):
    """The Secret that a repository is fetched with; name empty for none.

    Shape:  wrong says why it cannot be used for that; is_missing that there is none of that name,
            or that it may not be read.
    """

    name: str = ""
    wrong: str = ""
    is_missing: bool = False


class RegistryImage(msgspec.Struct, frozen=True, kw_only=True):
    """An image as a registry has it; the pull spec names it by digest."""

    image: ImageFacts
    pull_spec: str


class HostImage(msgspec.Struct, frozen=True, kw_only=True):
    """An image in the storage of this machine, by its whole name there."""

    name: str
    image: ImageFacts


class NoImage(msgspec.Struct, frozen=True, kw_only=True):
    """That a registry gave no image: unknown, unauthorized, or a failure in words."""

    reason: Literal["unknown", "unauthorized", "failed"]
    why: str = ""


class NoTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """That a file is no template, or a template could not be processed: why."""

    why: str


class IsSource(msgspec.Struct, frozen=True):
    """What source a word names, if it does; answered by Source or NoSource.

    Shape:  secret is the Secret that it is fetched with; empty for the user's own credentials.
    """

    word: str
    context_dir: str = ""
    secret: str = ""


class SecretFor(msgspec.Struct, frozen=True):
    """Which Secret a repository is fetched with; answered by Lent.

    Shape:  name empty asks for one that says of itself that it is for the address.
    """

    name: str
    uri: str


class Streams(msgspec.Struct, frozen=True):
    """The streams of a namespace; none where it may not be read."""

    namespace: str


class Configs(msgspec.Struct, frozen=True):
    """The BuildConfigs of a namespace; none where it may not be read."""

    namespace: str


class Templates(msgspec.Struct, frozen=True):
    """The templates of a namespace; none where it may not be read."""

    namespace: str


class TagImage(msgspec.Struct, frozen=True):
    """The image that a tag of a stream means now; None when it is gone."""

    namespace: str
    stream: str
    tag: str


class LookUp(msgspec.Struct, frozen=True):
    """An image in a registry; answered by RegistryImage or NoImage."""

    pull_spec: str
    insecure: bool = False


class OnHost(msgspec.Struct, frozen=True):
    """An image in the storage of this machine; answered by HostImage or None."""

    name: str


class TemplateFile(msgspec.Struct, frozen=True):
    """The template in a file or at a URL; answered by Template or NoTemplate."""

    place: str


Question = (
    IsSource | SecretFor | Streams | Configs | Templates | TagImage | LookUp | OnHost | TemplateFile
)
Answer = (
    Source
    | NoSource
    | Lent
    | tuple[ImageStream, ...]
    | tuple[BuildConfig, ...]
    | tuple[Template, ...]
    | ImageFacts
    | RegistryImage
    | HostImage
    | NoImage
    | Template
    | NoTemplate
    | None
)


class Need(Exception):
    """That something must be looked up before it can be decided."""

    def __init__(self, questions: Iterable[Question]) -> None:
        super().__init__("something must be looked up")
        self.questions = tuple(dict.fromkeys(questions))


class Facts:
    """The answers so far."""

    def __init__(self, answers: Mapping[Question, Answer] | None = None) -> None:
        self._answers = dict(answers or {})

    def ask(self, question: Question, kind: type[T]) -> T:
        """The answer to a question, of a kind that its asker knows.

        Errors: Need.
        """
        del kind
        self.require((question,))
        return cast("T", self._answers[question])

    def knows(self, question: Question) -> bool:
        """Whether a question is answered."""
        return question in self._answers

    def require(self, questions: Iterable[Question]) -> None:
        """Nothing, when all of these are answered.

        Errors: Need, with all that are not.
        """
        missing = [each for each in questions if each not in self._answers]
        if missing:
            raise Need(missing)

    def with_answers(self, answers: Mapping[Question, Answer]) -> Facts:
        """The facts, and more."""
        return Facts({**self._answers, **answers})
