"""What people do with kubectl, against our server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.conftest import Ran, Server

SPACE = "people"
Kubectl = Callable[..., Ran]


@pytest.fixture(scope="module")
def kubectl(server: Server) -> Iterator[Kubectl]:
    """kubectl in a namespace of this module's own."""
    server.kubectl("create", "namespace", SPACE)

    def run(*words: str, stdin: str = "") -> Ran:
        return server.kubectl("-n", SPACE, *words, stdin=stdin)

    yield run
    server.kubectl("delete", "namespace", SPACE)


def config(name: str, **fields: Any) -> str:
    """A build configuration as a file has it."""
    spec: dict[str, Any] = {
        "source": {"git": {"uri": "https://example.com/app"}},
        "strategy": {"sourceStrategy": {"from": {"kind": "ImageStreamTag", "name": "python:3.11"}}},
        **fields,
    }
    head = {"apiVersion": "build.openshift.io/v1", "kind": "BuildConfig"}
    return json.dumps({**head, "metadata": {"name": name}, "spec": spec})


def test_everything_wrong_with_an_object_is_told_at_once(kubectl: Kubectl) -> None:
    ended = kubectl("create", "-f", "-", stdin=config("Bad_Name", runPolicy="Never"))

    assert ended.code == 1
    assert "metadata.name" in ended.stderr
    assert "spec.runPolicy" in ended.stderr


def test_an_unknown_field_is_refused_by_a_strict_client(kubectl: Kubectl) -> None:
    ended = kubectl("create", "-f", "-", stdin=config("strict", sourcce={}))

    assert ended.code == 1
    assert 'unknown field "spec.sourcce"' in ended.stderr


def test_an_unknown_field_is_warned_about_and_kept(kubectl: Kubectl) -> None:
    ended = kubectl("create", "--validate=warn", "-f", "-", stdin=config("warned", extra={"a": 1}))
    kept = kubectl("get", "bc", "warned", "-o", "jsonpath={.spec.extra.a}")

    assert 'Warning: unknown field "spec.extra"' in ended.stderr
    assert kept.stdout == "1"


def test_a_dry_run_keeps_nothing(kubectl: Kubectl) -> None:
    ended = kubectl("create", "--dry-run=server", "-o", "yaml", "-f", "-", stdin=config("dry"))

    assert "runPolicy: Serial" in ended.stdout
    assert "NotFound" in kubectl("get", "bc", "dry").stderr


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("merge", {"spec": {"runPolicy": "Parallel"}}),
        ("strategic", {"spec": {"runPolicy": "Parallel"}}),
        ("json", [{"op": "replace", "path": "/spec/runPolicy", "value": "Parallel"}]),
    ],
)
def test_an_object_is_patched_in_three_ways(kubectl: Kubectl, kind: str, body: Any) -> None:
    kubectl("create", "-f", "-", stdin=config(f"patch-{kind}"))

    ended = kubectl("patch", "bc", f"patch-{kind}", "--type", kind, "-p", json.dumps(body))

    assert ended.code == 0, ended.stderr
    policy = kubectl("get", "bc", f"patch-{kind}", "-o", "jsonpath={.spec.runPolicy}")
    assert policy.stdout == "Parallel"


def test_a_strategic_patch_merges_lists_by_their_keys(kubectl: Kubectl) -> None:
    kubectl("create", "deployment", "merged", "--image=one", "--replicas=0")
    containers = [{"name": "second", "image": "two"}]
    patch = {"spec": {"template": {"spec": {"containers": containers}}}}

    kubectl("patch", "deployment", "merged", "-p", json.dumps(patch))

    names = kubectl(
        "get", "deployment", "merged", "-o", "jsonpath={.spec.template.spec.containers[*].name}"
    )
    assert sorted(names.stdout.split()) == ["one", "second"]


def test_an_editor_changes_an_object(kubectl: Kubectl, tmp_path: Path, server: Server) -> None:
    kubectl("create", "-f", "-", stdin=config("edited"))
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/runPolicy: Serial/runPolicy: Parallel/' \"$1\"\n")
    editor.chmod(0o755)
    server.environment["KUBE_EDITOR"] = str(editor)

    ended = kubectl("edit", "bc", "edited")

    assert "edited" in ended.stdout, ended.stderr
    policy = kubectl("get", "bc", "edited", "-o", "jsonpath={.spec.runPolicy}")
    assert policy.stdout == "Parallel"


