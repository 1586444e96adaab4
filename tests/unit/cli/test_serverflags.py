"""The flags of commands that speak to a server."""

from __future__ import annotations

import pytest

from slipcast.cli.serverflags import duration
from slipcast.values.faults import UsageFault


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("5", 5), ("1m30s", 90), ("1.5h", 5400), ("250ms", 0.25)]
)
def test_durations_are_written_as_in_go(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "x", "5 s", "-1", "1m x"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(UsageFault, match="invalid duration"):
        duration(text)
