"""A real browser, driven as a user does: keys, pages, and what is seen. Chromium by WebDriver."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

import containers

TAB: Final = "\ue004"
ENTER: Final = "\ue007"
PATIENCE: Final = 120.0
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"
_NONE: Final = {"no such element", "no such frame"}


class Browser:
    """One window."""

    def __init__(self, driver: httpx.Client, session: str) -> None:
        self._driver = driver
        self._session = f"/session/{session}"

    def open(self, address: str) -> None:
        """Go to a page."""
        self._ask("POST", "/url", url=address)

    def again(self) -> None:
        """Load the page anew."""
        self._ask("POST", "/refresh")

    def type(self, keys: str) -> None:
        """Press keys where the page has put the focus, which may come a moment after the page."""
        containers.wait_for(lambda: self.focus != "None", "a focus", seconds=PATIENCE)
        where = self._ask("GET", "/element/active")[_ELEMENT]
        self._ask("POST", f"/element/{where}/value", text=keys)

    def shows(self, title: str) -> None:
        """Wait for a page of that title, and for all of it."""
        containers.wait_for(
            lambda: self.title == title and self._run("return document.readyState") == "complete",
            f"a page {title!r}",
            seconds=PATIENCE,
        )

    @property
    def title(self) -> str:
        """That of the page."""
        return str(self._ask("GET", "/title"))

    @property
    def text(self) -> str:
        """What is to be read on the page."""
        return str(self.of("body", "text"))

    @property
    def focus(self) -> str:
        """The id of what has the focus."""
        where = self._ask("GET", "/element/active")[_ELEMENT]
        return str(self._ask("GET", f"/element/{where}/attribute/id"))

    @property
    def cookies(self) -> list[dict[str, Any]]:
        """Those that the page's server has set."""
        found: list[dict[str, Any]] = self._ask("GET", "/cookie")
        return found

    @property
    def complaints(self) -> list[str]:
        """What the browser had against pages since it was last asked."""
        return [each["message"] for each in self._ask("POST", "/se/log", type="browser")]

    def of(self, selector: str, what: str) -> object:
        """Something of an element: its text, `attribute/NAME`, `computedlabel`; None: not there."""
        found = self._ask("POST", "/element", using="css selector", value=selector)
        return found and self._ask("GET", f"/element/{found[_ELEMENT]}/{what}")

    def press(self, selector: str) -> None:
        """Click."""
        found = self._ask("POST", "/element", using="css selector", value=selector)
        self._ask("POST", f"/element/{found[_ELEMENT]}/click")

    @property
    def framed(self) -> str:
        """The address of what the first frame of the page shows, which is looked into from now."""
        self._ask("POST", "/frame", id=0)
        return str(self._run("return document.URL"))

    def close(self) -> None:
        """End it."""
        self._ask("DELETE", "")

    def _run(self, script: str) -> object:
        return self._ask("POST", "/execute/sync", script=script, args=[])

    def _ask(self, method: str, path: str, **said: object) -> Any:
        body = said if method == "POST" else None
        answer = self._driver.request(method, f"{self._session}{path}", json=body)
        value = answer.json()["value"]
        if answer.is_error and value["error"] not in _NONE:
            raise AssertionError(f"{path}: {value['error']}: {value['message']}")
        return None if answer.is_error else value


@contextmanager
def driving(directory: Path) -> Iterator[httpx.Client]:
    """What starts browsers; it goes with all that it has started."""
    if shutil.which("chromedriver") is None or shutil.which("chromium") is None:
        pytest.skip("chromium and chromium-driver are not installed")
    log = directory / "driver.log"
    with log.open("wb") as into:
        child = subprocess.Popen(
            ["chromedriver", "--port=0"], cwd=directory, env={**os.environ, "HOME": str(directory)},
            stdin=subprocess.DEVNULL, stdout=into, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        containers.wait_for(lambda: _port(log) != "", "chromedriver answers", seconds=PATIENCE)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{_port(log)}", timeout=PATIENCE, trust_env=False
        ) as driver:
            yield driver
    finally:
        child.terminate()
        child.wait()


@contextmanager
def browsing(driver: httpx.Client, profile: Path) -> Iterator[Browser]:
    """A browser that nobody has used before, and that believes certificates of tests."""
    options = {"binary": shutil.which("chromium"), "args": [*FLAGS, f"--user-data-dir={profile}"]}
    wanted = {
        "acceptInsecureCerts": True,
        "goog:chromeOptions": options,
        "goog:loggingPrefs": {"browser": "ALL"},
    }
    answer = driver.post("/session", json={"capabilities": {"alwaysMatch": wanted}}).json()["value"]
    assert "sessionId" in answer, answer
    browser = Browser(driver, answer["sessionId"])
    try:
        yield browser
    finally:
        browser.close()


def _port(log: Path) -> str:
    found = re.search(r"started successfully on port (\d+)", log.read_text())
    return found[1] if found else ""
