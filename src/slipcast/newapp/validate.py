"""What is wrong with a request by itself, whatever it is asked of: everything at once (UP-9).

Source: detection.md NA-6, NA-34, section 12; generated-objects.md GO-26, GO-46, GO-114.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slipcast.newapp.making import Planned
from slipcast.newapp.naming import wrong_name
from slipcast.newapp.request import NewAppRequest
from slipcast.values.faults import Fault, FieldError, InvalidFault
from slipcast.values.names import dns_subdomain, label_value, qualified_name


def request(asked: NewAppRequest) -> None:
    """Refuse what contradicts itself, or can be nothing.

    Errors: InvalidFault with every wrong field.
    """
    errors = (*_names(asked), *_contradictions(asked), *_source_image(asked))
    if errors:
        raise InvalidFault(errors)


def build_args(asked: NewAppRequest, parts: Sequence[Planned]) -> tuple[str, ...]:
    """A warning when several builds get the same arguments.

    Errors: Fault when no build would take them.
    """
    if not asked.build_args:
        return ()
    count = sum(part.build is not None and part.build.strategy == "Docker" for part in parts)
    if not count:
        raise Fault(
            "--build-arg is for Docker builds, and this makes none",
            hint="Variables of other builds are given with --env.",
        )
    return ("the build arguments are given to every Docker build",) if count > 1 else ()


def _contradictions(asked: NewAppRequest) -> Iterator[FieldError]:
    if asked.dockerfile is not None and asked.strategy not in {"", "docker"}:
        what = "cannot be used with --dockerfile, which is built by the docker strategy"
        yield FieldError(path="--strategy", what=what, value=asked.strategy)
    if asked.build_args and asked.strategy not in {"", "docker"}:
        what = "is for the docker strategy"
        yield FieldError(path="--build-arg", what=what)
    if asked.binary and asked.strategy == "pipeline":
        what = "specifying binary builds and the pipeline strategy at the same time is not allowed"
        yield FieldError(path="--binary", what=what)
    text = (asked.dockerfile or "").strip()
    if text and len(text.split()) == 1:
        what = "takes the text of a Dockerfile; to read a file write `-D - < FILE`"
        yield FieldError(path="--dockerfile", what=what, value=text)


def _names(asked: NewAppRequest) -> Iterator[FieldError]:
    if asked.name and (wrong := wrong_name(asked.name)):
        yield FieldError(path="--name", what=wrong, value=asked.name)
    for flag, name in (
        ("--source-secret", asked.source_secret),
        ("--push-secret", asked.push_secret),
    ):
        if name and (problems := dns_subdomain(name)):
            yield FieldError(path=flag, what="; ".join(problems), value=name)
    for pair in asked.labels:
        for problem in (*qualified_name(pair.name), *label_value(pair.value)):
            yield FieldError(path="--labels", what=problem, value=f"{pair.name}={pair.value}")


def _source_image(asked: NewAppRequest) -> Iterator[FieldError]:
    path = asked.source_image_path
    if bool(asked.source_image) != bool(path):
        what = "--source-image and --source-image-path must be given together"
        yield FieldError(path="--source-image", what=what)
    elif path and not path.startswith("/"):
        what = "is FROM:TO, where FROM is an absolute path in the image"
        yield FieldError(path="--source-image-path", what=what, value=path)
