"""What a source argument means: a Git URL, a local repository, a plain directory, or nothing.

Source: s2i reference, recognition (S2I-102 to 112).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from slipcast.builder.inputs.walk import REASON
from slipcast.builds.s2i.request import S2IRequest
from slipcast.ports.git import Git, WorkingState
from slipcast.values import patterns
from slipcast.values.faults import BuildFault
from slipcast.values.giturl import GitURL, check_ref, parse_git_url, split_fragment
from slipcast.values.legible import legible

_NO_COMMITS = 16
_LOOKS_REMOTE = patterns.lazy(r"(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/", re.IGNORECASE)


class Nothing(msgspec.Struct, frozen=True):
    """No source at all: scripts only (S2I-110)."""


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """A repository on another machine, or one without work tree on this one: cloned."""

    url: GitURL
    ref: str = ""


class LocalClone(msgspec.Struct, frozen=True, kw_only=True):
    """A repository with work tree on this machine: only what is committed is built (S2I-105)."""

    path: Path
    state: WorkingState
    ref: str = ""


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A directory taken as it is (S2I-106); unused is a ref that has no meaning there."""

    path: Path
    unused: str = ""


SourceKind = Nothing | Remote | LocalClone | Copy


def recognise(request: S2IRequest, git: Git) -> SourceKind:
    """What the source of a request is.

    Shape:  paths are absolute; the request's ref wins over the one after `#` (S2I-111).
    Errors: InvalidFault for a URL or ref that must not be given to git; BuildFault
            FetchSourceFailed for what is not there, with exit 16 for a repository without commits.
    """
    if not request.source:
        return Nothing()
    check_ref(request.ref)
    url = parse_git_url(request.source)
    if url is not None and not url.is_local:
        if not git.available():
            raise _fault(f"git is needed to fetch {url} and is not installed", "install git")
        return Remote(url=url, ref=request.ref or url.ref)
    path, fragment = (Path(url.path), url.ref) if url else _local(request)
    return _on_this_machine(request, git, path, request.ref or fragment)


def _on_this_machine(request: S2IRequest, git: Git, path: Path, ref: str) -> SourceKind:
    _check_directory(path, request.source)
    has_tree = os.path.lexists(path / ".git")
    if request.copy or not (has_tree or _is_bare(path)) or not git.available():
        return Copy(path=path, unused=ref)
    state = git.state(path)
    if not state.is_repository:
        return Copy(path=path, unused=ref)
    if not state.has_commits:
        raise BuildFault(
            f"the git repository {legible(str(path))} has no commit yet",
            reason=REASON,
            hint="commit what is to be built, or build the directory as it is: --copy",
            exit_code=_NO_COMMITS,
        )
    return LocalClone(path=path, state=state, ref=ref)


def _local(request: S2IRequest) -> tuple[Path, str]:
    text, ref = split_fragment(request.source)
    whole = _absolute(request, request.source)
    path = _absolute(request, text)
    # A `#` may be part of a name after all, when only that name exists.
    return (whole, "") if whole.is_dir() and not path.exists() else (path, ref)


def _absolute(request: S2IRequest, text: str) -> Path:
    # Not resolved: the label shows the path as the user knows it.
    return Path(os.path.normpath(request.directory / text))


def _check_directory(path: Path, typed: str) -> None:
    shown = legible(str(path))
    try:
        if path.is_dir():
            return
        exists = os.path.lexists(path)
    except (OSError, ValueError):
        exists = False
    if exists:
        raise _fault(f"the source {shown} is not a directory", "name the directory that holds it")
    hint = "give a directory or a Git URL"
    if _LOOKS_REMOTE.match(typed):
        hint = f"if it is a Git URL, write https://{typed}"
    raise _fault(f"the source {shown} does not exist", hint)


def _is_bare(path: Path) -> bool:
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def _fault(message: str, hint: str) -> BuildFault:
    return BuildFault(message, reason=REASON, hint=hint)
