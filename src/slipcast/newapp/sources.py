"""The sources of a request: what was found where its words point, and who may fetch it.

Source: detection.md sections 2 and 3, NA-3; user-pain UP-4.
"""

from __future__ import annotations

from collections.abc import Iterable

from slipcast.newapp import asking, troubles
from slipcast.newapp.facts import Facts, IsSource, NoSource, Source
from slipcast.newapp.request import NewAppRequest
from slipcast.values.giturl import parse_git_url


class Sources:
    """The sources of one request; warnings are what was noticed when they were asked for."""

    def __init__(self, request: NewAppRequest, facts: Facts, seen: Iterable[str]) -> None:
        self._request = request
        self._facts = facts
        self._seen = frozenset(seen)
        self._warnings: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was noticed, each once."""
        return tuple(self._warnings)

    def looked_at(self, words: Iterable[str]) -> tuple[str, ...]:
        """Those of some words that somebody looks at, whoever builds them in the end (NA-3)."""
        return tuple(filter(self._seen.__contains__, words))

    def at(self, word: str) -> Source:
        """The source that a word names.

        Errors: Need; Fault when there is none.
        """
        answer = self._facts.ask(asking.question(self._request, word, self._facts), object)
        if isinstance(answer, NoSource):
            raise troubles.no_source(self._request, word, answer)
        assert isinstance(answer, Source)  # noqa: S101 -- it is one or the other
        if asking.is_url(word):
            self._check_secret(word)
        return answer

    def of_pair(self, word: str) -> Source:
        """A source that an image was given for.

        A repository that is only named with it is not looked at (NA-3); a directory is, for it has
        to be sent from here.
        """
        if not word:
            return Source(name="")
        if parse_git_url(word) is None or word in self._seen:
            return self.at(word)
        if self._request.source_secret:
            self._check_secret(word)
        return unseen(word)

    def why_not(self, word: str) -> str:
        """Why a word is no source; empty where that goes without saying."""
        if asking.is_url(word):
            return ""
        question = IsSource(word, self._request.context_dir)
        if not self._facts.knows(question):
            return ""
        answer = self._facts.ask(question, object)
        return answer.why if isinstance(answer, NoSource) else ""

    def _check_secret(self, word: str) -> None:
        """Refuse a Secret that cannot fetch a source, and warn of one that is not there."""
        lent = asking.check_secret(self._request, word, self._facts)
        if lent.is_missing:
            self._warnings[
                f'there is no secret "{lent.name}" in project "{self._request.namespace}" that you'
                " may read: without it nothing is built"
            ] = None


def place_of(source: Source) -> str:
    """Where a Dockerfile is, for people."""
    place = source.uri or source.directory
    return f"in {place}" if place else "that was given"


def unseen(word: str) -> Source:
    """A source that is only named: nobody looks whether it is there (NA-3).

    Errors: InvalidFault for a URL that can be none.
    """
    url = parse_git_url(word)
    if url is None:
        return Source(uri=word, name=word.rstrip("/").rpartition("/")[2])
    path = url.path.rstrip("/").rpartition("/")[2].removesuffix(".git")
    place = url.with_ref("")
    bare = place.without_credentials
    return Source(
        uri=str(bare), ref=url.ref, name=path or url.host, needs_credentials=bare != place
    )
