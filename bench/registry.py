"""The registry beside Debian's docker-registry, in one run: pushes and pulls, plain and over TLS.

Each contender is a process of its own over a directory of its own; the client is the same, on the
same machine, and speaks the distribution protocol as containers/image does. Contenders take turns,
and every push sends bytes that nobody has sent before. `slipcast alone` is our registry over a
store in memory that lets everybody do everything, as docker-registry does; `slipcast server` is
the whole of ours, with passes and roles, its own journal, and TLS only.

    python bench/registry.py [--runs N] [--size small|full] [--directory DIR] [CASE ...]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from registries import OWN_CIPHERS, SPACE, Keys, alone, debian, serve, whole
from registryclient import Contender, Layers, pull, push

from slipcast.adapters import allocation, certificates, listening

READERS = 16
CIPHERS = """\
openssl_conf = all
[all]
ssl_conf = tls
[tls]
system_default = client
[client]
Ciphersuites = TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
"""
"""What clients that pull images ask for, in their order: they are written in Go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is sent.

    Units:  bytes.
    """

    large: int
    small: int
    layers: int


SIZES = {
    "small": Size(large=50_000_000, small=100_000, layers=40),
    "full": Size(large=500_000_000, small=100_000, layers=200),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One run.

    Units:  seconds, of wall time and of the registry's processor; bytes, moved and of memory.
    """

    seconds: float
    cpu: float
    moved: int
    peak: int


def timed(contender: Contender, do: Callable[[], int]) -> Sample:
    """Do something, and see what it takes of the registry."""
    contender.peak()
    cpu, began = contender.cpu(), time.perf_counter()
    moved = do()
    seconds = time.perf_counter() - began
    return Sample(seconds=seconds, cpu=contender.cpu() - cpu, moved=moved, peak=contender.peak())


def pushing(contender: Contender, layers: Layers, repository: str) -> Sample:
    """A push of what nobody has."""
    layers.renew()

    def do() -> int:
        push(contender, repository, layers)
        return layers.size

    return timed(contender, do)


def pulling(contender: Contender, repository: str, readers: int = 1) -> Sample:
    """Pulls of the same image, at once; each reader is a process."""
    if readers == 1:
        return timed(contender, lambda: pull(contender, repository))

    def do() -> int:
        children = []
        for _ in range(readers):
            child = os.fork()
            if not child:
                try:
                    pull(contender, repository)
                except BaseException:  # noqa: BLE001 -- it ends here
                    os._exit(1)
                os._exit(0)
            children.append(child)
        if any(os.waitpid(child, 0)[1] for child in children):
            raise SystemExit(f"{contender.name}: a reader failed")
        return 0

    return timed(contender, do)


