"""What people are told when a request comes to nothing: what was looked for, and what to do.

Source: detection.md section 9, RS-50 to RS-52; user-pain UP-4, UP-7 to UP-9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from slipcast.builds.sourcesecrets import BASIC, SSH
from slipcast.newapp.facts import NoSource
from slipcast.newapp.matches import Undecided
from slipcast.newapp.request import NewAppRequest
from slipcast.newapp.searching import Where
from slipcast.values.faults import Fault
from slipcast.values.sensitive import redacted

_FORGES: Final = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
_MISSING: Final = "--allow-missing-images takes an image for granted that is nowhere to be seen."
_ELSEWHERE: Final[Mapping[Where, str]] = {
    "stream": "Image streams are looked for in this project and in 'openshift'; `new-app -L` lists"
    " them.",
    "template": "Templates are looked for in this project and in 'openshift'; `new-app -L` lists"
    " them.",
    "file": "-f takes a file or a URL that holds a template.",
    "image": f"--image takes images in registries, such as quay.io/team/app:1.\n{_MISSING}",
    "base": f"It is looked for among image streams, and then in its registry.\n{_MISSING}",
}
"""What to do about a name that was looked for in one sort of place only."""
SHOWN: Final = 5
"""How many candidates are shown."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """A name that came to nothing.

    Shape:  where is where it was looked for; said is what registries and files said; like are names
            that there are; not_a_source says why it is no source either, where that was looked at.
    """

    undecided: Undecided
    where: Where
    said: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    not_a_source: str = ""


def not_found(troubles: Sequence[Trouble], *, builds: bool) -> Fault:
    """All names that came to nothing, the errors of a sort together (RS-50)."""
    errors: list[str] = []
    helps: dict[str, None] = {}
    for trouble in troubles:
        undecided = trouble.undecided
        errors.append(_error(undecided))
        errors += [f"  {each}" for each in trouble.said]
        if trouble.not_a_source:
            errors.append(f"  as a source: {trouble.not_a_source}")
        if undecided.why == "none" and trouble.like:
            errors.append(f"  there is: {', '.join(trouble.like)}")
        if trouble.where == "anything" and _looks_hosted(undecided.term):
            errors.append(f"  for a Git repository write https://{undecided.term}")
        helps[_help(trouble, builds=builds)] = None
    return Fault("\n".join(errors), hint="\n\n".join(filter(None, helps)), reason="NotFound")


def nothing_to_do(*, builds: bool) -> Fault:
    """That a request names nothing (CL-10, CL-11)."""
    if builds:
        return Fault(
            "you must specify at least one source repository URL, provide a Dockerfile, or indicate"
            " you wish to use binary builds",
            hint="`new-build IMAGE~URL` builds a repository with an image; `new-build URL` finds"
            " out with which.",
        )
    return Fault(
        "You must specify one or more images, image streams, templates, or source code locations"
        " to create an application.",
        hint="To list all templates and image streams, use `new-app -L`.\n"
        "To search templates, image streams and images that match, use `new-app -S php`.",
    )


def no_source(request: NewAppRequest, word: str, answer: NoSource) -> Fault:
    """That what was named as a source is none."""
    shown = redacted(word)
    if answer.is_denied:
        hint = _credentials(request, shown, answer.secret)
    else:
        hint = answer.hint or "See that it is spelled right and can be reached from here."
    return Fault(f"the source {shown} cannot be read: {answer.why}", hint=hint)


def no_repository(request: NewAppRequest, word: str, answer: NoSource) -> str:
    """That no repository answers at what has the form of a URL, or that it refuses us (UP-4)."""
    if answer.is_denied:
        hint = _credentials(request, redacted(word), answer.secret)
        return f"the repository does not let us in: {answer.why}\n{hint}"
    why = answer.why if answer.is_there else f"no Git repository answers there: {answer.why}"
    missing = "" if answer.secret else _missing(request)
    return "\n".join(filter(None, (why, answer.hint, missing)))


def _credentials(request: NewAppRequest, word: str, secret: str) -> str:
    """How a repository is fetched that does not let everybody in."""
    if secret:
        return f'It was asked with the secret "{secret}": see that what it holds is right, still.'
    if missing := _missing(request):
        return missing
    is_web = word.startswith(("http://", "https://"))
    kind, what = (
        (BASIC, "--from-literal=username=NAME --from-literal=password=TOKEN")
        if is_web
        else (SSH, "--from-file=ssh-privatekey=FILE")
    )
    command = "new-build" if request.builds else "new-app"
    return (
        "If it is private, make a Secret of what may read it, and name it:\n"
        f"  slipcast create secret generic NAME --type={kind} {what}\n"
        f"  slipcast {command} {word} --source-secret=NAME"
    )


def _missing(request: NewAppRequest) -> str:
    """That nothing was asked with the secret that was named; empty where none was."""
    if not request.source_secret:
        return ""
    return (
        f'The secret "{request.source_secret}" is not in project "{request.namespace}", or you'
        " may not read it."
    )


def _error(undecided: Undecided) -> str:
    term = undecided.term
    match undecided.why:
        case "none":
            return f'no match for "{term}"'
        case "several":
            count = len(undecided.candidates)
            if undecided.candidates[0].score:
                return f'nothing is exactly "{term}", and {count} are near to it'
            return f'multiple images or templates matched "{term}": {count}'
        case "tagless":
            return f'no tags found on matching image stream: "{undecided.candidates[0].shown}"'
        case "partial":
            best = undecided.candidates[0]
            return f'only a partial match was found for "{term}": "{best.shown}"'


def _looks_hosted(term: str) -> bool:
    """Whether a name is the address of a repository, but for `https://`."""
    host, slash, path = term.partition("/")
    return bool(slash) and "." in host.strip(".") and (path.endswith(".git") or host in _FORGES)


def _help(trouble: Trouble, *, builds: bool) -> str:
    undecided = trouble.undecided
    match undecided.why:
        case "none":
            return _ELSEWHERE.get(trouble.where) or _places(builds=builds)
        case "several":
            more = len(undecided.candidates) - SHOWN
            rest = [f"{more} more: `new-app -S {undecided.term}` lists them all."] * (more > 0)
            return "\n".join([*_candidates(undecided, SHOWN), *rest])
        case "tagless":
            return "Use --allow-missing-imagestream-tags to use this image stream."
        case "partial":
            return "\n".join(_candidates(undecided, 1))


def _candidates(undecided: Undecided, most: int) -> Iterable[str]:
    return [f"* {each.shown}: use {each.flag}" for each in undecided.candidates[:most]]


def _places(*, builds: bool) -> str:
    places = [
        "tags of image streams in this project and in 'openshift' (:latest unless said otherwise)",
        "images in registries",
        "Git repositories, by URL or local path",
    ]
    if not builds:
        places.insert(2, "templates in this project and in 'openshift'")
    lines = "\n".join(f"  {number}. {place}" for number, place in enumerate(places, 1))
    return (
        f"What is named is looked for among:\n{lines}\n"
        "--allow-missing-images takes an image for granted that is in none of them."
    )
