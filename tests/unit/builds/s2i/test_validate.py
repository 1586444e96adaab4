"""What must hold of a request before any work begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipcast.builds.s2i import validate
from slipcast.builds.s2i.request import Injection
from slipcast.testing.objects import a_request


def test_a_sound_request_has_no_errors_s2i_55():
    assert validate.build(a_request()) == ()


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"builder_image": ""}, "builder image"),
        ({"builder_image": "-x"}, "builder image"),
        ({"builder_image": "A b"}, "builder image"),
        ({"tag": "Not/Legal:"}, "tag"),
        ({"runtime_image": "::"}, "runtime image"),
        ({"network": "made-up"}, "network"),
        ({"labels": (("", "x"),)}, "labels"),
        ({"scripts_url": "./scripts"}, "scripts URL"),
        ({"ref": "--upload-pack=x"}, "ref"),
        ({"env": (("", "x"),)}, "environment"),
        ({"env": (("A B", "x"),)}, "environment"),
        ({"env": (("A", "x\0"),)}, "environment A"),
        ({"injections": (Injection(source=Path("/a*")),)}, "injections[0]"),
    ],
)
def test_a_wrong_value_is_named_s2i_55(changes: dict[str, Any], path: str):
    assert path in {error.path for error in validate.build(a_request(**changes))}


def test_every_error_is_reported_at_once_s2i_56():
    errors = validate.build(a_request(builder_image="", network="x", scripts_url="y"))

    assert len(errors) == 3


def test_incremental_with_a_runtime_image_is_refused_s2i_57():
    errors = validate.build(a_request(incremental=True, runtime_image="rt"))

    assert [error.what for error in errors] == [
        "Incremental build with runtime image isn't supported"
    ]


def test_a_dockerfile_with_a_runtime_image_is_refused_s2i_58():
    assert validate.dockerfile(a_request(runtime_image="rt"))


def test_an_incremental_dockerfile_needs_a_tag_s2i_256():
    assert validate.dockerfile(a_request(incremental=True, tag=""))
    assert not validate.dockerfile(a_request(incremental=True))


@pytest.mark.parametrize("image", ["0123456789ab", "sha256:" + "a" * 64])
def test_a_builder_image_may_be_given_by_its_id(image: str):
    assert validate.build(a_request(builder_image=image)) == ()


@pytest.mark.parametrize("network", ["", "none", "host", "bridge", "container:a1", "netns:/run/x"])
def test_the_networks_of_the_contract_pass_s2i_208(network: str):
    assert validate.build(a_request(network=network)) == ()


def test_a_rebuild_needs_neither_source_nor_builder_image_s2i_275():
    assert validate.rebuild(a_request(source="", builder_image="")) == ()


def test_usage_needs_the_builder_image_s2i_3():
    assert validate.usage(a_request(builder_image=""))
