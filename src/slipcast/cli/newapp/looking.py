"""What source a word names: a repository that is cloned to be looked at, or a directory.

A directory is built as it lies here, whatever remotes it has; what differs from its last commit is
said (UP-5). Clones are gone when they were looked at (SR-12).

Source: detection.md section 3; user-pain UP-4, UP-5, UP-8.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from slipcast.builds.s2i.request import S2IRequest
from slipcast.cli import local
from slipcast.cli.newapp.silent import Silent
from slipcast.cli.toolbox import EngineFlags, Toolbox
from slipcast.newapp.asking import is_url
from slipcast.newapp.facts import IsSource, NoSource, Source
from slipcast.newapp.sources import unseen
from slipcast.ports.git import CloneSpec, WorkingState
from slipcast.source.inspect import inspect
from slipcast.values.faults import Fault, GitFault, InvalidFault
from slipcast.values.giturl import Transport, parse_git_url, split_fragment
from slipcast.values.sensitive import Sensitive

Held = tuple[tuple[str, Sensitive], ...]
"""What a Secret holds, by its keys."""
_DENIED: Final = "Authentication"
_NOT_IN_IT: Final = frozenset({"RefUnknown", "RepositoryEmpty"})
_SUBMODULE: Final = "ProtocolForbidden"
_WANTS_TO_KNOW: Final = frozenset({_DENIED, "RepositoryUnknown"})
"""Reasons of those who are asked by nobody; forges do not say what is private."""
_OVER_HTTP: Final = frozenset({Transport.HTTP, Transport.HTTPS})
"""Where anybody may be let in, or only who says who he is; git's own protocol asks nobody."""
_OVER_SSH: Final = frozenset({Transport.SSH, Transport.SCP})
_WITHOUT_SYSTEM: Final = (("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_SYSTEM", os.devnull))
_OF_A_SECRET: Final = MappingProxyType(
    {"known_hosts": "known_hosts", "git: http.sslCAInfo": "ca.crt"}
)
"""THE TABLE: what git is to be configured with, and the key of a secret that it is taken from."""
_PATIENCE: Final = 10.0
"""Seconds for an answer to somebody without credentials."""


def look(question: IsSource, toolbox: Toolbox, secret: Held = ()) -> Source | NoSource:
    """The source that a word names, looked at; secret is what the Secret of the question holds."""
    word = question.word
    if is_url(word):
        return _cloned(question, toolbox, secret)
    directory, ref = local.named(word, toolbox.directory)
    if directory is None:
        path, _ = split_fragment(word)
        here = toolbox.directory / path
        if here.is_file():
            return NoSource(why="it is a file", is_file=True)
        return NoSource(why=f"there is no directory {path!r}")
    if ref:
        return _committed(question, directory, ref, toolbox)
    return _directory(question, directory, toolbox)


def is_private(word: str, toolbox: Toolbox) -> bool:
    """Whether a repository is read by those only who say who they are (SR-13).

    Shape:  False, too, where it does not answer.
    """
    if not is_url(word):
        return False
    try:
        url = parse_git_url(word)
    except InvalidFault:
        return False
    if url is None or url.transport not in _OVER_HTTP:
        return url is not None and url.transport in _OVER_SSH
    with TemporaryDirectory(prefix="slipcast-") as directory:
        spec = CloneSpec(
            url=url.without_credentials,
            ca_file=toolbox.platform.ca_bundle,
            env=(("HOME", directory), ("GIT_CONFIG_GLOBAL", os.devnull), *_WITHOUT_SYSTEM),
        )
        try:
            toolbox.git.probe(spec, _PATIENCE, near=Path(directory))
        except Fault as fault:
            return fault.reason in _WANTS_TO_KNOW
    return False


