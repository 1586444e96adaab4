"""Which empty fields are written: what clients of the build and image kinds know."""

from typing import Any

from slipcast.api import kinds, lens
from slipcast.api.fullness import settled

CONFIG = kinds.require(kinds.BUILD, "BuildConfig")
IMAGE = kinds.require(kinds.IMAGE, "Image")
STREAM = kinds.require(kinds.IMAGE, "ImageStream")
SECRET = kinds.require("", "Secret")


def kept(content: dict[str, Any], kind: kinds.Kind = CONFIG) -> dict[str, Any]:
    """What is kept of an object."""
    return settled(content, lens.read(content, kind.type), kind)


def test_a_buildconfig_always_has_certain_fields_ba_38() -> None:
    full = kept({"metadata": {"name": "a"}})

    assert full == {
        "metadata": {"name": "a"},
        "spec": {
            "triggers": [],
            "source": {},
            "strategy": {},
            "output": {},
            "resources": {},
            "postCommit": {},
            "nodeSelector": None,
        },
        "status": {"lastVersion": 0},
    }


def test_a_selector_of_no_labels_is_not_the_same_as_none_ba_38() -> None:
    assert kept({"metadata": {}, "spec": {"nodeSelector": {}}})["spec"]["nodeSelector"] == {}
    assert kept({"metadata": {}, "spec": {"nodeSelector": None}})["spec"]["nodeSelector"] is None


def test_empty_fields_that_say_nothing_are_left_out() -> None:
    docker = {"noCache": False, "env": [], "dockerfilePath": "", "from": None, "pullSecret": {}}
    source = {"git": {"uri": "x", "ref": ""}, "contextDir": ""}

    spec = kept(
        {"metadata": {}, "spec": {"strategy": {"dockerStrategy": docker}, "source": source}}
    )

    assert spec["spec"]["strategy"] == {"dockerStrategy": {"pullSecret": {}}}
    assert spec["spec"]["source"] == {"git": {"uri": "x"}}


def test_fields_that_the_type_does_not_know_stay() -> None:
    strange = {"metadata": {"x": ""}, "spec": {"wibble": None, "output": {"odd": ""}}, "more": []}

    full = kept(strange)

    assert full["metadata"] == {"x": ""}
    assert full["spec"]["wibble"] is None
    assert full["spec"]["output"] == {"odd": ""}
    assert full["more"] == []


def test_lists_are_looked_into() -> None:
    secrets = [{"mountPath": "/x"}, {"secretSource": {"name": ""}, "odd": 1}]
    custom = {"customStrategy": {"secrets": secrets}}

    full = kept({"metadata": {}, "spec": {"strategy": custom}})

    assert full["spec"]["strategy"]["customStrategy"]["secrets"] == [
        {"mountPath": "/x", "secretSource": {}},
        {"odd": 1, "secretSource": {}, "mountPath": ""},
    ]


def test_lists_that_rules_have_made_are_looked_into_too() -> None:
    tags = ({"name": "t", "reference": False},)
    content: dict[str, Any] = {"metadata": {}, "spec": {"tags": tags}}
    view = lens.read({"metadata": {}, "spec": {"tags": list(tags)}}, STREAM.type)

    full = settled(content, view, STREAM)

    assert full["spec"]["tags"][0]["importPolicy"] == {}
    assert "reference" not in full["spec"]["tags"][0]


def test_tags_of_a_stream_always_have_certain_fields() -> None:
    full = kept({"metadata": {}, "spec": {"tags": [{"name": "t", "reference": False}]}}, STREAM)

    assert full["spec"]["tags"] == [
        {"name": "t", "annotations": None, "generation": None, "importPolicy": {}}
    ]
    assert full["status"] == {"dockerImageRepository": ""}


def test_an_image_without_layers_says_so() -> None:
    assert kept({"metadata": {"name": "a"}}, IMAGE) == {
        "metadata": {"name": "a"},
        "dockerImageLayers": [],
    }


def test_what_is_written_over_the_table_does_not_reach_into_it() -> None:
    kept({"metadata": {}})["spec"]["triggers"].append("x")

    assert kept({"metadata": {}})["spec"]["triggers"] == []


def test_other_kinds_are_kept_as_they_are() -> None:
    content: dict[str, Any] = {"metadata": {}, "data": {}}

    assert settled(content, lens.read(content, CONFIG.type), SECRET) == content
