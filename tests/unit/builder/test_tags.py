"""What images are called."""

from __future__ import annotations

import json

from assignments import OUTPUT, build_text
from slipcast.api.build import Build
from slipcast.builder import given, tags


def build(text: str, *, resolved: str = "") -> Build:
    """A Build whose output the server has resolved."""
    content = json.loads(text)
    content["status"] = {"outputDockerImageReference": resolved}
    return given.read(json.dumps(content))


def test_the_random_tag_is_of_the_build_and_of_no_registry_bld_24():
    assert tags.random_tag(build(build_text()), "0a1b2c3d") == "localhost/shop/app-1:0a1b2c3d"


def test_a_name_that_is_too_long_is_replaced_by_its_digest_bld_24():
    text = build_text().replace("app-1", "a" * 250)

    tag = tags.random_tag(build(text), "0a1b2c3d")

    assert tag == "localhost/1ef764bc99a56651876580b06fbef3fb48cca7db:0a1b2c3d"


def test_the_output_is_what_the_server_made_of_it_bld_14():
    found = build(build_text(output="stream:1"), resolved=OUTPUT)

    assert (tags.destination(found), tags.output(found)) == (OUTPUT, OUTPUT)


def test_by_hand_the_output_is_as_written():
    assert tags.destination(build(build_text(output=OUTPUT))) == OUTPUT


def test_without_output_the_image_is_called_by_its_build_bld_14():
    found = build(build_text())

    assert (tags.destination(found), tags.output(found)) == ("", "localhost/shop/app-1:latest")


def test_a_pushed_image_is_kept_under_a_name_of_its_project_the_same_for_each_output():
    first, again = build(build_text(output=OUTPUT)), build(build_text(output=OUTPUT, postCommit={}))

    assert tags.kept(first).startswith("localhost/shop/pushed:")
    assert tags.kept(again) == tags.kept(first)
    assert tags.kept(build(build_text(output="docker.io/library/x"))) != tags.kept(first)


def test_an_image_that_is_not_pushed_is_kept_under_the_name_of_its_build():
    assert tags.kept(build(build_text())) == "localhost/shop/app-1:latest"
