"""What our client writes and says, held against kubectl on one server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.conftest import Ran, Server

SPACE, GIVEN = "writing", "writing-given"
CONFIG: dict[str, Any] = {
    "apiVersion": "build.openshift.io/v1",
    "kind": "BuildConfig",
    "metadata": {"name": "app", "labels": {"app": "x"}},
    "spec": {
        "source": {"git": {"uri": "https://example.com/app?a=1&b=<2>"}},
        "strategy": {"dockerStrategy": {"env": [{"name": "A", "value": "1"}]}},
        "output": {"to": {"kind": "ImageStreamTag", "name": "app:latest"}},
    },
}
MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "map"}, "data": {"a": "1"}}


class Clients:
    """Both clients in one namespace, with the same words."""

    def __init__(self, server: Server, space: str) -> None:
        self._server = server
        self._space = space

    def kubectl(self, *words: str, stdin: str = "") -> Ran:
        """What kubectl does."""
        return self._server.kubectl(*words, "-n", self._space, stdin=stdin)

    def slipcast(self, *words: str, stdin: str = "") -> Ran:
        """What we do."""
        return self._server.slipcast(*words, "-n", self._space, stdin=stdin)

    def file(self, name: str, *contents: dict[str, Any]) -> Path:
        """A file of objects."""
        path = self._server.directory / name
        path.write_text("\n".join(json.dumps(each) for each in contents))
        return path


@pytest.fixture(scope="module")
def clients(server: Server) -> Iterator[Clients]:
    """The clients, in a namespace of this module's own."""
    server.kubectl("create", "namespace", SPACE)
    yield Clients(server, SPACE)
    server.kubectl("delete", "namespace", SPACE)


@pytest.fixture
def _nothing(clients: Clients) -> None:
    clients.kubectl("delete", "cm,bc", "--all", "--wait=false")


nothing = pytest.mark.usefixtures("_nothing")
"""Nothing is there when the test begins."""


