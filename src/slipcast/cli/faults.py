"""Faults as people read them, and the exit code of each.

A fault is its message, its hint and the last lines of what failed; never a stack trace. Anything
else is a bug: it gets an id, and its trace goes to a file that only the user can read.

Source: source-to-image, exit codes and error output (S2I-56, S2I-62 to 82).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import TYPE_CHECKING

import click

from slipcast.cli import refusals
from slipcast.cli.printable import printable
from slipcast.values.faults import Fault, Interrupted, InvalidFault, UsageFault

if TYPE_CHECKING:
    from pathlib import Path

BUG = 1
"""The exit code of a bug."""

USAGE = 2
"""The exit code of a command line that was wrong."""

OTHERS_USAGE = 1
"""The same below `slipcast s2i` (S2I-59, S2I-63), and for what kubectl and oc know (CL-1)."""

INTERRUPTED = 130
"""That of what kubectl and oc know, when somebody ended it: a watch ends so, and it is no error."""

Record = Callable[[str], "tuple[str, Path | None]"]


class Manner(Enum):
    """Whose words errors are told in: our own, those of the s2i tool, or those of kubectl."""

    OWN = "own"
    S2I = "s2i"
    API = "api"


class Ended(Exception):
    """A fault on its way out of the command it ended."""

    def __init__(self, fault: Fault, ctx: click.Context) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.ctx = ctx


def is_usage(fault: Exception, manner: Manner = Manner.OWN) -> bool:
    """Whether the command line itself was wrong, so that its help is worth showing."""
    if manner is Manner.API:
        return isinstance(fault, click.UsageError)
    return isinstance(fault, click.UsageError | UsageFault | InvalidFault)


def told(fault: Fault, manner: Manner, *, level: int = 0) -> Iterator[str]:
    """The lines that tell a fault."""
    if manner is Manner.API:
        yield from refusals.told(fault)
        return
    if isinstance(fault, InvalidFault):
        yield from (str(error) for error in fault.errors)
        return
    own = manner is Manner.OWN or isinstance(fault, UsageFault | Interrupted)
    yield fault.message if own else f"An error occurred: {fault.message}"
    if fault.tail:
        yield "The last lines were:"
        yield from (f"    {line}" for line in fault.tail)
    if fault.hint:
        yield fault.hint if own else f"Suggested solution: {fault.hint}"
    if level >= 1:
        yield from _causes(fault)
    if not own:
        yield (
            f"The reason is {fault.reason}; docs/reference/exit-codes.md explains every exit "
            "code, and `slipcast doctor` looks at this machine."
        )


def _causes(fault: BaseException) -> Iterator[str]:
    cause = fault.__cause__
    while cause is not None:
        yield f"Caused by: {cause}"
        cause = cause.__cause__


def exit_code(fault: Exception, manner: Manner) -> int:
    """What the process ends with."""
    if manner is Manner.API and isinstance(fault, Interrupted):
        return INTERRUPTED
    if isinstance(fault, UsageFault | click.UsageError):
        return USAGE if manner is Manner.OWN else OTHERS_USAGE
    if isinstance(fault, InvalidFault) and manner is Manner.OWN:
        return fault.exit_code if fault.exit_code != 1 else USAGE
    return fault.exit_code if isinstance(fault, Fault) else 1


def report(fault: Fault, manner: Manner, *, level: int = 0) -> None:
    """Tell a fault on standard error."""
    for line in told(fault, manner, level=level):
        if manner is Manner.API:
            click.echo(printable(line), err=True)
            continue
        for each in line.splitlines() or [""]:
            _error(each)


def report_click(fault: click.ClickException, manner: Manner = Manner.OWN) -> None:
    """Tell what click found wrong."""
    if manner is Manner.API:
        click.echo(f"error: {printable(fault.format_message())}", err=True)
    else:
        _error(fault.format_message())


def report_bug(fault: Exception, record: Record) -> int:
    """Keep the trace of a bug and tell its id; the exit code."""
    import traceback  # noqa: PLC0415 -- help must be fast

    identity, path = record("".join(traceback.format_exception(fault)))
    _error(f"An internal error occurred: {type(fault).__name__} (id {identity}).")
    where = f"The details are in {path}." if path else "The details could not be written."
    _error(f"{where} Please report it with them.")
    return BUG


def _error(line: str) -> None:
    click.echo(f"ERROR: {printable(line)}", err=True)
