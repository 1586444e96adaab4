"""`slipcast tag` and `create imagestreamtag`: cli.md TG-1 to TG-16, EX-6."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.ports.api import Resource
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

STREAM = kinds.require(kinds.IMAGE, "ImageStream")
ONE = "sha256:" + "1" * 64
HEAD = {"apiVersion": "image.openshift.io/v1", "kind": "ImageStream"}


@pytest.fixture(autouse=True)
def ruby(toolbox: FakeToolbox) -> None:
    """The stream ruby, whose tag 2.3 means an image."""
    reference = f"docker.io/centos/ruby@{ONE}"
    image = {**HEAD, "kind": "Image", "metadata": {"name": ONE}, "dockerImageReference": reference}
    toolbox.server.put(image, {**HEAD, "metadata": {"name": "ruby"}})
    item = {"created": "2026-11-22T12:00:00Z", "image": ONE, "dockerImageReference": reference}
    status = {"tags": [{"tag": "2.3", "items": [{**item, "generation": 1}]}]}

    async def push() -> None:
        api = await toolbox.server.api()
        content = (await api.get(Resource(STREAM, "default", "ruby"))).content
        where = Resource(STREAM, "default", "ruby", "status")
        await api.update(where, {**content, "status": {**content.get("status", {}), **status}})

    asyncio.run(push())


def tags(call: Call, name: str) -> dict[str, Any]:
    """What the tags of a stream shall be."""
    spec = call("get", "is", name, "-o", "json").document["spec"]
    return {tag["name"]: tag for tag in spec.get("tags", ())}


def test_a_tag_is_copied_with_the_image_that_it_means_now_tg_5(call: Call) -> None:
    ended = call("tag", "ruby:2.3", "mine:latest")

    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout == f"Tag mine:latest set to ruby@{ONE}.\n"
    assert tags(call, "mine")["latest"]["from"] == {
        "kind": "ImageStreamImage",
        "name": f"ruby@{ONE}",
    }


def test_several_tags_are_set_one_after_the_other_tg_12(call: Call) -> None:
    ended = call("tag", "ruby:2.3", "m1:a", "m2:b")

    assert [line.split()[1] for line in ended.stdout.splitlines()] == ["m1:a", "m2:b"]
    assert set(tags(call, "m2")) == {"b"}


def test_an_alias_follows_a_tag_of_its_stream_tg_6(call: Call) -> None:
    ended = call("tag", "--alias", "ruby:2.3", "ruby:latest")

    assert ended.stdout == "Tag ruby:latest set up to track ruby:2.3.\n"
    assert ended.stderr == ""
    assert tags(call, "ruby")["latest"]["from"]["kind"] == "ImageStreamTag"


def test_an_alias_of_another_stream_is_warned_of_up_23(call: Call) -> None:
    ended = call("tag", "--alias", "ruby:2.3", "mine:x")

    assert ended.code == 0
    assert "takes the image that ruby:2.3 means now" in ended.stderr


def test_an_image_elsewhere_is_looked_up_from_time_to_time_tg_8(call: Call) -> None:
    ended = call("tag", "--scheduled", "--insecure", "r.example.com/a/b:1", "b:1")

    assert ended.stdout == "Tag b:1 set to import r.example.com/a/b:1 periodically.\n"
    assert tags(call, "b")["1"]["importPolicy"] == {"insecure": True, "scheduled": True}


def test_a_tag_without_an_image_is_no_source_tg_5(call: Call) -> None:
    ended = call("tag", "ruby:9", "mine:y")

    assert (ended.code, ended.stdout) == (1, "")
    assert '"ruby:9" is not currently pointing to an image' in ended.stderr


def test_a_stream_that_is_not_there_is_no_source(call: Call) -> None:
    ended = call("tag", "nosuch:x", "mine:y")

    assert ended.code == 1
    assert 'imagestreams.image.openshift.io "nosuch" not found' in ended.stderr


@pytest.mark.parametrize("side", ["client", "server"])
def test_a_trial_says_what_would_be_and_keeps_nothing(call: Call, side: str) -> None:
    ended = call("tag", f"--dry-run={side}", "ruby:2.3", "ruby:latest")

    suffix = {"client": "(dry run)", "server": "(server dry run)"}[side]
    assert ended.stdout == f"Tag ruby:latest set to ruby@{ONE}. {suffix}\n"
    assert tags(call, "ruby") == {}


def test_what_the_server_would_refuse_a_trial_on_it_tells(call: Call) -> None:
    words = (f"ruby@sha256:{'2' * 64}", "ruby:latest")

    assert call("tag", "--dry-run=client", *words).code == 0
    assert call("tag", "--dry-run=server", *words).code == 1


@pytest.mark.parametrize("side", ["client", "server"])
def test_a_trial_of_a_deletion_deletes_nothing(call: Call, side: str) -> None:
    ended = call("tag", "-d", f"--dry-run={side}", "ruby:2.3")

    assert ended.stdout.startswith("Deleted tag default/ruby:2.3. (")
    assert call("get", "istag", "ruby:2.3").code == 0


@pytest.mark.parametrize("words", [("-d", "ruby:2.3"), ("ruby:2.3", "--delete")])
def test_tags_are_deleted_with_their_history_tg_15(call: Call, words: tuple[str, ...]) -> None:
    ended = call("tag", *words)

    assert (ended.code, ended.stdout) == (0, "Deleted tag default/ruby:2.3.\n")
    assert "tags" not in call("get", "is", "ruby", "-o", "json").document["status"]


@pytest.mark.parametrize("name", ["ruby:nosuch", "zzz:nosuch"])
def test_a_tag_that_is_not_there_cannot_be_deleted_tg_15(call: Call, name: str) -> None:
    ended = call("tag", "-d", name)

    assert (ended.code, ended.stdout) == (1, "")
    assert "NotFound" in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("ruby:2.3",),
        ("ruby:2.3", "bare"),
        ("-d", "--alias", "ruby:2.3"),
        ("-d", "--source=istag", "ruby:2.3"),
        ("-d", "--scheduled", "ruby:2.3"),
        ("--scheduled", "ruby:2.3", "a:b"),
        ("--reference-policy=odd", "ruby:2.3", "a:b"),
        ("ruby:2.3", "a:b:c"),
    ],
)
def test_words_that_make_no_sense_are_refused(call: Call, words: tuple[str, ...]) -> None:
    ended = call("tag", *words)

    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Error from server" if "a:b:c" in words else "error: ")


def test_a_tag_is_created_of_an_image_elsewhere_ex_6(call: Call) -> None:
    ended = call(
        "create", "istag", "b:1", "--from-image=r.example.com/a/b:1", "--scheduled", "--reference"
    )

    assert ended.stdout == "imagestreamtag.image.openshift.io/b:1 created\n"
    assert tags(call, "b")["1"]["from"] == {"kind": "DockerImage", "name": "r.example.com/a/b:1"}


@pytest.mark.parametrize(
    ("source", "kind"), [("ruby:2.3", "ImageStreamTag"), (f"ruby@{ONE}", "ImageStreamImage")]
)
def test_a_tag_is_created_of_a_stream_ex_6(call: Call, source: str, kind: str) -> None:
    call("create", "imagestreamtag", "mine:x", f"--from={source}")

    assert tags(call, "mine")["x"]["from"] == {"kind": kind, "name": source}


@pytest.mark.parametrize(
    "words",
    [("bare", "--from=a:b"), ("a:b",), ("a:b", "--from=c:d", "--from-image=x"),
     ("a:b", "--from=c:d", "--scheduled")],
)  # fmt: skip
def test_a_tag_is_not_created_of_nonsense_ex_6(call: Call, words: tuple[str, ...]) -> None:
    assert call("create", "istag", *words).code == 1


@pytest.mark.parametrize(("name", "told"), [("ruby", "latest"), ("ruby:2.3", "2.3")])
def test_a_tag_is_described_and_latest_where_none_is_named_de_1(
    call: Call, name: str, told: str
) -> None:
    call("tag", "--alias", "ruby:2.3", "ruby:latest")

    words = call("describe", f"istag/{name}").stdout.split()

    assert words[:2] == ["Name:", f"ruby:{told}"]
    assert ONE in words
