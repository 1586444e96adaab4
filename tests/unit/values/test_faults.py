"""Faults say what happened, how a program should end, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from slipcast.values.faults import (
    BuildFault,
    Fault,
    FieldError,
    Interrupted,
    InvalidFault,
    UsageFault,
)


def test_a_fault_is_its_sentence() -> None:
    fault = Fault("The thing broke.", hint="Mend it.", tail=("last line",))

    assert str(fault) == "The thing broke."
    assert (fault.reason, fault.exit_code, fault.retryable) == ("Fault", 1, False)
    assert (fault.hint, fault.tail) == ("Mend it.", ("last line",))


def test_a_class_gives_reason_and_exit_code_unless_told_otherwise() -> None:
    assert (UsageFault("x").reason, UsageFault("x").exit_code) == ("Usage", 2)
    assert BuildFault("x", reason="AssembleFailed", exit_code=0).reason == "AssembleFailed"
    assert BuildFault("x", exit_code=0).exit_code == 0


def test_an_invalid_value_is_named_with_what_was_given() -> None:
    errors = (
        FieldError(path="a", what="is bad", value="x"),
        FieldError(path="b", what="is missing"),
    )

    assert str(InvalidFault(errors)) == "a: is bad (given: 'x'); b: is missing"


def test_a_signal_ends_an_event_loop_in_whatever_it_does() -> None:
    def interrupted() -> None:
        raise Interrupted("ended by SIGTERM")

    async def wait() -> None:
        done = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.call_soon(interrupted)
        loop.call_soon(done.set)
        await done.wait()

    with pytest.raises(Interrupted):
        asyncio.run(wait())