def test_a_difference_is_shown_before_it_is_made(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=config("differs"))

    ended = kubectl("diff", "-f", "-", stdin=config("differs", runPolicy="Parallel"))

    assert ended.code == 1
    assert "+  runPolicy: Parallel" in ended.stdout


def test_what_an_applied_file_no_longer_says_is_taken_away(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=config("shrinks", completionDeadlineSeconds=60))

    kubectl("apply", "-f", "-", stdin=config("shrinks"))

    left = kubectl("get", "bc", "shrinks", "-o", "jsonpath={.spec.completionDeadlineSeconds}")
    assert left.stdout == ""


def test_two_managers_of_one_field_conflict(kubectl: Kubectl) -> None:
    apply = ("apply", "--server-side", "-f", "-")
    kubectl(*apply, "--field-manager=one", stdin=config("shared", runPolicy="Serial"))

    refused = kubectl(*apply, "--field-manager=two", stdin=config("shared", runPolicy="Parallel"))
    forced = kubectl(
        *apply, "--field-manager=two", "--force-conflicts",
        stdin=config("shared", runPolicy="Parallel"),
    )  # fmt: skip

    assert refused.code == 1
    assert 'conflict with "one"' in refused.stderr
    assert ".spec.runPolicy" in refused.stderr
    assert forced.code == 0, forced.stderr


def test_a_stale_object_is_not_written_over(kubectl: Kubectl) -> None:
    kubectl("create", "-f", "-", stdin=config("stale"))
    old = kubectl("get", "bc", "stale", "-o", "json").stdout
    kubectl("label", "bc", "stale", "a=b")

    ended = kubectl("replace", "-f", "-", stdin=old)

    assert ended.code == 1
    assert "the object has been modified" in ended.stderr


def test_selectors_choose_objects(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "chosen")
    kubectl("create", "configmap", "other")
    kubectl("label", "configmap", "chosen", "tier=front")

    by_label = kubectl("get", "configmap", "-l", "tier in (front, back)", "-o", "name")
    by_field = kubectl("get", "configmap", "--field-selector=metadata.name=other", "-o", "name")

    assert by_label.stdout == "configmap/chosen\n"
    assert by_field.stdout == "configmap/other\n"


def test_a_long_list_is_read_in_chunks(kubectl: Kubectl) -> None:
    items = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{i:02}"}}
        for i in range(25)
    ]
    many = {"apiVersion": "v1", "kind": "List", "items": items}
    kubectl("create", "-f", "-", stdin=json.dumps(many))

    listed = kubectl("get", "configmap", "--chunk-size=7", "-o", "name")

    names = listed.stdout.split()
    assert [f"configmap/c{i:02}" in names for i in range(25)] == [True] * 25
    assert len(names) == len(set(names))


def test_a_watch_tells_what_happens(server: Server) -> None:
    server.kubectl("create", "namespace", "watched")
    server.kubectl("-n", "watched", "create", "configmap", "early")
    words = ["kubectl", "-n", "watched", "get", "configmap", "--watch", "-o", "name"]
    with subprocess.Popen(words, env=server.env, stdout=subprocess.PIPE) as watching:
        assert watching.stdout is not None
        first = watching.stdout.readline()
        server.kubectl("-n", "watched", "create", "configmap", "told")

        line = watching.stdout.readline()

        watching.terminate()
    assert (first, line) == (b"configmap/early\n", b"configmap/told\n")


def test_waiting_ends_when_what_is_waited_for_has_come(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "awaited")

    ended = kubectl("wait", "--for=jsonpath={.metadata.name}=awaited", "configmap/awaited")

    assert ended.code == 0, ended.stderr


def test_dependents_go_with_their_owner(kubectl: Kubectl) -> None:
    own(kubectl, "owner", "owned")

    kubectl("delete", "configmap", "owner", "--cascade=background")
    ended = kubectl("wait", "--for=delete", "configmap/owned", "--timeout=100s")

    assert ended.code == 0, ended.stderr


