"""What commands that people wait for do not import: each of these takes longer than a request.

Guards start-up (docs/explanation/start.md). Nothing is timed: a list by name.
"""

import os
import subprocess
import sys

import pytest

HEAVY = frozenset({
    "anyio", "bcrypt", "cryptography", "docker", "email", "h11", "http.client", "httpcore",
    "httpx", "idna", "prometheus_client", "psycopg", "rich", "sqlite3", "starlette",
    "urllib.request", "uvicorn", "uvloop", "watchfiles", "yaml",
})  # fmt: skip
"""Libraries of others, and modules of Python, that no short command needs."""
NOT_FOR_LOOKING = frozenset({"hashlib", "shutil", "tarfile", "tempfile", "tomllib"})
"""What who only looks at objects does not need, either."""
NOWHERE = "--server=http://127.0.0.1:1"
"""The server: nobody can listen there, so that all is imported which a request needs."""
RUN = """
import atexit, importlib, sys
heavy = frozenset(sys.argv.pop().split())
def tell():
    found = [each for each in sorted(heavy) if sys.modules.get(each) is not None]
    sys.stdout.write(" ".join(found))
atexit.register(tell)
for each in sys.argv.pop().split():
    importlib.import_module(each)
sys.argv[0] = "slipcast"
from slipcast.wiring.cli import main
main()
"""
LOOKED_AT = "slipcast.builder.surveying slipcast.adapters.git slipcast.wiring.presence"
"""What looks at a source, which the command begins with when a server has answered."""


def imported(words: list[str], beside: str, heavy: frozenset[str]) -> str:
    """Which of them a command line has imported at its end."""
    without_proxies = {
        name: each for name, each in os.environ.items() if not name.lower().endswith("_proxy")
    }
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *words, NOWHERE, beside, " ".join(heavy)],
        env=without_proxies,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "does not answer: Connection refused" in ran.stderr
    return ran.stdout


@pytest.mark.parametrize(
    "words", [["get", "builds"], ["whoami"], ["status"], ["logs", "bc/app"], ["tag", "a:b", "c:d"]]
)
def test_commands_that_look_import_nothing_heavy(words: list[str]) -> None:
    assert imported(words, "", HEAVY) == ""


def test_get_imports_no_more_than_it_needs() -> None:
    assert imported(["get", "builds"], "", HEAVY | NOT_FOR_LOOKING) == ""


def test_new_app_imports_nothing_heavy() -> None:
    assert imported(["new-app", ".", "--dry-run"], LOOKED_AT, HEAVY) == ""


def test_start_build_imports_nothing_heavy() -> None:
    assert imported(["start-build", "app"], "", HEAVY) == ""
