"""Source to image beside its peers, in one run, on memory-backed storage.

Peers: `buildah bud` over our own `--as-dockerfile` output, the bare assemble script in a plain
container, and the Go `s2i` when it is on PATH. Prints medians, ratios and peak memory.

    python bench/s2i.py [--runs 5] [--directory DIR] [CASE ...]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import inputs
from measure import Contender, compare

BASE = "localhost/slipcast/debian:bookworm"
BUILDER = "localhost/bench-builder:latest"
OUT = "localhost/bench-out"
SLIPCAST = (sys.executable, "-m", "slipcast")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where one run of the bench keeps its things."""

    home: Path
    runs: int

    @property
    def env(self) -> dict[str, str]:
        """The environment of every contender: one storage for all."""
        return {
            "SLIPCAST_STATE": str(self.home / "state"),
            "SLIPCAST_STORAGE_ROOT": str(self.home / "root"),
            "SLIPCAST_RUN_ROOT": str(self.home / "run"),
            "CONTAINERS_CONF": str(self.home / "state" / "containers.conf"),
            "TMPDIR": str(self.home / "tmp"),
        }

    @property
    def storage(self) -> tuple[str, ...]:
        """The storage options of buildah and podman."""
        roots = ("--root", str(self.home / "root"), "--runroot", str(self.home / "run"))
        return (*roots, "--storage-driver", "overlay")

    @property
    def log(self) -> Path:
        """What every command printed."""
        return self.home / "log"

    def do(self, *argv: str) -> None:
        """Run a command of the preparation."""
        self.do_in(self.env, *argv)

    def do_in(self, env: Mapping[str, str], *argv: str) -> None:
        """Run a command of the preparation in an environment of its own."""
        with self.log.open("ab") as log:
            subprocess.run(argv, check=True, env={**os.environ, **env}, stdout=log, stderr=log)

    def slipcast(self, *words: str) -> tuple[str, ...]:
        """A slipcast command line."""
        return (*SLIPCAST, *words)

    def forget(self, tag: str) -> None:
        """Remove an image of an earlier run."""
        subprocess.run(
            ["buildah", *self.storage, "rmi", "-f", tag],
            env={**os.environ, **self.env}, capture_output=True, check=False,
        )  # fmt: skip


def prepare(bench: Bench) -> None:
    """Base image, builder image, sources."""
    (bench.home / "tmp").mkdir()
    bench.do(*bench.slipcast("doctor"))
    bench.do(*bench.slipcast("builders", "build", "debian"))
    recipe = inputs.builder(bench.home / "builder", BASE)
    bench.do("buildah", *bench.storage, "bud", "-q", "-t", BUILDER, str(recipe))
    inputs.application(bench.home / "app10", 10, 100)
    inputs.application(bench.home / "app5000", 5000, 10_486)


def source_to_image(bench: Bench, files: int) -> None:
    """Clean, incremental and unchanged builds of one application."""
    app = str(bench.home / f"app{files}")
    tag = f"{OUT}-{files}"
    build = bench.slipcast("s2i", "build", app, BUILDER, tag, "--copy")
    contenders = [
        Contender(
            name="slipcast s2i build", argv=build, env=bench.env, before=lambda: bench.forget(tag)
        ),
        bud(bench, app, files),
        bare(bench, app),
        *go_tool(bench, app, tag),
    ]
    compare(f"{files} files, clean", contenders, runs=bench.runs, log=bench.log)
    again = [
        Contender(name="unchanged source", argv=build, env=bench.env),
        Contender(name="--incremental", argv=(*build, "--incremental"), env=bench.env),
    ]
    compare(f"{files} files, again", again, runs=bench.runs, log=bench.log)


def bud(bench: Bench, app: str, files: int) -> Contender:
    """The same build as a Dockerfile."""
    target = bench.home / f"dockerfile{files}"
    bench.do(
        *bench.slipcast("s2i", "build", app, BUILDER, "--copy", "--as-dockerfile", f"{target}/")
    )
    argv = ("buildah", *bench.storage, "bud", "-q", "--no-cache", "-t", f"{OUT}-bud", str(target))
    return Contender(name="buildah bud of --as-dockerfile", argv=argv, env=bench.env)


def bare(bench: Bench, app: str) -> Contender:
    """Only the assemble script in a plain container; no image comes out."""
    mount = f"{app}:/tmp/src:ro"
    run = ("podman", *bench.storage, "run", "--rm", "-v", mount, BUILDER)
    return Contender(
        name="assemble alone, no image", argv=(*run, "/usr/libexec/s2i/assemble"), env=bench.env
    )


def go_tool(bench: Bench, app: str, tag: str) -> list[Contender]:
    """The Go tool, where it is installed and an engine socket is named."""
    if shutil.which("s2i") is None or "DOCKER_HOST" not in os.environ:
        print("  (the Go s2i is not on PATH, or DOCKER_HOST is not set: left out)")
        return []
    argv = ("s2i", "build", app, BUILDER, f"{tag}-go", "--copy")
    return [Contender(name="s2i (Go)", argv=argv, before=lambda: bench.forget(f"{tag}-go"))]


