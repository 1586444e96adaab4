"""A task made of what a builder was started with: its Build, its directories, its ports.

Source: builder-process.md section 3.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from slipcast import __version__
from slipcast.api.build import Build
from slipcast.builder import given, handover, tags
from slipcast.builder.outfit import Outfit, Words, root_of
from slipcast.builder.recording import Record
from slipcast.builder.task import Task
from slipcast.builder.telling import Telling
from slipcast.builder.workspace import workspace
from slipcast.builds.strategies.mounts import WORK
from slipcast.ports.progress import Progress
from slipcast.ports.reporter import Report
from slipcast.values.faults import HostFault

STAGES: Final = frozenset({"git-clone", "extract-image-content", "manage-dockerfile"})
"""Roles that prepare the source for another container of their pod."""


@contextmanager
def given_to(words: Words, outfit: Outfit) -> Iterator[Task]:
    """The task, for the length of the context; a working directory of its own goes with it.

    Errors: as given.read and given.resolved; HostFault.
    """
    env, root = outfit.env, root_of(outfit.env)
    progress = outfit.progress(words.level or 0)
    read = given.read(_text(words, env))
    progress.note(f"Build: {given.shown(read)}", level=5)
    _tell_versions(env.get("ORIGIN_VERSION", ""), progress)
    build = given.resolved(read, env)
    metadata = build.metadata
    with _work(build, root, words, outfit) as work:
        record = Record(
            outfit.reporter(metadata.namespace, metadata.name, root),
            Report(revision=build.spec.revision, stages=handover.stages(work)),
        )
        yield Task(
            build=build,
            env=env,
            root=root,
            work=work,
            stdin=outfit.stdin,
            state=outfit.state,
            engine=outfit.engine,
            git=outfit.git,
            downloads=outfit.downloads,
            progress=Telling(progress, record),
            record=record,
            tag=tags.random_tag(build, secrets.token_hex(4)),
            registries=outfit.registries,
            platform=outfit.platform,
            hidden=given.hidden(read),
            builders=outfit.builders,
        )


def _text(words: Words, env: Mapping[str, str]) -> str:
    named = env.get(given.FILE)
    file = words.file or (Path(named) if named else None)
    if file is None:
        return env.get(given.VARIABLE, "")
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape")
    except (OSError, ValueError) as fault:
        raise HostFault(f"unable to parse build: {file} cannot be read: {fault}") from fault


@contextmanager
def _work(build: Build, root: Path, words: Words, outfit: Outfit) -> Iterator[Path]:
    """What the containers of a pod share, if it has stages; else a directory of our own."""
    shared = root / WORK.lstrip("/")
    if words.role in STAGES:
        shared.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _is_ours(shared):
            raise HostFault(f"{shared} belongs to somebody else", hint="Remove it.")
        yield shared
        return
    if _is_ours(shared) and handover.is_ready(build, shared):
        yield shared
        return
    with workspace(outfit.state, outfit.progress(0)) as space:
        work = space.root / "build"
        work.mkdir(mode=0o700)
        yield work


def _is_ours(directory: Path) -> bool:
    """Whether nobody else could have put a source there: by hand it lies where all may write."""
    try:
        found = directory.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _tell_versions(theirs: str, progress: Progress) -> None:
    if theirs and theirs != __version__:
        text = f"the server is of version {theirs}, this builder of {__version__}"
        progress.note(text, level=3)
