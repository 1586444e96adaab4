"""People log in with a browser: pages, keys and cookies, as Chromium sees them."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec
import pytest

import containers
from browser import ENTER, TAB, Browser, browsing, driving
from conformance.conftest import PATIENCE, PROGRAM, Ran
from conformance.test_login import line
from unit.adapters.identity.provider import SECRET, Provider, providing

FORM = "Log in - slipcast"
TOKEN = "Your API token - slipcast"
ANNA = f"anna{TAB}secret{ENTER}"


class Place(msgspec.Struct, frozen=True):
    """A server that lets people in, and somebody's home."""

    url: str
    state: Path
    home: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment of Anna's programs."""
        return {
            **os.environ,
            "HOME": str(self.home),
            "KUBECONFIG": str(self.home / "config"),
            "BROWSER": "true",
        }

    @property
    def login(self) -> list[str]:
        """The words that log in by browser."""
        authority = f"--certificate-authority={self.state}/pki/ca.crt"
        return [*PROGRAM, "login", self.url, "--web", authority]

    def who(self, *words: str) -> Ran:
        """Who kubectl is there."""
        argv = ["kubectl", *words, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"]
        return self.run(argv)

    def log_in(self, told: Path) -> subprocess.Popen[bytes]:
        """Anna's login by browser, whose address is told in a file."""
        with told.open("wb") as into:
            child = subprocess.Popen(
                self.login, env=self.env, stdin=subprocess.DEVNULL, stdout=into, stderr=into
            )
        containers.wait_for(
            lambda: "authorize?" in told.read_text(), "the address", seconds=PATIENCE
        )
        return child

    def run(self, argv: list[str]) -> Ran:
        """One of Anna's programs, to its end."""
        ended = subprocess.run(
            argv, env=self.env, check=False, capture_output=True, timeout=PATIENCE
        )
        return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with driving(tmp_path_factory.mktemp("driver")) as driver:
        yield driver


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with providing(tmp_path_factory.mktemp("provider")) as provider:
        provider.now = time.time
        yield provider


@pytest.fixture(scope="module")
def place(
    driver: httpx.Client, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """A server that knows Anna, and whomever the provider knows."""
    del driver  # Where there is none, no server is wanted.
    state, home = tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("home")
    (home / "users").write_text(line("anna", "secret"))
    (home / "client").write_text(SECRET)
    program = [*PROGRAM, "server", "--state-dir", str(state)]
    flags = [f"--oidc-issuer={provider.url}", "--oidc-client-id=slipcast"]
    flags += [f"--oidc-ca-file={provider.authority}", f"--oidc-client-secret-file={home}/client"]
    flags += ["--listen=127.0.0.1:0", f"--htpasswd={home}/users", "-ojson"]
    started = subprocess.run(
        [*program, "--background", *flags],
        env={**os.environ, "HOME": str(home)}, check=False, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    assert started.returncode == 0, started.stderr
    yield Place(msgspec.json.decode(started.stdout)["address"], state, home)
    subprocess.run([*program, "--stop"], check=True, capture_output=True, timeout=PATIENCE)


@pytest.fixture
def browser(driver: httpx.Client, tmp_path: Path) -> Iterator[Browser]:
    with browsing(driver, tmp_path / "profile") as browser:
        yield browser


def test_keys_alone_lead_to_a_token_that_is_shown_once(browser: Browser, place: Place) -> None:
    browser.open(f"{place.url}/oauth/token/request")
    browser.shows(FORM)
    browser.type(ANNA)
    browser.shows(TOKEN)
    shown, complaints = browser.text, browser.complaints
    browser.again()
    browser.shows("That does not work - slipcast")

    token = re.findall(r"sha256~\S+", shown)[0]
    authority = f"--certificate-authority={place.state}/pki/ca.crt"
    who = place.who(f"--token={token}", f"--server={place.url}", authority)
    assert (who.stdout, complaints) == ("anna", []), who
    assert f"oc login --token={token} --server={place.url}" in shown
    assert token not in browser.text


def test_nobody_stays_logged_in(browser: Browser, place: Place) -> None:
    browser.open(f"{place.url}/oauth/token/request")
    browser.type(ANNA)
    browser.shows(TOKEN)

    browser.press("a")

    browser.shows(FORM)


def test_a_wrong_password_is_told_with_its_field(browser: Browser, place: Place) -> None:
    browser.open(f"{place.url}/oauth/token/request")

    browser.type(f"anna{TAB}wrong{ENTER}")

    browser.shows(f"Error: {FORM}")
    problem = browser.of("[role=alert]", "text")
    assert problem == "The user name or the password is wrong."
    assert browser.of("#password", "attribute/aria-describedby") == "problem"
    assert browser.of("#username", "property/value") == "anna"
    assert browser.focus == "password"


def test_fields_have_labels_and_cookies_are_for_nobody_else(browser: Browser, place: Place) -> None:
    browser.open(f"{place.url}/oauth/token/request")
    browser.shows(FORM)

    labels = [browser.of(each, "computedlabel") for each in ("#username", "#password", "button")]
    kept = {(each["secure"], each["httpOnly"], each["sameSite"]) for each in browser.cookies}
    assert labels == ["User name", "Password", "Log in"]
    assert kept == {(True, True, "Lax")}
    assert place.url in browser.text


def test_another_page_cannot_fill_in_the_form(browser: Browser, place: Place) -> None:
    browser.open(f"{place.url}/oauth/token/request")
    browser.shows(FORM)
    action = browser.of("form", "property/action")
    fields = "".join(
        f'<input name="{name}" value="{value}">'
        for name, value in (("csrf", ""), ("username", "anna"), ("password", "secret"))
    )
    page = f'<title>other</title><form method="post" action="{action}">{fields}<button>go</button>'
    browser.open(f"data:text/html,{quote(page)}")

    browser.press("button")

    browser.shows("That does not work - slipcast")
    assert "The form is too old." in browser.text


def test_another_page_cannot_show_the_form_as_its_own(browser: Browser, place: Place) -> None:
    browser.open(f"{place.url}/oauth/token/request")
    browser.shows(FORM)
    page = f'<title>other</title><iframe src="{place.url}/oauth/token/request"></iframe>'

    browser.open(f"data:text/html,{quote(page)}")

    assert browser.framed.startswith("chrome-error:")


def test_the_command_line_logs_in_by_browser_and_logs_out(
    browser: Browser, place: Place, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    child = place.log_in(told)
    browser.open(re.findall(r"https://\S+", told.read_text())[0])
    browser.type(ANNA)
    browser.shows("Back to the terminal - slipcast")
    code = child.wait(PATIENCE)

    inside = place.who()
    token = place.run([*PROGRAM, "whoami", "-t"]).stdout.strip()
    gone = place.run([*PROGRAM, "logout"])
    after = place.who(f"--token={token}")
    assert (code, inside.stdout, gone.code) == (0, "anna", 0), told.read_text()
    assert "Login successful." in told.read_text()
    assert after.code == 1


def test_a_provider_is_offered_beside_the_password_and_leads_to_a_token(
    browser: Browser, place: Place, provider: Provider
) -> None:
    browser.open(f"{place.url}/oauth/token/request")
    browser.shows(FORM)
    browser.press("a")
    browser.shows("Provider")
    browser.type(f"berta{ENTER}")
    browser.shows(TOKEN)

    token = re.findall(r"sha256~\S+", browser.text)[0]
    authority = f"--certificate-authority={place.state}/pki/ca.crt"
    who = place.who(f"--token={token}", f"--server={place.url}", authority)
    log = (place.state / "server.log").read_text()
    assert (who.stdout, browser.complaints) == (f"{provider.url}#berta", []), who
    assert not [each for each in (token, SECRET) if each in log]


def test_the_command_line_logs_in_at_the_provider(
    browser: Browser, place: Place, provider: Provider, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    child = place.log_in(told)
    browser.open(re.findall(r"https://\S+", told.read_text())[0])
    browser.shows(FORM)
    browser.press("a")
    browser.shows("Provider")
    browser.type(f"carla{ENTER}")
    browser.shows("Back to the terminal - slipcast")
    code = child.wait(PATIENCE)

    inside = place.who()
    gone = place.run([*PROGRAM, "logout"])
    assert (code, inside.stdout) == (0, f"{provider.url}#carla"), told.read_text()
    assert gone.code == 0
