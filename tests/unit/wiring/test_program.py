"""The program as a process: fast answers, its names, signals, what a killed one leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from slipcast import __version__
from slipcast.wiring import presence, recipes

# Announces itself, then waits as a build would, cleaning up slowly; what it does is printed.
WORKER = """
import select, signal, sys
from contextlib import contextmanager
from pathlib import Path
from slipcast.values.faults import Interrupted
from slipcast.wiring import presence
from slipcast.wiring.signals import Ending
Ending().install()
@contextmanager
def left_slowly():
    yield
    print("leaving", flush=True)
    sys.stdin.readline()
    print("left", flush=True)
try:
    if len(sys.argv) > 2:
        with left_slowly():
            pass
    print("died" if presence.announce(Path(sys.argv[1])) else "clean", flush=True)
    while True:
        # A signal that comes just before a call that waits for ever is never heard.
        select.select([], [], [], 0.1)
except Interrupted as fault:
    print(fault, flush=True)
    sys.stdin.readline()
    print("cleaned up", flush=True)
    sys.exit(fault.exit_code)
"""


HEARING = """
# Whoever starts the tests in the background has them ignore signals.
import signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)
"""

ENDED = "ended by {}; what was begun has been taken back"


def program(
    *words: str, name: str = "slipcast", **environment: str
) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.argv[0] = '/bin/{name}'; from slipcast.wiring.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def worker(directory: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HEARING + WORKER, str(directory), *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def finish(child: subprocess.Popen[str]) -> tuple[str, str, int]:
    out, err = child.communicate("\n", timeout=120)
    return out, err, child.returncode


def test_the_version_is_one_line() -> None:
    ran = program("--version")

    assert (ran.returncode, ran.stdout) == (0, f"slipcast {__version__}\n")


@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["s2i", "--help"], ["s2i", "version"]]
)
def test_fast_answers_load_nothing_heavy(words: list[str]) -> None:
    code = (
        "import atexit, sys\nfrom slipcast.wiring.cli import main\n"
        "heavy = {'rich', 'httpx', 'docker', 'watchfiles', 'asyncio', 'ssl'}\n"
        "said = lambda: sys.stderr.write(' '.join(sorted(heavy & set(sys.modules))))\n"
        "atexit.register(said)\n"
        "main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )

    assert ran.stderr == ""


def test_what_is_said_is_said_to_the_end_and_what_fails_fails() -> None:
    ran = program("get", "pods", "--kubeconfig", "/no/such/file")

    assert ran.returncode == 1
    assert ran.stderr == "error: the kubeconfig /no/such/file does not exist\n"


def test_under_the_name_s2i_it_is_the_s2i_tool() -> None:
    ran = program("version", name="s2i")

    assert (ran.stdout, ran.stderr) == (f"s2i v{__version__}\n", "")


def test_the_name_sti_is_deprecated_s2i_9() -> None:
    ran = program("version", name="sti")

    assert ran.stdout == f"s2i v{__version__}\n"
    assert ran.stderr == "WARNING: the name sti is deprecated, use s2i\n"


def test_wrong_settings_end_the_program_with_their_place() -> None:
    ran = program("builders", "list", SLIPCAST_ENGINE="podman")

    assert ran.returncode == 2
    assert ran.stderr.startswith("ERROR: $SLIPCAST_ENGINE: must be one of buildah, docker\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_the_work_with_2_s2i_296(tmp_path: Path, number: signal.Signals) -> None:
    child = worker(tmp_path)
    line(child)

    child.send_signal(number)

    told = line(child)
    assert f"ended by {number.name}" in told
    assert finish(child)[::2] == ("cleaned up\n", 2)


def test_a_second_signal_does_not_disturb_the_clean_up_s2i_299(tmp_path: Path) -> None:
    child = worker(tmp_path)
    line(child)
    child.send_signal(signal.SIGINT)
    line(child)

    child.send_signal(signal.SIGTERM)

    assert finish(child)[::2] == ("cleaned up\n", 2)


def test_a_signal_waits_until_a_context_has_been_left_s2i_299(tmp_path: Path) -> None:
    child = worker(tmp_path, "leave a context first")
    line(child)

    child.send_signal(signal.SIGINT)
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()

    assert line(child) == "left"
    out, _, code = finish(child)
    assert (out.endswith(f"{ENDED.format('SIGINT')}\ncleaned up\n"), code) == (True, 2)


def test_quit_writes_all_stacks_s2i_297(tmp_path: Path) -> None:
    child = worker(tmp_path)
    line(child)

    child.send_signal(signal.SIGQUIT)

    assert "most recent call first" in finish(child)[1]


def test_signals_that_are_ignored_stay_ignored(tmp_path: Path) -> None:
    child = subprocess.Popen(
        ["nohup", sys.executable, "-c", WORKER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    line(child)

    child.send_signal(signal.SIGHUP)
    child.send_signal(signal.SIGTERM)

    assert "SIGTERM" in line(child)
    finish(child)


def test_a_killed_process_is_noticed_once(tmp_path: Path) -> None:
    child = worker(tmp_path)
    line(child)
    child.kill()
    finish(child)

    assert presence.announce(tmp_path) is True
    assert presence.announce(tmp_path) is False


def test_a_living_process_is_left_alone(tmp_path: Path) -> None:
    child = worker(tmp_path)
    line(child)

    assert presence.announce(tmp_path) is False
    child.terminate()
    finish(child)


def test_an_ended_process_leaves_nothing(tmp_path: Path) -> None:
    child = worker(tmp_path)
    line(child)
    child.terminate()
    finish(child)

    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_process_is_not_trusted(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from slipcast.wiring import presence\n"
        "presence.announce(Path(sys.argv[1])); presence.distrust()"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)

    assert presence.announce(tmp_path) is True


def test_the_recipes_are_found_in_the_checkout() -> None:
    assert (recipes.directory() / recipes.CATALOGUE).is_file()
