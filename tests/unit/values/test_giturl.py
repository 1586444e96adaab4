"""What counts as a Git URL, what is refused, and what people get to see of it."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from slipcast.values.faults import InvalidFault
from slipcast.values.giturl import (
    GitURL,
    Transport,
    check_ref,
    local_repository,
    parse_git_url,
    split_fragment,
)


def parsed(text: str) -> GitURL:
    url = parse_git_url(text)
    assert url is not None
    return url


@pytest.mark.parametrize(
    ("text", "transport", "host", "path"),
    [
        ("https://example.com/a/b.git", Transport.HTTPS, "example.com", "/a/b.git"),
        ("http://example.com:8080/a", Transport.HTTP, "example.com", "/a"),
        ("git://example.com/a", Transport.GIT, "example.com", "/a"),
        ("ssh://git@example.com:22/a", Transport.SSH, "example.com", "/a"),
        ("git+ssh://git@example.com/a", Transport.SSH, "example.com", "/a"),
        ("ssh://[::1]:22/a", Transport.SSH, "[::1]", "/a"),
        ("file:///srv/a%20b", Transport.FILE, "", "/srv/a b"),
        ("https://example.com?x=/y", Transport.HTTPS, "example.com", "?x=/y"),
    ],
)
def test_a_text_with_a_scheme_is_a_git_url(
    text: str, transport: Transport, host: str, path: str
) -> None:
    # S2I-102
    url = parsed(text)

    assert (url.transport, url.host, url.path, url.url) == (transport, host, path, text)


@pytest.mark.parametrize(
    ("text", "host", "path"),
    [
        ("git@example.com:org/app.git", "example.com", "org/app.git"),
        ("example.com:app", "example.com", "app"),
        ("git@[::1]:app", "::1", "app"),
        ("example.com:/srv/app", "example.com", "/srv/app"),
    ],
)
def test_a_colon_before_any_slash_is_the_ssh_form(text: str, host: str, path: str) -> None:
    # S2I-103
    url = parsed(text)

    assert (url.transport, url.host, url.path, url.url) == (Transport.SCP, host, path, text)


@pytest.mark.parametrize(
    "text", ["", ".", "./a:b", "/srv/app", "app", "a/b:c", "C:\\work\\app", "#main", "a#b"]
)
def test_a_local_path_is_no_git_url(text: str) -> None:
    assert parse_git_url(text) is None


def test_a_scheme_is_read_in_any_case_and_given_to_git_in_lower_case() -> None:
    assert parsed("HTTPS://Example.com/a").url == "https://Example.com/a"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("-uhttps://example.com/a", "must not start with '-'"),
        ("ssh://-oProxyCommand=touch/x", "neither user nor host"),
        ("ssh://-l@example.com/x", "neither user nor host"),
        ("-x@example.com:a", "must not start with '-'"),
        ("a@-oProxyCommand=x:a", "neither user, host nor path"),
        ("example.com:-a", "neither user, host nor path"),
        ("https://example.com/a#-b", "a ref must not start with '-'"),
        ("ext::sh -c touch% x", "remote helpers"),
        ("ftp://example.com/a", "ftp is no way to reach a repository"),
        ("file://host/a", "a file URL has no host"),
        ("file://", "needs an absolute path"),
        ("https:///a", "names no host"),
        ("https://user:pa/ss@example.com/a", "the host cannot be read"),
        ("example.com:", "names no path"),
        ("https://example.com/a\nb", "control character"),
        ("https://example.com/%0aHost:x", "control character"),
        ("example.com:a\x00b", "control character"),
        ("https://example.com/a#b c", "the ref after '#'"),
        ("https://example.com/a#HEAD~1", "a branch, a tag or a commit, and none that starts from"),
        ("git@example.com:a#v1^{}", "a branch, a tag or a commit, and none that starts from"),
    ],
)
def test_what_git_must_not_be_given_is_refused_and_said_why(text: str, what: str) -> None:
    with pytest.raises(InvalidFault, match=what) as caught:
        parse_git_url(text, "--code")

    assert caught.value.errors[0].path == "--code"


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("https://example.com/a#main", "main"),
        ("https://example.com/a#", ""),
        ("git@example.com:a#release/1.0_x+y", "release/1.0_x+y"),
        ("https://example.com/a#@scope/pkg@1.2.3", "@scope/pkg@1.2.3"),
        ("file:///srv/a#v1", "v1"),
    ],
)
def test_the_fragment_is_the_ref_and_stays_out_of_the_url(text: str, ref: str) -> None:
    # S2I-111
    url = parsed(text)

    assert url.ref == ref
    assert "#" not in url.url


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("https://user:secret@example.com/a", "https://example.com/a"),
        ("https://token@example.com/a#main", "https://example.com/a#main"),
        ("ssh://git:secret@example.com/a", "ssh://git@example.com/a"),
        ("ssh://git@example.com/a", "ssh://git@example.com/a"),
        ("git@example.com:a", "git@example.com:a"),
        ("https://example.com/a", "https://example.com/a"),
    ],
)
def test_a_url_without_credentials_still_reaches_the_place(text: str, bare: str) -> None:
    # S2I-118
    assert str(parsed(text).without_credentials) == bare


def test_neither_str_nor_repr_shows_a_password() -> None:
    url = parsed("https://user:secret@example.com/a#main")

    assert str(url) == "https://***@example.com/a#main"
    assert repr(url) == "GitURL('https://***@example.com/a#main')"


def test_a_refusal_does_not_show_a_password() -> None:
    with pytest.raises(InvalidFault) as caught:
        parse_git_url("ftp://user:secret@example.com/a")

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://example.com/org/My_App.1.git", "myapp1"),
        ("https://example.com/org/app/?x=y", "app"),
        ("git@example.com:app.git", "app"),
        ("https://example.com", "examplecom"),
        ("file:///", ""),
        ("https://example.com/" + "x" * 70, "x" * 58),
    ],
)
def test_a_name_is_proposed_from_the_last_part_of_the_path(text: str, name: str) -> None:
    assert parsed(text).proposed_name() == name


def test_a_directory_becomes_a_local_repository() -> None:
    url = local_repository(PurePosixPath("/srv/a:b"), "main")

    assert (url.url, url.path, url.ref, url.is_local) == ("/srv/a:b", "/srv/a:b", "main", True)
    assert url.without_credentials == url


@pytest.mark.parametrize("path", ["app", "-x", "/a\0b"])
def test_a_local_repository_needs_a_path_that_git_cannot_misread(path: str) -> None:
    with pytest.raises(InvalidFault):
        local_repository(PurePosixPath(path))


@pytest.mark.parametrize(
    ("text", "path", "ref"),
    [
        ("/srv/app", "/srv/app", ""),
        ("/srv/app#main", "/srv/app", "main"),
        ("/srv/app#", "/srv/app", ""),
        ("/srv/app#HEAD~1", "/srv/app", "HEAD~1"),
        ("/srv/app#v1.0^{}", "/srv/app", "v1.0^{}"),
        ("/srv/app#v1.0^{commit}~2^", "/srv/app", "v1.0^{commit}~2^"),
        ("/srv/app#main@{1}", "/srv/app", "main@{1}"),
        ("/srv/app#@{upstream}", "/srv/app", "@{upstream}"),
        ("/srv/app#HEAD:sub", "/srv/app#HEAD:sub", ""),
        ("/srv/app #1 new", "/srv/app #1 new", ""),
    ],
)
def test_a_fragment_is_cut_off_a_local_path_only_when_it_can_be_a_revision(
    text: str, path: str, ref: str
) -> None:
    # S2I-111
    assert split_fragment(text) == (path, ref)


def test_another_ref_can_be_asked_for() -> None:
    assert parsed("https://example.com/a#main").with_ref("v1").ref == "v1"


@pytest.mark.parametrize("ref", ["--upload-pack=x", "a\nb", "a\0"])
def test_a_ref_cannot_be_an_option_nor_end_a_line(ref: str) -> None:
    with pytest.raises(InvalidFault):
        check_ref(ref)
