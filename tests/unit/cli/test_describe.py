"""`slipcast describe`, over a real store."""

from __future__ import annotations

import pytest

from slipcast.api.document import JSON
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call, Called

CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap"}
BUILD: JSON = {"apiVersion": "build.openshift.io/v1", "kind": "Build"}
SPEC: JSON = {
    "source": {"git": {"uri": "https://example.com/app.git"}},
    "strategy": {"dockerStrategy": {}},
}


@pytest.fixture
def describe(call: Call, toolbox: FakeToolbox) -> Call:
    """Calls `slipcast describe` on a server that has a few objects."""
    toolbox.server.put(
        {**CONFIG_MAP, "metadata": {"name": "a1", "labels": {"app": "web"}}, "data": {"k": "v"}},
        {**CONFIG_MAP, "metadata": {"name": "a2"}},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "s"},
            "stringData": {"password": "hidden"},
        },
        {**BUILD, "kind": "BuildConfig", "metadata": {"name": "app"}, "spec": SPEC},
    )

    def run(*words: str) -> Called:
        return call("describe", *words)

    return run


def names(ended: Called) -> list[str]:
    lines = ended.stdout.splitlines()
    return [line.split()[1] for line in lines if line.startswith("Name:")]


def test_an_object_is_described(describe: Call) -> None:
    lines = describe("cm/a1").stdout.splitlines()

    assert lines[0].split() == ["Name:", "a1"]
    assert lines[3].split() == ["Labels:", "app=web"]
    assert lines[-1].split() == ["Events:", "<none>"]


def test_several_objects_have_blank_lines_between_them(describe: Call) -> None:
    ended = describe("cm", "a1", "a2")

    assert names(ended) == ["a1", "a2"]
    assert "\n\n\nName:" in ended.stdout


def test_a_beginning_of_a_name_is_enough(describe: Call) -> None:
    assert names(describe("cm", "a")) == ["a1", "a2"]


def test_labels_choose(describe: Call) -> None:
    assert names(describe("cm", "-l", "app=web")) == ["a1"]


def test_what_is_not_there_is_an_error(describe: Call) -> None:
    ended = describe("cm", "nope")

    assert ended.code == 1
    assert ended.stderr == 'Error from server (NotFound): configmaps "nope" not found\n'


def test_nothing_found_is_said(describe: Call) -> None:
    assert describe("lease").stderr == "No resources found in default namespace.\n"
    assert describe("lease", "-A").stderr == "No resources found\n"


def test_values_of_secrets_are_never_told(describe: Call) -> None:
    ended = describe("secret/s")

    assert "password:  6 bytes" in ended.stdout
    assert "hidden" not in ended.stdout
    assert "aGlkZGVu" not in ended.stdout


def test_a_configuration_lists_its_builds(describe: Call, toolbox: FakeToolbox) -> None:
    labels = {"openshift.io/build-config.name": "app"}
    toolbox.server.put({**BUILD, "metadata": {"name": "app-1", "labels": labels}, "spec": SPEC})

    assert "app-1   new" in describe("bc/app").stdout


def test_events_are_at_the_end(describe: Call, toolbox: FakeToolbox) -> None:
    (found,) = toolbox.server.put({**CONFIG_MAP, "metadata": {"name": "b"}})
    about = {"kind": "ConfigMap", "name": "b", "uid": found["metadata"]["uid"]}
    toolbox.server.put(
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "b.1", "namespace": "default"},
            "involvedObject": {**about, "namespace": "default"},
            "reason": "Seen",
            "message": "somebody looked",
            "type": "Normal",
        }
    )

    assert describe("cm/b").stdout.splitlines()[-1].split()[:2] == ["Normal", "Seen"]
    assert "Seen" not in describe("cm/b", "--show-events=false").stdout


def test_objects_can_be_named_by_files(describe: Call, toolbox: FakeToolbox) -> None:
    (toolbox.directory / "a.yaml").write_text("{apiVersion: v1, kind: Secret, metadata: {name: s}}")

    assert names(describe("-f", "a.yaml")) == ["s"]


def test_a_type_is_needed_cl_1(describe: Call) -> None:
    ended = describe()

    assert ended.code == 1
    assert ended.stderr.startswith("error: Required resource not specified.\n")
