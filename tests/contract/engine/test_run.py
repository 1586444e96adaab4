"""How a program runs in a working container."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import containers
from slipcast.ports.engine import BuildSpec, ContainerSpec, Engine
from slipcast.values.container import Limits, Mount
from slipcast.values.faults import EngineFault, Fault

pytestmark = pytest.mark.engine

Shell = Callable[..., Any]


def test_output_goes_to_the_stream_it_was_written_to(shell: Shell) -> None:
    told = shell("echo to-out; echo to-err >&2")

    assert (told.out, told.err) == ("to-out\n", "to-err\n")


@pytest.mark.usefixtures("buildah")
def test_one_sink_for_both_streams_has_them_in_the_order_they_were_written(
    tmp_path: Path, base_image: str
) -> None:
    # The Docker API tells the streams apart, and not in which order they were written.
    engine = containers.buildah_engine(tmp_path)
    script = "i=0; while [ $i -lt 300 ]; do echo out; echo err >&2; i=$((i+1)); done; exit 3"
    spec = ContainerSpec(image=base_image, argv=("/bin/sh", "-c", script))
    said = bytearray()

    with engine.container(spec) as container:
        status = container.run(stdout=said.extend, stderr=said.extend)

    assert bytes(said) == b"out\nerr\n" * 300
    assert status.code == 3


@pytest.mark.parametrize("code", [0, 1, 42, 125])
def test_the_exit_status_is_the_programs_own(shell: Shell, code: int) -> None:
    told = shell(f"exit {code}")

    assert (told.status.code, told.status.ok) == (code, code == 0)


@pytest.mark.parametrize("user", ["1234", "1234:0", "nobody"])
def test_it_runs_as_the_user_it_was_given(shell: Shell, user: str) -> None:
    uid, gid = {"1234": ("1234", "0"), "1234:0": ("1234", "0"), "nobody": ("65534", "65534")}[user]

    told = shell("echo $(id -u) $(id -g)", user=user)

    assert told.out.split() == [uid, gid]


def test_it_runs_as_the_images_user_in_its_workdir(shell: Shell, builder_image: str) -> None:
    told = shell("echo $(id -u) $PWD $HOME", image=builder_image)

    assert told.out.split() == ["1001", "/opt/app", "/opt/app"]


def test_a_user_that_the_image_does_not_know_is_named(shell: Shell) -> None:
    try:
        told = shell("true", user="stranger")
        said = told.status.error + told.err
    except Fault as fault:
        said = str(fault)

    assert "stranger" in said


def test_variables_are_laid_over_the_images(shell: Shell, builder_image: str) -> None:
    told = shell('echo "$A|$HOME"', image=builder_image, env=(("A", "b c$d"), ("HOME", "/x")))

    assert told.out == "b c$d|/x\n"


def test_the_working_directory_can_be_chosen(shell: Shell) -> None:
    assert shell("pwd", workdir="/usr/bin").out == "/usr/bin\n"


def test_a_read_only_mount_shows_the_hosts_files_and_refuses_writing(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "f").write_text("from the host")
    mount = Mount(source=str(tmp_path), target="/some/where", read_only=True)

    told = shell("cat /some/where/f; touch /some/where/g", mounts=(mount,))

    assert told.out == "from the host"
    assert told.status.code != 0


def test_a_writable_mount_is_the_hosts_directory(shell: Shell, tmp_path: Path) -> None:
    shell("echo made > /m/g", mounts=(Mount(source=str(tmp_path), target="/m"),))

    assert (tmp_path / "g").read_text() == "made\n"


def test_a_program_that_outgrows_its_memory_is_reported_as_killed(shell: Shell) -> None:
    # S2I-81: a kill for memory must be recognisable.
    hog = 'exec python3 -c "x = bytearray(300 << 20)"'

    told = shell(hog, limits=Limits(memory=64 << 20, memory_swap=64 << 20))

    assert told.status.oom_killed
    assert told.status.code == 137


def test_it_is_reported_also_by_an_engine_that_runs_the_program_itself(shell: Shell) -> None:
    # Options for a security module are the engine's business.
    hog = 'exec python3 -c "x = bytearray(300 << 20)"'
    limits = Limits(memory=64 << 20, memory_swap=64 << 20)

    told = shell(hog, limits=limits, security_opt=("label=disable",))

    assert told.status.oom_killed
    assert told.status.code == 137


def test_a_step_that_outgrows_its_memory_is_reported_as_killed(
    engine: Engine, base_image: str, tmp_path: Path
) -> None:
    # UP-2: a lack of memory is a cause of its own, also where the step's shell survives it.
    limits = Limits(memory=64 << 20, memory_swap=64 << 20)
    hog = 'RUN python3 -c "x = bytearray(300 << 20)" || exit 2'
    (tmp_path / "Dockerfile").write_text(f"FROM {base_image}\n{hog}\n")

    with pytest.raises(EngineFault, match="OOMKilled") as failed:
        engine.build(BuildSpec(context=tmp_path, network="none", limits=limits))

    assert failed.value.reason == "OutOfMemory"
    assert failed.value.hint == "Allow the build more memory."


def test_a_program_within_its_memory_is_not(shell: Shell) -> None:
    told = shell("true", limits=Limits(memory=64 << 20))

    assert (told.status.code, told.status.oom_killed) == (0, False)


@pytest.mark.parametrize("network", ["none", "", "host"])
def test_the_network_is_none_own_or_the_hosts(shell: Shell, network: str) -> None:
    told = shell("ls /sys/class/net; readlink /proc/self/ns/net", network=network)

    *interfaces, namespace = told.out.split()
    assert (namespace == str(Path("/proc/self/ns/net").readlink())) == (network == "host")
    assert (set(interfaces) == {"lo"}) == (network == "none")


def test_a_dropped_capability_cannot_be_used(shell: Shell) -> None:
    told = shell("chown 5 /tmp && echo changed", cap_drop=("CHOWN",))

    assert (told.out, told.status.ok) == ("", False)


def test_a_capability_that_was_not_dropped_can(shell: Shell) -> None:
    assert shell("chown 5 /tmp && echo changed").out == "changed\n"


def test_added_hosts_have_their_addresses(shell: Shell) -> None:
    told = shell("cat /etc/hosts", network="", add_hosts=("made.up:10.9.8.7",))

    assert ["10.9.8.7", "made.up"] in [line.split()[:2] for line in told.out.splitlines()]


def test_shared_memory_has_the_size_asked_for(shell: Shell) -> None:
    # S2I-202: 64 MiB unless told otherwise.
    told = shell("stat -f -c '%b %S' /dev/shm", shm_size=32 << 20)

    blocks, size = map(int, told.out.split())
    assert blocks * size == 32 << 20


def test_a_program_that_is_not_there_is_an_error_of_the_container(shell: Shell) -> None:
    told = shell("", argv=("/no/such/program",))

    assert not told.status.ok
    assert "/no/such/program" in told.status.error + told.err


@pytest.mark.parametrize("spec", [{}, {"security_opt": ("label=disable",)}])
def test_a_program_that_is_silent_for_too_long_is_ended(shell: Shell, spec: dict[str, Any]) -> None:
    # S2I-69
    nap = f"600.{uuid.uuid4().int}"

    # Long enough for a busy machine to have started it.
    told = shell(f"echo before; sleep {nap}; echo after", idle=6.0, **spec)

    assert (told.out, told.status.ok) == ("before\n", False)
    assert "printed nothing for 6 seconds" in told.status.error
    assert not [line for line in command_lines() if nap.encode() in line]


def test_a_program_that_closed_its_output_is_silent(shell: Shell) -> None:
    told = shell("exec >&- 2>&-; sleep 600", idle=1.0)

    assert "printed nothing" in told.status.error


def test_output_on_either_stream_keeps_a_program_alive(shell: Shell) -> None:
    told = shell("for i in 1 2 3 4; do sleep 2; echo $i >&2; done; echo end", idle=6.0)

    assert (told.out, told.status.code, told.status.error) == ("end\n", 0, "")


def test_the_entrypoint_gets_the_program_as_arguments(
    engine: Engine, shell: Shell, tmp_path: Path, base_image: str, new_image: Callable[[], str]
) -> None:
    # S2I-201
    image = an_image_with_entrypoint(engine, tmp_path, base_image, new_image())

    told = shell("", image=image, argv=("one", "two"))

    assert told.out == "entry one two\n"


def test_the_entrypoint_can_be_left_out(
    engine: Engine, shell: Shell, tmp_path: Path, base_image: str, new_image: Callable[[], str]
) -> None:
    image = an_image_with_entrypoint(engine, tmp_path, base_image, new_image())

    told = shell("", image=image, argv=("/bin/echo", "two"), use_entrypoint=False)

    assert told.out == "two\n"


def command_lines() -> list[bytes]:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.append(path.read_bytes())
    return lines


def an_image_with_entrypoint(engine: Engine, context: Path, base: str, tag: str) -> str:
    (context / "Dockerfile").write_text(f'FROM {base}\nENTRYPOINT ["/bin/echo", "entry"]\n')
    engine.build(BuildSpec(context=context, tag=tag))
    return tag


def test_a_program_reads_what_it_is_given(shell: Shell) -> None:
    pieces = iter([b"one ", b"x" * 200_000, b" two"])

    told = shell("wc -c; echo over", stdin=pieces)

    assert told.out.split() == ["200008", "over"]


def test_a_program_that_reads_nothing_is_over_all_the_same(shell: Shell) -> None:
    assert shell("echo over", stdin=iter([b"never read"])).out == "over\n"


def test_a_program_ends_although_more_could_be_sent(shell: Shell) -> None:
    reading, writing = os.pipe()

    with os.fdopen(reading, "rb") as stdin, os.fdopen(writing, "wb") as sender:
        sender.write(b"line\nmore")
        sender.flush()
        told = shell("read line && echo $line", stdin=stdin)

    assert told.out == "line\n"


def test_without_input_there_is_nothing_to_read(shell: Shell) -> None:
    assert shell("wc -c").out.strip() == "0"


def test_a_privileged_program_mounts_and_an_ordinary_one_does_not(shell: Shell) -> None:
    # BLD-144
    line = "mkdir -p /m && mount -t tmpfs none /m && echo mounted"

    assert shell(line, privileged=True).out == "mounted\n"
    assert shell(line).out == ""
