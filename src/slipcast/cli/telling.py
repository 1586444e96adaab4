"""What became of each object: a line, or the object itself; warnings; what was refused.

Source: kubectl 1.32, tried out; cli.md CL-2, CL-3, CL-7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.cli import faults, writing
from slipcast.cli.faults import Manner as Words
from slipcast.cli.output.form import Form
from slipcast.cli.output.printing import Item, Printer, printer_of
from slipcast.cli.printable import printable
from slipcast.cli.writing import Dry
from slipcast.ports.clock import Clock
from slipcast.values.apifaults import ApiFault, Invalid
from slipcast.values.faults import Fault, Interrupted, PortFault
from slipcast.views.rows import qualified


class Telling:
    """Tells what happens to objects, one after the other; one that fails does not stop the others.

    Shape:  code is what the command will end with.
    """

    def __init__(
        self, form: Form, clock: Clock, *, dry: Dry = "none", colour: bool = False
    ) -> None:
        self.code = 0
        self._dry = dry
        self._colour = colour
        self._printer: Printer | None = printer_of(form, clock) if form.name else None

    def did(self, document: Document, what: str) -> None:
        """Something was done to an object: `created`, `configured`."""
        self.became(document.kind, document.content, what)

    def became(self, kind: Kind, content: JSON, what: str) -> None:
        """The same, with the object as it now is, or would be."""
        if self._printer is not None:
            self._printer.event("MODIFIED", Item(kind, content))
            return
        name = content["metadata"].get("name", "")
        self.line(f"{qualified(kind)}/{name} {what}{writing.SUFFIXES[self._dry]}")

    def line(self, text: str) -> None:
        """Something else that is worth a line on standard output."""
        click.echo(printable(text))

    def note(self, text: str) -> None:
        """That nothing came of it, which is no result (CL-7)."""
        click.echo(f"info: {printable(text)}", err=True)

    def warn(self, *warnings: str) -> None:
        """Something that its user should know."""
        warn(warnings, colour=self._colour)

    def fail(self, fault: Fault) -> None:
        """Something was refused."""
        faults.report(fault, Words.API)
        self.code = 1

    @contextmanager
    def trying(self, doing: str = "", source: str = "") -> Iterator[None]:
        """Whatever fails inside is told, with what was being done to what; the rest goes on.

        Errors: PortFault, when nothing more can be done.
        """
        try:
            yield
        except (PortFault, Interrupted):
            raise
        except Fault as fault:
            self.fail(placed(fault, doing, source))


def warn(warnings: Iterable[str], *, colour: bool = False) -> None:
    """Warnings, on standard error."""
    head = click.style("Warning:", fg="yellow", bold=True) if colour else "Warning:"
    for warning in warnings:
        click.echo(f"{head} {printable(warning)}", err=True, color=colour)


def placed(fault: Fault, doing: str, source: str) -> Fault:
    """A refusal that says what was being done when it came, and from where that was."""
    if not source or not isinstance(fault, ApiFault) or isinstance(fault, Invalid):
        return fault
    return type(fault).told(
        f'error when {doing} "{source}": {fault.message}',
        plural=fault.plural,
        group=fault.group,
        name=fault.name,
        causes=fault.causes,
        retry_after=fault.retry_after,
    )
