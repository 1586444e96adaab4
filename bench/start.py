"""The command line from process start to output, against a warm server, beside kubectl.

Prints every run and the worst of them: people wait for each, not for the median. Beside wall time
stands the processor's, which also tells something on a machine that has other work; compare ratios.

    python bench/start.py [--runs 20] [--each] [--directory DIR] [CASE ...]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# The script that is installed with the package: what people start.
SLIPCAST = str(Path(sys.executable).with_name("slipcast"))
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "kubectl get": ("kubectl", "get", "configmaps"),
    "python": (sys.executable, "-c", "pass"),
    "--help": (SLIPCAST, "--help"),
    "get": (SLIPCAST, "get", "bc"),
    "status": (SLIPCAST, "status"),
    "new-app --dry-run": (SLIPCAST, "new-app", ".", "--dry-run"),
    "new-app --dry-run -o yaml": (SLIPCAST, "new-app", ".", "--dry-run", "-o", "yaml"),
}
"""THE TABLE of what is timed; the first is what the others are compared with."""
FILES = {"app.py": "print(1)\n", "requirements.txt": "flask\n"}
BOUNDS = {"--help": 0.1, "new-app --dry-run": 0.25}
"""Seconds of wall time that no run may take on a machine without other work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run.

    Units:  seconds: of wall time, and of processor time in user and system mode, children included.
    """

    wall: float
    user: float
    system: float

    @property
    def busy(self) -> float:
        """Processor time."""
        return self.user + self.system


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A repository to stand in, and the environment of what is run there."""

    directory: Path
    env: Mapping[str, str]


def once(argv: Sequence[str], place: Place) -> Run:
    """Run a command to its end; its output goes to the log."""
    log = place.directory.parent / "log"
    with log.open("ab") as output:
        begun = time.perf_counter()
        child = subprocess.Popen(
            argv, cwd=place.directory, env=place.env,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        message = f"{' '.join(argv)} ended with {child.returncode}\n{log.read_text()}"
        raise SystemExit(message)
    return Run(wall=wall, user=usage.ru_utime, system=usage.ru_stime)


@contextmanager
def served(home: Path) -> Iterator[Place]:
    """A server, warm, with a project, and a small repository; the server is stopped at the end."""
    source = home / "app"
    source.mkdir()
    for name, text in FILES.items():
        (source / name).write_text(text)
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=source, check=True)
    state = home / "state"
    config = state / "server" / "admin.kubeconfig"
    env = {**os.environ, "SLIPCAST_STATE": str(state), "KUBECONFIG": str(config)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    place = Place(directory=source, env=env)
    once((SLIPCAST, "server", "--listen=127.0.0.1:0", "--background"), place)
    try:
        once((SLIPCAST, "new-project", "shop"), place)
        yield place
    finally:
        once((SLIPCAST, "server", "--stop"), place)


def main() -> None:
    """Time the cases in turn, A B C A B C, after one warm-up each; print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[*COMMANDS, []], metavar="CASE")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--each", action="store_true", help="print every run")
    parser.add_argument("--directory", type=Path, help="where to work")
    given = parser.parse_args()
    names = given.cases or [name for name in COMMANDS if shutil.which(COMMANDS[name][0])]
    taken: dict[str, list[Run]] = {name: [] for name in names}
    with (
        tempfile.TemporaryDirectory(dir=given.directory, prefix="bench-") as home,
        served(Path(home)) as place,
    ):
        for name in names:
            once(COMMANDS[name], place)
        for _ in range(given.runs):
            for name in names:
                taken[name].append(once(COMMANDS[name], place))
    show(taken)
    if given.each:
        show_each(taken)


def show(taken: Mapping[str, Sequence[Run]]) -> None:
    """Least, median and worst of each case, in milliseconds, and its ratio to the first case."""
    first = statistics.median(run.busy for run in next(iter(taken.values())))
    print(f"{'':30}{'wall least':>11}{'median':>8}{'worst':>8}", end="")
    print(f"{'user+sys least':>17}{'median':>8}{'worst':>8}{'ratio':>7}")
    for name, runs in taken.items():
        walls, busy = [run.wall for run in runs], [run.busy for run in runs]
        ratio = statistics.median(busy) / first if first else 0.0
        bound = BOUNDS.get(name)
        over = sum(wall > bound for wall in walls) if bound else 0
        told = f"  {over} of {len(runs)} over {bound * 1e3:.0f} ms" if bound and over else ""
        print(f"{name:30}{_three(walls, 11)}{_three(busy, 17)}{ratio:7.1f}{told}")


def show_each(taken: Mapping[str, Sequence[Run]]) -> None:
    """Every run."""
    for name, runs in taken.items():
        print(f"\n{name}")
        for run in runs:
            print(f"  wall {run.wall:6.3f}  user {run.user:6.3f}  sys {run.system:6.3f}")


def _three(seconds: Sequence[float], width: int) -> str:
    least, median, worst = min(seconds), statistics.median(seconds), max(seconds)
    return f"{least * 1e3:{width}.0f}{median * 1e3:8.0f}{worst * 1e3:8.0f}"


if __name__ == "__main__":
    main()
