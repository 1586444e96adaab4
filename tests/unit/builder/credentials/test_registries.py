"""Who a builder is to registries."""

from __future__ import annotations

from pathlib import Path

import pytest

from assignments import a_task, an_outfit, secret
from slipcast.builder.credentials import registries
from slipcast.ports.engine import ANONYMOUS, Credential, RegistryAccess
from slipcast.values.faults import HostFault
from slipcast.values.sensitive import Sensitive

IMAGE = "registry.example/app:1"


def somebody(name: str) -> RegistryAccess:
    """Whoever a file names."""
    return RegistryAccess(credential=Credential(username=name, password=Sensitive("pw")))


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"config.json": "c", ".dockercfg": "b", ".dockerconfigjson": "a"}, "a"),
        ({"config.json": "c", ".dockercfg": "b"}, "b"),
        ({"config.json": "c"}, "c"),
    ],
)
def test_the_first_of_three_files_counts_bld_77(tmp_path: Path, files: dict[str, str], wanted: str):
    outfit = an_outfit(tmp_path)
    secret(outfit, "PUSH_DOCKERCFG_PATH", files)

    assert registries.push(a_task(outfit))(IMAGE) == somebody(wanted)


def test_each_purpose_has_a_secret_of_its_own_bld_32(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    secret(outfit, "PULL_DOCKERCFG_PATH", {"config.json": "pull"})
    secret(outfit, "PULL_SOURCE_DOCKERCFG_PATH_1", {"config.json": "source"})
    task = a_task(outfit)

    found = [registries.pull(task), registries.source_image(task, 1), registries.push(task)]

    assert [access(IMAGE) for access in found] == [somebody("pull"), somebody("source"), ANONYMOUS]


def test_secrets_that_are_there_too_are_tried_in_turn(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    secret(outfit, "PUSH_DOCKERCFG_PATH", {".dockercfg": "a"})
    secret(outfit, "PUSH_DOCKERCFG_PATH_TOO_1", {".dockercfg": "b"})
    secret(outfit, "PUSH_DOCKERCFG_PATH_TOO_2", {})
    secret(outfit, "PUSH_DOCKERCFG_PATH_TOO_3", {"config.json": "c"})

    access = registries.push(a_task(outfit))(IMAGE)

    known = [access.credential, *access.others]
    assert [each and each.username for each in known] == ["a", "b", "c"]


def test_a_secret_without_such_a_file_is_told_bld_80(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    secret(outfit, "PULL_DOCKERCFG_PATH", {"password": "x"})
    inside = outfit.env["PULL_DOCKERCFG_PATH"]

    with pytest.raises(HostFault, match=f"no docker config file found in '{inside}'"):
        registries.pull(a_task(outfit))


def test_the_host_lends_its_credentials_to_no_pod(tmp_path: Path):
    own = tmp_path / ".docker/config.json"
    own.parent.mkdir()
    own.write_text("root")
    outfit = an_outfit(tmp_path, HOME=str(tmp_path))

    assert registries.pull(a_task(outfit))(IMAGE) == ANONYMOUS


def test_a_person_by_hand_is_who_she_is_bld_77(tmp_path: Path):
    own = tmp_path / ".docker/config.json"
    own.parent.mkdir()
    own.write_text("ada")
    outfit = an_outfit(tmp_path, HOME=str(tmp_path))
    outfit.env["SLIPCAST_ROOT"] = "/"

    assert registries.pull(a_task(outfit))(IMAGE) == somebody("ada")


def test_a_file_may_be_named_by_hand_bld_77(tmp_path: Path):
    (tmp_path / "auth").write_text("bob")
    outfit = an_outfit(tmp_path, DOCKERCFG_PATH=str(tmp_path / "auth"))
    outfit.env["SLIPCAST_ROOT"] = "/"

    assert registries.push(a_task(outfit))(IMAGE) == somebody("bob")
