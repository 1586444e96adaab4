"""`slipcast`: terminal, settings, engine, git. The entry of the program.

Everything is imported when it is first needed: `--version` and `--help` need nothing of it.
"""

from __future__ import annotations

import gc
import os
import sys

NAMES = {"s2i": ["s2i"], "sti": ["s2i"]}
"""Names under which the program is another one, and the words that then come first (S2I-9)."""
YOUNG = 200_000
"""New objects until the collector looks: imports make many, which all stay."""


def main() -> None:
    """Run the command line of this process and end with its exit code."""
    name = sys.argv[0].rpartition("/")[2]
    argv = [*NAMES.get(name, []), *sys.argv[1:]]
    if name == "sti":
        sys.stderr.write("WARNING: the name sti is deprecated, use s2i\n")
    if argv == ["--version"]:
        from slipcast import __version__  # noqa: PLC0415 -- fast on purpose

        sys.stdout.write(f"slipcast {__version__}\n")
        return
    gc.set_threshold(YOUNG, 20, 20)
    try:
        code = run(argv)
    except KeyboardInterrupt:
        # Nothing was begun yet: signals are ours before any work.
        code = 2
    end(code)


def end(code: int) -> None:
    """End as Python does, but for taking memory apart, which takes as long as several requests."""
    import atexit  # noqa: PLC0415 -- after the fast answer
    import threading  # noqa: PLC0415 -- likewise

    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 -- as Python itself does
    atexit._run_exitfuncs()  # noqa: SLF001 -- likewise
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        # Nobody listens, or there was never anybody: Python says of it what it says of it.
        sys.exit(code)
    os._exit(code)


def run(argv: list[str]) -> int:
    """Run a command line; the exit code."""
    from slipcast.cli import program  # noqa: PLC0415 -- after the fast answer
    from slipcast.values.faults import Interrupted  # noqa: PLC0415 -- likewise
    from slipcast.wiring.signals import Ending  # noqa: PLC0415 -- likewise
    from slipcast.wiring.toolbox import RealToolbox  # noqa: PLC0415 -- likewise

    ending = Ending()
    ending.install()
    try:
        return program.run(argv, RealToolbox())
    except Interrupted as late:
        return late.exit_code
    finally:
        ending.over()
        if ending.came:
            from slipcast.wiring import presence  # noqa: PLC0415 -- seldom needed

            presence.distrust()
