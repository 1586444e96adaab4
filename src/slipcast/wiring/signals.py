"""Signals: the first one ends the work by an exception, later ones do not disturb the clean-up.

Source: source-to-image, signals and clean-up (S2I-296 to 299).
"""

from __future__ import annotations

import faulthandler
import signal
import sys
import threading
from types import FrameType

from slipcast.values.faults import Interrupted

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Ending:
    """Raises Interrupted in the main thread, once."""

    def __init__(self) -> None:
        self._raised = False

    def install(self) -> None:
        """Handle the signals that end a program; those that are ignored stay ignored (nohup)."""
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._handle)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGQUIT:
            faulthandler.dump_traceback(file=sys.__stderr__ or sys.stderr, all_threads=True)
        if self._raised or threading.current_thread() is not threading.main_thread():
            return
        self._raised = True
        name = signal.Signals(number).name
        raise Interrupted(f"ended by {name}; what was begun has been taken back")
