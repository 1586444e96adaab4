"""`slipcast patch` and `slipcast replace`."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

FILE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: '2'}\n"

BUILD_CONFIG = """\
apiVersion: build.openshift.io/v1
kind: BuildConfig
metadata: {name: app}
spec: {source: {dockerfile: FROM x}, strategy: {dockerStrategy: {}}}
"""


@pytest.fixture(autouse=True)
def _there(toolbox: FakeToolbox) -> None:
    head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    toolbox.server.put({**head, "data": {"x": "1"}})


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("strategic", "data: {x: '2'}"),
        ("merge", '{"data":{"x":"2"}}'),
        ("json", '[{"op":"replace","path":"/data/x","value":"2"}]'),
    ],
)
@pytest.mark.parametrize("dry", ["none", "client"])
def test_objects_are_changed_in_three_ways(call: Call, form: str, body: str, dry: str) -> None:
    ended = call("patch", "cm", "a", "--type", form, "-p", body, "--dry-run", "-o", "json")
    told = call("patch", "cm", "a", "--type", form, "-p", body, f"--dry-run={dry}")

    assert ended.document["data"] == {"x": "2"}
    assert told.stdout.startswith("configmap/a patched")


def test_a_patch_without_effect_is_told(call: Call) -> None:
    assert call("patch", "cm", "a", "-p", "{}").stdout == "configmap/a patched (no change)\n"


def test_a_patch_comes_from_a_file(call: Call, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("data: {z: '3'}")

    call("patch", "cm", "a", "--patch-file", "p.yaml")

    assert call("get", "cm", "a", "-o", "json").document["data"] == {"x": "1", "z": "3"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-p", "x"), "a strategic patch must be an object"),
        (("--type=json", "-p", "{}"), "a json patch must be a list of operations"),
        ((), "must specify one of --patch and --patch-file"),
        (("-p", "{"), "unable to parse"),
    ],
)
def test_what_is_no_patch_is_refused(call: Call, words: tuple[str, ...], told: str) -> None:
    ended = call("patch", "cm", "a", *words)

    assert ended.code == 1
    assert told in ended.stderr


def test_an_object_is_replaced_whole(call: Call, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FILE)

    ended = call("replace", "-f", "a.yaml")

    assert ended.stdout == "configmap/a replaced\n"
    assert call("get", "cm", "a", "-o", "json").document["data"] == {"x": "2"}


def test_a_kind_that_wants_its_revision_named_is_replaced_as_it_is(
    call: Call, tmp_path: Path
) -> None:
    (tmp_path / "bc.yaml").write_text(BUILD_CONFIG)
    call("create", "-f", "bc.yaml")

    ended = call("replace", "-f", "bc.yaml")

    assert (ended.stdout, ended.stderr) == ("buildconfig.build.openshift.io/app replaced\n", "")


def test_force_makes_an_object_anew(call: Call, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FILE)
    before = call("get", "cm", "a", "-o", "json").document["metadata"]["uid"]

    ended = call("replace", "--force", "-f", "a.yaml")

    assert ended.stdout == 'configmap "a" deleted\nconfigmap/a replaced\n'
    assert call("get", "cm", "a", "-o", "json").document["metadata"]["uid"] != before


def test_what_is_not_there_is_not_replaced(call: Call, tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(FILE.replace("name: a", "name: b"))

    ended = call("replace", "-f", "b.yaml")

    assert ended.stderr == (
        'Error from server (NotFound): error when replacing "b.yaml": configmaps "b" not found\n'
    )
