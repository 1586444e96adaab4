"""One at a time on this host."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from typing_extensions import override

from slipcast.builder import turn
from slipcast.testing.progress import RecordingProgress


def test_whoever_comes_second_waits_and_says_so(tmp_path: Path):
    lock, said, order = tmp_path / "state" / "lock", RecordingProgress(), list[str]()
    waits = threading.Event()

    class Waiting(RecordingProgress):
        @override
        def note(self, text: str, *, level: int = 1) -> None:
            super().note(text, level=level)
            waits.set()

    def second() -> None:
        with turn.taken(lock, Waiting(), "waiting"):
            order.append("second")

    thread = threading.Thread(target=second)
    with turn.taken(lock, said, "waiting"):
        thread.start()
        assert waits.wait(timeout=60)
        order.append("first")
    thread.join(timeout=60)

    assert order == ["first", "second"]
    assert said.notes == []


def test_a_turn_that_ended_in_a_fault_is_over(tmp_path: Path):
    said = RecordingProgress()
    with suppress(ZeroDivisionError), turn.taken(tmp_path / "lock", said, "waiting"):
        raise ZeroDivisionError

    with turn.taken(tmp_path / "lock", said, "waiting"):
        assert said.notes == []
