"""Local sources: which directory a source argument names, what git knows of it, its name.

What is not a directory of this machine is left to whoever fetches sources.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from slipcast.ports.git import Git
from slipcast.values import patterns
from slipcast.values.giturl import parse_git_url, split_fragment

_UNFIT = patterns.lazy(r"[^a-z0-9]+")


def directory_of(source: str, base: Path) -> Path | None:
    """The directory a source names, None when it is no local path."""
    return named(source, base)[0]


def named(source: str, base: Path) -> tuple[Path | None, str]:
    """The directory a source names, and the revision of it; None when it is no local path.

    Shape:  a `#` is part of a directory's name where only that directory is there.
    """
    url = parse_git_url(source)
    if url is not None:
        return (Path(url.path) if url.is_local else None), url.ref
    path, ref = split_fragment(source)
    for typed, at in ((path, ref), (source, "")):
        found = (base / typed).resolve()
        if found.is_dir():
            return found, at
    return None, ref


def repository_of(directory: Path, git: Git) -> Path | None:
    """The repository that a directory is, or is a part of; None where there is none."""
    places = (directory, *directory.parents)
    return next((each for each in places if git.state(each).is_repository), None)


def has_fragment(source: str) -> bool:
    """Whether a ref was typed behind the path."""
    url = parse_git_url(source)
    return bool(url.ref if url is not None else split_fragment(source)[1])


def proposed_tag(source: str, base: Path) -> str:
    """A name for the image of a source: that of its directory or repository (UP-19)."""
    local = directory_of(source, base)
    if local is not None:
        name = local.name
    else:
        url = parse_git_url(source)
        name = url.proposed_name() if url is not None else PurePosixPath(source).name
    return _UNFIT.sub("-", name.removesuffix(".git").lower()).strip("-") or "app"


def uncommitted(git: Git, tree: Path) -> str:
    """What a clone of a directory would leave out, in words; empty when nothing (UP-5)."""
    if not git.available():
        return ""
    state = git.state(tree)
    if not state.is_repository:
        return ""
    if not state.has_commits:
        return "nothing in it is committed yet"
    if not state.changed_files:
        return ""
    files = "file is" if state.changed_files == 1 else "files are"
    return f"{state.changed_files} {files} not committed"
