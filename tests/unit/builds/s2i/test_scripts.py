"""Where each script comes from, and where it lies in the container."""

from __future__ import annotations

import pytest

from slipcast.builds.s2i import scripts
from slipcast.builds.s2i.scripts import FromImage, Origin, Scheme
from slipcast.values.image import ImageConfig


@pytest.mark.parametrize(
    ("text", "scheme", "path"),
    [
        ("image:///usr/libexec/s2i", Scheme.IMAGE, "/usr/libexec/s2i"),
        ("image://usr/s2i/", Scheme.IMAGE, "/usr/s2i"),
        ("file:///a/b", Scheme.FILE, "/a/b"),
        ("file://a/b", Scheme.FILE, "a/b"),
        ("HTTP://host/a", Scheme.HTTP, ""),
        ("ftp://host/a", Scheme.UNKNOWN, ""),
    ],
)
def test_the_scheme_of_a_url_says_how_scripts_are_reached_s2i_154(
    text: str, scheme: Scheme, path: str
):
    url = scripts.parse_url(text)

    assert url is not None
    assert (url.scheme, url.path) == (scheme, path)


@pytest.mark.parametrize("text", ["", "./scripts", "/scripts", "://x", "a b://c"])
def test_what_is_no_url_is_none_s2i_160(text: str):
    assert scripts.parse_url(text) is None


def test_the_label_wins_over_the_older_label_and_the_variable_s2i_152():
    older = {"io.s2i.scripts-url": "image:///b"}
    env = (("STI_SCRIPTS_URL", "image:///c"),)

    new = scripts.scripts_url(ImageConfig(labels={**older, scripts.URL_LABEL: "image:///a"}))
    label = scripts.scripts_url(ImageConfig(labels=older, env=env))
    variable = scripts.scripts_url(ImageConfig(env=env))

    assert new == FromImage(value="image:///a")
    assert label == FromImage(value="image:///b", old="label io.s2i.scripts-url")
    assert variable == FromImage(value="image:///c", old="variable STI_SCRIPTS_URL")


def test_an_image_that_says_nothing_has_no_scripts_url_s2i_152():
    assert scripts.scripts_url(ImageConfig()) == FromImage()


def test_the_destination_is_asked_for_or_said_by_the_image_or_tmp_s2i_166():
    labels = {scripts.DESTINATION_LABEL: "/a"}
    old = ImageConfig(env=(("STI_LOCATION", "/b"),))

    assert scripts.destination("/c", ImageConfig(labels=labels)).value == "/c"
    assert scripts.destination("", ImageConfig(labels=labels)).value == "/a"
    assert scripts.destination("", old) == FromImage(value="/b", old="variable STI_LOCATION")
    assert scripts.destination("", ImageConfig()).value == "/tmp"


def test_a_relative_destination_lies_below_the_working_directory_s2i_166():
    assert scripts.destination("up", ImageConfig(workdir="/opt")).value == "/opt/up"


def test_the_url_asked_for_comes_before_the_source_before_the_image_s2i_149():
    found = scripts.places("image:///a", "image:///b")

    assert [place.origin for place in found] == [Origin.ASKED, Origin.SOURCE, Origin.IMAGE]


def test_a_script_from_outside_goes_below_the_destination_s2i_161():
    script = scripts.uploaded("run", "/opt/up", Origin.SOURCE, b"x")

    assert script.path == "/opt/up/scripts/run"


def test_a_script_of_the_image_stays_where_it_is_s2i_161():
    url = scripts.parse_url("image:///usr/s2i")

    assert url is not None
    assert scripts.in_image("run", url, Origin.IMAGE).path == "/usr/s2i/run"