def layer(bench: Bench) -> None:
    """A 500 MB layer from a tree to a registry, beside buildah's copy, commit and push."""
    tree = inputs.moved(inputs.application(bench.home / "big" / "tree", 5000, 100_000))
    port = free_port()
    registry = start_registry(bench, port)
    target = f"localhost:{port}/bench/big"
    plain = {**bench.env, "SLIPCAST_INSECURE_REGISTRIES": f"localhost:{port}"}
    stored, seed = bench.home / "registry", bench.home / "seed"

    def pushed(source: Path, name: str) -> tuple[str, ...]:
        where = ("--copy", "--push", f"{target}:{name}")
        return bench.slipcast("s2i", "build", str(source), BUILDER, f"{OUT}-big", *where)

    def begin_empty() -> None:
        """The registry knows no blob, the engine no image of an earlier run."""
        shutil.rmtree(stored, ignore_errors=True)
        bench.forget(f"{OUT}-big")

    def begin_seeded() -> None:
        """The registry knows the builder image's layers."""
        begin_empty()
        shutil.copytree(seed, stored)

    try:
        bench.do_in(plain, *pushed(inputs.application(bench.home / "small", 1, 1), "seed"))
        shutil.copytree(stored, seed)
        for case, begin in (("the builder's layers there", begin_seeded), ("empty", begin_empty)):
            ours = Contender(
                name="slipcast s2i build --push", argv=pushed(tree, "ours"), env=plain, before=begin
            )
            contenders = [ours, bud_and_push(bench, tree, target, begin)]
            if begin is begin_seeded:
                contenders += floors(bench, tree, target)
            title = f"500 MB of source, tree to registry; registry: {case}"
            compare(title, contenders, runs=max(1, bench.runs // 2 + 1), log=bench.log)
    finally:
        registry.terminate()
        registry.wait()


def bud_and_push(bench: Bench, tree: Path, target: str, before: Callable[[], None]) -> Contender:
    """The same layer by buildah, from a Dockerfile that only copies."""
    recipe = tree.parent / "Containerfile"
    recipe.write_text(f"FROM {BUILDER}\nCOPY tree /tree\n")
    buildah = f"buildah {' '.join(bench.storage)}"
    script = (
        f"{buildah} bud -q --no-cache -t {target}:bud {recipe.parent} && "
        f"{buildah} push -q --tls-verify=false {target}:bud"
    )
    return Contender(
        name="buildah bud, buildah push", argv=("sh", "-c", script), env=bench.env, before=before
    )


def floors(bench: Bench, tree: Path, target: str) -> list[Contender]:
    """What no program can go below: the copy of the source, and the registry taking 500 MB."""
    copied, blob = bench.home / "copied", bench.home / "blob"
    with blob.open("wb") as file:
        for _ in range(500):
            file.write(os.urandom(1_000_000))
    with blob.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    uploads = f"http://{target.replace('/', '/v2/', 1)}-floor/blobs/uploads/"
    script = (
        f"place=$(curl -sif -X POST {uploads} | tr -d '\\r' | sed -n 's/^[Ll]ocation: //p') && "
        f'curl -sf -T {blob} "$place&digest=sha256:{digest}"'
    )
    return [
        Contender(
            name="cp -a of the source",
            argv=("cp", "-a", str(tree), str(copied)),
            before=lambda: shutil.rmtree(copied, ignore_errors=True),
        ),
        Contender(name="the registry alone, by curl", argv=("sh", "-c", script)),
    ]


def detection(bench: Bench) -> None:
    """What a tree of 50,000 files is, from process start to answer."""
    tree = inputs.listing(bench.home / "app50000", 50_000)
    detect = bench.slipcast("detect", str(tree), "--output", "json")
    compare(
        "detection, 50,000 files",
        [
            Contender(name="slipcast detect", argv=detect, env=bench.env),
            Contender(name="slipcast --version", argv=bench.slipcast("--version"), env=bench.env),
            Contender(name="find -type f", argv=("find", str(tree), "-type", "f")),
        ],
        runs=bench.runs,
        log=bench.log,
    )


def start_registry(bench: Bench, port: int) -> subprocess.Popen[bytes]:
    """Debian's docker-registry on loopback, with its files beside ours."""
    config = bench.home / "registry.yml"
    config.write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {bench.home}/registry}}}}\n"
        f"http: {{addr: 127.0.0.1:{port}}}\nlog: {{level: error}}\n"
    )
    with bench.log.open("ab") as log:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(config)], stdout=log, stderr=log
        )
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.05)
    raise SystemExit("docker-registry did not start")


def free_port() -> int:
    """A port of loopback that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


CASES = {
    "10": lambda bench: source_to_image(bench, 10),
    "5000": lambda bench: source_to_image(bench, 5000),
    "layer": layer,
    "detection": detection,
}


def main() -> None:
    """Parse, prepare, run the cases, clean up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    memory = Path("/dev/shm")  # noqa: S108 -- a fresh directory is made below it
    parser.add_argument("--directory", type=Path, default=memory, help="tmpfs to work in")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.directory, prefix="slipcast-bench-") as home:
        bench = Bench(home=Path(home), runs=given.runs)
        try:
            prepare(bench)
            for case in given.cases or CASES:
                CASES[case](bench)
        finally:
            unshare = ["podman", *bench.storage, "system", "reset", "--force"]
            subprocess.run(
                unshare, env={**os.environ, **bench.env}, capture_output=True, check=False
            )


if __name__ == "__main__":
    main()
