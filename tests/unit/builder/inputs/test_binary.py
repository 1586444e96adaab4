"""What a client sent along."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from assignments import FakeOutfit, a_task, an_outfit, build_text
from slipcast.builder.inputs import binary
from slipcast.values.faults import BuildFault


def sent(path: Path, content: bytes, as_file: str = "") -> FakeOutfit:
    source = {"binary": {"asFile": as_file} if as_file else {}}
    outfit = an_outfit(path, build_text(source=source))
    outfit.stdin = io.BytesIO(content)
    return outfit


def test_an_archive_is_unpacked(tmp_path: Path) -> None:
    # BLD-67
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a/b", "text")
    outfit = sent(tmp_path, content.getvalue())

    binary.receive(a_task(outfit), tmp_path / "into")

    assert (tmp_path / "into/a/b").read_text() == "text"
    assert outfit.shown.remarks(0) == ["Receiving source from STDIN as archive ..."]


def test_one_file_is_kept_as_it_came(tmp_path: Path) -> None:
    # BLD-66
    outfit = sent(tmp_path, b"PK\x03\x04", as_file="app.war")

    binary.receive(a_task(outfit), tmp_path / "into")

    assert (tmp_path / "into/app.war").read_bytes() == b"PK\x03\x04"
    assert (tmp_path / "into/app.war").stat().st_mode & 0o777 == 0o664
    assert outfit.shown.remarks(0) == ["Receiving source from STDIN as file app.war"]


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    # BLD-66
    (tmp_path / "into").mkdir()
    (tmp_path / "into/app.war").write_text("mine")

    with pytest.raises(BuildFault, match="not replaced") as caught:
        binary.receive(a_task(sent(tmp_path, b"x", as_file="app.war")), tmp_path / "into")

    assert caught.value.reason == "FetchSourceFailed"
    assert (tmp_path / "into/app.war").read_text() == "mine"


@pytest.mark.parametrize("content", [b"", b"just a text"])
def test_what_is_no_archive_is_told_in_the_words_of_the_contract(
    tmp_path: Path, content: bytes
) -> None:
    # BLD-67, BLD-68
    with pytest.raises(BuildFault, match="unable to extract binary build input, must be") as caught:
        binary.receive(a_task(sent(tmp_path, content)), tmp_path / "into")

    assert caught.value.reason == "FetchSourceFailed"


def test_nothing_is_read_when_nothing_is_to_be_sent(tmp_path: Path) -> None:
    outfit = an_outfit(tmp_path)
    outfit.stdin = io.BytesIO(b"something")

    binary.receive(a_task(outfit), tmp_path / "into")

    assert outfit.stdin.tell() == 0
    assert not (tmp_path / "into").exists()
