"""Injections: there while assemble runs, empty in the image."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.builds.s2i.request import Injection
from slipcast.testing.engine import FakeEngine, Process
from slipcast.testing.objects import a_builder
from slipcast.values.container import Owner
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import BuildFault
from workbench import Bench

World = Bench[FakeEngine]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    directory = tmp_path / "secret"
    (directory / "sub").mkdir(parents=True)
    (directory / "key").write_text("k")
    (directory / "sub/token").write_text("t")
    (directory / "sub/token").chmod(0o700)
    return directory


@pytest.fixture
def seen(bench: World) -> dict[str, bytes | None]:
    """What assemble found; the image has the directories /etc and /opt/app."""
    found: dict[str, bytes | None] = {}

    def assemble(process: Process) -> None:
        for path in process.files.paths:
            found[path] = process.files.get(path)

    image = a_builder(assemble=assemble)
    image.files.write("/opt/app", [], Owner())
    bench.engine.add("example/builder", image)
    return found


def test_injected_files_are_read_by_assemble_and_empty_in_the_image_s2i_332(
    bench: World, secret: Path, seen: dict[str, bytes | None]
):
    bench.build(injections=(Injection(source=secret, target="/etc"),))

    files = bench.engine.image("example/app").files
    assert (seen["/etc/key"], seen["/etc/sub/token"]) == (b"k", b"t")
    assert (files.get("/etc/key"), files.get("/etc/sub/token")) == (b"", b"")


@pytest.mark.usefixtures("seen")
def test_injected_files_are_open_to_everybody_and_not_programs_s2i_192(bench: World, secret: Path):
    bench.build(injections=(Injection(source=secret, target="/etc"),))

    files = bench.engine.image("example/app").files
    directory, file = files.node("/etc/sub"), files.node("/etc/sub/token")
    assert directory is not None
    assert file is not None
    assert (directory.entry.mode, file.entry.mode) == (0o777, 0o666)


def test_a_relative_destination_lies_below_the_working_directory_s2i_191(
    bench: World, secret: Path, seen: dict[str, bytes | None]
):
    bench.build(injections=(Injection(source=secret),))

    assert seen["/opt/app/key"] == b"k"


def test_a_single_file_goes_into_a_directory_or_to_its_name_s2i_192(
    bench: World, secret: Path, seen: dict[str, bytes | None]
):
    bench.build(
        injections=(
            Injection(source=secret / "key", target="/etc"),
            Injection(source=secret / "key", target="/etc/other"),
        )
    )

    assert (seen["/etc/key"], seen["/etc/other"]) == (b"k", b"k")
    assert bench.engine.image("example/app").files.get("/etc/other") == b""


def test_a_destination_that_is_not_there_is_named_s2i_194(
    bench: World, secret: Path, seen: dict[str, bytes | None]
):
    with pytest.raises(BuildFault) as fault:
        bench.build(injections=(Injection(source=secret, target="/none/here"),))

    assert str(secret) in fault.value.message
    assert "/none/here must exist in container" in fault.value.message
    assert seen == {}


def test_what_has_a_name_is_called_by_it_and_no_place_is_told(bench: World, secret: Path):
    named = Injection(source=secret, target="/none/here", name="the secret npm")

    with pytest.raises(BuildFault) as fault:
        bench.build(injections=(named,))

    assert "cannot inject the secret npm: the directory /none/here" in fault.value.message
    assert str(secret) not in fault.value.message


def test_a_missing_source_is_named_s2i_193(bench: World, tmp_path: Path):
    with pytest.raises(BuildFault, match="nothing-here"):
        bench.build(injections=(Injection(source=tmp_path / "nothing-here", target="/etc"),))


@pytest.mark.usefixtures("seen")
def test_injections_to_keep_are_not_emptied_s2i_196(bench: World, secret: Path):
    bench.build(injections=(Injection(source=secret, target="/etc", keep=True),))

    assert bench.engine.image("example/app").files.get("/etc/key") == b"k"


def test_a_file_that_assemble_removed_stays_removed_s2i_195(bench: World, secret: Path):
    def assemble(process: Process) -> None:
        process.files.delete("/etc/key")

    bench.engine.add("example/builder", a_builder(assemble=assemble))

    bench.build(injections=(Injection(source=secret, target="/etc"),))

    assert bench.engine.image("example/app").files.node("/etc/key") is None


def test_links_are_followed_and_loops_end_s2i_192(
    bench: World, secret: Path, seen: dict[str, bytes | None]
):
    (secret / "again").symlink_to(".")
    (secret / "link").symlink_to("key")

    bench.build(injections=(Injection(source=secret, target="/etc"),))

    assert seen["/etc/link"] == b"k"
    assert "/etc/again/key" not in seen


def test_a_link_that_assemble_put_in_place_leads_nowhere_new_s2i_195(bench: World, secret: Path):
    def assemble(process: Process) -> None:
        process.files.delete("/etc/key")
        link = Entry(path="key", kind=Kind.LINK, target="passwd")
        process.files.write("/etc", [link], Owner())

    bench.engine.add("example/builder", a_builder(assemble=assemble))

    bench.build(injections=(Injection(source=secret, target="/etc"),))

    files = bench.engine.image("example/app").files
    assert files.get("/etc/passwd")
    assert files.get("/etc/key") == b""
