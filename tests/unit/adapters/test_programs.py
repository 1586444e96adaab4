"""Programs that run on the user's terminal."""

from __future__ import annotations

import sys

import pytest

from slipcast.adapters.programs import TerminalPrograms
from slipcast.values.faults import HostFault


def test_a_program_prints_where_we_print(capfd: pytest.CaptureFixture[str]) -> None:
    code = TerminalPrograms().run([sys.executable, "-c", "print('shown'); raise SystemExit(3)"])

    assert code == 3
    assert capfd.readouterr().out == "shown\n"


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(HostFault, match="no-such-editor cannot be started"):
        TerminalPrograms().run(["no-such-editor"])
