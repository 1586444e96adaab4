"""Files go into a working container and come out of it, and never past its root."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from slipcast.ports.engine import BuildSpec, Container, ContainerSpec, Engine
from slipcast.values.container import Owner
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import Fault, NotFound
from working import content, members, run

pytestmark = pytest.mark.engine

Open = Callable[..., AbstractContextManager[Container]]

USER = Owner(1001, 0)


@pytest.fixture
def opened(engine: Engine, base_image: str) -> Open:
    @contextmanager
    def open_one(line: str = "true", image: str = base_image) -> Generator[Container]:
        spec = ContainerSpec(image=image, argv=("/bin/sh", "-c", line), network="none")
        with engine.container(spec) as container:
            yield container

    return open_one


def test_an_entry_arrives_with_content_mode_time_and_owner(opened: Open) -> None:
    entry = Entry(path="a/f", content=b"text", mode=0o751, mtime=1_000_000_000)
    with opened("stat -c '%a %u %g %Y' /in/here/a/f; cat /in/here/a/f") as container:
        container.write("/in/here", [Entry(path="a", kind=Kind.DIRECTORY), entry], owner=USER)

        told = run(container)

    assert told.out == "751 1001 0 1000000000\ntext"


def test_a_file_of_the_host_is_copied_whole(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(range(256)) * 5000)
    entry = Entry(path="big", source=tmp_path / "big", size=1_280_000)
    with opened() as container:
        container.write("/in", [entry], owner=Owner())

        assert content(container, "/in/big") == (tmp_path / "big").read_bytes()


def test_files_may_be_parts_of_one_file_of_the_host(opened: Open, tmp_path: Path) -> None:
    spool, big = tmp_path / "spool", bytes(range(256)) * 1200
    spool.write_bytes(b"head" + b"small" + big + b"end")
    parts = {"small": (4, 5), "big": (9, len(big)), "end": (9 + len(big), 3), "none": (0, 0)}
    entries = [
        Entry(path=name, source=spool, offset=offset, size=size)
        for name, (offset, size) in parts.items()
    ]
    with opened() as container:
        container.write("/in", entries, owner=Owner())

        found = {name: content(container, f"/in/{name}") for name in parts}

    assert found == {"small": b"small", "big": big, "end": b"end", "none": b""}


def test_a_file_that_is_shorter_than_was_said_is_an_error(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"short")
    entry = Entry(path="f", source=tmp_path / "f", offset=3, size=3)

    with opened() as container, pytest.raises(Fault, match="became shorter"):
        container.write("/in", [entry], owner=Owner())


def test_a_missing_directory_is_made_for_the_owner(opened: Open) -> None:
    with opened("stat -c '%a %u %g' /made /made/for") as container:
        container.write("/made/for", [Entry(path="f", content=b"")], owner=USER)

        told = run(container)

    assert told.out.splitlines()[-1] == "755 1001 0"


def test_a_directory_that_is_there_keeps_its_owner_and_mode(opened: Open) -> None:
    with opened("stat -c '%a %u' /tmp") as container:
        container.write("/tmp", [Entry(path="f", content=b"")], owner=USER)

        assert run(container).out == "1777 0\n"


def test_what_is_there_already_is_replaced(opened: Open) -> None:
    with opened("cat /in/f; readlink /in/l") as container:
        container.write("/in", [Entry(path="f", content=b"long before")], owner=USER)
        container.write("/in", [Entry(path="l", content=b"a file")], owner=USER)
        new = [Entry(path="f", content=b"new"), Entry(path="l", kind=Kind.LINK, target="f")]
        container.write("/in", new, owner=USER)

        assert run(container).out == "newf\n"


def test_a_file_replaces_a_link_and_not_what_it_points_to(opened: Open) -> None:
    with opened("cat /in/target") as container:
        link = Entry(path="l", kind=Kind.LINK, target="target")
        container.write("/in", [Entry(path="target", content=b"kept"), link], owner=USER)
        container.write("/in", [Entry(path="l", content=b"new")], owner=USER)

        assert run(container).out == "kept"


def test_names_may_hold_newlines_and_bytes_that_are_not_text(opened: Open) -> None:
    names = ["line\nbreak", b"\xff\xfe".decode("utf-8", "surrogateescape"), "x" * 200, "-rf", "ü"]
    with opened() as container:
        container.write("/in", [Entry(path=name, content=b"") for name in names], owner=USER)

        assert set(members(container, "/in")) == {"in", *(f"in/{name}" for name in names)}


@pytest.mark.parametrize("target", ["/etc", "../../../../../../etc", "/proc/self/root/etc"])
def test_links_of_an_image_never_lead_out_of_the_container(
    engine: Engine, opened: Open, tmp_path: Path, base_image: str, new_image: Callable[[], str],
    target: str,
) -> None:  # fmt: skip
    image = new_image()
    (tmp_path / "Dockerfile").write_text(f"FROM {base_image}\nRUN ln -s {target} /way\n")
    engine.build(BuildSpec(context=tmp_path, tag=image, network="none"))
    mark = f"slipcast-was-here-{tmp_path.name}"
    with opened(image=image) as container, suppress(Fault):
        container.write("/way", [Entry(path=mark, content=b"")], owner=USER)

    assert not Path("/etc", mark).exists()


@pytest.mark.parametrize("path", ["../out", "/etc/x", "a/../../x"])
def test_an_entry_that_points_above_its_directory_is_refused(opened: Open, path: str) -> None:
    with opened() as container, pytest.raises(Fault):
        container.write("/in", [Entry(path=path, content=b"")], owner=USER)


def test_a_link_that_was_just_written_does_not_lead_the_next_entry_out(
    opened: Open, tmp_path: Path
) -> None:
    entries = [
        Entry(path="out", kind=Kind.LINK, target=f"../../../../../../../../../..{tmp_path}"),
        Entry(path="out/f", content=b"escaped"),
    ]
    with opened() as container, suppress(Fault):
        container.write("/in", entries, owner=USER)

    assert not (tmp_path / "f").exists()


def test_a_directory_is_read_with_names_from_its_own(opened: Open) -> None:
    entries = [
        Entry(path="d", kind=Kind.DIRECTORY, mode=0o750),
        Entry(path="d/f", content=b"x", mode=0o600),
        Entry(path="l", kind=Kind.LINK, target="d/f"),
    ]
    with opened() as container:
        container.write("/in/dir", entries, owner=USER)

        found = members(container, "/in/dir")

    assert list(found) == ["dir", "dir/d", "dir/d/f", "dir/l"]
    assert (found["dir/d"].mode, found["dir/d/f"].size) == (0o750, 1)
    assert found["dir/l"].linkname == "d/f"


def test_what_the_program_wrote_can_be_read(opened: Open) -> None:
    with opened("echo made > /made") as container:
        run(container)

        assert content(container, "/made") == b"made\n"


def test_a_path_that_is_not_there_is_not_found(opened: Open) -> None:
    with opened() as container, pytest.raises(NotFound), container.read("/no/such"):
        pass
