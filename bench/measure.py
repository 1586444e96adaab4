"""Timing whole processes, side by side in one run: medians, ranges, peak memory, ratios."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One run of one command.

    Units:  seconds of wall time, bytes of peak resident memory of the largest process.
    """

    seconds: float
    peak: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A command to be timed, and what must happen, untimed, before each of its runs."""

    name: str
    argv: tuple[str, ...]
    before: Callable[[], None] = lambda: None
    env: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """All runs of one contender in one case."""

    name: str
    samples: tuple[Sample, ...]

    @property
    def median(self) -> float:
        """Median seconds."""
        return statistics.median(sample.seconds for sample in self.samples)

    @property
    def peak(self) -> int:
        """Largest peak memory, in bytes."""
        return max(sample.peak for sample in self.samples)


def once(contender: Contender, log: Path) -> Sample:
    """Run a command to its end; its output goes to the log."""
    contender.before()
    with log.open("ab") as output:
        output.write(f"\n$ {' '.join(contender.argv)}\n".encode())
        output.flush()
        begun = time.perf_counter()
        child = subprocess.Popen(
            contender.argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env={**os.environ, **(contender.env or {})},
        )  # fmt: skip
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        message = f"{contender.name} ended with {child.returncode}; see {log}"
        raise SystemExit(message)
    return Sample(seconds=seconds, peak=usage.ru_maxrss * 1024)


def compare(case: str, contenders: Sequence[Contender], *, runs: int, log: Path) -> list[Row]:
    """Time the contenders in turn, A B C A B C, after one warm-up each; print a table."""
    for contender in contenders:
        once(contender, log)
    taken: dict[str, list[Sample]] = {contender.name: [] for contender in contenders}
    for _ in range(runs):
        for contender in contenders:
            taken[contender.name].append(once(contender, log))
    rows = [Row(name=name, samples=tuple(samples)) for name, samples in taken.items()]
    show(case, rows)
    return rows


def show(case: str, rows: Sequence[Row]) -> None:
    """Print one case: median, range, ratio of each row to the first, peak memory."""
    first = rows[0].median
    print(f"\n{case}")
    print(f"  {'':34}{'median':>9}{'min':>8}{'max':>8}{'ratio':>8}{'peak MiB':>10}")
    for row in rows:
        seconds = [sample.seconds for sample in row.samples]
        print(
            f"  {row.name:34}{row.median:8.2f}s{min(seconds):7.2f}s{max(seconds):7.2f}s"
            f"{row.median / first:7.1f}x{row.peak / 2**20:10.0f}"
        )
