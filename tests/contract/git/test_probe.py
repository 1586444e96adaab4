"""Whether a repository answers, and what files of settings say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import gitserver
from commandline import silent_server
from slipcast.ports.git import CloneSpec, Git
from slipcast.values.faults import GitFault
from slipcast.values.giturl import parse_git_url

LONG = 60.0
BY_SSH = pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")


def spec(url: str) -> CloneSpec:
    parsed = parse_git_url(url)
    assert parsed is not None
    return CloneSpec(url=parsed)


def test_a_repository_that_answers_is_no_news(git: Git, smart: gitserver.Served, tmp_path: Path):
    git.probe(spec(f"{smart.url}/app.git"), LONG, near=tmp_path)

    assert smart.requests != []


def test_a_repository_that_does_not_exist_is_told(
    git: Git, smart: gitserver.Served, tmp_path: Path
):
    with pytest.raises(GitFault) as refused:
        git.probe(spec(f"{smart.url}/none.git"), LONG, near=tmp_path)

    assert refused.value.reason == "RepositoryUnknown"


def test_who_has_no_password_is_told(git: Git, private: gitserver.Served, tmp_path: Path):
    with pytest.raises(GitFault) as refused:
        git.probe(spec(f"{private.url}/app.git"), LONG, near=tmp_path)

    assert refused.value.reason == "Authentication"


def test_a_password_in_the_address_is_used_and_left_nowhere(
    git: Git, private: gitserver.Served, tmp_path: Path
):
    url = private.with_user("ada", "s3cr%2Fet%40%3A")

    git.probe(spec(f"{url}/app.git"), LONG, near=tmp_path / "near")

    assert list((tmp_path / "near").iterdir()) == []


@pytest.mark.parametrize("scheme", ["http", pytest.param("ssh", marks=BY_SSH)])
def test_a_server_that_never_answers_is_given_up_in_time(git: Git, tmp_path: Path, scheme: str):
    with silent_server() as server, pytest.raises(GitFault) as refused:
        git.probe(spec(f"{scheme}://127.0.0.1:{server.port}/app.git"), 0.2, near=tmp_path)

    assert refused.value.reason == "Timeout"


def test_variables_of_a_clone_are_gits(git: Git, smart: gitserver.Served, tmp_path: Path):
    config = tmp_path / "config"
    config.write_text(f'[url "{smart.url}/"]\n\tinsteadOf = "http://elsewhere.invalid/"\n')
    asked = spec("http://elsewhere.invalid/app.git")
    asked = CloneSpec(url=asked.url, env=(("GIT_CONFIG_GLOBAL", str(config)),))

    git.clone(asked, tmp_path / "into")

    assert (tmp_path / "into/app.py").is_file()


def test_settings_are_read_without_what_they_include(git: Git, tmp_path: Path):
    (tmp_path / "more").write_text("[user]\n\tname = Eve\n")
    file = tmp_path / "config"
    file.write_text(
        "[include]\n\tpath = more\n"
        '[http "https://Git.example"]\n\tsslVerify = false\n\textraHeader = "a\\nb"\n'
    )

    assert git.settings(file) == (
        ("include.path", "more"),
        ("http.https://Git.example.sslverify", "false"),
        ("http.https://Git.example.extraheader", "a\nb"),
    )


def test_a_file_that_is_no_settings_is_told(git: Git, tmp_path: Path):
    file = tmp_path / "config"
    file.write_text("[unfinished")

    with pytest.raises(GitFault, match="the settings of git cannot be read: "):
        git.settings(file)