def _cloned(question: IsSource, toolbox: Toolbox, secret: Held) -> Source | NoSource:
    request = S2IRequest(
        source=question.word,
        directory=toolbox.directory,
        context_dir=question.context_dir,
        source_secret=secret,
        platform=toolbox.platform,
    )
    try:
        named = unseen(question.word)
        surveyed = _surveyed(request, toolbox)
    except InvalidFault as wrong:
        return NoSource(why="; ".join(each.what for each in wrong.errors), is_there=True)
    except Fault as fault:
        # What the fetching says of it is said by whoever asked.
        said = fault.__cause__ if isinstance(fault.__cause__, Fault) else fault
        return NoSource(
            why=said.message,
            hint=_hint(said, question.secret),
            is_denied=said.reason == _DENIED,
            is_there=said.reason in {*_NOT_IN_IT, _SUBMODULE} or not isinstance(said, GitFault),
            secret=question.secret,
        )
    return replace(
        named,
        facts=surveyed.facts,
        dockerfile=surveyed.dockerfile,
        secret=question.secret,
    )


def _hint(said: Fault, secret: str) -> str:
    """What may help; of flags of other commands nothing is said.

    Shape:  secret is the name of the Secret that it was asked with.
    """
    if said.reason == _SUBMODULE:
        return "Only http, https, ssh and git are allowed there; builds would not fetch it, either."
    if said.reason in _NOT_IN_IT or not isinstance(said, GitFault):
        return ""
    hint = said.hint
    for word, key in _OF_A_SECRET.items() if secret else ():
        hint = hint.replace(word, f'{key} of the secret "{secret}"')
    return hint


def _committed(
    question: IsSource, directory: Path, ref: str, toolbox: Toolbox
) -> Source | NoSource:
    """A commit of a repository that lies here, and is sent from here."""
    if not toolbox.git.available():
        return NoSource(why=f"git is not installed, which knows what {ref} is")
    root = local.repository_of(directory, toolbox.git)
    if root is None:
        return NoSource(why=f"{directory} is no Git repository, and has no {ref}")
    within = directory.relative_to(root) / question.context_dir
    request = S2IRequest(
        source=str(root),
        directory=toolbox.directory,
        ref=ref,
        context_dir="" if within == Path() else str(within),
        platform=toolbox.platform,
    )
    try:
        surveyed = _surveyed(request, toolbox)
    except Fault as fault:
        return NoSource(why=fault.message)
    return replace(surveyed, directory=str(directory), name=directory.name, ref=ref)


def _directory(question: IsSource, directory: Path, toolbox: Toolbox) -> Source | NoSource:
    request = S2IRequest(
        source=str(directory),
        directory=toolbox.directory,
        context_dir=question.context_dir,
        copy=True,
        platform=toolbox.platform,
    )
    try:
        surveyed = _surveyed(request, toolbox)
    except Fault as fault:
        return NoSource(why=fault.message)
    unpushed = ""
    if toolbox.git.available():
        unpushed = _unpushed(toolbox.git.state(directory))
    return replace(surveyed, directory=str(directory), name=directory.name, unpushed=unpushed)


def _surveyed(request: S2IRequest, toolbox: Toolbox) -> Source:
    """The facts of a source.

    Errors: Fault.
    """
    with toolbox.tools(EngineFlags()).survey(request, Silent()) as surveyed:
        facts = inspect(surveyed.tree)
        text = None
        if facts.dockerfile:
            content = surveyed.tree.read(facts.dockerfile)
            text = content.decode("utf-8", "replace") if content is not None else None
        return Source(facts=facts, dockerfile=text)


def _unpushed(state: WorkingState) -> str:
    """What lies in a work tree and nowhere else, in words; empty for nothing."""
    if not state.is_repository:
        return ""
    parts = []
    if state.changed_files:
        noun = "file" if state.changed_files == 1 else "files"
        parts.append(f"{state.changed_files} changed {noun}")
    if state.unpushed_commits:
        noun = "commit that was" if state.unpushed_commits == 1 else "commits that were"
        parts.append(f"{state.unpushed_commits} {noun} not pushed")
    return " and ".join(parts)
