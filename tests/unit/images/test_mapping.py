"""What a mapping makes of a stream: image-streams.md section 8."""

from __future__ import annotations

from msgspec.structs import replace

from slipcast.api.image import ImageSignature, ImageStreamMapping
from slipcast.api.meta import ObjectMeta
from slipcast.images.events import newest
from slipcast.images.mapping import MANAGED, event_of, is_untouched, mapped, placed
from unit.images.streaming import ADDRESS, NOW, ONE, TWO, a_stream, an_event, an_image

OWN = f"{ADDRESS}/shop/ruby"
MANAGED_IMAGE = replace(
    an_image(), metadata=replace(an_image().metadata, annotations={MANAGED: "true"})
)


def test_a_new_image_is_pulled_where_it_says_is_72() -> None:
    event = event_of(a_stream(repository=OWN), MANAGED_IMAGE, NOW, is_known=False)

    assert event.docker_image_reference == MANAGED_IMAGE.docker_image_reference


def test_a_known_image_that_is_kept_here_is_pulled_from_this_stream_is_72() -> None:
    event = event_of(a_stream(repository=OWN), MANAGED_IMAGE, NOW, is_known=True)

    assert event.docker_image_reference == f"{OWN}@{ONE}"


def test_a_known_image_that_is_kept_elsewhere_stays_there_is_72() -> None:
    event = event_of(a_stream(repository=OWN), an_image(), NOW, is_known=True)

    assert event.docker_image_reference == an_image().docker_image_reference


def test_a_stream_without_a_repository_takes_the_reference_as_it_is() -> None:
    event = event_of(a_stream(), MANAGED_IMAGE, NOW, is_known=True)

    assert event.docker_image_reference == MANAGED_IMAGE.docker_image_reference


def test_the_image_is_of_the_streams_generation_is_73() -> None:
    stream = a_stream()
    stream = replace(stream, metadata=replace(stream.metadata, generation=7))

    event = newest(mapped(stream, "latest", an_event()), "latest")

    assert event == replace(an_event(), generation=7)


def test_a_tag_that_got_another_image_meanwhile_is_not_overwritten_is_73() -> None:
    before = a_stream(latest=an_event())

    assert is_untouched(before, a_stream(latest=replace(an_event(), generation=9)), "latest")
    assert not is_untouched(before, a_stream(latest=an_event(TWO)), "latest")
    assert not is_untouched(before, a_stream(), "latest")
    assert is_untouched(a_stream(), a_stream(latest=an_event()), "latest")


def test_an_image_without_a_reference_is_kept_here() -> None:
    image = replace(an_image(), docker_image_reference="", signatures=(ImageSignature(),))
    mapping = ImageStreamMapping(metadata=ObjectMeta(name="ruby", namespace="shop"), image=image)

    here = placed(mapping, ADDRESS)

    assert here.image.docker_image_reference == f"{OWN}@{ONE}"
    assert here.image.signatures == ()
    assert placed(mapping, "").image.docker_image_reference == ""