def test_an_owner_in_the_foreground_goes_last(kubectl: Kubectl) -> None:
    own(kubectl, "head", "tail")

    ended = kubectl("delete", "configmap", "head", "--cascade=foreground", "--timeout=100s")

    assert ended.code == 0, ended.stderr
    assert "NotFound" in kubectl("get", "configmap", "tail").stderr


def test_orphans_stay(kubectl: Kubectl) -> None:
    own(kubectl, "parent", "orphan")

    kubectl("delete", "configmap", "parent", "--cascade=orphan")

    left = kubectl("get", "configmap", "orphan", "-o", "jsonpath={.metadata.ownerReferences}")
    assert (left.code, left.stdout) == (0, "")


def own(kubectl: Kubectl, owner: str, owned: str) -> None:
    """Make one object the owner of another."""
    kubectl("create", "configmap", owner)
    uid = kubectl("get", "configmap", owner, "-o", "jsonpath={.metadata.uid}").stdout
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": owner, "uid": uid}
    metadata = {
        "name": owned,
        "ownerReferences": [{**reference, "blockOwnerDeletion": True, "controller": True}],
    }
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    assert kubectl("create", "-f", "-", stdin=json.dumps(body)).code == 0


def test_a_finalizer_holds_an_object_back(kubectl: Kubectl) -> None:
    metadata = {"name": "held", "finalizers": ["example.com/hold"]}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    kubectl("create", "-f", "-", stdin=json.dumps(body))

    kubectl("delete", "configmap", "held", "--wait=false")
    still = kubectl("get", "configmap", "held", "-o", "jsonpath={.metadata.deletionTimestamp}")
    kubectl("patch", "configmap", "held", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')

    assert still.stdout
    assert "NotFound" in kubectl("get", "configmap", "held").stderr


def test_a_namespace_takes_all_that_is_in_it(server: Server) -> None:
    server.kubectl("create", "namespace", "doomed")
    server.kubectl("-n", "doomed", "create", "configmap", "inside")

    ended = server.kubectl("delete", "namespace", "doomed", "--timeout=100s")

    assert ended.code == 0, ended.stderr
    assert "NotFound" in server.kubectl("-n", "doomed", "get", "configmap", "inside").stderr


def test_rights_are_told(server: Server, kubectl: Kubectl) -> None:
    kubectl("create", "rolebinding", "seer", "--clusterrole=view", "--user=anna")

    assert kubectl("auth", "can-i", "list", "builds", "--as=anna").stdout == "yes\n"
    assert kubectl("auth", "can-i", "delete", "builds", "--as=anna").stdout == "no\n"
    assert server.kubectl("auth", "can-i", "list", "builds", "--as=anna").stdout == "no\n"
    assert "builds" in kubectl("auth", "can-i", "--list", "--as=anna").stdout


def test_who_asks_is_told(kubectl: Kubectl) -> None:
    assert "system:admin" in kubectl("auth", "whoami").stdout


def test_every_path_is_listed_and_leads_somewhere(kubectl: Kubectl) -> None:
    paths = kubectl("get", "--raw", "/").document["paths"]

    answers = {path: kubectl("get", "--raw", path) for path in paths if path != "/metrics"}

    assert {path: ended.stderr for path, ended in answers.items() if ended.code} == {}


def test_a_generated_name_is_made_up(kubectl: Kubectl) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "made-"}}

    made = kubectl("create", "-f", "-", "-o", "jsonpath={.metadata.name}", stdin=json.dumps(body))

    assert made.stdout.startswith("made-")
    assert len(made.stdout) == len("made-") + 5


def test_a_status_is_changed_apart_from_the_rest(kubectl: Kubectl) -> None:
    kubectl("create", "deployment", "apart", "--image=x", "--replicas=0")
    patch = {"status": {"replicas": 3}, "spec": {"replicas": 3}}
    words = ("deployment", "apart", "--type=merge", "-p", json.dumps(patch))

    kubectl("patch", *words, "--subresource=status")

    ended = kubectl("get", "deployment", "apart", "-o", "json").document
    assert (ended["status"]["replicas"], ended["spec"]["replicas"]) == (3, 0)
