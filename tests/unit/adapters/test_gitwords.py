"""What git's words mean: sentences of git, curl, OpenSSH and forges, and their reasons."""

from __future__ import annotations

import pytest

from slipcast.adapters.gitwords import MEANINGS, fault_of
from slipcast.values.giturl import GitURL, parse_git_url


def _url(text: str = "https://example.com/group/app.git") -> GitURL:
    url = parse_git_url(text)
    assert url is not None
    return url


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("fatal: could not read Username for 'https://example.com': terminal prompts disabled",
         "Authentication"),
        ("fatal: Authentication failed for 'https://example.com/group/app.git/'", "Authentication"),
        ("git@example.com: Permission denied (publickey).", "Authentication"),
        ("Deploy Key: 12:ci is not authorized to read team/app.", "Authentication"),
        ("fatal: unable to access 'https://example.com/': The requested URL returned error: 403",
         "Authentication"),
        ("fatal: repository 'https://example.com/group/app.git/' not found", "RepositoryUnknown"),
        ("ERROR: Repository not found.\nfatal: Could not read from remote repository.",
         "RepositoryUnknown"),
        ("fatal: '/srv/app.git' does not appear to be a git repository", "RepositoryUnknown"),
        ("remote: The project you were looking for could not be found or you don't",
         "RepositoryUnknown"),
        ("fatal: Remote branch v9 not found in upstream origin", "RefUnknown"),
        ("fatal: couldn't find remote ref v9", "RefUnknown"),
        ("error: pathspec 'v9' did not match any file(s) known to git", "RefUnknown"),
        ("fatal: reference is not a tree: 0123456", "RefUnknown"),
        ("fatal: unable to access 'https://example.com/': Could not resolve host: example.com",
         "Unreachable"),
        ("ssh: Could not resolve hostname example.com: Name or service not known", "Unreachable"),
        ("ssh: connect to host example.com port 22: Connection refused", "Unreachable"),
        ("fatal: unable to access 'https://example.com/': Failed to connect to example.com",
         "Unreachable"),
        ("server certificate verification failed. CAfile: none CRLfile: none", "Unreachable"),
        ("Host key verification failed.", "Unreachable"),
        ("Timeout, server example.com not responding.", "Unreachable"),
        ("Connection timed out during banner exchange", "Unreachable"),
        ("Unable to negotiate with 1.2.3.4 port 22: no matching host key type", "Unreachable"),
        ("error: cannot run ssh: No such file or directory\nfatal: unable to fork", "HostUnfit"),
        ("fatal: early EOF\nfatal: fetch-pack: invalid index-pack output", "Unreachable"),
        ("error: RPC failed; curl 22 The requested URL returned error: 502", "Unreachable"),
        ("fatal: unable to update url base from redirection:", "RepositoryUnknown"),
        ("fatal: write error: No space left on device", "NoSpace"),
        ("fatal: transport 'file' not allowed", "ProtocolForbidden"),
        ("fatal: something nobody has seen before", "GitFailed"),
        ("", "GitFailed"),
    ],
)  # fmt: skip
def test_a_sentence_has_its_reason(line: str, reason: str):
    assert fault_of(line.splitlines(), _url(), "v9").reason == reason


@pytest.mark.parametrize("meaning", MEANINGS, ids=lambda meaning: meaning.sentence[:20])
def test_every_meaning_says_what_to_do_next(meaning: object):
    assert getattr(meaning, "hint", "")


def test_the_host_or_the_repository_is_named():
    unknown = fault_of(["Could not resolve host: example.com"], _url())
    missing = fault_of(["Remote branch v9 not found in upstream origin"], _url(), "v9")

    assert unknown.message == "the name example.com cannot be resolved"
    assert missing.message == ("https://example.com/group/app.git has no branch, tag or commit v9")


def test_a_submodule_is_named_instead_of_its_parent():
    lines = [
        "fatal: repository 'https://example.com/lib.git/' not found",
        "fatal: clone of 'https://example.com/lib.git' into submodule path '/x/lib' failed",
    ]

    fault = fault_of(lines, _url())

    assert fault.message == "there is no repository https://example.com/lib.git"


def test_no_password_is_repeated():
    url = _url("https://ada:hunter2@example.com/app.git")
    lines = ["fatal: unable to access 'https://ada:hunter2@example.com/app.git/': odd"]

    fault = fault_of(lines, url)

    assert "hunter2" not in f"{fault.message} {fault.tail}"


def test_words_nobody_knows_are_repeated():
    fault = fault_of(["warning: x", "fatal: the moon is full", "hint: wait"], _url())

    assert fault.message.endswith("fatal: the moon is full")


def test_a_server_s_own_words_say_more_than_those_of_git_about_it() -> None:
    said = [
        "This account is on holiday.",
        "fatal: Could not read from remote repository.",
        "Please make sure you have the correct access rights",
        "and the repository exists.",
    ]

    assert fault_of(said, _url()).message.endswith(": This account is on holiday.")
    assert fault_of(said[1:], _url()).message.endswith(said[1])


def test_who_is_refused_is_told_which_credentials_of_his_git_uses() -> None:
    said = "fatal: could not read Username for 'https://example.com': terminal prompts disabled"

    fault = fault_of([said], _url())

    assert "credential helper or an ssh key" in fault.hint
