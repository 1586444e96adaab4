"""Repositories of every kind, and the servers that hand them out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

import gitserver
from slipcast.adapters.git import GitProgram
from slipcast.ports.git import CloneSpec, Git
from slipcast.values.giturl import GitURL, local_repository, parse_git_url

FILES = {"app.py": "print('hello')\n", "bin/start*": "#!/bin/sh\n", "sub/one.txt": "one\n"}


@pytest.fixture
def git() -> Git:
    return GitProgram()


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application and its bare twin, made once and copied for each test."""
    path = tmp_path_factory.mktemp("made")
    app = gitserver.repository(path / "original/app", FILES)
    gitserver.git(app, "tag", "v1")
    gitserver.git(app, "checkout", "--quiet", "-b", "feature/x")
    gitserver.commit(app, {"feature.txt": "f\n"}, "Feature")
    gitserver.git(app, "checkout", "--quiet", "--detach", "v1")
    gitserver.commit(app, {"pull.txt": "p\n"}, "Pull request")
    gitserver.git(app, "update-ref", "refs/pull/7/head", "HEAD")
    gitserver.git(app, "checkout", "--quiet", "main")
    gitserver.commit(app, {"second.txt": "2\n"}, "Second")
    gitserver.bare(app, path / "served/app.git")
    return path


@pytest.fixture
def application(_made: Path, tmp_path: Path) -> Path:
    """A repository with two commits on main, a branch, a tag, and a ref that no branch leads to."""
    return shutil.copytree(_made / "original", tmp_path / "original") / "app"


@pytest.fixture
def root(_made: Path, tmp_path: Path) -> Path:
    """A directory with the application as a bare repository in it."""
    return shutil.copytree(_made / "served", tmp_path / "served")


@pytest.fixture
def smart(root: Path) -> Iterator[gitserver.Served]:
    with gitserver.http(root) as served:
        yield served


@pytest.fixture
def private(root: Path) -> Iterator[gitserver.Served]:
    with gitserver.http(root, user="ada", password="s3cr/et@:") as served:
        yield served


@pytest.fixture
def dumb(root: Path) -> Iterator[gitserver.Served]:
    with gitserver.http(root, dumb=True) as served:
        yield served


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[gitserver.Shell]:
    why = gitserver.why_no_ssh()
    if why:
        pytest.skip(why)
    with gitserver.ssh(tmp_path / "ssh") as shell:
        yield shell


@pytest.fixture
def clone(git: Git, tmp_path: Path) -> Callable[..., Path]:
    """Clones what it is given, with any field of CloneSpec, into a new directory."""
    made: list[Path] = []

    def cloned(url: str | Path, ref: str = "", *, history: bool = False) -> Path:
        into = tmp_path / f"clones/{len(made)}"
        made.append(into)
        git.clone(CloneSpec(url=_url(url), ref=ref, history=history), into)
        return into

    return cloned


def _url(url: str | Path) -> GitURL:
    if isinstance(url, Path):
        return local_repository(PurePosixPath(url))
    parsed = parse_git_url(url)
    assert parsed is not None
    return parsed
