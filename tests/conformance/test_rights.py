"""Who may not, cannot: kubectl with the tokens of service accounts, against our server."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from conformance.conftest import Ran, Server

SPACE = "closed"
ELSEWHERE = "open"
SECRET = "only-for-friends"
Kubectl = Callable[..., Ran]


def kubeconfig(server: Server, token: str) -> str:
    """A kubeconfig with nothing but a token in it."""
    admin = json.loads(server.kubectl("config", "view", "--raw", "-o", "json").stdout)
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": admin["clusters"][0]["cluster"]}],
            "users": [{"name": "u", "user": {"token": token}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


def with_token(server: Server, token: str, name: str) -> Kubectl:
    """kubectl for whoever has a token, in the closed namespace unless it says another."""
    path = server.directory / f"{name}.kubeconfig"
    path.write_text(kubeconfig(server, token))

    def run(*words: str, stdin: str = "") -> Ran:
        return server.kubectl(f"--kubeconfig={path}", "-n", SPACE, *words, stdin=stdin)

    return run


def account(server: Server, name: str, role: str = "") -> Kubectl:
    """kubectl for a service account from elsewhere, with a role in the closed namespace."""
    server.kubectl("-n", ELSEWHERE, "create", "serviceaccount", name)
    if role:
        who = f"--serviceaccount={ELSEWHERE}:{name}"
        given = ("create", "rolebinding", name, f"--clusterrole={role}", who)
        assert server.kubectl("-n", SPACE, *given).code == 0
    token = server.kubectl("-n", ELSEWHERE, "create", "token", name)
    assert token.code == 0, token.stderr
    return with_token(server, token.stdout.strip(), name)


@pytest.fixture(scope="module")
def admin(server: Server) -> Iterator[Kubectl]:
    """The administrator, who has put something into the closed namespace."""

    def run(*words: str, stdin: str = "") -> Ran:
        return server.kubectl("-n", SPACE, *words, stdin=stdin)

    for name in (SPACE, ELSEWHERE):
        server.kubectl("create", "namespace", name)
    run("create", "configmap", "settings", "--from-literal=colour=blue")
    run("create", "secret", "generic", "keys", f"--from-literal=key={SECRET}")
    yield run
    for name in (SPACE, ELSEWHERE):
        server.kubectl("delete", "namespace", name)


@pytest.fixture(scope="module")
def viewer(server: Server, admin: Kubectl) -> Kubectl:
    """Somebody who may look."""
    assert admin("get", "configmap", "settings").code == 0
    return account(server, "viewer", "view")


@pytest.fixture(scope="module")
def stranger(server: Server, admin: Kubectl) -> Kubectl:
    """Somebody known, who may nothing."""
    assert admin("get", "configmap", "settings").code == 0
    return account(server, "stranger")


def refused(ended: Ran) -> bool:
    """Whether the server said that this somebody may not."""
    return ended.code != 0 and "forbidden" in ended.stderr.lower()


def test_who_may_look_sees_what_is_there(viewer: Kubectl) -> None:
    ended = viewer("get", "configmap", "settings", "-o", "jsonpath={.data.colour}")

    assert ended.stdout == "blue", ended.stderr


CHANGES = [
    ("create", "configmap", "mine"),
    ("create", "serviceaccount", "mine"),
    ("create", "secret", "generic", "mine"),
    (
        "create",
        "rolebinding",
        "mine",
        "--clusterrole=admin",
        f"--serviceaccount={ELSEWHERE}:viewer",
    ),
    ("create", "token", "default"),
    ("delete", "configmap", "settings"),
    ("delete", "configmap", "--all"),
    ("delete", "namespace", SPACE),
    ("patch", "configmap", "settings", "-p", '{"data":{"colour":"red"}}'),
    ("patch", "configmap", "settings", "--type=json", "-p", "[]"),
    ("label", "configmap", "settings", "a=b"),
    ("annotate", "configmap", "settings", "a=b"),
    ("patch", "namespace", SPACE, "--type=merge", "-p", '{"metadata":{"labels":{"a":"b"}}}'),
]


@pytest.mark.parametrize("words", CHANGES, ids=" ".join)
def test_who_may_look_changes_nothing(
    viewer: Kubectl, admin: Kubectl, words: tuple[str, ...]
) -> None:
    before = admin("get", "configmap,serviceaccount,secret,rolebinding", "-o", "yaml").stdout

    ended = viewer(*words)

    after = admin("get", "configmap,serviceaccount,secret,rolebinding", "-o", "yaml").stdout
    assert refused(ended), ended
    assert after == before


@pytest.mark.parametrize("way", [(), ("--server-side",)], ids=["apply", "server side"])
def test_who_may_look_applies_nothing(viewer: Kubectl, way: tuple[str, ...]) -> None:
    wanted = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "mine", "namespace": SPACE},
    }

    ended = viewer("apply", *way, "-f", "-", stdin=json.dumps(wanted))

    assert refused(ended), ended


LOOKS = [
    ("get", "secrets"),
    ("get", "secrets", "-A"),
    ("get", "secrets", "-w"),
    ("get", "secret", "keys", "-o", "yaml"),
    ("describe", "secret", "keys"),
    ("get", "--raw", f"/api/v1/namespaces/{SPACE}/secrets"),
    ("get", "--raw", f"/api/v1/namespaces/{SPACE}/secrets/keys"),
    ("get", "--raw", f"/api/v1/watch/namespaces/{SPACE}/secrets"),
    ("get", "--raw", f"/api/v1/namespaces/{SPACE}/secrets?watch=1"),
]


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_who_may_look_sees_no_secrets(viewer: Kubectl, words: tuple[str, ...]) -> None:
    ended = viewer(*words)

    assert refused(ended), ended
    assert ended.stdout == ""


KINDS = (
    *("configmaps", "secrets", "pods", "serviceaccounts", "events", "roles", "rolebindings"),
    *("builds", "buildconfigs", "imagestreams", "templates", "deploymentconfigs", "routes"),
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stranger_sees_nothing_in_lists(stranger: Kubectl, kind: str) -> None:
    here, everywhere = stranger("get", kind), stranger("get", kind, "-A")

    assert refused(here), here
    assert refused(everywhere), everywhere
    assert (here.stdout, everywhere.stdout) == ("", "")
    assert SPACE not in everywhere.stderr


@pytest.mark.parametrize("kind", ["configmap", "secret", "serviceaccount", "rolebinding"])
@pytest.mark.parametrize("verb", ["get", "describe", "delete"])
def test_a_stranger_is_not_told_what_is_there(
    stranger: Kubectl, admin: Kubectl, verb: str, kind: str
) -> None:
    there = admin("get", kind, "-o", "jsonpath={.items[0].metadata.name}").stdout

    ended, nothing = stranger(verb, kind, there), stranger(verb, kind, "nothing-of-that-name")

    assert refused(ended), ended
    assert ended.stderr.replace(there, "X") == nothing.stderr.replace("nothing-of-that-name", "X")


def test_a_stranger_is_not_told_which_namespaces_there_are(stranger: Kubectl) -> None:
    ended = stranger("get", "namespace", SPACE)
    nothing = stranger("get", "namespace", "nothing")

    assert refused(ended), ended
    assert ended.stderr.replace(SPACE, "X") == nothing.stderr.replace("nothing", "X")
    assert refused(stranger("get", "namespaces"))


def test_a_stranger_cannot_write_where_there_is_nothing_either(stranger: Kubectl) -> None:
    ended = stranger("create", "configmap", "x")
    nothing = stranger("-n", "nowhere", "create", "configmap", "x")

    assert refused(ended), ended
    assert ended.stderr.replace(SPACE, "X") == nothing.stderr.replace("nowhere", "X")


def test_a_stranger_has_no_projects(stranger: Kubectl, viewer: Kubectl) -> None:
    theirs, none = (
        viewer("get", "projects", "-o", "name"),
        stranger("get", "projects", "-o", "name"),
    )

    assert SPACE in theirs.stdout
    assert (none.code, none.stdout) == (0, ""), none.stderr


@pytest.mark.parametrize("path", ["configmaps", "secrets", "events"])
def test_a_stranger_sees_nothing_in_watches(stranger: Kubectl, path: str) -> None:
    ended = stranger("get", "--raw", f"/api/v1/namespaces/{SPACE}/{path}?watch=1")
    everywhere = stranger("get", "--raw", f"/api/v1/{path}?watch=1&allowWatchBookmarks=1")

    assert refused(ended), ended
    assert refused(everywhere), everywhere
    assert (ended.stdout, everywhere.stdout) == ("", "")


def test_what_a_stranger_may_is_told(stranger: Kubectl, viewer: Kubectl) -> None:
    words = ("auth", "can-i", "list", "configmaps")

    assert (stranger(*words).stdout, viewer(*words).stdout) == ("no\n", "yes\n")


@pytest.mark.parametrize(
    "whom",
    [
        ("--as=system:admin",),
        ("--as=nobody", "--as-group=system:masters"),
        (f"--as=system:serviceaccount:{SPACE}:default",),
        ("--as=nobody", "--as-uid=7"),
    ],
    ids=" ".join,
)
def test_a_service_account_acts_as_nobody_else(viewer: Kubectl, whom: tuple[str, ...]) -> None:
    ended = viewer("get", "configmaps", *whom)

    assert refused(ended), ended
    assert "impersonate" in ended.stderr


def test_an_editor_acts_as_the_service_accounts_of_the_namespace_only(
    server: Server, admin: Kubectl
) -> None:
    editor = account(server, "actor", "edit")

    here = editor("auth", "whoami", f"--as=system:serviceaccount:{SPACE}:default")
    there = editor("get", "configmaps", "--as=system:serviceaccount:kube-system:default")

    assert (here.code, refused(there)) == (0, True), (here, there)
    assert admin("get", "configmap", "settings").code == 0


@pytest.mark.parametrize("role", ["edit", "admin"])
def test_nobody_gives_away_more_than_they_have(server: Server, role: str, admin: Kubectl) -> None:
    somebody = account(server, f"giver-{role}", role)
    who = f"--serviceaccount={ELSEWHERE}:giver-{role}"

    ended = somebody("create", "rolebinding", "more", "--clusterrole=cluster-admin", who)

    assert refused(ended), ended
    assert "not found" in admin("get", "rolebinding", "more").stderr


def coded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def unsigned(token: str) -> str:
    """The same token, with no signature."""
    return ".".join((coded({"alg": "none", "typ": "JWT"}), token.split(".")[1], ""))


def changed(token: str) -> str:
    """The same signature, of another account."""
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return ".".join((head, coded({**claims, "sub": "system:admin"}), signature))


@pytest.mark.parametrize("forge", [unsigned, changed, str.upper, lambda token: token[:-4]])
def test_a_token_that_was_meddled_with_is_nothing(
    server: Server, admin: Kubectl, forge: Callable[[str], str]
) -> None:
    token = admin("create", "token", "default").stdout.strip()

    ended = with_token(server, forge(token), "forger")("auth", "whoami")

    assert ended.code != 0
    assert "Unauthorized" in ended.stderr or "logged in" in ended.stderr


def test_a_token_is_over_as_soon_as_its_secret_is_deleted(server: Server, admin: Kubectl) -> None:
    wanted = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/service-account-token",
        "metadata": {
            "name": "mine",
            "annotations": {"kubernetes.io/service-account.name": "default"},
        },
    }
    admin("apply", "-f", "-", stdin=json.dumps(wanted))
    coded_token = admin("get", "secret", "mine", "-o", "jsonpath={.data.token}").stdout
    owner = with_token(server, base64.b64decode(coded_token).decode(), "owner")
    before = owner("auth", "whoami")
    admin("delete", "secret", "mine")

    after = owner("auth", "whoami")

    assert (before.code, after.code) == (0, 1), after


def test_a_token_for_others_is_nothing_here(server: Server, admin: Kubectl) -> None:
    token = admin("create", "token", "default", "--audience=bank").stdout.strip()

    ended = with_token(server, token, "banker")("auth", "whoami")

    assert ended.code == 1


def test_what_is_secret_comes_into_no_log_and_no_error(
    server: Server, admin: Kubectl, stranger: Kubectl
) -> None:
    token = admin("create", "token", "default").stdout.strip()
    with_token(server, token, "logged")("get", "secrets")
    ended = stranger("create", "secret", "generic", "x", f"--from-literal=key={SECRET}")

    log = (server.state / "server.log").read_text()

    assert SECRET not in log + ended.stderr
    assert token not in log
    assert "request.answered" in log


def test_who_shows_nothing_is_nobody(server: Server) -> None:
    trusted = ssl.create_default_context(cafile=str(server.state / "pki/ca.crt"))

    status = httpx.get(f"{server.url}/api/v1/secrets", verify=trusted).json()

    assert (status["code"], "system:anonymous" in status["message"]) == (403, True)


def test_a_binding_is_applied_in_the_form_of_openshift_and_is_the_same_one(admin: Kubectl) -> None:
    head = {"apiVersion": "authorization.openshift.io/v1", "kind": "RoleBinding"}
    body = {"metadata": {"name": "older"}, "roleRef": {"name": "view"}, "groupNames": ["crew"]}
    manifest = json.dumps(head | body)

    first = admin("apply", "-f", "-", stdin=manifest)
    again = admin("apply", "-f", "-", stdin=manifest)
    kept = admin("get", "rolebindings", "older", "-o", "jsonpath={.subjects[0].name}")

    assert first.code == 0, first.stderr
    assert "unchanged" in again.stdout
    assert kept.stdout == "crew", kept.stderr


def test_who_only_looks_gives_no_role_in_the_form_of_openshift(viewer: Kubectl) -> None:
    head = {"apiVersion": "authorization.openshift.io/v1", "kind": "RoleBinding"}
    body = {"metadata": {"name": "mine"}, "roleRef": {"name": "admin"}, "groupNames": ["crew"]}

    assert refused(viewer("create", "-f", "-", stdin=json.dumps(head | body)))
