"""Laws of Git URLs: what git is given can be no option, and what people see holds no secret."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from slipcast.values.faults import InvalidFault
from slipcast.values.giturl import GitURL, parse_git_url, split_fragment

words = st.from_regex(r"[a-z0-9][a-z0-9.]{0,8}", fullmatch=True)
schemes = st.sampled_from(["http", "https", "ssh", "git", "git+ssh"])
secrets = st.from_regex(r"SECRET[A-Za-z0-9:@%!]{0,6}", fullmatch=True)
paths = st.from_regex(r"(?:/[A-Za-z0-9._~-]{1,8}){1,3}", fullmatch=True)
refs = st.from_regex(r"[A-Za-z0-9._+/\\][A-Za-z0-9._+/\\-]{0,8}", fullmatch=True)
shaped = st.from_regex(r"(?:[a-z+]{1,5}://)?[-a-z@:/\[\]?#%0 .\n]{0,20}", fullmatch=True)


def parsed(text: str) -> GitURL:
    url = parse_git_url(text)
    assert url is not None
    return url


@given(schemes, words, paths, refs)
def test_a_url_is_printed_as_it_was_typed(scheme: str, host: str, path: str, ref: str) -> None:
    text = f"{scheme}://{host}{path}#{ref}"

    assert str(parsed(text)) == text


@given(words, words, paths)
def test_the_ssh_form_is_given_to_git_as_typed(user: str, host: str, path: str) -> None:
    text = f"{user}@{host}:{path}"

    assert parsed(text).url == text


@given(schemes, words, secrets, words, paths)
def test_no_password_is_ever_shown(
    scheme: str, user: str, secret: str, host: str, path: str
) -> None:
    url = parsed(f"{scheme}://{user}:{secret}@{host}{path}")

    assert "SECRET" not in f"{url} {url!r} {url.without_credentials.url}"
    assert url.host == host


@given(schemes, words, secrets, words, paths)
def test_taking_credentials_off_twice_is_taking_them_off_once(
    scheme: str, user: str, secret: str, host: str, path: str
) -> None:
    bare = parsed(f"{scheme}://{user}:{secret}@{host}{path}").without_credentials

    assert bare.without_credentials == bare
    assert parsed(bare.url) == bare


@given(st.one_of(st.text(), shaped))
def test_whatever_is_typed_git_gets_no_option_and_no_second_line(text: str) -> None:
    try:
        url = parse_git_url(text)
    except InvalidFault:
        return

    if url is not None:
        options = re.compile(r"-|(?:[^/]*@)?-|[^/]*://(?:[^/]*@)?-")
        assert not options.match(url.url)
        assert not url.ref.startswith("-")
        assert url.url.isprintable() or not re.search(r"[\x00-\x1f\x7f]", url.url)


@given(st.text(), refs)
def test_a_fragment_is_cut_off_at_the_first_mark(path: str, ref: str) -> None:
    path = path.replace("#", "")

    assert split_fragment(f"{path}#{ref}") == (path, ref)


@given(st.from_regex(r"https://[a-zA-Z0-9.]{1,20}(?:/[^#\s\x00-\x1f\x7f%]{0,70})?", fullmatch=True))
def test_a_proposed_name_is_a_label_or_nothing(text: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]{0,56}[a-z0-9])?)?", parsed(text).proposed_name())
