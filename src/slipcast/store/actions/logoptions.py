"""The options of logs: what a query says of which part of a log is wanted, and how.

Source: build-api.md BA-656 to BA-666; the API reference of Kubernetes, PodLogOptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from slipcast.api.build import BuildLogOptions
from slipcast.api.fields import fields_of
from slipcast.builds.validate.logs import log_options
from slipcast.values import instant
from slipcast.values.apifaults import BadRequest, Invalid
from slipcast.values.causes import shown
from slipcast.values.logselection import Wanted, since

_MOST = 2**63


def read(parameters: Mapping[str, str], kind: str, group: str, name: str) -> BuildLogOptions:
    """The options in a query.

    Shape:  kind is what the options are called where they are wrong; name is the object's.
    Errors: BadRequest for what is no number or no time; Invalid.
    """
    found: dict[str, str | bool | int] = {}
    for wire, field in fields_of(BuildLogOptions).items():
        if wire not in parameters:
            continue
        said = parameters[wire]
        if field.default is False:
            found[field.name] = said.lower() not in {"false", "0"}
        elif field.default is None:
            if said:
                found[field.name] = _number(said)
        else:
            found[field.name] = said
    options = msgspec.structs.replace(BuildLogOptions(), **found)
    if wrong := log_options(options):
        raise Invalid(kind, group, name, wrong)
    return options


def wanted(options: BuildLogOptions, now: datetime) -> Wanted:
    """What of each container's log is wanted.

    Errors: BadRequest for a time that is none.
    """
    begin = b""
    if options.since_time:
        begin = since(instant.parse(options.since_time))
    elif options.since_seconds is not None:
        begin = since(_before(now, options.since_seconds))
    return Wanted(
        since=begin,
        timestamps=options.timestamps,
        tail=options.tail_lines,
        limit=options.limit_bytes,
    )


def _before(now: datetime, seconds: int) -> datetime:
    try:
        return now - timedelta(seconds=seconds)
    except OverflowError:
        return datetime.min.replace(tzinfo=now.tzinfo)


def _number(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise BadRequest(f"strconv.ParseInt: parsing {shown(text)}: invalid syntax")
    if len(digits) > len(str(_MOST)) or not -_MOST <= int(text) < _MOST:
        raise BadRequest(f"strconv.ParseInt: parsing {shown(text)}: value out of range")
    return int(text)