def show(case: str, rows: dict[str, list[Sample]], size: int) -> None:
    """Print a case: medians, the range of times, ratios to the first row."""
    print(f"\n{case}")
    head = f"{'median':>10}{'min':>9}{'max':>9}{'rate':>12}{'ratio':>8}{'cpu':>9}{'ratio':>8}"
    print(f"  {'':22}{head}{'peak':>10}")
    first = next(iter(rows.values()))
    base = statistics.median(each.seconds for each in first)
    base_cpu = statistics.median(each.cpu for each in first)
    for name, samples in rows.items():
        seconds = [each.seconds for each in samples]
        median = statistics.median(seconds)
        cpu = statistics.median(each.cpu for each in samples)
        peak = max(each.peak for each in samples)
        print(
            f"  {name:22}{median:9.3f}s{min(seconds):8.3f}s{max(seconds):8.3f}s"
            f"{size / median / 1e6:7.0f} MB/s{median / base:7.2f}x{cpu:8.2f}s"
            f"{cpu / max(base_cpu, 0.01):7.2f}x{peak / 1e6:7.0f} MB",
            flush=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The contenders of a transport, and what they are sent."""

    transport: str
    contenders: list[Contender]
    layers: dict[str, Layers]
    runs: int

    def large(self) -> None:
        """One large layer, pushed and pulled."""
        self._case("1 layer", "large", "large")

    def small(self) -> None:
        """Many small layers, pushed and pulled."""
        count = len(self.layers["small"].paths)
        self._case(f"{count} layers", "small", "small")

    def readers(self) -> None:
        """The large layer, pulled by many at once."""
        for contender in self.contenders:
            pushing(contender, self.layers["large"], f"{SPACE}/read")
        rows: dict[str, list[Sample]] = {each.name: [] for each in self.contenders}
        for _ in range(self.runs):
            for contender in self.contenders:
                rows[contender.name].append(pulling(contender, f"{SPACE}/read", READERS))
        size = READERS * self.layers["large"].size
        show(f"{self.transport}: {READERS} pulls of 1 layer at once, {_mb(size)}", rows, size)

    def _case(self, title: str, layers: str, stream: str) -> None:
        sent = self.layers[layers]
        pushes: dict[str, list[Sample]] = {each.name: [] for each in self.contenders}
        pulls: dict[str, list[Sample]] = {each.name: [] for each in self.contenders}
        for run in range(self.runs + 1):
            for contender in self.contenders:
                repository = f"{SPACE}/{stream}{run}"
                pushed = pushing(contender, sent, repository)
                pulled = pulling(contender, repository)
                # The first one is to warm up.
                if run:
                    pushes[contender.name].append(pushed)
                    pulls[contender.name].append(pulled)
        size = sent.size
        show(f"{self.transport}: push of {title}, {_mb(size)}", pushes, size)
        show(f"{self.transport}: pull of {title}, {_mb(size)}", pulls, size)


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


CASES = {"large": Bench.large, "small": Bench.small, "readers": Bench.readers}
"""THE TABLE of cases."""


def files(home: Path, size: Size) -> dict[str, Layers]:
    """What is sent."""
    block = os.urandom(1 << 20)
    large = home / "large"
    with large.open("wb") as file:
        for start in range(0, size.large, len(block)):
            file.write(block[: size.large - start])
    small = [home / f"small{number}" for number in range(size.layers)]
    for path in small:
        path.write_bytes(block[: size.small])
    return {"large": Layers(paths=[large]), "small": Layers(paths=small)}


def bench(home: Path, runs: int, size: Size, transports: list[str], cases: list[str]) -> None:
    """Run the cases over each transport."""
    layers = files(home, size)
    pki = certificates.prepare(home / "keys", ("localhost", "127.0.0.1"))
    keys = Keys(certificate=pki.server.certificate, key=pki.server.key, authority=pki.authority)
    for transport in transports:
        used = keys if transport == "TLS" else None
        with contextlib.ExitStack() as stack:
            contenders = [
                stack.enter_context(debian(home, used)),
                stack.enter_context(alone(home, used)),
            ]
            if used:
                contenders.append(stack.enter_context(whole(home)))
            run = Bench(transport=transport, contenders=contenders, layers=layers, runs=runs)
            for case in cases:
                CASES[case](run)


def _ask_as_clients_do(directory: Path) -> None:
    """Begin anew with their ciphers: OpenSSL reads which when it is loaded."""
    if OWN_CIPHERS not in os.environ:
        told = directory / "bench-registry.cnf"
        told.write_text(CIPHERS)
        os.environ[OWN_CIPHERS] = str(told)
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 -- ourselves


def main() -> None:
    """Parse, start the registries, run the cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--directory", type=Path, default=Path(".state"))
    parser.add_argument("--transport", choices=("plain", "TLS"), action="append")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--tls", type=Path, nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    given = parser.parse_args()
    if given.serve:
        tls = None
        if given.tls:
            certificate, key, clients = given.tls
            tls = listening.Tls(certificate=certificate, key=key, clients=clients)
        allocation.settle()
        listening.run(lambda: serve(given.serve, given.port, tls))
        return
    given.directory.mkdir(parents=True, exist_ok=True)
    _ask_as_clients_do(given.directory.resolve())
    with tempfile.TemporaryDirectory(dir=given.directory, prefix="bench-registry-") as home:
        bench(
            Path(home).resolve(),
            given.runs,
            SIZES[given.size],
            given.transport or ["plain", "TLS"],
            given.cases or list(CASES),
        )


if __name__ == "__main__":
    main()
