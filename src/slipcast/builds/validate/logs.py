"""What is asked of a build's log.

Source: build-api.md BA-656 to BA-666.
"""

from __future__ import annotations

from collections.abc import Iterator

from slipcast.api.build import BuildLogOptions
from slipcast.values.causes import Cause, forbidden, invalid

_POSITIVE = "must be greater than 0"
_NOT_NEGATIVE = "must be greater than or equal to 0"


def log_options(options: BuildLogOptions) -> tuple[Cause, ...]:
    """What is wrong with the options of a log."""
    return (*_which(options), *_since(options), *_how_much(options))


def _which(options: BuildLogOptions) -> Iterator[Cause]:
    if options.version is None:
        return
    if options.version <= 0:
        yield invalid("version", options.version, "build version must be greater than 0")
    if options.previous:
        what = "cannot use previous when a version is specified"
        yield invalid("previous", options.previous, what)


def _since(options: BuildLogOptions) -> Iterator[Cause]:
    if options.since_seconds is None:
        return
    if options.since_time:
        yield forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified")
    elif options.since_seconds < 1:
        yield invalid("sinceSeconds", options.since_seconds, _POSITIVE)


def _how_much(options: BuildLogOptions) -> Iterator[Cause]:
    if options.tail_lines is not None and options.tail_lines < 0:
        yield invalid("tailLines", options.tail_lines, _NOT_NEGATIVE)
    if options.limit_bytes is not None and options.limit_bytes < 1:
        yield invalid("limitBytes", options.limit_bytes, _POSITIVE)
