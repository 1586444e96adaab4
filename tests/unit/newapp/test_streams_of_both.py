"""A stream that is built into, and that follows an image elsewhere under another tag, is one."""

from __future__ import annotations

from typing import Any

import pytest

from newappworld import SHOP, WEB, made_by, request_of
from slipcast.api.document import JSON
from slipcast.newapp.comparing import differences, kept

BASE = "quay.io/team/base:2"
COPIED = (f"python~{SHOP}", f"--source-image={BASE}", "--source-image-path=/a:b")


def streams(*made: JSON) -> dict[str, list[tuple[str, str]]]:
    """The streams among objects: their tags, and what each follows."""
    return {
        each["metadata"]["name"]: [
            (tag["name"], tag["from"]["name"]) for tag in each["spec"].get("tags", [])
        ]
        for each in made
        if each["kind"] == "ImageStream"
    }


def config(*made: JSON) -> dict[str, Any]:
    """What the BuildConfig among objects says."""
    spec: dict[str, Any]
    (spec,) = (each["spec"] for each in made if each["kind"] == "BuildConfig")
    return spec


@pytest.mark.parametrize("flag", ["--name=base", "--to=base:built", "--to=base"])
def test_what_is_built_into_the_stream_of_an_image_that_is_copied_from_follows_it(
    flag: str,
) -> None:
    made = made_by(request_of("new-build", *COPIED, flag))

    assert streams(*made) == {"base": [("2", BASE)]}


def test_what_is_built_from_an_image_of_the_same_name_follows_it_too() -> None:
    made = made_by(request_of("new-app", f"{WEB}-own", "--name=base"))

    assert streams(*made) == {"base": [("2", BASE)]}


def test_it_is_built_when_the_tag_changes_that_is_followed_and_not_by_its_own() -> None:
    spec = config(*made_by(request_of("new-build", *COPIED, "--name=base")))

    changes = [each["imageChange"] for each in spec["triggers"] if each["type"] == "ImageChange"]
    assert spec["output"]["to"]["name"] == "base:latest"
    assert [(each.get("from") or {}).get("name") for each in changes] == ["base:2", None]


def test_an_image_that_is_elsewhere_called_otherwise_has_a_stream_of_its_own() -> None:
    made = made_by(request_of("new-build", *COPIED, "--name=shop"))

    assert streams(*made) == {"shop": [], "base": [("2", BASE)]}


def test_a_second_run_finds_the_stream_as_it_was_made_with_what_was_built_up_24() -> None:
    content, *_ = made_by(request_of("new-build", *COPIED, "--name=base"))
    events = [{"tag": "latest", "items": [{"image": "sha256:1"}]}]
    there = {**content, "status": {"tags": events}}

    assert differences(kept(content, there), there, "shop") == []


def test_a_stream_of_a_template_keeps_its_tags_where_it_is_built_into() -> None:
    tags = [{"name": "stable", "from": {"kind": "DockerImage", "name": "r.example/base:1"}}]
    template = {
        "apiVersion": "v1",
        "kind": "ImageStream",
        "metadata": {"name": "base"},
        "spec": {"tags": tags},
    }

    made = made_by(request_of("new-build", *COPIED, "--name=base"), made=[template])

    assert streams(*made) == {"base": [("2", BASE), ("stable", "r.example/base:1")]}


def test_of_two_that_mean_the_same_tag_the_first_counts_go_16() -> None:
    tags = [{"name": "2", "from": {"kind": "DockerImage", "name": "r.example/other:1"}}]
    template = {
        "apiVersion": "v1",
        "kind": "ImageStream",
        "metadata": {"name": "base"},
        "spec": {"tags": tags},
    }

    made = made_by(request_of("new-build", *COPIED, "--name=base"), made=[template])

    assert streams(*made) == {"base": [("2", BASE)]}


def test_of_other_objects_of_one_name_the_first_counts_whole_go_16() -> None:
    maps: list[JSON] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "spec": {"tags": [at]}}
        for at in ({"name": "a"}, {"name": "b"})
    ]

    made = made_by(request_of("new-build", f"python~{SHOP}"), made=maps)

    assert [each["spec"] for each in made if each["kind"] == "ConfigMap"] == [maps[0]["spec"]]
