"""`slipcast adm prune images` over a server in memory: image-streams.md IS-132 to IS-135."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Resource
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

STREAM = kinds.require(kinds.IMAGE, "ImageStream")
SWEEP = "/v2/_slipcast/prune"


def name(letter: str) -> str:
    """The name of an image."""
    return "sha256:" + letter * 64


def an_image(letter: str) -> JSON:
    """An image that is kept here."""
    annotations = {"openshift.io/image.managed": "true"}
    return {
        "apiVersion": "image.openshift.io/v1",
        "kind": "Image",
        "metadata": {"name": name(letter), "annotations": annotations},
        "dockerImageReference": f"r.example.com/default/app@{name(letter)}",
        "dockerImageLayers": [{"name": name(letter), "size": 1000}],
    }


def a_stream(stream: str, **fields: Any) -> JSON:
    """A stream without anything in it."""
    return {
        "apiVersion": "image.openshift.io/v1",
        "kind": "ImageStream",
        "metadata": {"name": stream, **fields},
    }


def a_pod(letter: str) -> JSON:
    """A pod that uses an image."""
    image = f"r.example.com/default/app@{name(letter)}"
    spec = {"containers": [{"name": "c", "image": image}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec}


async def _set_history(toolbox: FakeToolbox, stream: str, tags: Mapping[str, str]) -> None:
    api = await toolbox.server.api()
    where = Resource(STREAM, "default", stream)
    content = (await api.get(where)).content
    now = toolbox.server.clock.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    history = [
        {
            "tag": tag,
            "items": [
                {
                    "created": now,
                    "image": name(letter),
                    "dockerImageReference": f"r.example.com/default/{stream}@{name(letter)}",
                    "generation": 1,
                }
                for letter in letters
            ],
        }
        for tag, letters in tags.items()
    ]
    status = {**content.get("status", {}), "tags": history}
    await api.update(Resource(STREAM, "default", stream, "status"), {**content, "status": status})


@pytest.fixture(autouse=True)
def images(toolbox: FakeToolbox) -> None:
    """Five images, two hours old: a to d in the history of app:latest, e in none."""
    toolbox.server.put(*(an_image(letter) for letter in "abcde"), a_stream("app"))
    asyncio.run(_set_history(toolbox, "app", {"latest": "abcd"}))
    toolbox.server.clock.moment += timedelta(hours=2)
    toolbox.answers[SWEEP] = json.dumps({"blobs": 2, "bytesWon": 2000}).encode()


def left(call: Call) -> str:
    """The images that are there, by letter."""
    names = call("get", "images", "-o", "name").stdout.split()
    return "".join(each[-1] for each in names)


def history(call: Call) -> str:
    """The history of app:latest, by letter."""
    items = call("get", "is", "app", "-o", "json").document["status"]["tags"][0]["items"]
    return "".join(each["image"][-1] for each in items)


def test_what_would_go_is_shown_and_nothing_done_is_132(call: Call) -> None:
    ended = call("adm", "prune", "images")

    lines = [line.split() for line in ended.stdout.splitlines()]
    assert ended.code == 0
    assert lines[:3] == [
        ["IMAGE", "AGE", "SIZE", "IN"],
        [name("d"), "120m", "1kB", "default/app:latest"],
        [name("e"), "120m", "1kB", "<none>"],
    ]
    assert "2 images and 1 entry of histories would be removed, and 2kB won" in ended.stdout
    assert "Add --confirm" in ended.stderr
    assert (left(call), history(call)) == ("abcde", "abcd")


def test_what_no_image_has_is_counted_and_stays_too(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("adm", "prune", "images")

    assert "2 blobs of no image would be removed, too, 2kB won" in ended.stdout
    assert toolbox.sent == [(SWEEP, b'{"keepYoungerThanSeconds":3600,"dryRun":true}')]


def test_it_goes_when_that_is_confirmed_is_133(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("adm", "prune", "images", "--confirm", "--keep-younger-than=30m")

    assert (ended.code, ended.stderr) == (0, "")
    assert (left(call), history(call)) == ("abc", "abc")
    assert "2 images and 1 entry of histories removed" in ended.stdout
    assert "2 blobs removed from the registry, 2kB won" in ended.stdout
    assert toolbox.sent == [(SWEEP, b'{"keepYoungerThanSeconds":1800,"dryRun":false}')]


def test_a_second_time_nothing_goes(call: Call) -> None:
    call("adm", "prune", "images", "--confirm")

    again = call("adm", "prune", "images", "--confirm")

    assert "0 images and 0 entries of histories removed" in again.stdout


@pytest.mark.parametrize(
    ("flags", "rest"),
    [
        (("--keep-tag-revisions=1",), "a"),
        (("--keep-younger-than=3h",), "abcde"),
        (("--no-all",), "abc"),
    ],
)
def test_flags_say_what_stays_is_132(call: Call, flags: tuple[str, ...], rest: str) -> None:
    call("adm", "prune", "images", "--confirm", *flags)

    assert left(call) == rest


def test_what_a_pod_uses_stays_is_133(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(a_pod("e"))

    ended = call("adm", "prune", "images", "--confirm", "--explain")

    assert left(call) == "abce"
    assert f"{name('e')}   used by default/pods/web" in ended.stdout


def test_images_beyond_the_limit_of_their_namespace_go_is_134(
    call: Call, toolbox: FakeToolbox
) -> None:
    limits = {"limits": [{"type": "openshift.io/Image", "max": {"storage": "500"}}]}
    head = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"}}
    toolbox.server.put({**head, "spec": limits}, a_pod("b"))

    call("adm", "prune", "images", "--confirm", "--prune-over-size-limit")

    assert left(call) == "b"


@pytest.mark.parametrize(
    "flags",
    [
        ("--prune-over-size-limit", "--keep-tag-revisions=1"),
        ("--prune-over-size-limit", "--keep-younger-than=1m"),
        ("--keep-tag-revisions=-1",),
        ("-n", "default"),
    ],
)
def test_flags_that_make_no_sense_are_refused_is_132(call: Call, flags: tuple[str, ...]) -> None:
    ended = call("adm", "prune", "images", *flags)

    assert (ended.code, ended.stdout) == (1, "")


def test_a_broken_reference_stops_everything_and_is_told_is_135(
    call: Call, toolbox: FakeToolbox
) -> None:
    pod = a_pod("a")
    pod["spec"]["containers"][0]["image"] = "registry.example.com/Upper/Case"
    toolbox.server.put(pod)

    ended = call("adm", "prune", "images", "--confirm")

    assert (ended.code, ended.stdout) == (1, "")
    assert "default/pods/web: the image reference cannot be read" in ended.stderr
    assert "nothing is pruned: 1 references might mean any image" in ended.stderr
    assert left(call) == "abcde"


def test_a_registry_elsewhere_is_asked_where_it_is(call: Call, toolbox: FakeToolbox) -> None:
    call("adm", "prune", "images", "--confirm", "--registry-url=registry.example.com:5000")

    assert toolbox.servers == ["https://registry.example.com:5000"]


def test_the_registry_is_left_alone_when_that_is_wanted(call: Call, toolbox: FakeToolbox) -> None:
    call("adm", "prune", "images", "--confirm", "--prune-registry=false")

    assert toolbox.sent == []


def test_where_no_registry_is_that_is_said(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.answers.clear()

    ended = call("adm", "prune", "images", "--confirm")

    assert (ended.code, left(call)) == (0, "abc")
    assert "there is no registry" in ended.stderr


def test_what_is_no_registry_is_told(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.answers[SWEEP] = b"<html>"

    ended = call("adm", "prune", "images", "--confirm")

    assert ended.code == 1
    assert "what answers there is not the registry" in ended.stderr


def test_only_who_may_remove_images_does(call: Call) -> None:
    ended = call("adm", "prune", "images", "--confirm", "--as=somebody")

    assert ended.code == 1
    assert left(call) == "abcde"


@pytest.mark.parametrize("flags", [(), ("--prune-over-size-limit",)])
def test_there_is_a_role_for_who_prunes(
    call: Call, toolbox: FakeToolbox, flags: tuple[str, ...]
) -> None:
    group = "rbac.authorization.k8s.io"
    toolbox.server.put(
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "pruners"},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "system:image-pruner"},
            "subjects": [{"kind": "User", "name": "somebody", "apiGroup": group}],
        }
    )

    ended = call("adm", "prune", "images", "--confirm", "--as=somebody", *flags)

    assert (ended.code, ended.stderr) == (0, "")
