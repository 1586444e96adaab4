"""Signals: the first one ends the work by an exception, and no clean-up is ever cut short.

A signal that comes while a context is being left waits until it has been left; one that comes
while the first is taking its effect is dropped.

Source: source-to-image, signals and clean-up (S2I-296 to 299).
"""

from __future__ import annotations

import faulthandler
import signal
import sys
from typing import TYPE_CHECKING

from slipcast.values.faults import Interrupted

if TYPE_CHECKING:
    from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

_AGAIN = 0.02
_LEAVING = "__exit__"


class Ending:
    """Raises Interrupted in the main thread, once."""

    def __init__(self) -> None:
        self._over = False
        self._waiting = 0

    def install(self) -> None:
        """Handle the signals that end a program; those that are ignored stay ignored (nohup)."""
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._handle)
        signal.signal(signal.SIGALRM, self._look_again)

    @property
    def came(self) -> bool:
        """Whether one of the signals has come."""
        return bool(self._waiting)

    def over(self) -> None:
        """From now on signals are ignored: the program is about to end anyway."""
        self._stop()
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)

    def _stop(self) -> None:
        self._over = True
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGQUIT:
            faulthandler.dump_traceback(file=sys.__stderr__ or sys.stderr, all_threads=True)
        if not self._waiting:
            self._waiting = number
            self._look_again(number, frame)

    def _look_again(self, _: int, frame: FrameType | None) -> None:
        if self._over:
            return
        if _is_leaving(frame):
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)
            return
        self._stop()
        name = signal.Signals(self._waiting).name
        raise Interrupted(f"ended by {name}; what was begun has been taken back")


def _is_leaving(frame: FrameType | None) -> bool:
    """Whether a context is being left somewhere on the stack."""
    while frame is not None:
        if frame.f_code.co_name == _LEAVING:
            return True
        frame = frame.f_back
    return False
