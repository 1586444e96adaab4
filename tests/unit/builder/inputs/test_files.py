"""Files that a Build brings along, and the directory that is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assignments import FakeOutfit, a_task, an_outfit, build_text
from slipcast.builder.inputs import files
from slipcast.builder.task import Task
from slipcast.values.faults import BuildFault

SECRETS = "var/run/secrets/openshift.io/build"
CONFIGS = "var/run/configs/openshift.io/build"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A source with a directory, a file and links out of it."""
    root = tmp_path / "source"
    (root / "sub/deep").mkdir(parents=True)
    (root / "file").touch()
    (tmp_path / "source-evil").mkdir()
    (root / "out").symlink_to("../source-evil")
    (root / "in").symlink_to("sub")
    return root


def a_build(path: Path, **source: Any) -> Task:
    return a_task(an_outfit(path, build_text(strategy={"dockerStrategy": {}}, source=source)))


def inline(path: Path, **source: Any) -> Task:
    return a_build(path, dockerfile="FROM scratch\n", **source)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("", ""), (".", ""), ("sub", "sub"), ("sub/./deep/", "sub/deep"), ("in", "sub")],
)
def test_the_context_is_below_the_source(
    tmp_path: Path, root: Path, asked: str, expected: str
) -> None:
    # BLD-75, BLD-201
    assert files.context_of(inline(tmp_path, contextDir=asked), root) == root / expected


@pytest.mark.parametrize(
    ("asked", "what"),
    [("nowhere", "does not exist: nowhere"), ("file", "is a file"), ("out", "leads out")],
)
def test_a_context_that_is_not_there_has_a_reason_of_its_own(
    tmp_path: Path, root: Path, asked: str, what: str
) -> None:
    # BLD-75, BLD-201
    with pytest.raises(BuildFault, match=f"provided context directory .*{what}") as caught:
        files.context_of(inline(tmp_path, contextDir=asked), root)

    assert caught.value.reason == "InvalidContextDirectory"


def test_a_dockerfile_of_the_build_replaces_that_of_the_source(tmp_path: Path, root: Path) -> None:
    # BLD-76
    (root / "sub/Dockerfile").symlink_to("../file")

    files.inline_dockerfile(inline(tmp_path, contextDir="sub"), root)

    written = root / "sub/Dockerfile"
    assert written.read_text() == "FROM scratch\n"
    assert (written.is_symlink(), written.stat().st_mode & 0o777) == (False, 0o660)
    assert (root / "file").read_text() == ""


def test_without_one_nothing_is_written(tmp_path: Path, root: Path) -> None:
    files.inline_dockerfile(a_build(tmp_path, git={"uri": "https://git.example/app.git"}), root)

    assert not (root / "Dockerfile").exists()


def mounted(outfit: FakeOutfit, place: str, name: str, **content: str) -> Path:
    """A volume as kubelets mount it: files are links, and so is what they lead through."""
    directory = Path(outfit.env["SLIPCAST_ROOT"], place, name)
    (directory / "..2026").mkdir(parents=True)
    (directory / "..data").symlink_to("..2026")
    for file, text in content.items():
        (directory / "..2026" / file).write_text(text)
        (directory / file).symlink_to(f"..data/{file}")
    return directory


def with_secrets(path: Path, destination: str = "") -> FakeOutfit:
    given = {
        "dockerfile": "FROM scratch",
        "secrets": [{"secret": {"name": "npm"}, "destinationDir": destination}],
        "configMaps": [{"configMap": {"name": "settings"}, "destinationDir": "sub/new"}],
    }
    return an_outfit(path, build_text(strategy={"dockerStrategy": {}}, source=given))


def listed(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def test_secrets_and_config_maps_are_there_for_as_long_as_it_takes(
    tmp_path: Path, root: Path
) -> None:
    # BLD-122, BLD-26
    outfit = with_secrets(tmp_path, "keys")
    mounted(outfit, SECRETS, "npm", token="hush")
    mounted(outfit, CONFIGS, "settings", color="blue")
    before = listed(root)

    with files.secrets_into(a_task(outfit), root):
        during = set(listed(root)) - set(before)
        texts = (root / "keys/token").read_text(), (root / "sub/new/color").read_text()
        is_open = (root / "keys").stat().st_mode & 0o777 == 0o777

    assert during == {"keys", "keys/token", "sub/new", "sub/new/color"}
    assert (texts, is_open) == (("hush", "blue"), True)
    assert listed(root) == before


def test_they_are_taken_back_when_the_build_fails_too(tmp_path: Path, root: Path) -> None:
    # BLD-26
    outfit = with_secrets(tmp_path)
    mounted(outfit, SECRETS, "npm", file="hush")
    mounted(outfit, CONFIGS, "settings")

    with pytest.raises(ZeroDivisionError), files.secrets_into(a_task(outfit), root):
        raise ZeroDivisionError

    assert not (root / "file").exists()


@pytest.mark.parametrize("destination", ["out", "file"])
def test_no_secret_leaves_the_context(tmp_path: Path, root: Path, destination: str) -> None:
    # BLD-122
    outfit = with_secrets(tmp_path, destination)
    mounted(outfit, SECRETS, "npm", token="hush")

    with (
        pytest.raises(BuildFault, match="npm cannot be put into the context") as caught,
        files.secrets_into(a_task(outfit), root),
    ):
        pass

    assert caught.value.reason == "DockerBuildFailed"
    assert list((tmp_path / "source-evil").iterdir()) == []


def test_no_secret_brings_files_of_the_host_along(tmp_path: Path, root: Path) -> None:
    outfit = with_secrets(tmp_path)
    (mounted(outfit, SECRETS, "npm") / "passwd").symlink_to("/etc/passwd")

    with (
        pytest.raises(BuildFault, match="leads out of the volume"),
        files.secrets_into(a_task(outfit), root),
    ):
        pass


def test_a_secret_that_is_not_mounted_is_told(tmp_path: Path, root: Path) -> None:
    with (
        pytest.raises(BuildFault, match="npm cannot be put into the context: No such file"),
        files.secrets_into(a_task(with_secrets(tmp_path)), root),
    ):
        pass
