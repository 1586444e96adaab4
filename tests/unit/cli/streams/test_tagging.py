"""The words of `slipcast tag`: cli.md TG-1 to TG-14."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.cli.streams import tagging
from slipcast.cli.streams.tagging import Destination, Wish
from slipcast.values.faults import Fault, UsageFault

DIGEST = "sha256:" + "a" * 64
HERE = Destination(namespace="shop", name="mine:latest")
ELSEWHERE = Destination(namespace="other", name="mine:latest")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("ruby:2.3", "ImageStreamTag"),
        ("openshift/ruby:2.3", "ImageStreamTag"),
        (f"ruby@{DIGEST}", "ImageStreamImage"),
        ("registry.example.com/a/b:1", "DockerImage"),
        ("ruby", "DockerImage"),
    ],
)
def test_the_form_of_a_source_says_what_it_is_tg_3(words: str, kind: str) -> None:
    assert tagging.source(words, "").kind == kind


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("istag", "ImageStreamTag"),
        ("ImageStreamTag", "ImageStreamTag"),
        ("docker", "DockerImage"),
        ("DockerImage", "DockerImage"),
    ],
)
def test_a_flag_says_what_a_source_is_tg_2(word: str, kind: str) -> None:
    assert tagging.source("ruby:2.3", word).kind == kind


@pytest.mark.parametrize(
    ("words", "kind", "told"),
    [
        ("x:y", "nosuch", "invalid source 'nosuch'; must be one of"),
        ("NO WAY", "", "invalid SOURCE"),
        ("r.example.com/a/b:1", "istag", "server in SOURCE"),
        ("ruby", "istag", "requires a valid <name>:<tag>"),
        ("ruby:1", "isimage", "requires a valid <name>@<id>"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused_tg_2_tg_4(
    words: str, kind: str, told: str
) -> None:
    with pytest.raises(UsageFault) as refused:
        tagging.source(words, kind)

    assert told in refused.value.message


@pytest.mark.parametrize("word", ["bare", "a/b/c:d", "/a:b", ":t", "a:", "a:b c", "a:-b"])
def test_a_destination_is_a_tag_of_a_stream_tg_10(word: str) -> None:
    with pytest.raises(UsageFault):
        tagging.destinations((word,), "shop")


def test_destinations_are_in_the_current_namespace_unless_one_is_named_tg_10() -> None:
    found = tagging.destinations(("a:b", "other/c:d"), "shop")

    assert [(each.namespace, each.name) for each in found] == [("shop", "a:b"), ("other", "c:d")]


def test_only_docker_images_are_looked_up_tg_8() -> None:
    with pytest.raises(UsageFault, match="only Docker images"):
        tagging.check(tagging.source("a:b", ""), Wish(scheduled=True))


def test_an_alias_is_not_looked_up_tg_8() -> None:
    with pytest.raises(UsageFault, match="as an alias"):
        tagging.check(tagging.source("a", "docker"), Wish(alias=True, insecure=True))


def a_stream(*items: dict[str, str]) -> dict[str, Any]:
    """A stream whose tag 2.3 has had such images."""
    return {"status": {"tags": [{"tag": "2.3", "items": list(items)}]}}


def test_a_copy_is_of_the_image_that_a_tag_means_now_tg_5() -> None:
    stream = a_stream({"image": DIGEST, "dockerImageReference": "x"}, {"image": "sha256:older"})

    found = tagging.current(tagging.source("openshift/ruby:2.3", ""), stream, "openshift/ruby:2.3")

    assert (found.kind, found.text) == ("ImageStreamImage", f"openshift/ruby@{DIGEST}")
    assert found.name == f"ruby@{DIGEST}"


def test_a_copy_is_of_the_pull_spec_where_nothing_else_is_known_tg_5() -> None:
    stream = a_stream({"image": "", "dockerImageReference": "r.example.com/a/b:1"})

    found = tagging.current(tagging.source("ruby:2.3", ""), stream, "ruby:2.3")

    assert (found.kind, found.name) == ("DockerImage", "r.example.com/a/b:1")


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ((), '"ruby:2.3" is not currently pointing to an image'),
        (({"image": "", "dockerImageReference": "!!"},), "has an invalid pull spec"),
    ],
)
def test_a_tag_without_an_image_is_no_source_tg_5(items: tuple[Any, ...], told: str) -> None:
    with pytest.raises(Fault) as refused:
        tagging.current(tagging.source("ruby:2.3", ""), a_stream(*items), "ruby:2.3")

    assert told in refused.value.message


@pytest.mark.parametrize(
    ("words", "to", "followed"),
    [
        ("ruby:2.3", HERE, {"name": "ruby:2.3"}),
        ("ruby:2.3", ELSEWHERE, {"name": "ruby:2.3", "namespace": "shop"}),
        ("openshift/ruby:2.3", HERE, {"name": "ruby:2.3", "namespace": "openshift"}),
    ],
)
def test_a_tag_says_where_its_source_is_tg_11(
    words: str, to: Destination, followed: dict[str, str]
) -> None:
    content = tagging.tag_of(tagging.source(words, ""), Wish(), to, "shop")

    assert content["tag"]["from"] == {"kind": "ImageStreamTag", **followed}
    assert content["metadata"] == {"name": "mine:latest", "namespace": to.namespace}


def test_a_docker_image_is_looked_up_again_whenever_it_is_tagged_tg_7_tg_9() -> None:
    wish = Wish(reference=True, scheduled=True, insecure=True, policy="Local", mode="Legacy")

    content = tagging.tag_of(tagging.source("r.example.com/a/b:1", ""), wish, ELSEWHERE, "shop")

    assert content["tag"] == {
        "name": "latest",
        "from": {"kind": "DockerImage", "name": "r.example.com/a/b:1"},
        "importPolicy": {"insecure": True, "scheduled": True, "importMode": "Legacy"},
        "referencePolicy": {"type": "Local"},
        "reference": True,
        "generation": 0,
    }


@pytest.mark.parametrize(
    ("wish", "to", "told"),
    [
        (Wish(), HERE, "Tag mine:latest set to a:b."),
        (Wish(), ELSEWHERE, "Tag other/mine:latest set to a:b."),
        (Wish(alias=True), HERE, "Tag mine:latest set up to track a:b."),
        (Wish(scheduled=True), HERE, "Tag mine:latest set to import a:b periodically."),
    ],
)
def test_what_was_done_is_told_tg_14(wish: Wish, to: Destination, told: str) -> None:
    assert tagging.told(tagging.source("a:b", ""), wish, to, "shop") == told


@pytest.mark.parametrize(
    ("words", "follows"),
    [("mine:x", True), ("shop/mine:x", True), ("yours:x", False), ("other/mine:x", False)],
)
def test_tags_follow_others_of_their_stream_only_is_26(words: str, *, follows: bool) -> None:
    assert tagging.follows(tagging.source(words, ""), HERE, "shop") is follows


@pytest.mark.parametrize("word", ["odd", ""])
def test_reference_policies_are_two_tg_9(word: str) -> None:
    with pytest.raises(UsageFault, match="must be one of Local, Source"):
        tagging.policy_of(word)


def test_words_of_policies_and_modes_are_taken_in_any_case() -> None:
    assert tagging.policy_of("LOCAL") == "Local"
    assert tagging.mode_of("preserveoriginal") == "PreserveOriginal"
    assert tagging.mode_of("") == ""
