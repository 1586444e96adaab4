"""Being a program that is loaded already: what a new interpreter would begin with, and its end.

A forked process becomes the program without being replaced by it, which saves the time that a
Python takes to start and to import. All that the process had before is taken from it first: its
descriptors, signals, variables. What others see of it, such as its command line, stays.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NoReturn

Entry = Callable[[], object]
"""The main function of a program: it reads sys.argv, and may raise SystemExit."""

_FIRST_FREE: Final = 3
_BROKEN: Final = 1


def load(entry: str, modules: Sequence[str]) -> Entry:
    """The main function named `module:function`, and whatever it will import.

    Errors: ImportError, AttributeError.
    """
    for name in modules:
        importlib.import_module(name)
    module, _, function = entry.partition(":")
    found: Entry = getattr(importlib.import_module(module), function)
    return found


def become(entry: Entry, argv: Sequence[str], env: Mapping[str, str]) -> NoReturn:
    """Be the program, to its end; its input and output are in place, its signals ordinary."""
    atexit._clear()  # noqa: SLF001 -- what was to be done at the end of another program
    signal.set_wakeup_fd(-1)
    os.closerange(_FIRST_FREE, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()  # noqa: TID251 -- it is this program's from now on
    os.environ.update(env)  # noqa: TID251 -- likewise
    sys.argv[:] = argv
    # As an interpreter has them when it starts.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.enable()
    os._exit(_run(entry))


def _run(entry: Entry) -> int:
    code = 0
    try:
        entry()
    except SystemExit as end:
        code = _code(end.code)
    except BaseException:  # noqa: BLE001 -- as an interpreter does
        traceback.print_exc()
        code = _BROKEN
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()  # noqa: SLF001 -- nobody else does
    for file in (sys.stdout, sys.stderr):
        try:
            file.flush()
        except (OSError, ValueError):
            code = code or _BROKEN
    return code


def _code(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return _BROKEN
