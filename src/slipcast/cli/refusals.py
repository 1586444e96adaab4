"""Faults in the words of kubectl and oc, for the commands that people know from there.

Source: kubectl 1.32, tried out; cli.md CL-1, CL-2.
"""

from __future__ import annotations

from collections.abc import Iterator

from slipcast.values.apifaults import ApiFault, Invalid, Unauthorized
from slipcast.values.faults import Fault, Interrupted, InvalidFault


def told(fault: Fault) -> Iterator[str]:
    """The lines that tell a fault."""
    match fault:
        case Interrupted():
            # Whoever ends a watch knows.
            return
        case Invalid():
            yield from _invalid(fault)
        case Unauthorized():
            yield f"error: You must be logged in to the server ({fault.message})"
            if not fault.hint:
                yield "`slipcast login SERVER` logs you in."
        case ApiFault():
            yield f"Error from server ({fault.reason}): {fault.message}"
        case InvalidFault():
            yield from (f"error: {error}" for error in fault.errors)
        case _:
            yield f"error: {fault.message}"
    if fault.tail:
        yield "The last lines were:"
        yield from (f"    {line}" for line in fault.tail)
    if fault.hint:
        yield fault.hint


def _invalid(fault: Invalid) -> Iterator[str]:
    """Every cause in a line of its own, when there are several."""
    if not fault.plural and not fault.name:
        yield f"The request is invalid: {fault.message}"
        return
    head = f'The {fault.plural} "{fault.name}" is invalid'
    causes = tuple(dict.fromkeys(cause.sentence for cause in fault.causes))
    if len(causes) > 1:
        yield f"{head}: "
        yield from (f"* {cause}" for cause in causes)
    else:
        yield f"{head}: {causes[0]}" if causes else head
