"""`slipcast create`: objects from files and from flags."""

from __future__ import annotations

from pathlib import Path

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

TWO = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: one}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
"""


def test_every_object_of_a_file_is_created(call: Call, tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(TWO)

    ended = call("create", "-f", "two.yaml")

    assert (ended.code, ended.stdout) == (0, "configmap/one created\nconfigmap/two created\n")


def test_one_that_is_refused_does_not_stop_the_others(call: Call, tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(TWO)
    call("create", "configmap", "one")

    ended = call("create", "-f", "two.yaml")

    assert (ended.code, ended.stdout) == (1, "configmap/two created\n")
    assert ended.stderr == (
        'Error from server (AlreadyExists): error when creating "two.yaml": '
        'configmaps "one" already exists\n'
    )


def test_a_list_is_several_objects(call: Call, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text(
        '{"kind":"List","apiVersion":"v1","items":[{"kind":"ConfigMap","apiVersion":"v1",'
        '"metadata":{"name":"a"}},{"kind":"Secret","apiVersion":"v1","metadata":{"name":"b"}}]}'
    )

    ended = call("create", "-f", "list.json")

    assert ended.stdout == "configmap/a created\nsecret/b created\n"


def test_a_trial_sends_nothing(call: Call) -> None:
    ended = call("create", "cm", "a", "--from-literal=x=y", "--dry-run=client", "-o", "json")

    assert ended.document["data"] == {"x": "y"}
    assert call("get", "cm", "a").code == 1


def test_a_trial_on_the_server_keeps_nothing(call: Call) -> None:
    ended = call("create", "cm", "a", "--dry-run=server")

    assert ended.stdout == "configmap/a created (server dry run)\n"
    assert call("get", "cm", "a").code == 1


def test_a_bare_trial_is_the_clients(call: Call) -> None:
    assert call("create", "--dry-run", "cm", "a").stdout == "configmap/a created (dry run)\n"


def test_a_field_nobody_knows_is_refused(call: Call, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text(TWO.partition("---")[0] + "colour: red\n")

    ended = call("create", "-f", "odd.yaml")

    assert ended.code == 1
    assert 'unknown field "colour"' in ended.stderr


def test_a_field_nobody_knows_may_be_warned_about(call: Call, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text(TWO.partition("---")[0] + "colour: red\n")

    ended = call("create", "-f", "odd.yaml", "--validate=warn")

    assert (ended.code, ended.stderr) == (0, 'Warning: unknown field "colour"\n')


def test_a_configuration_may_be_kept_for_apply(call: Call) -> None:
    call("create", "cm", "a", "--save-config")

    ended = call("apply", "view-last-applied", "cm/a", "-o", "json")

    assert ended.document["metadata"]["name"] == "a"


def test_what_exists_is_told_as_a_failure_to_create(call: Call) -> None:
    call("create", "cm", "a")

    ended = call("create", "cm", "a")

    assert ended.stderr == 'error: failed to create configmap: configmaps "a" already exists\n'


def test_a_namespace_is_created_by_its_short_name(call: Call) -> None:
    assert call("create", "ns", "new").stdout == "namespace/new created\n"


def test_values_come_from_files_and_directories(call: Call, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/a").write_text("1")
    (tmp_path / "b").write_bytes(b"\xff")

    ended = call("create", "cm", "a", "--from-file=conf", "--from-file=c=b", "-o", "json")

    assert ended.document["data"] == {"a": "1"}
    assert ended.document["binaryData"] == {"c": "/w=="}


def test_a_file_of_variables_takes_what_is_missing_from_the_environment(
    call: Call, toolbox: FakeToolbox, tmp_path: Path
) -> None:
    (tmp_path / "env").write_text("# said\nA=b=c\n\nHOME\nNOWHERE\n")
    toolbox.environment["HOME"] = "/home/anna"

    ended = call("create", "secret", "generic", "a", "--from-env-file=env", "-o", "json")

    assert ended.document["data"] == {"A": "Yj1j", "HOME": "L2hvbWUvYW5uYQ=="}


def test_an_image_stream_is_created_ex_6(call: Call) -> None:
    ended = call("create", "imagestream", "app", "--lookup-local", "-o", "json")

    assert ended.document["spec"]["lookupPolicy"] == {"local": True}


def test_a_command_follows_two_dashes(call: Call) -> None:
    words = ("create", "job", "j", "--image=b", "--dry-run=client", "-o", "json")

    ended = call(*words, "--", "sh", "-c", "true")

    container = ended.document["spec"]["template"]["spec"]["containers"][0]
    assert container["command"] == ["sh", "-c", "true"]


def test_credentials_of_a_registry_need_a_name_and_a_password(call: Call) -> None:
    ended = call("create", "secret", "docker-registry", "a", "--docker-username=u")

    assert ended.code == 1
    assert "--docker-password must be said" in ended.stderr


def test_a_role_is_bound(call: Call) -> None:
    ended = call("create", "rolebinding", "b", "--clusterrole=view", "--user=a,b", "-o", "json")

    assert [each["name"] for each in ended.document["subjects"]] == ["a", "b"]


def test_without_a_file_and_a_type_there_is_nothing_to_create(call: Call) -> None:
    ended = call("create")

    assert ended.code == 1
    assert ended.stderr.startswith("error: must specify one of -f\n")
