"""What a build is given beside its source: injections, volumes, hosts, limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.builds.s2i.request import Injection
from slipcast.values.container import Limits, Mount
from slipcast.values.faults import BuildFault
from workbench import SCRIPT, World, shell

pytestmark = pytest.mark.engine


def test_injections_are_read_and_emptied_s2i_332(bench: World, tag: str, tmp_path: Path):
    (tmp_path / "a/deep").mkdir(parents=True)
    (tmp_path / "a/key").write_text("secret-a")
    (tmp_path / "a/deep/key").write_text("secret-deep")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/other").write_text("secret-b")
    bench.put(".s2i/bin/assemble", SCRIPT + "cat /opt/app/key /opt/app/deep/key /home/other\n")

    bench.build(
        injections=(
            Injection(source=tmp_path / "a"),
            Injection(source=tmp_path / "b", target="/home"),
        )
    )

    assert bench.progress.stdout == b"secret-asecret-deepsecret-b"
    sizes = shell(bench.engine, tag, "stat -c %s /opt/app/key /opt/app/deep/key /home/other")
    assert sizes.split() == ["0", "0", "0"]


def test_an_injection_into_nowhere_fails_s2i_332(bench: World, tmp_path: Path):
    (tmp_path / "key").write_text("k")

    with pytest.raises(BuildFault, match="must exist in container"):
        bench.build(injections=(Injection(source=tmp_path / "key", target="/none/key"),))


def test_volumes_hosts_and_capabilities_reach_assemble_s2i_210(bench: World, tmp_path: Path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/x").write_text("volume")
    bench.put(
        ".s2i/bin/assemble", SCRIPT + "cat /mnt/x; grep -c made-up /etc/hosts; ! touch /mnt/y\n"
    )

    bench.build(
        volumes=(Mount(source=str(tmp_path / "shared"), target="/mnt", read_only=True),),
        add_hosts=("made-up:10.1.2.3",),
        cap_drop=("KILL",),
        network="bridge",
    )

    assert bench.progress.stdout == b"volume1\n"


def test_a_build_that_needs_too_much_memory_says_so_s2i_81(bench: World):
    bench.put(
        ".s2i/bin/assemble",
        SCRIPT + "exec python3 -c 'x = bytearray(512 << 20); print(len(x))'\n",
    )

    with pytest.raises(BuildFault) as fault:
        bench.build(limits=Limits(memory=64 << 20, memory_swap=64 << 20))

    assert "(137)" in fault.value.message
    assert "memory" in fault.value.message + fault.value.hint
