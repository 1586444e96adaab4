"""How a builder's flags and variables choose the ways of its engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.builder.choosing import choice
from slipcast.values.enginechoice import USUAL, IdRange
from slipcast.values.faults import UsageFault


def test_without_a_word_everything_is_left_to_us(tmp_path: Path):
    assert choice({}, {}, tmp_path) == USUAL


def test_flags_go_before_the_variables_with_their_defaults_bld_9(tmp_path: Path):
    env = {"BUILD_ISOLATION": "rootless", "BUILD_STORAGE_OPTIONS": '["a=b", "c"]'}

    made = choice({"--isolation": "chroot"}, env, tmp_path)

    assert (made.isolation, made.driver_options) == ("chroot", ("a=b", "c"))


def test_maps_are_rows_of_three_numbers_bld_9(tmp_path: Path):
    made = choice({"--uidmap": "0:100000:65536,65536:1:1"}, {}, tmp_path)

    assert made.uids == (IdRange(0, 100000, 65536), IdRange(65536, 1, 1))


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--isolation", "jail"),
        ("--storage-options", "a=b"),
        ("--storage-options", '{"a": "b"}'),
        ("--uidmap", "0:1"),
        ("--gidmap", "0:x:1"),
    ],
)
def test_what_cannot_be_meant_is_refused_bld_9(flag: str, value: str, tmp_path: Path):
    with pytest.raises(UsageFault):
        choice({flag: value}, {}, tmp_path)


def test_files_are_used_where_they_are_there_bld_37(tmp_path: Path):
    (tmp_path / "conf").write_text("")
    names = ("REGISTRIES_CONF", "REGISTRIES_DIR", "SIGNATURE_POLICY", "STORAGE_CONF")
    env = {f"BUILD_{name}_PATH": "/conf" for name in names}

    made = choice({}, env, tmp_path)
    missed = choice({}, dict.fromkeys(env, "/other"), tmp_path)

    found = (made.registries, made.registries_dir, made.signatures, made.storage)
    assert found == (tmp_path / "conf",) * 4
    assert missed == USUAL


@pytest.mark.parametrize(
    ("env", "place"),
    [
        ({}, "var/cache/blobs"),
        ({"BUILD_BLOBCACHE_DIR": "/own"}, "own"),
        ({"BUILD_BLOBCACHE_DIR": ""}, None),
    ],
)
def test_layers_are_cached_where_it_is_said_bld_38(
    env: dict[str, str], place: str | None, tmp_path: Path
):
    (tmp_path / "var/cache/blobs").mkdir(parents=True)
    (tmp_path / "own").mkdir()

    made = choice({}, env, tmp_path)

    assert made.blob_cache == (tmp_path / place if place else None)


@pytest.mark.parametrize(("value", "quiet"), [("true", True), ("1", False)])
def test_image_building_is_quiet_if_asked_bld_40(value: str, quiet: bool, tmp_path: Path):  # noqa: FBT001
    assert choice({}, {"BUILDAH_QUIET": value}, tmp_path).quiet is quiet
