"""Nothing of a working container is left: after an exception, after an interrupt, after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

import containers
from slipcast.adapters.engine.buildah import BuildahEngine
from slipcast.adapters.engine.host import look
from slipcast.ports.engine import BuildSpec, ContainerSpec, Engine
from slipcast.values.faults import EngineFault

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
    commands = map(command, Path("/proc").glob("[0-9]*"))
    return [
        *[line for line in mounts if name in line],
        *(["the storage"] if known.returncode == 0 else []),
        *[str(line) for line in commands if b"runc" in line and name.encode() in line],
    ]


def command(process: Path) -> bytes:
    """The command line of a process, none when it has ended meanwhile."""
    with suppress(OSError):
        return (process / "cmdline").read_bytes()
    return b""


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
    child.wait(120)

    assert left(name) == []
    assert child.stdout is not None
    child.stdout.close()


@pytest.mark.parametrize("network", ["none", ""])
def test_what_a_killed_process_left_is_swept_up(
    base_image: str, tmp_path: Path, network: str
) -> None:
    child, name = start(tmp_path / "state", base_image, network)

    os.kill(child.pid, signal.SIGKILL)
    child.wait(120)
    assert left(name) != []
    swept = containers.buildah_engine(tmp_path / "state").sweep()

    assert swept >= 1
    assert left(name) == []
    assert child.stdout is not None
    child.stdout.close()


_BUILDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import containers
from slipcast.ports.engine import BuildSpec
engine = containers.buildah_engine(Path(sys.argv[2]))
spec = BuildSpec(context=Path(sys.argv[3]), network="none", no_cache=True)
engine.build(spec, log=lambda data: print(data.decode(), end="", flush=True))
"""


def named_after(image: str) -> list[str]:
    """The working containers in storage that begin with an image and are named after it."""
    listed = subprocess.run(
        ["buildah", *containers.engine_flags(), "containers", "--format={{.ContainerName}}"],
        env=containers.engine_env(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    name = image.rpartition("/")[2].partition(":")[0]
    return [each for each in listed.stdout.split() if each.startswith(name)]


def test_a_build_that_fails_leaves_no_working_container(
    engine: Engine, base_image: str, new_image: Callable[[], str], tmp_path: Path
) -> None:
    image = new_image()
    engine.tag(base_image, image)
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\nRUN true\nRUN exit 9\n")

    with pytest.raises(EngineFault):
        engine.build(BuildSpec(context=tmp_path, network="none", no_cache=True))

    assert named_after(image) == []


def begin(state: Path, context: Path, image: str, step: str) -> subprocess.Popen[str]:
    """A process of its own with a build that has come to a step."""
    context.mkdir()
    (context / "Dockerfile").write_text(f"FROM {image}\nRUN true\n{step}\n")
    with (context / "large").open("wb") as file:
        file.truncate(2 << 30)
    arguments = [str(Path(containers.__file__).parent), str(state), str(context)]
    child = subprocess.Popen(
        [sys.executable, "-c", _BUILDER, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert any(step in line for line in child.stdout)
    return child


@pytest.mark.parametrize("step", ["RUN sleep 1000", "COPY large /large"])
def test_a_build_that_is_interrupted_leaves_no_working_container(
    buildah: BuildahEngine,
    base_image: str,
    new_image: Callable[[], str],
    tmp_path: Path,
    step: str,
) -> None:
    image = new_image()
    buildah.tag(base_image, image)
    child = begin(tmp_path / "state", tmp_path / "context", image, step)

    child.send_signal(signal.SIGINT)
    child.communicate(timeout=120)

    assert named_after(image) == []


@pytest.mark.parametrize("rootless", [False, True])
def test_what_a_killed_build_left_is_swept_up(
    buildah: BuildahEngine,
    base_image: str,
    new_image: Callable[[], str],
    tmp_path: Path,
    *,
    rootless: bool,
) -> None:
    host = replace(look(), rootless=rootless)
    state, store, run = tmp_path / "state", containers.STORAGE, containers.RUN
    engine = BuildahEngine(state, storage_root=store, run_root=run, host=host)
    image = new_image()
    buildah.tag(base_image, image)
    child = begin(tmp_path / "state", tmp_path / "context", image, "COPY large /large")

    programs = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
    for process in (child.pid, *map(int, programs)):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    child.communicate(timeout=120)
    assert named_after(image) != []
    engine.sweep()

    assert named_after(image) == []


def test_sweeping_leaves_the_living_alone(
    buildah: BuildahEngine, base_image: str, tmp_path: Path
) -> None:
    spec = ContainerSpec(image=base_image, argv=("/bin/true",), network="none")

    with buildah.container(spec) as container:
        containers.buildah_engine(tmp_path / "state").sweep()

        assert container.run().ok
