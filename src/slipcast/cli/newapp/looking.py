"""What source a word names: a repository that is cloned to be looked at, or a directory.

A directory is built as it lies here, whatever remotes it has; what differs from its last commit is
said (UP-5). Clones are gone when they were looked at (SR-12).

Source: detection.md section 3; user-pain UP-4, UP-5, UP-8.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from slipcast.builds.s2i.request import S2IRequest
from slipcast.cli.local import directory_of
from slipcast.cli.newapp.silent import Silent
from slipcast.cli.toolbox import EngineFlags, Toolbox
from slipcast.newapp.classify import is_url
from slipcast.newapp.facts import IsSource, NoSource, Source
from slipcast.newapp.planning import unseen
from slipcast.ports.git import WorkingState
from slipcast.source.inspect import inspect
from slipcast.values.faults import Fault, InvalidFault
from slipcast.values.giturl import split_fragment

_DENIED = "Authentication"


def look(question: IsSource, toolbox: Toolbox) -> Source | NoSource:
    """The source that a word names, looked at."""
    word = question.word
    path, ref = split_fragment(word)
    if is_url(word):
        return _cloned(question, toolbox)
    directory = directory_of(path, toolbox.directory)
    if directory is None:
        here = toolbox.directory / path
        if here.is_file():
            return NoSource(why="it is a file", is_file=True)
        return NoSource(why=f"there is no directory {path!r}")
    if ref:
        return _committed(question, directory, ref, toolbox)
    return _directory(question, directory, toolbox)


def _cloned(question: IsSource, toolbox: Toolbox) -> Source | NoSource:
    try:
        named = unseen(question.word)
        surveyed = _surveyed(question, toolbox)
    except InvalidFault as wrong:
        return NoSource(why=wrong.message)
    except Fault as fault:
        return NoSource(why=fault.message, is_denied=_is_denied(fault))
    return replace(named, facts=surveyed.facts, dockerfile=surveyed.dockerfile)


def _is_denied(fault: Fault) -> bool:
    """Whether a repository wants to know who we are."""
    causes = (fault, fault.__cause__)
    return any(isinstance(each, Fault) and each.reason == _DENIED for each in causes)


def _committed(
    question: IsSource, directory: Path, ref: str, toolbox: Toolbox
) -> Source | NoSource:
    """A commit of a repository that lies here, and is sent from here."""
    try:
        surveyed = _surveyed(question, toolbox)
    except Fault as fault:
        return NoSource(why=fault.message)
    return replace(surveyed, directory=str(directory), name=directory.name, ref=ref)


def _directory(question: IsSource, directory: Path, toolbox: Toolbox) -> Source | NoSource:
    try:
        surveyed = _surveyed(question, toolbox)
    except Fault as fault:
        return NoSource(why=fault.message)
    unpushed = ""
    if toolbox.git.available():
        unpushed = _unpushed(toolbox.git.state(directory))
    return replace(surveyed, directory=str(directory), name=directory.name, unpushed=unpushed)


def _surveyed(question: IsSource, toolbox: Toolbox) -> Source:
    """The facts of a source.

    Errors: Fault.
    """
    tools = toolbox.tools(EngineFlags())
    path, ref = split_fragment(question.word)
    here = not is_url(question.word) and not ref
    request = S2IRequest(
        source=path if here else question.word,
        directory=toolbox.directory,
        context_dir=question.context_dir,
        copy=here,
        platform=toolbox.platform,
    )
    with tools.s2i.survey(request, Silent()) as surveyed:
        facts = inspect(surveyed.tree)
        text = None
        if facts.dockerfile:
            content = surveyed.tree.read(facts.dockerfile)
            text = (content or b"").decode("utf-8", "replace")
        return Source(facts=facts, dockerfile=text)


def _unpushed(state: WorkingState) -> str:
    """What lies in a work tree and nowhere else, in words; empty for nothing."""
    if not state.is_repository:
        return ""
    parts = []
    if state.changed_files:
        parts.append(f"{state.changed_files} changed files")
    if state.unpushed_commits:
        parts.append(f"{state.unpushed_commits} commits that were not pushed")
    return " and ".join(parts)
