"""Why a script did not end well, told as exactly as the container and the runtime let us."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import IO, cast

import pytest

from slipcast.builder import diagnosis
from slipcast.builds.s2i.reasons import Reason
from slipcast.ports.engine import Container
from slipcast.values.container import ExitStatus
from slipcast.values.faults import BuildFault, EngineFault

PATH = "/usr/libexec/s2i/assemble"


class Shut:
    """A container that never started, of an engine that cannot look into such."""

    def read(self, path: str) -> AbstractContextManager[IO[bytes]]:
        raise EngineFault(f"{path} cannot be read")


def told(status: ExitStatus) -> BuildFault:
    """The fault for the script of a container that cannot be looked into."""
    container = cast("Container", Shut())
    return diagnosis.fault(container, "image", PATH, status, (), Reason.ASSEMBLE_FAILED)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (f'exec: "{PATH}": permission denied', f"{PATH} is not executable"),
        (f"exec {PATH}: no such file or directory", f"{PATH}, or the interpreter it names, is not"),
        ("the moon is full", "the moon is full"),
    ],
)
def test_the_runtimes_words_do_where_nothing_can_be_looked_at(error: str, said: str) -> None:
    fault = told(ExitStatus(code=126, error=error))

    assert said in fault.message


def test_a_kill_for_memory_is_named_s2i_81() -> None:
    fault = told(ExitStatus(code=137, oom_killed=True))

    assert "OOMKilled" in fault.message
