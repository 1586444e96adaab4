"""Searching: what a name means among streams, templates, registries and files.

Public registries are never asked for a detected language (RS-44): whoever has no builder image is
told so.

Source: detection.md section 7, RS-10 to RS-12, RS-40 to RS-43.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from slipcast.api.image import ImageStream
from slipcast.api.template import Template
from slipcast.newapp.facts import (
    Facts,
    HostImage,
    LookUp,
    NoImage,
    NoTemplate,
    OnHost,
    RegistryImage,
    Streams,
    TagImage,
    TemplateFile,
    Templates,
)
from slipcast.newapp.image import ImageFacts
from slipcast.newapp.matches import NEAR, Group, Match, Undecided, decided, name_score
from slipcast.newapp.streams import ImageOf, Wanted, by_name, by_support, named_only, newest
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef
from slipcast.values.names import dns_label

Where = Literal["anything", "image", "stream", "template", "file", "base", "language", "copied"]
SHARED: Final = "openshift"
"""The namespace whose streams and templates everybody is offered."""
LOCAL: Final = "localhost"
"""The registry in the names of images that lie where builds run, and in no registry."""
_FIRST, _SECOND, _LAST = 0, 1, 2
_HOST: Final = 3
_MISSING: Final = 100
_INTERNAL: Final = "Internal error occurred: "
"""What servers say before what went wrong, as if it was their own doing."""

Searching = Callable[[ImageOf], tuple[Match, ...]]
"""A search that looks at images."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where is looked, and what is let pass.

    Shape:  namespace is that of the application; without are streams of it that do not count.
    """

    namespace: str
    without: frozenset[str] = frozenset()
    insecure: bool = False
    import_mode: str = ""
    allow_missing_images: bool = False
    allow_missing_tags: bool = False

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that are searched, in order (RS-10)."""
        return tuple(dict.fromkeys((self.namespace, SHARED)))


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a name came to, and what registries said of it that was no image."""

    result: Match | Undecided
    troubles: tuple[str, ...] = ()


class Search:
    """Looks for names, on the facts there are."""

    def __init__(self, facts: Facts, place: Place) -> None:
        self._facts = facts
        self._place = place

    def find(self, word: str, where: Where, *, builds: bool = False) -> Found:
        """What a word means; one that builds source is no template.

        Errors: Need.
        """
        troubles: list[str] = []
        result = decided(word, self._groups(word, where, troubles, builds=builds))
        return Found(result=result, troubles=tuple(troubles))

    def everything(self, word: str, where: Where) -> tuple[Match, ...]:
        """All that is near to a word, however near (RS-6).

        Errors: Need.
        """
        found = [*self._streams(word, precise=False)] if where in {"anything", "stream"} else []
        if where in {"anything", "template"}:
            found += self._templates(word)
        if where in {"anything", "image"} and word != "*":
            found += [replace(each, score=each.score + 1) for each in self._registry(word, [])]
        return tuple(sorted(found, key=lambda each: each.score))

    def apart_from(self, streams: frozenset[str]) -> Search:
        """The same search, to which some streams of the application's namespace do not count."""
        return Search(self._facts, replace(self._place, without=streams))

    def like(self, word: str) -> tuple[str, ...]:
        """The names that are spelled nearly as a word is, of streams and templates at hand.

        Errors: Need.
        """
        bare = word.partition(":")[0].rpartition("/")[2]
        names = [
            each.metadata.name for streams in self._all(self._place.namespaces) for each in streams
        ]
        for namespace in self._place.namespaces:
            templates: tuple[Template, ...] = self._facts.ask(Templates(namespace), tuple)
            names += [each.metadata.name for each in templates]
        return tuple(get_close_matches(bare, dict.fromkeys(names)))

    def named(self, word: str) -> str:
        """How a stream of just that name would be chosen; empty where there is none.

        Errors: Need.
        """
        if dns_label(word):
            return ""
        streams = (each for space in self._all(self._place.namespaces) for each in space)
        is_there = any(each.metadata.name == word for each in streams)
        return f"--image-stream={word} means the image stream of that name" * is_there

    def is_template(self, word: str) -> bool:
        """Whether there is a template of just that name.

        Errors: Need.
        """
        return any(match.score == 0 for match in self._templates(word))

    def stream(self, namespace: str, name: str) -> ImageStream | None:
        """A stream by its name.

        Errors: Need.
        """
        (streams,) = self._all((namespace,))
        return next((each for each in streams if each.metadata.name == name), None)

    def _groups(
        self, word: str, where: Where, troubles: list[str], *, builds: bool
    ) -> Iterator[Group]:
        match where:
            case "template":
                yield _FIRST, self._templates(word)
            case "file":
                yield _FIRST, self._files(word, troubles)
            case "stream":
                yield _FIRST, self._streams(word)
            case "language":
                yield _FIRST, self._streams(word)
                yield _SECOND, self._supporting(word)
            case "copied":
                yield _FIRST, self._supporting(word)
                yield _SECOND, self._streams(word)
                yield _LAST, self._registry(word, troubles)
            case "image":
                yield _FIRST, self._registry(word, troubles)
                yield _HOST, self._on_host(word)
                yield _MISSING, self._missing(word)
            case "base" | "anything":
                own = [*self._streams(word)]
                if where == "anything" and not builds:
                    own += self._templates(word)
                yield _FIRST, own
                yield _LAST, self._registry(word, troubles)
                yield _HOST, self._on_host(word)
                yield _MISSING, self._missing(word)

    def _streams(self, word: str, *, precise: bool = True) -> tuple[Match, ...]:
        wanted = self._wanted(word)
        if wanted is None:
            return ()
        wanted = replace(wanted, is_precise=precise)
        spaces = (wanted.namespace,) if wanted.namespace else self._place.namespaces
        return self._with_images(lambda images: by_name(wanted, self._all(spaces), images))

    def _supporting(self, word: str) -> tuple[Match, ...]:
        wanted = Wanted(term=word, name=word)
        spaces = self._place.namespaces
        return self._with_images(lambda images: by_support(wanted, self._all(spaces), images))

    def _wanted(self, word: str) -> Wanted | None:
        """A word as the name of a stream; None when it can be none."""
        if word == "*":
            return Wanted(term=word, name=word)
        try:
            # Names of streams are compared in whatever case they were typed (RS-15).
            ref = ImageRef.parse(word.lower())
        except InvalidFault:
            return None
        if ref.registry or ref.digest is not None or (ref.namespace and dns_label(ref.namespace)):
            return None
        return Wanted(
            term=word,
            name=_typed(ref.name, word),
            namespace=ref.namespace,
            tag=_typed(ref.tag, word),
            allows_missing=self._place.allow_missing_tags,
        )

    def _all(self, namespaces: Sequence[str]) -> Sequence[Sequence[ImageStream]]:
        questions = [Streams(namespace) for namespace in namespaces]
        self._facts.require(questions)
        return [self._counting(each.namespace, self._facts.ask(each, tuple)) for each in questions]

    def _counting(self, namespace: str, streams: Sequence[ImageStream]) -> Sequence[ImageStream]:
        without = self._place.without if namespace == self._place.namespace else frozenset()
        return [each for each in streams if each.metadata.name not in without]

    def _with_images(self, search: Searching) -> tuple[Match, ...]:
        """What a search finds; the images it comes by are asked for all at once."""
        wanted: dict[TagImage, None] = {}

        def noted(stream: ImageStream, tag: str) -> ImageFacts | None:
            event = newest(stream, tag)
            if event is not None and event.image:
                wanted[TagImage(stream.metadata.namespace, stream.metadata.name, tag)] = None
            return None

        search(noted)
        self._facts.require(wanted)

        def known(stream: ImageStream, tag: str) -> ImageFacts | None:
            event = newest(stream, tag)
            if event is not None and not event.image:
                return named_only(stream, tag)
            place = TagImage(stream.metadata.namespace, stream.metadata.name, tag)
            return self._facts.ask(place, ImageFacts)

        return search(known)

    def _templates(self, word: str) -> tuple[Match, ...]:
        namespace, _, name = word.rpartition("/")
        if namespace and dns_label(namespace):
            return ()
        spaces = (namespace,) if namespace else self._place.namespaces
        questions = [Templates(each) for each in spaces]
        self._facts.require(questions)
        found = []
        for question in questions:
            templates: tuple[Template, ...] = self._facts.ask(question, tuple)
            found += [
                Match(
                    term=word,
                    origin="template",
                    name=each.metadata.name,
                    namespace=each.metadata.namespace,
                    template=each,
                    score=score,
                )
                for each in templates
                if (score := name_score(each.metadata.name, name)) < NEAR
            ]
            if any(match.score == 0 for match in found):
                break
        return tuple(found)

    def _files(self, word: str, troubles: list[str]) -> tuple[Match, ...]:
        answer = self._facts.ask(TemplateFile(word), object)
        if isinstance(answer, NoTemplate):
            troubles.append(answer.why)
            return ()
        assert isinstance(answer, Template)  # noqa: S101 -- it is one or the other
        return (Match(term=word, origin="file", name=word, template=answer),)

    def _registry(self, word: str, troubles: list[str]) -> tuple[Match, ...]:
        try:
            ref = ImageRef.parse(word)
        except InvalidFault as wrong:
            troubles.append(wrong.message)
            return ()
        if (ref.name, ref.registry, ref.namespace) == ("scratch", "", ""):
            return (Match(term=word, origin="scratch", name="scratch"),)
        if ref.registry == LOCAL:
            return ()
        answer = self._facts.ask(LookUp(word, self._place.insecure), object)
        if isinstance(answer, NoImage):
            if answer.reason != "unknown":
                troubles.append(f"as an image: {answer.why.removeprefix(_INTERNAL)}")
            return ()
        assert isinstance(answer, RegistryImage)  # noqa: S101 -- it is one or the other
        found = _as_match(word, ref, answer.image)
        return (
            replace(
                found,
                origin="image",
                pull_spec=answer.pull_spec,
                insecure=self._place.insecure,
                import_mode=self._place.import_mode,
            ),
        )

    def _on_host(self, word: str) -> tuple[Match, ...]:
        """An image that this machine has, and no registry (RS-43)."""
        try:
            ref = ImageRef.parse(word)
        except InvalidFault:
            return ()
        answer = self._facts.ask(OnHost(word), object)
        if not isinstance(answer, HostImage):
            return ()
        found = _as_match(word, ref, answer.image)
        return (replace(found, origin="host", pull_spec=answer.name),)

    def _missing(self, word: str) -> tuple[Match, ...]:
        """An image that nobody has seen: whoever builds will have it."""
        try:
            ref = ImageRef.parse(word)
        except InvalidFault:
            return ()
        if not self._place.allow_missing_images and ref.registry != LOCAL:
            return ()
        name = str(replace(ref, tag="", digest=None))
        return (Match(term=word, origin="missing", name=name, tag=ref.tag, pull_spec=word),)


def _typed(part: str, word: str) -> str:
    """A part of a word as it was typed."""
    at = word.lower().rfind(part)
    return word[at : at + len(part)]


def _as_match(word: str, ref: ImageRef, image: ImageFacts) -> Match:
    """What a word means that is a reference to an image."""
    name = str(replace(ref, tag="", digest=None))
    return Match(term=word, origin="image", name=name, tag=ref.tag, image=image)
