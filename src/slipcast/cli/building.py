"""A build carried out: its progress shown, its result told, sent on, and repeated on changes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from slipcast.cli import faults, outputs
from slipcast.cli.faults import Manner
from slipcast.cli.outputs import Outputs, Pushed
from slipcast.cli.progress import Lines
from slipcast.cli.toolbox import Toolbox, Tools
from slipcast.ports.engine import PushSpec
from slipcast.ports.s2i import S2IResult
from slipcast.values.faults import Fault, Interrupted

MEBIBYTE = 1 << 20


def lines(toolbox: Toolbox, *, level: int = 0, quiet: bool = False) -> Lines:
    """Progress on standard error."""
    return Lines(sys.stderr.buffer, level=level, quiet=quiet, colour=toolbox.colour)


class Building(msgspec.Struct, frozen=True, kw_only=True):
    """How builds of one command are carried out.

    Shape:  make is given the first destination, and may use it or leave it empty in its result's
            `pushed`; the others are sent by us. watched is the directory whose changes start
            another build, None for one build only.
    """

    toolbox: Toolbox
    tools: Tools
    progress: Lines
    outputs: Outputs
    manner: Manner
    watched: Path | None = None

    def carry_out(self, make: Callable[[str], S2IResult]) -> S2IResult:
        """Build once, or again at every change until interrupted; the last result.

        Errors: what the build raises.
        """
        if self.watched is None:
            return self._once(make)
        with self.toolbox.watch(self.watched) as changes:
            while True:
                self._survived(make)
                self.progress.note(
                    f"Watching {self.watched} for changes; Ctrl-C ends this.", level=0
                )
                changed = changes.wait()
                self.progress.note(f"Changed: {_few(changed)}", level=0)

    def _survived(self, make: Callable[[str], S2IResult]) -> None:
        try:
            self._once(make)
        except Interrupted:
            raise
        except Fault as fault:
            faults.report(fault, self.manner)
            if self.outputs.json:
                code = faults.exit_code(fault, self.manner)
                outputs.emit(outputs.failure_document(fault, tuple(self.progress.stages), code))

    def _once(self, make: Callable[[str], S2IResult]) -> S2IResult:
        first = self.outputs.destinations[:1]
        try:
            result = make(*first or ("",))
            pushed = self._sent(result)
        except Fault as fault:
            self.progress.flush()
            click.get_current_context().meta[outputs.STAGES] = tuple(self.progress.stages)
            if not faults.is_usage(fault) and not isinstance(fault, Interrupted):
                self.progress.note("Build failed", level=0)
            raise
        self.progress.flush()
        self._told(result, pushed)
        return result

    def _sent(self, result: S2IResult) -> tuple[Pushed, ...]:
        pushed = []
        for at, destination in enumerate(self.outputs.destinations):
            digest = result.pushed if at == 0 else ""
            if not digest:
                with self.progress.stage("PushImage", "PushDockerImage", f"Pushing {destination}"):
                    digest = self.tools.engine.push(
                        PushSpec(
                            image=result.image,
                            destination=destination,
                            access=self.tools.access(destination),
                        ),
                        log=lambda data: self.progress.output("stderr", data),
                    )
            pushed.append(Pushed(destination=destination, digest=digest))
        return tuple(pushed)

    def _told(self, result: S2IResult, pushed: tuple[Pushed, ...]) -> None:
        for each in pushed:
            self.progress.note(f"Pushed {each.destination} ({each.digest})", level=0)
        size = f", {result.size / MEBIBYTE:.0f} MiB" if result.size else ""
        name = f"{result.tag} ({result.image[:19]}{size})" if result.tag else result.image
        self.progress.note(f"Image {name} in {self.progress.times()}", level=0)
        self.progress.note("Build completed successfully", level=0)
        if self.outputs.json:
            outputs.emit(outputs.document(result, pushed))
            sys.stdout.flush()


def _few(paths: tuple[str, ...], most: int = 3) -> str:
    shown = ", ".join(paths[:most])
    return f"{shown} and {len(paths) - most} more" if len(paths) > most else shown