def changed(content: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """The same object with other fields."""
    return {**content, "spec": {**content["spec"], **spec}}


LOGGED = re.compile(r"^[IWEF]\d{4} .*\n", re.MULTILINE)
"""What kubectl's library logs of itself, as when a watch was short."""

SAYINGS = (
    ("create", "configmap", "map"),
    ("create", "configmap", "new", "--dry-run=server"),
    ("create", "configmap", "new", "--dry-run=client", "-o", "name"),
    ("create", "namespace", GIVEN),
    ("create", "-f", "map.json"),
    ("create", "-f", "nowhere.json"),
    ("create", "role", "r", "--verb=get"),
    ("create", "configmap", "c", "--from-literal=a"),
    ("create", "quota", "q", "--hard=pods"),
    ("replace", "-f", "map.json"),
    ("replace", "-f", "map.json", "--dry-run=client"),
    ("replace", "-f", "missing.json"),
    ("apply", "-f", "map.json", "--dry-run=client"),
    ("apply", "-f", "map.json", "--prune"),
    ("apply", "-f", "map.json", "--prune", "-l", "a=b"),
    ("apply", "set-last-applied", "-f", "map.json"),
    ("diff", "-f", "nowhere.json"),
    ("patch", "cm", "map", "-p", "{}"),
    ("patch", "cm", "missing", "-p", "{}"),
    ("label", "cm", "map", "x=y", "--dry-run=server"),
    ("label", "cm", "map", "tier=front"),
    ("label", "cm", "map", "tier=back"),
    ("label", "cm", "map", "nothing-"),
    ("label", "cm", "map", "--list"),
    ("label", "cm", "map"),
    ("label", "cm", "-l", "nothing=here", "x=y"),
    ("annotate", "cm", "map", "note=b"),
    ("annotate", "cm", "map", "x=y", "--dry-run=client"),
    ("delete", "cm", "map", "--dry-run=server"),
    ("delete", "cm", "map", "--dry-run=client", "-o", "name"),
    ("delete", "cm", "missing"),
    ("delete", "cm", "missing", "--ignore-not-found"),
    ("delete", "cm", "-l", "nothing=here"),
    ("delete", "cm"),
    ("delete", "cm", "--all", "-l", "x=y"),
    ("delete", "cm", "map", "--now", "--grace-period=3"),
    ("delete", "-f", "missing.json"),
    ("wait", "cm/map", "--for=jsonpath={.data.a}=1"),
    ("wait", "cm/map", "--for=condition=Ready", "--timeout=100ms"),
    ("wait", "cm/map", "--for=delete", "--timeout=100ms"),
    ("wait", "cm/map", "--for=delete", "--timeout=0"),
    ("wait", "cm/missing", "--for=delete"),
    ("wait", "cm/missing", "--for=condition=Ready"),
    ("wait", "cm/missing", "--for=create", "--timeout=100ms"),
    ("wait", "cm/map", "--for=create", "--timeout=0"),
    ("wait", "cm/missing", "--for=create", "--timeout=0"),
    ("wait", "cm", "-l", "nothing=here", "--for=condition=Ready"),
    ("auth", "can-i", "create", "builds"),
    ("auth", "can-i", "create", "builds", "--as=anna"),
    ("auth", "can-i", "list", "namespaces"),
    ("auth", "whoami"),
)
"""Command lines that both clients end alike, word for word; none changes anything."""


@pytest.fixture(scope="module")
def given(server: Server) -> Iterator[Clients]:
    """A config map with a label and an annotation, and files about it and about what is not."""
    server.kubectl("create", "namespace", GIVEN)
    clients = Clients(server, GIVEN)
    metadata = {"name": "map", "labels": {"tier": "front"}, "annotations": {"note": "a"}}
    clients.file("map.json", {**MAP, "metadata": metadata})
    clients.file("missing.json", {**MAP, "metadata": {"name": "missing"}})
    clients.kubectl("create", "-f", "map.json")
    yield clients
    server.kubectl("delete", "namespace", GIVEN)


@pytest.mark.parametrize("words", SAYINGS, ids=" ".join)
def test_both_clients_say_the_same(given: Clients, words: tuple[str, ...]) -> None:
    ours, theirs = (client(*words) for client in (given.slipcast, given.kubectl))

    assert (ours.code, ours.stdout) == (theirs.code, theirs.stdout)
    assert ours.stderr == LOGGED.sub("", theirs.stderr)


@nothing
def test_what_kubectl_applied_we_find_unchanged(clients: Clients) -> None:
    clients.file("app.json", CONFIG, MAP)
    clients.kubectl("apply", "-f", "app.json")

    ended = clients.slipcast("apply", "-f", "app.json")

    assert ended.stdout == "buildconfig.build.openshift.io/app unchanged\nconfigmap/map unchanged\n"
    assert ended.stderr == ""


@nothing
def test_what_we_applied_kubectl_finds_unchanged(clients: Clients) -> None:
    clients.file("app.json", CONFIG, MAP)
    clients.slipcast("apply", "-f", "app.json")

    ended = clients.kubectl("apply", "-f", "app.json")

    assert ended.stdout == "buildconfig.build.openshift.io/app unchanged\nconfigmap/map unchanged\n"
    assert ended.stderr == ""


@nothing
def test_what_one_client_added_the_other_takes_away(clients: Clients) -> None:
    clients.file("app.json", changed(CONFIG, completionDeadlineSeconds=60))
    clients.kubectl("apply", "-f", "app.json")
    clients.file("app.json", CONFIG)

    ended = clients.slipcast("apply", "-f", "app.json")

    left = clients.kubectl("get", "bc", "app", "-o", "json").document
    assert ended.stdout == "buildconfig.build.openshift.io/app configured\n"
    assert "completionDeadlineSeconds" not in left["spec"]


@nothing
def test_odd_letters_are_kept_alike(clients: Clients) -> None:
    odd = {**MAP, "data": {"a": '\u2028<&>\u00e9\t"\\', "b": "", "c": "\U0001f600"}}
    clients.file("odd.json", odd)
    clients.kubectl("apply", "-f", "odd.json")

    assert clients.slipcast("apply", "-f", "odd.json").stdout == "configmap/map unchanged\n"


def shown(ended: Ran) -> str:
    """A difference without the names of directories and the times of files."""
    return re.sub(r"/\S*/(LIVE|MERGED)-[^/\s]+|\t\d{4}-.*", "", ended.stdout)


@nothing
@pytest.mark.parametrize("side", [(), ("--server-side", "--force-conflicts")])
def test_both_clients_see_the_same_difference(clients: Clients, side: tuple[str, ...]) -> None:
    clients.file("app.json", CONFIG, MAP)
    clients.kubectl("apply", "-f", "app.json")
    clients.file("app.json", changed(CONFIG, runPolicy="Parallel"), MAP)

    ours, theirs = (
        client("diff", "-f", "app.json", *side) for client in (clients.slipcast, clients.kubectl)
    )

    assert (ours.code, shown(ours)) == (theirs.code, shown(theirs))
    assert ours.code == 1
    assert "+  runPolicy: Parallel" in ours.stdout


@nothing
def test_neither_client_sees_a_difference_where_there_is_none(clients: Clients) -> None:
    clients.file("app.json", CONFIG)
    clients.slipcast("apply", "-f", "app.json")

    ours, theirs = (
        client("diff", "-f", "app.json") for client in (clients.slipcast, clients.kubectl)
    )

    assert (ours.code, ours.stdout) == (theirs.code, theirs.stdout) == (0, "")


GENERATED = (
    ("configmap", "x", "--from-literal=a=b", "--append-hash"),
    ("secret", "generic", "x", "--from-literal=a=b", "--type=t", "--append-hash"),
    ("secret", "docker-registry", "x", "--docker-username=u", "--docker-password=p"),
    ("serviceaccount", "x"),
    ("role", "x", "--verb=get,list", "--resource=pods,deployments.apps,pods/log"),
    ("rolebinding", "x", "--clusterrole=view", "--user=u", "--group=g", "--serviceaccount=n:s"),
    ("clusterrole", "x", "--verb=get", "--non-resource-url=/a"),
    ("clusterrole", "x", "--aggregation-rule=a=b"),
    ("clusterrolebinding", "x", "--clusterrole=view", "--user=u"),
    ("quota", "x", "--hard=pods=1,cpu=2", "--scopes=BestEffort"),
    ("service", "clusterip", "x", "--tcp=80:8080", "--tcp=90"),
    ("service", "nodeport", "x", "--tcp=80", "--node-port=30001"),
    ("service", "externalname", "x", "--external-name=a.b"),
    ("deployment", "x", "--image=a/b:c", "--image=e", "--replicas=2", "--port=80"),
    ("job", "x", "--image=b", "--", "a", "b"),
)


def told(value: Any) -> Any:
    """An object without what says nothing."""
    if isinstance(value, dict):
        return {
            key: left
            for key, each in value.items()
            if key not in {"creationTimestamp", "strategy", "resources", "status", "rules"}
            or (key in {"resources", "rules"} and each)
            if (left := told(each)) not in (None, {})
        }
    return [told(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("words", GENERATED, ids=" ".join)
def test_both_clients_make_the_same_of_flags(server: Server, words: tuple[str, ...]) -> None:
    before, dashes, after = " ".join(words).partition(" -- ")
    flags = (*before.split(), "--dry-run=client", "-o", "json", *(dashes + after).split())

    ours, theirs = (client("create", *flags) for client in (server.slipcast, server.kubectl))

    assert told(ours.document) == told(theirs.document)


@nothing
def test_an_object_is_edited_alike(clients: Clients, server: Server) -> None:
    clients.kubectl("create", "cm", "map", "--from-literal=a=1")
    server.environment["KUBE_EDITOR"] = 'sed -i \'s/a: "1"/a: "2"/\''

    first = clients.slipcast("edit", "cm", "map")
    second = clients.slipcast("edit", "cm", "map")

    assert (first.code, first.stdout) == (0, "configmap/map edited\n")
    assert (second.code, second.stderr) == (0, "Edit cancelled, no changes made.\n")
    del server.environment["KUBE_EDITOR"]


def test_a_login_by_token_serves_kubectl_as_well(server: Server) -> None:
    token = server.kubectl("create", "token", "default", "-n", "default").stdout.strip()
    authority = str(server.state / "pki/ca.crt")
    own = ("--kubeconfig", str(server.directory / "own.kubeconfig"))

    ended = server.slipcast(
        "login", server.url, "--token", token, "--certificate-authority", authority, *own
    )

    assert ended.code == 0, ended.stderr
    whoami = server.kubectl("auth", "whoami", *own)
    assert "system:serviceaccount:default:default" in whoami.stdout


def test_an_authority_nobody_knows_is_explained(server: Server) -> None:
    own = ("--kubeconfig", str(server.directory / "nobodys.kubeconfig"))

    ended = server.slipcast("login", server.url, "--token", "x", *own)

    assert ended.code == 1
    assert "--certificate-authority FILE names the one to believe" in ended.stderr
