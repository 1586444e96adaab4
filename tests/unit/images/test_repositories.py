"""What a stream keeps of a repository that could not be read."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from slipcast.api.image import ImageStream, ImageStreamImport
from slipcast.api.status import Status
from slipcast.images.repositories import ANNOTATION, Failure, failure_of, noted
from unit.images.test_imports import (
    GONE,
    NOW,
    THEN,
    WEB,
    a_stream,
    an_import,
    found,
    gone,
    of_all,
)


def refused(status: Status = GONE) -> ImageStreamImport:
    """An import of a repository whose tags could not be listed."""
    request = of_all()
    assert request.status.repository is not None
    said = replace(request.status.repository, status=status)
    return replace(request, status=replace(request.status, repository=said))


def known(stream: ImageStream) -> Failure | None:
    """What the stream says of it."""
    return failure_of(stream.metadata.annotations)


def test_a_repository_that_cannot_be_read_is_noted_with_time_and_cause_up_23() -> None:
    stream = noted(a_stream(), refused(), NOW)

    assert known(stream) == Failure(
        source=WEB, last=NOW, reason="NotFound", message="it is not there"
    )


def test_the_last_try_counts_up_23() -> None:
    stream = noted(noted(a_stream(), refused(), THEN), refused(), NOW)

    failure = known(stream)
    assert failure is not None
    assert failure.last == NOW


@pytest.mark.parametrize("request_", [of_all(), of_all(found()), of_all(gone())])
def test_once_it_can_be_read_nothing_is_said_any_more(request_: ImageStreamImport) -> None:
    stream = noted(a_stream(), refused(), THEN)

    assert ANNOTATION not in noted(stream, request_, NOW).metadata.annotations


def test_an_import_of_images_says_nothing_of_a_repository() -> None:
    stream = noted(a_stream(), refused(), THEN)

    assert noted(stream, an_import(found()), NOW) is stream


def test_a_stream_whose_repository_can_be_read_stays_what_it_is() -> None:
    stream = a_stream()

    assert noted(stream, of_all(found()), NOW) is stream


def test_what_another_registry_says_is_kept_in_short() -> None:
    stream = noted(a_stream(), refused(replace(GONE, message="x" * 100_000)), NOW)

    assert len(stream.metadata.annotations[ANNOTATION]) < 2000


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"from": 7}', "{" * 5000, " " * 20_000])
def test_what_somebody_else_wrote_there_is_nothing(text: str) -> None:
    assert failure_of({ANNOTATION: text}) is None
