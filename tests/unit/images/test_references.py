"""Names of streams, tags and images: image-streams.md sections 2.3 and 2.4."""

import pytest

from slipcast.images.references import (
    pull_spec,
    split_stream_image,
    split_stream_tag,
    stream_name,
)


@pytest.mark.parametrize("name", ["ruby", "ruby-2.3_x", "0"])
def test_names_of_streams_is_1(name: str) -> None:
    assert stream_name(name) == ()


@pytest.mark.parametrize("name", ["", "Ruby", "a--b", "-a", "a.", "a/b", "a\n"])
def test_what_does_not_name_a_stream_is_1(name: str) -> None:
    assert stream_name(name) == ('must match "[a-z0-9]+(?:[._-][a-z0-9]+)*"',)


@pytest.mark.parametrize(
    ("name", "halves"),
    [("a:b", ("a", "b")), ("a", None), ("a:", None), (":b", None), ("a:b:c", None)],
)
def test_a_tag_of_a_stream_has_two_halves_is_50(name: str, halves: tuple[str, str] | None) -> None:
    assert split_stream_tag(name) == halves
    assert split_stream_image(name.replace(":", "@")) == halves


@pytest.mark.parametrize(
    "text", ["ruby", "centos/ruby:2.3", "localhost/a/b/c", "quay.io:443/a/b/c/d@sha256:" + "0" * 64]
)
def test_what_can_be_pulled(text: str) -> None:
    assert str(pull_spec(text)) == text


@pytest.mark.parametrize("text", ["", "A", "a/b/c", "a:b:c", "http://a/b"])
def test_what_cannot_be_pulled(text: str) -> None:
    assert isinstance(pull_spec(text), str)
    assert pull_spec(text) != text
