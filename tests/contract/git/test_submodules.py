"""Submodules: brought along from where they may come, and from nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

import gitserver
from slipcast.ports.git import CloneSpec, Git
from slipcast.values.faults import GitFault
from slipcast.values.giturl import local_repository

Clone = Callable[..., Path]


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    """A served directory: app.git has lib.git as a submodule, which has deep.git."""
    served = tmp_path / "served"
    deep = gitserver.repository(tmp_path / "made/deep", {"deep.txt": "deep"})
    gitserver.bare(deep, served / "deep.git")
    lib = gitserver.repository(tmp_path / "made/lib", {"lib.txt": "lib"})
    _add(lib, "../deep.git", "deep", served)
    gitserver.bare(lib, served / "lib.git")
    app = gitserver.repository(tmp_path / "made/app", {"app.txt": "app"})
    _add(app, "../lib.git", "lib", served)
    gitserver.bare(app, served / "app.git")
    return served


def _add(repository: Path, url: str, path: str, served: Path) -> None:
    name = url.removeprefix("../")
    gitserver.git(repository, "submodule", "--quiet", "add", str(served / name), path)
    gitserver.git(repository, "config", "--file", ".gitmodules", f"submodule.{path}.url", url)
    gitserver.commit(repository, {}, "Submodule")


def _with_url(tmp_path: Path, url: str) -> Path:
    """A served repository whose submodule stands at a URL of our choice."""
    lib = gitserver.repository(tmp_path / "victim", {"secret.txt": "secret"})
    app = gitserver.repository(tmp_path / "made/app", {"app.txt": "app"})
    gitserver.git(app, "submodule", "--quiet", "add", str(lib), "lib")
    gitserver.git(app, "config", "--file", ".gitmodules", "submodule.lib.url", url)
    gitserver.commit(app, {}, "Submodule")
    gitserver.bare(app, tmp_path / "served/app.git")
    return tmp_path / "served"


def test_submodules_come_along_with_their_own(nested: Path, clone: Clone):
    # S2I-114
    with gitserver.http(nested) as server:
        tree = clone(f"{server.url}/app.git")

    assert (tree / "lib/lib.txt").read_text() == "lib"
    assert (tree / "lib/deep/deep.txt").read_text() == "deep"


def test_submodules_of_a_server_without_shallow_clones_come_along(nested: Path, clone: Clone):
    with gitserver.http(nested, dumb=True) as server:
        tree = clone(f"{server.url}/app.git")

    assert (tree / "lib/deep/deep.txt").read_text() == "deep"


def test_submodules_are_left_out_when_asked(git: Git, nested: Path, tmp_path: Path):
    url = local_repository(PurePosixPath(nested / "app.git"))

    git.clone(CloneSpec(url=url, submodules=False), tmp_path / "into")

    assert list((tmp_path / "into/lib").iterdir()) == []


def test_the_password_opens_submodules_of_the_same_host(nested: Path, clone: Clone):
    with gitserver.http(nested, user="ada", password="secret") as server:
        tree = clone(f"{server.with_user('ada', 'secret')}/app.git")

    assert (tree / "lib/deep/deep.txt").exists()


def test_submodules_of_a_local_repository_are_taken_from_its_work_tree(nested: Path, clone: Clone):
    with gitserver.http(nested) as server:
        original = clone(f"{server.url}/app.git", history=True)
    gitserver.commit(original / "lib", {"local.txt": "not pushed"})
    gitserver.commit(original, {}, "Newer submodule")

    tree = clone(original)

    assert (tree / "lib/local.txt").exists()
    assert (tree / "lib/deep/deep.txt").exists()


@pytest.mark.parametrize("scheme", ["file://", ""])
def test_a_remote_repository_cannot_reach_files_of_this_machine(
    tmp_path: Path, clone: Clone, scheme: str
):
    served = _with_url(tmp_path, f"{scheme}{tmp_path}/victim")

    with gitserver.http(served) as server, pytest.raises(GitFault) as caught:
        clone(f"{server.url}/app.git")

    assert caught.value.reason == "ProtocolForbidden"
    assert not list(tmp_path.glob("clones/**/secret.txt"))


@pytest.mark.parametrize("url", ["ext::sh -c touch% {}/ran", "-u./ran"])
def test_a_submodule_cannot_run_commands(tmp_path: Path, clone: Clone, url: str):
    served = _with_url(tmp_path, url.format(tmp_path))

    with gitserver.http(served) as server, pytest.raises(GitFault):
        clone(f"{server.url}/app.git")

    assert not (tmp_path / "ran").exists()


def test_a_submodule_that_is_not_there_is_named(tmp_path: Path, clone: Clone):
    served = _with_url(tmp_path, "../missing.git")

    with gitserver.http(served) as server, pytest.raises(GitFault, match=r"missing\.git") as caught:
        clone(f"{server.url}/app.git")

    assert caught.value.reason == "RepositoryUnknown"
