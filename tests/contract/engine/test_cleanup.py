"""Nothing of a working container is left: after an exception, after an interrupt, after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import containers
from slipcast.adapters.engine.buildah import BuildahEngine
from slipcast.ports.engine import ContainerSpec, Engine

pytestmark = pytest.mark.engine

_VICTIM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import containers
from slipcast.ports.engine import ContainerSpec
engine = containers.buildah_engine(Path(sys.argv[2]))
line = "echo running; exec sleep 1000"
spec = ContainerSpec(image=sys.argv[3], argv=("/bin/sh", "-c", line), network=sys.argv[4])
with engine.container(spec) as container:
    print(container.id, flush=True)
    container.run(stdout=lambda data: print(data.decode(), end="", flush=True))
"""


def left(name: str) -> list[str]:
    """What a working container's name can still be found in."""
    mounts = Path("/proc/mounts").read_text().splitlines()
    known = subprocess.run(
        ["buildah", *containers.engine_flags(), "inspect", "--type=container", name],
        env=containers.engine_env(), capture_output=True, check=False,
    )  # fmt: skip
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    return [
        *[line for line in mounts if name in line],
        *(["the storage"] if known.returncode == 0 else []),
        *[str(line) for line in commands if b"runc" in line and name.encode() in line],
    ]


def start(state: Path, image: str, network: str) -> tuple[subprocess.Popen[str], str]:
    """A process of its own with a container that runs; its name."""
    arguments = [str(Path(containers.__file__).parent), str(state), image, network]
    child = subprocess.Popen(
        [sys.executable, "-c", _VICTIM, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    assert child.stdout.readline() == "running\n"
    return child, name


def test_an_exception_inside_the_context_leaves_nothing(engine: Engine, base_image: str) -> None:
    spec = ContainerSpec(image=base_image, argv=("/bin/true",), network="none")
    context = engine.container(spec)
    name = context.__enter__().id

    assert not context.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)

    assert left(name) == []


@pytest.mark.parametrize("network", ["none", ""])
def test_an_interrupt_ends_the_program_and_leaves_nothing(
    base_image: str, tmp_path: Path, network: str
) -> None:
    child, name = start(tmp_path / "state", base_image, network)

    child.send_signal(signal.SIGINT)
    child.wait(30)

    assert left(name) == []
    assert child.stdout is not None
    child.stdout.close()


@pytest.mark.parametrize("network", ["none", ""])
def test_what_a_killed_process_left_is_swept_up(
    base_image: str, tmp_path: Path, network: str
) -> None:
    child, name = start(tmp_path / "state", base_image, network)

    os.kill(child.pid, signal.SIGKILL)
    child.wait(30)
    assert left(name) != []
    swept = containers.buildah_engine(tmp_path / "state").sweep()

    assert swept >= 1
    assert left(name) == []
    assert child.stdout is not None
    child.stdout.close()


def test_sweeping_leaves_the_living_alone(
    buildah: BuildahEngine, base_image: str, tmp_path: Path
) -> None:
    spec = ContainerSpec(image=base_image, argv=("/bin/true",), network="none")

    with buildah.container(spec) as container:
        containers.buildah_engine(tmp_path / "state").sweep()

        assert container.run().ok
