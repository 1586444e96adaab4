"""What a request wants to know of the words that may name sources.

A repository is fetched with the Secret that its builds will have: the one that the request names,
or one that says of itself which addresses it is for.

Source: detection.md sections 2 and 3; build-lifecycle.md BL-22 to BL-24; user-pain UP-4, UP-9.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from slipcast.newapp.facts import Facts, IsSource, Lent, SecretFor
from slipcast.newapp.request import NewAppRequest
from slipcast.values import patterns
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.giturl import split_fragment
from slipcast.values.sensitive import redacted

_URL: Final = patterns.lazy(r"[A-Za-z][A-Za-z0-9+.-]*://|[^/:@~\s]+@[^/:@\s]+:")


def is_url(word: str) -> bool:
    """Whether a word has the form of a Git URL."""
    return _URL.match(word) is not None


def questions(request: NewAppRequest, words: Iterable[str], facts: Facts) -> dict[str, IsSource]:
    """By words, the question what source each names; all of them are answered.

    Errors: Need; InvalidFault for a Secret that cannot fetch it.
    """
    listed = tuple(words)
    secrets = {each: secret_for(request, each) for each in listed if is_url(each)}
    found = {
        each: IsSource(each, request.context_dir, _lent(request, each, facts))
        for each in listed
        if each not in secrets or facts.knows(secrets[each])
    }
    facts.require((*secrets.values(), *found.values()))
    return found


def question(request: NewAppRequest, word: str, facts: Facts) -> IsSource:
    """The question what source a word names.

    Errors: Need; InvalidFault for a Secret that cannot fetch it.
    """
    return questions(request, (word,), facts)[word]


def secret_for(request: NewAppRequest, word: str) -> SecretFor:
    """The question which Secret a repository is fetched with."""
    return SecretFor(request.source_secret, split_fragment(word)[0])


def check_secret(request: NewAppRequest, word: str, facts: Facts) -> Lent:
    """The Secret that a repository is fetched with.

    Errors: Need; InvalidFault for one that cannot fetch it.
    """
    lent = facts.ask(secret_for(request, word), Lent)
    if lent.wrong:
        what = f'the secret "{lent.name}" {lent.wrong}: {redacted(word)}'
        raise InvalidFault((FieldError(path="--source-secret", what=what),))
    return lent


def _lent(request: NewAppRequest, word: str, facts: Facts) -> str:
    if not is_url(word):
        return ""
    lent = check_secret(request, word, facts)
    return "" if lent.is_missing else lent.name
