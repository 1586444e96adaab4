"""`slipcast apply`: what files say, and what they no longer say."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.cli import applying
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call


def write(tmp_path: Path, name: str = "a", labels: str = "{}", **data: str) -> None:
    """A file with a config map."""
    values = ", ".join(f"{key}: '{value}'" for key, value in data.items())
    (tmp_path / f"{name}.yaml").write_text(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, labels: {labels}}}\n"
        f"data: {{{values}}}\n"
    )


def test_what_is_not_there_is_created_and_then_unchanged(call: Call, tmp_path: Path) -> None:
    write(tmp_path, x="1")

    first, second = call("apply", "-f", "a.yaml"), call("apply", "-f", "a.yaml")

    assert (first.stdout, second.stdout) == ("configmap/a created\n", "configmap/a unchanged\n")


def test_what_a_file_says_no_more_is_taken_away_and_the_rest_stays(
    call: Call, tmp_path: Path
) -> None:
    write(tmp_path, x="1", y="2")
    call("apply", "-f", "a.yaml")
    call("patch", "cm", "a", "-p", '{"data":{"z":"3"}}')
    write(tmp_path, x="4")

    ended = call("apply", "-f", "a.yaml")

    assert ended.stdout == "configmap/a configured\n"
    assert call("get", "cm", "a", "-o", "json").document["data"] == {"x": "4", "z": "3"}


def test_the_first_apply_of_what_was_created_warns(call: Call, tmp_path: Path) -> None:
    write(tmp_path, x="1")
    call("create", "-f", "a.yaml")

    ended = call("apply", "-f", "a.yaml")

    assert ended.stderr.startswith("Warning: resource configmaps/a is missing the ")
    assert ended.stdout == "configmap/a configured\n"


@pytest.mark.parametrize(
    ("dry", "suffix"), [("client", " (dry run)"), ("server", " (server dry run)")]
)
def test_a_trial_changes_nothing(call: Call, tmp_path: Path, dry: str, suffix: str) -> None:
    write(tmp_path, x="1")
    call("apply", "-f", "a.yaml")
    write(tmp_path, x="2")

    ended = call("apply", "-f", "a.yaml", f"--dry-run={dry}")

    assert ended.stdout == f"configmap/a configured{suffix}\n"
    assert call("get", "cm", "a", "-o", "json").document["data"] == {"x": "1"}


def test_the_server_merges_and_tells_who_owns_what(call: Call, tmp_path: Path) -> None:
    write(tmp_path, x="1")
    call("apply", "-f", "a.yaml", "--server-side", "--field-manager=other")
    write(tmp_path, x="2")

    refused = call("apply", "-f", "a.yaml", "--server-side")
    forced = call("apply", "-f", "a.yaml", "--server-side", "--force-conflicts")

    assert refused.code == 1
    assert 'conflict with "other"' in refused.stderr
    assert "--force-conflicts takes them over" in refused.stderr
    assert forced.stdout == "configmap/a serverside-applied\n"


def test_what_clients_applied_is_made_over_to_the_server(call: Call, tmp_path: Path) -> None:
    write(tmp_path, x="1", y="2")
    call("apply", "-f", "a.yaml")
    call("apply", "-f", "a.yaml", "--server-side")
    write(tmp_path, x="1")

    call("apply", "-f", "a.yaml", "--server-side")

    ended = call("get", "cm", "a", "-o", "json", "--show-managed-fields").document
    assert ended["data"] == {"x": "1"}
    managers = {each["manager"] for each in ended["metadata"]["managedFields"]}
    assert managers == {"kubectl", "kubectl-last-applied"}
    assert applying.kept_in(ended)


def test_pruning_takes_what_was_applied_and_is_in_no_file(call: Call, tmp_path: Path) -> None:
    write(tmp_path, "a", "{app: x}")
    write(tmp_path, "b", "{app: x}")
    call("apply", "-f", ".")
    call("create", "cm", "own")
    call("label", "cm", "own", "app=x")

    ended = call("apply", "-f", "a.yaml", "--prune", "-l", "app=x")

    assert ended.stdout == "configmap/a unchanged\nconfigmap/b pruned\n"
    assert "own" in call("get", "cm", "-o", "name").stdout


def test_pruning_everything_has_to_be_said(call: Call, tmp_path: Path) -> None:
    write(tmp_path)

    ended = call("apply", "-f", "a.yaml", "--prune")

    assert ended.code == 1
    assert "without explicitly passing --all" in ended.stderr


def test_pruning_keeps_to_a_list(call: Call, tmp_path: Path) -> None:
    write(tmp_path, "a", "{app: x}")
    write(tmp_path, "b", "{app: x}")
    call("apply", "-f", ".")

    words = ("apply", "-f", "a.yaml", "--prune", "-l", "app=x")
    ended = call(*words, "--prune-allowlist", "core/v1/Secret")

    assert ended.stdout == "configmap/a unchanged\n"


def test_several_objects_are_printed_as_a_list(call: Call, tmp_path: Path) -> None:
    write(tmp_path, "a")
    write(tmp_path, "b")

    ended = call("apply", "-f", ".", "-o", "json")

    assert [each["metadata"]["name"] for each in ended.document["items"]] == ["a", "b"]


def test_one_that_is_refused_does_not_stop_the_others(call: Call, tmp_path: Path) -> None:
    write(tmp_path, "A")
    write(tmp_path, "b")

    ended = call("apply", "-f", ".")

    assert (ended.code, ended.stdout) == (1, "configmap/b created\n")


def test_flags_that_do_not_go_together_are_refused(call: Call, tmp_path: Path) -> None:
    write(tmp_path)

    ended = call("apply", "-f", "a.yaml", "--force-conflicts")

    assert ended.stderr.startswith("error: --force-conflicts only works with --server-side\n")


def test_what_was_applied_last_is_shown(call: Call, tmp_path: Path) -> None:
    write(tmp_path, x="1")
    call("apply", "-f", "a.yaml")

    ended = call("apply", "view-last-applied", "cm/a", "-o", "json")

    assert ended.document["data"] == {"x": "1"}


def test_what_was_applied_last_is_set_only_where_something_was(call: Call, tmp_path: Path) -> None:
    write(tmp_path, x="1")
    call("create", "cm", "a")

    refused = call("apply", "set-last-applied", "-f", "a.yaml")
    made = call("apply", "set-last-applied", "-f", "a.yaml", "--create-annotation=true")

    assert "run the command with --create-annotation" in refused.stderr
    assert made.stdout == "configmap/a configured\n"


def test_what_cannot_be_changed_is_made_anew_by_force(
    call: Call, toolbox: FakeToolbox, tmp_path: Path
) -> None:
    toolbox.server.put(
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "type": "Opaque"}
    )
    (tmp_path / "s.yaml").write_text(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: other\n"
    )

    refused = call("apply", "-f", "s.yaml")
    forced = call("apply", "-f", "s.yaml", "--force")

    assert "is invalid" in refused.stderr
    assert forced.stdout == "secret/s configured\n"


def test_what_is_kept_does_not_hold_what_was_kept_before() -> None:
    once = applying.remembered({"metadata": {"name": "a"}})

    twice = applying.remembered(once)

    assert twice == once
    kept = once["metadata"]["annotations"][applying.LAST_APPLIED]
    assert kept == '{"metadata":{"annotations":{},"name":"a"}}\n'
