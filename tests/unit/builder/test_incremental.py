"""Incremental builds: what the previous image hands to the next one."""

from __future__ import annotations

import io
import tarfile

import pytest
from msgspec.structs import replace

from slipcast.ports.engine import ContainerSpec
from slipcast.testing.engine import FakeEngine, Process, Program
from slipcast.testing.objects import a_builder, a_config, moves_source
from slipcast.values.faults import EngineFault
from workbench import Bench

World = Bench[FakeEngine]


def a_tar(name: str = "cache/x", content: bytes = b"kept") -> bytes:
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return into.getvalue()


def saves(data: bytes, status: int = 0) -> Program:
    def save(process: Process) -> int:
        process.stderr(b"saving\n")
        process.stdout(data)
        return status

    return save


def with_save_artifacts(bench: World, data: bytes, status: int = 0) -> None:
    bench.engine.add("example/builder", a_builder(save_artifacts=saves(data, status)))


def artifacts(bench: World) -> bytes | None:
    return bench.engine.image("example/app").files.get("/tmp/artifacts/cache/x")


def test_a_second_build_finds_the_artifacts_of_the_first_s2i_331(bench: World):
    with_save_artifacts(bench, a_tar())
    bench.build()

    bench.build(incremental=True)

    assert artifacts(bench) == b"kept"
    assert b"saving" in bench.progress.stderr


def test_artifacts_are_never_unpacked_on_this_machine_s2i_184(bench: World):
    with_save_artifacts(bench, a_tar())
    bench.build()

    bench.build(incremental=True, save_temp_dir=True)

    kept = list(bench.state.rglob("upload/artifacts/*"))
    assert [path.name for path in kept] == ["artifacts.tar"]


def test_a_link_out_of_the_artifacts_is_kept_as_it_is_s2i_186(bench: World):
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as tar:
        info = tarfile.TarInfo("venv/bin/python")
        info.type, info.linkname = tarfile.SYMTYPE, "/usr/bin/python3"
        tar.addfile(info)
    with_save_artifacts(bench, into.getvalue())
    bench.build()

    bench.build(incremental=True)

    node = bench.engine.image("example/app").files.node("/tmp/artifacts/venv/bin/python")
    assert node is not None
    assert node.entry.target == "/usr/bin/python3"
    assert bench.progress.warnings == []


@pytest.mark.parametrize(("seconds", "is_clean"), [(299, False), (300, True)])
def test_five_minutes_of_silence_end_the_script_s2i_185(
    bench: World, seconds: int, *, is_clean: bool
):
    def save(process: Process) -> int:
        process.keep_silent(seconds)
        process.stdout(a_tar())
        return 0

    bench.engine.add("example/builder", a_builder(save_artifacts=save))
    bench.build()

    result = bench.build(incremental=True)

    warned = any("nothing for 300 seconds" in each for each in bench.progress.warnings)
    assert result.success
    assert (artifacts(bench) is None, warned) == (is_clean, is_clean)


def test_without_incremental_nothing_is_saved_s2i_181(bench: World):
    with_save_artifacts(bench, a_tar())
    bench.build()

    bench.build()

    assert artifacts(bench) is None


def test_a_first_build_is_a_clean_one_s2i_190(bench: World):
    with_save_artifacts(bench, a_tar())

    result = bench.build(incremental=True)

    assert result.success
    assert [each for each in bench.progress.remarks(0) if "Clean build will be performed" in each]
    assert bench.progress.warnings == []
    assert bench.progress.stderr == b""


def test_an_image_without_the_script_is_no_failure_s2i_188(bench: World):
    bench.build()

    bench.build(incremental=True)

    assert bench.progress.warnings == []
    assert len(bench.engine.given("run")) == 2


def test_no_bytes_mean_no_artifacts_s2i_188(bench: World):
    with_save_artifacts(bench, b"")
    bench.build()

    bench.build(incremental=True)

    assert bench.engine.image("example/app").files.node("/tmp/artifacts") is None
    assert bench.progress.warnings == []


@pytest.mark.parametrize(
    ("data", "status"),
    [(a_tar(), 3), (b"no tar", 0), (a_tar()[:600], 0), (a_tar("../x"), 0), (a_tar("/x"), 0)],
)
def test_artifacts_that_cannot_be_used_give_a_clean_build_s2i_185(
    bench: World, data: bytes, status: int
):
    with_save_artifacts(bench, data, status)
    bench.build()

    result = bench.build(incremental=True)

    assert result.success
    assert bench.engine.image("example/app").files.node("/tmp/artifacts") is None
    assert any(
        "Clean build will be performed because of error" in warning
        for warning in bench.progress.warnings
    )


def test_save_artifacts_runs_in_the_previous_image_without_the_environment_s2i_182(bench: World):
    with_save_artifacts(bench, a_tar())
    first = bench.build()

    bench.build(incremental=True, env=(("A", "1"),), network="none")

    saving = bench.engine.given("container")[1]
    assert isinstance(saving, ContainerSpec)
    assert saving.image == first.image
    assert saving.env == ()
    assert saving.network == "none"


def test_another_tag_may_be_the_previous_image_s2i_181(bench: World):
    with_save_artifacts(bench, a_tar())
    bench.build(tag="example/old")

    bench.build(incremental=True, incremental_from_tag="example/old")

    assert artifacts(bench) == b"kept"


def test_the_old_image_is_removed_when_asked_s2i_189(bench: World):
    with_save_artifacts(bench, a_tar())
    old = bench.build()

    bench.build(incremental=True, remove_previous=True)

    assert bench.engine.inspect(old.image) is None


def test_the_old_image_is_kept_otherwise_s2i_331(bench: World):
    with_save_artifacts(bench, a_tar())
    old = bench.build()

    bench.build(incremental=True)

    assert bench.engine.inspect(old.image) is not None


def test_an_image_that_cannot_be_removed_is_only_a_warning_s2i_189(bench: World):
    with_save_artifacts(bench, a_tar())
    bench.build()
    bench.engine.fail("remove", EngineFault("in use"))

    result = bench.build(incremental=True, remove_previous=True)

    assert result.success
    assert any("in use" in warning for warning in bench.progress.warnings)


def test_a_script_of_the_source_is_expected_where_the_old_build_left_it_s2i_183(bench: World):
    programs = {"/tmp/scripts/save-artifacts": saves(a_tar())}
    image = a_builder()
    image = replace(image, programs={**image.programs, **programs})
    bench.engine.add("example/builder", image)
    bench.put(".s2i/bin/save-artifacts", "x")
    bench.build()

    bench.build(incremental=True)

    assert artifacts(bench) == b"kept"


def test_assemble_of_an_incremental_build_reuses_artifacts_s2i_187(bench: World):
    def assemble(process: Process) -> int:
        moves_source(process)
        old = process.files.get("/tmp/artifacts/cache/x")
        process.files.put("/opt/app/cache", old or b"new")
        return 0

    image = a_builder(
        assemble=assemble, save_artifacts=saves(a_tar()), config=a_config(user="1001")
    )
    bench.engine.add("example/builder", image)
    bench.build()

    bench.build(incremental=True)

    assert bench.engine.image("example/app").files.get("/opt/app/cache") == b"kept"
