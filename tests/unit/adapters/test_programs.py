"""Programs that run on the user's terminal."""

from __future__ import annotations

import sys
import webbrowser

import pytest

from slipcast.adapters.programs import TerminalPrograms, usual_browser
from slipcast.values.faults import HostFault


def test_a_program_prints_where_we_print(capfd: pytest.CaptureFixture[str]) -> None:
    code = TerminalPrograms().run([sys.executable, "-c", "print('shown'); raise SystemExit(3)"])

    assert code == 3
    assert capfd.readouterr().out == "shown\n"


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(HostFault, match="no-such-editor cannot be started"):
        TerminalPrograms().run(["no-such-editor"])


def test_a_browser_in_its_own_window_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    windowed = webbrowser.BackgroundBrowser("xdg-open")
    monkeypatch.setattr(webbrowser, "get", lambda: windowed)

    assert usual_browser({}) is windowed


def test_a_browser_that_would_take_the_terminal_has_to_be_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = webbrowser.GenericBrowser("w3m")
    monkeypatch.setattr(webbrowser, "get", lambda: text)

    assert usual_browser({}) is None
    assert usual_browser({"BROWSER": "w3m"}) is text


def test_where_there_is_no_browser_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> webbrowser.BaseBrowser:
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", none)

    assert usual_browser({}) is None
