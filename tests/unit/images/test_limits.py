"""Limits of streams and images: image-streams.md section 13."""

from __future__ import annotations

import pytest

from slipcast.api.limits import LimitRange, LimitRangeItem, LimitRangeSpec
from slipcast.images.limits import beyond, listed, size_of, too_large, usage
from unit.images.streaming import ONE, TWO, a_stream, an_event, an_image, follows

IMAGES, TAGS = "openshift.io/images", "openshift.io/image-tags"
BOTH = a_stream(follows("x", "a"), follows("y", "b"), a=an_event(ONE), b=an_event(TWO))


def a_range(type_: str, **most: str) -> LimitRange:
    """A limit range with one limit."""
    return LimitRange(spec=LimitRangeSpec(limits=(LimitRangeItem(type=type_, max=most),)))


def of_streams(name: str, most: str) -> LimitRange:
    """A limit of streams."""
    return LimitRange(
        spec=LimitRangeSpec(
            limits=(LimitRangeItem(type="openshift.io/ImageStream", max={name: most}),)
        )
    )


def test_a_stream_uses_its_different_images_and_sources() -> None:
    stream = a_stream(
        follows("x", "a"), follows("y", "a"), a=an_event(ONE), b=an_event(ONE), c=an_event("")
    )

    assert usage(stream) == {IMAGES: 1, TAGS: 1}


@pytest.mark.parametrize("name", [IMAGES, TAGS])
def test_more_than_the_limit_is_told_in_the_originals_words(name: str) -> None:
    assert beyond(BOTH, None, [of_streams(name, "1")]) == (
        f"requested usage of {name} exceeds the maximum limit per openshift.io/ImageStream (2 > 1)",
    )


def test_as_much_as_the_limit_is_allowed() -> None:
    assert beyond(BOTH, None, [of_streams(IMAGES, "2"), of_streams(TAGS, "2")]) == ()


def test_what_was_beyond_the_limit_before_may_be_written_again() -> None:
    less = a_stream(a=an_event(ONE))

    assert beyond(BOTH, BOTH, [of_streams(IMAGES, "1")]) == ()
    assert beyond(BOTH, less, [of_streams(IMAGES, "1")]) != ()


def test_limits_of_other_things_are_not_asked() -> None:
    assert beyond(BOTH, None, [a_range("Pod", memory="1"), a_range("openshift.io/Image")]) == ()


def test_an_image_that_is_too_large_is_told_with_its_size_is_75() -> None:
    limit = a_range("openshift.io/Image", storage="1Mi")

    assert too_large(an_image(size=3 * 1024 * 1024), [limit]) == (
        "requested usage of storage exceeds the maximum limit per openshift.io/Image (3Mi > 1Mi)",
    )
    assert too_large(an_image(size=1024 * 1024), [limit]) == ()


def test_an_image_that_says_nothing_of_its_size_has_none() -> None:
    assert size_of(an_image()) == 0


def test_several_reasons_are_listed() -> None:
    assert listed(("a",)) == "a"
    assert listed(("a", "b")) == "[a, b]"
