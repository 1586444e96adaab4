"""Image references: parsed, checked, completed and shortened by the docker rules."""

from __future__ import annotations

import pytest

from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef

SHA = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("text", "registry", "namespace", "name", "tag"),
    [
        ("python", "", "", "python", ""),
        ("python:3.11", "", "", "python", "3.11"),
        ("org/app:1", "", "org", "app", "1"),
        ("quay.io/org/app", "quay.io", "org", "app", ""),
        ("localhost/app", "localhost", "", "app", ""),
        ("localhost:5000/a/b/c:1", "localhost:5000", "a/b", "c", "1"),
        ("[::1]:5000/app", "[::1]:5000", "", "app", ""),
        ("Host/app", "Host", "", "app", ""),
    ],
)
def test_a_reference_is_taken_apart(
    text: str, registry: str, namespace: str, name: str, tag: str
) -> None:
    ref = ImageRef.parse(text)

    assert (ref.registry, ref.namespace, ref.name, ref.tag) == (registry, namespace, name, tag)
    assert str(ref) == text


def test_a_digest_is_part_of_a_reference() -> None:
    ref = ImageRef.parse(f"org/app:1@{SHA}")

    assert ref.digest == Digest.parse(SHA)
    assert ref.with_default_tag == ref
    assert ref.exact == f"docker.io/org/app:1@{SHA}"


@pytest.mark.parametrize(
    ("text", "exact", "minimal"),
    [
        ("python", "docker.io/library/python:latest", "python"),
        ("docker.io/library/python:latest", "docker.io/library/python:latest", "python"),
        ("index.docker.io/org/app:1", "docker.io/org/app:1", "org/app:1"),
        ("docker.io/python", "docker.io/library/python:latest", "python"),
        ("localhost/app:latest", "localhost/app:latest", "localhost/app"),
        ("docker.io/localhost/app", "docker.io/localhost/app:latest", "docker.io/localhost/app"),
        (f"python@{SHA}", f"docker.io/library/python@{SHA}", f"python@{SHA}"),
    ],
)
def test_defaults_are_filled_in_and_left_out(text: str, exact: str, minimal: str) -> None:
    # S2I-137
    ref = ImageRef.parse(text)

    assert ref.exact == exact
    assert ref.minimal == minimal


def test_the_registry_host_is_docker_hub_unless_named() -> None:
    assert ImageRef.parse("org/app").registry_host == "docker.io"
    assert ImageRef.parse("quay.io/org/app").registry_host == "quay.io"
    assert ImageRef.parse("quay.io/app").repository == "app"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "must not be empty"),
        ("-x", "must not start with '-'"),
        ("https://h/x", "is a URL"),
        ("ab" * 32, "is an image id"),
        ("org/App", "must be in lower case"),
        ("a//b", "names hold letters"),
        ("/a", "names hold letters"),
        ("a/", "names hold letters"),
        ("a b", "names hold letters"),
        ("ho_st.io/app", "is no registry host"),
        ("app:", "the tag after ':' is missing"),
        ("app:-x", "the tag '-x'"),
        ("app:" + "x" * 129, "tags have at most 128"),
        ("a/" * 130 + "b", "names have at most 255"),
        ("app@sha256:ab", "64 lower-case hex digits"),
        ("app@", "a digest begins with"),
    ],
)
def test_an_impossible_reference_is_refused_and_said_why(text: str, what: str) -> None:
    # S2I-55
    with pytest.raises(InvalidFault, match=what):
        ImageRef.parse(text)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidFault) as caught:
        ImageRef.parse("org/App:-x@md5:1", "TAG")

    assert [error.path for error in caught.value.errors] == ["TAG"] * 3


def test_a_refusal_does_not_show_a_password() -> None:
    with pytest.raises(InvalidFault) as caught:
        ImageRef.parse("https://user:secret@h/x")

    assert "secret" not in str(caught.value)


def test_a_reference_moves_to_another_tag_or_to_a_content() -> None:
    ref = ImageRef.parse(f"quay.io/org/app:1@{SHA}")

    assert str(ref.with_tag("2")) == "quay.io/org/app:2"
    assert str(ref.with_digest(Digest.parse(SHA))) == f"quay.io/org/app@{SHA}"
    assert str(ImageRef.parse("app").with_default_tag) == "app:latest"


def test_another_tag_must_be_a_tag() -> None:
    with pytest.raises(InvalidFault, match="tag"):
        ImageRef.parse("app").with_tag("a b")
