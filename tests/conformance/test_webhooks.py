"""Webhooks as forges call them, with curl; deliveries as kubectl shows them; a real git push."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.conftest import Ran, Server, running

PAYLOADS = Path(__file__).parents[1] / "unit/builds/webhooks/payloads"
COMMIT = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
FORGES = (
    ("github", "X-GitHub-Event: push", "github-push"),
    ("github", "X-Gogs-Event: push", "gogs-push"),
    ("github", "X-GitHub-Event: push", "gitea-push"),
    ("gitlab", "X-Gitlab-Event: Push Hook", "gitlab-push"),
    ("bitbucket", "X-Event-Key: repo:push", "bitbucket-cloud-push"),
    ("bitbucket", "X-Event-Key: repo:refs_changed", "bitbucket-server-refs-changed"),
    ("generic", "X-Other: x", "generic-git"),
)
CONFIG: dict[str, Any] = {
    "apiVersion": "build.openshift.io/v1",
    "kind": "BuildConfig",
    "spec": {
        "source": {"git": {"uri": "https://git.example.com/shop.git", "ref": "main"}},
        "strategy": {
            "sourceStrategy": {"from": {"kind": "DockerImage", "name": "example.com/ruby"}}
        },
        "triggers": [
            {"type": kind, kind.lower(): {"secret": "s3cret"}}
            for kind in ("GitHub", "GitLab", "Bitbucket", "Generic")
        ],
    },
}

Curl = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that runs no builds, with BuildConfigs that have webhooks."""
    with running(tmp_path_factory, SLIPCAST_PODS="none") as server:
        assert server.kubectl("create", "namespace", "shop").code == 0
        for name in ("app", "failing", "looked-at", "described", "pushed"):
            content = json.dumps({**CONFIG, "metadata": {"name": name, "namespace": "shop"}})
            made = server.kubectl("create", "--validate=false", "-f", "-", stdin=content)
            assert made.code == 0, made.stderr
        yield server


@pytest.fixture
def curl(server: Server) -> Curl:
    """Calls what lies below BuildConfigs, as nobody: the status, and the document."""

    def call(rest: str, *words: str) -> tuple[int, Any]:
        url = f"{server.url}/oapi/v1/namespaces/shop/buildconfigs/{rest}"
        argv = ["curl", "--silent", "--insecure", "--max-time", "120", *words]
        argv += ["--write-out", "\n%{http_code}", url]
        ended = subprocess.run(argv, capture_output=True, check=True)
        body, _, status = ended.stdout.decode().rpartition("\n")
        return int(status), json.loads(body)

    return call


def posted(payload: str, *headers: str) -> tuple[str, ...]:
    """The words of curl for a payload of ours."""
    words = [word for header in headers for word in ("--header", header)]
    data = f"@{PAYLOADS / payload}.json"
    return ("--header", "Content-Type: application/json", *words, "--data-binary", data)


@pytest.mark.parametrize(("word", "header", "payload"), FORGES)
def test_each_forge_starts_a_build_of_its_commit(
    curl: Curl, word: str, header: str, payload: str
) -> None:
    status, build = curl(f"app/webhooks/s3cret/{word}", *posted(payload, header))

    assert (status, build["kind"]) == (200, "Build")
    assert build["spec"]["revision"]["git"]["commit"] == COMMIT


@pytest.mark.parametrize(
    ("rest", "words", "status", "reason"),
    [
        ("webhooks/s3cret", ("--request", "POST"), 400, "BadRequest"),
        ("webhooks/s3cret/generic/more", ("--request", "POST"), 400, "BadRequest"),
        ("webhooks/s3cret/nosuch", ("--request", "POST"), 404, "NotFound"),
        ("webhooks/wrong/generic", ("--request", "POST"), 401, "Unauthorized"),
        ("webhooks/wrong/generic", (), 401, "Unauthorized"),
        ("webhooks/s3cret/generic", (), 405, "MethodNotAllowed"),
        ("webhooks/s3cret/generic", ("--request", "DELETE"), 403, "Forbidden"),
        ("webhooks/s3cret/github", posted("github-push"), 400, "BadRequest"),
        ("webhooks/s3cret/github", ("--data", "payload=x"), 400, "BadRequest"),
        ("webhooks/s3cret/gitlab", posted("github-push"), 400, "BadRequest"),
        ("webhooks/s3cret/bitbucket", posted("github-push"), 400, "BadRequest"),
        (
            "webhooks/s3cret/bitbucket",
            posted("bitbucket-cloud-deleted", "X-Event-Key: repo:push"),
            400,
            "BadRequest",
        ),
        (
            "webhooks/s3cret/github",
            posted("github-push", "X-GitHub-Event: push", "X-Hub-Signature-256: sha256=00"),
            401,
            "Unauthorized",
        ),
        (
            "webhooks/s3cret/gitlab",
            posted("gitlab-push", "X-Gitlab-Event: Push Hook", "X-Gitlab-Token: no"),
            401,
            "Unauthorized",
        ),
    ],
)
def test_each_failure_has_its_status_tr_504_to_tr_510(
    curl: Curl, rest: str, words: tuple[str, ...], status: int, reason: str
) -> None:
    found, told = curl(f"failing/{rest}", *words)

    assert (found, told["reason"]) == (status, reason)
    assert "s3cret" not in json.dumps(told)


def test_whether_there_is_a_config_is_not_told_tr_25(curl: Curl) -> None:
    words = posted("github-push", "X-GitHub-Event: push")

    there, absent = (
        curl(f"{name}/webhooks/wrong/github", *words) for name in ("failing", "absent")
    )

    assert json.dumps(there).replace("failing", "absent") == json.dumps(absent)


def test_a_body_that_is_too_large_is_refused(curl: Curl, tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    huge.write_bytes(b" " * (25 * 2**20 + 1))

    status, told = curl("failing/webhooks/s3cret/generic", "--data-binary", f"@{huge}")

    assert (status, told["reason"]) == (413, "RequestEntityTooLarge")


def test_a_body_of_some_megabytes_is_read(curl: Curl, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(b'{"ref":"main","head_commit":{"id":"c1"},"x":[' + b"[]," * 2**23 + b"1]}")

    words = ("--header", "Content-Type: application/json", "--header", "X-GitHub-Event: push")
    status, build = curl("app/webhooks/s3cret/github", *words, "--data-binary", f"@{large}")

    assert (status, build["spec"]["revision"]["git"]["commit"]) == (200, "c1")


def test_kubectl_shows_and_deletes_deliveries(server: Server, curl: Curl) -> None:
    curl(
        "looked-at/webhooks/s3cret/github",
        *posted("github-push", "X-GitHub-Event: push", "X-GitHub-Delivery: 72d3162e"),
    )

    listed = server.kubectl("-n", "shop", "get", "whd").stdout
    (line,) = [each for each in listed.splitlines() if each.startswith("looked-at-")]
    assert line.split()[1:7] == [
        *("looked-at", "GitHub", "push", "main@6113728", "Started", "looked-at-1"),
    ]
    name = f"webhookdeliveries.slipcast.dev/{line.split()[0]}"
    assert server.kubectl("-n", "shop", "describe", name).code == 0
    assert server.kubectl("-n", "shop", "delete", name).code == 0


@pytest.mark.parametrize(
    ("role", "verb", "may"),
    [
        ("view", "list", "yes"),
        ("view", "delete", "no"),
        ("edit", "delete", "yes"),
        ("edit", "create", "no"),
        ("admin", "update", "no"),
    ],
)
def test_who_views_reads_and_who_edits_deletes_deliveries(
    server: Server, role: str, verb: str, may: str
) -> None:
    binding = ("create", "rolebinding", f"{role}-{verb}", f"--clusterrole={role}")
    server.kubectl("-n", "shop", *binding, f"--user={role}-{verb}")

    asked = server.kubectl(
        "-n", "shop", "auth", "can-i", verb, "whd", f"--as={role}-{verb}", "--quiet=false"
    )

    assert asked.stdout.strip() == may


def test_kubectl_explains_deliveries(server: Server) -> None:
    explained = server.kubectl("explain", "webhookdeliveries.outcome")

    assert "Started, Ignored, Rejected or Failed" in explained.stdout


def test_a_description_tells_what_came_of_webhooks_up_15(server: Server, curl: Curl) -> None:
    event = "X-GitHub-Event: push"
    curl("described/webhooks/s3cret/github", *posted("github-push-new-branch", event))

    told = server.slipcast("-n", "shop", "describe", "bc/described").stdout

    assert "Ignored" in told
    assert 'ignored: branch "release/2" is not "main"' in told


def test_no_secret_is_in_the_log_of_the_server_up_16(server: Server, curl: Curl) -> None:
    curl("app/webhooks/s3cret/generic", "--request", "POST")
    curl("app/webhooks/s3cret-wrong/generic", "--request", "POST")

    logs = [each.read_text(errors="replace") for each in server.state.rglob("*.log")]

    assert logs
    assert not [each for each in logs if "s3cret" in each]


def test_deliveries_go_with_their_build_config(server: Server) -> None:
    server.kubectl("create", "namespace", "brief")
    content = json.dumps({**CONFIG, "metadata": {"name": "app", "namespace": "brief"}})
    server.kubectl("create", "--validate=false", "-f", "-", stdin=content)
    url = f"{server.url}/oapi/v1/namespaces/brief/buildconfigs/app/webhooks/s3cret/generic"
    subprocess.run(["curl", "-sk", "-X", "POST", url], check=True, capture_output=True)

    server.kubectl("-n", "brief", "delete", "bc", "app", "--cascade=foreground")

    assert server.kubectl("-n", "brief", "get", "whd", "-o", "name").stdout == ""


def git(*words: str, at: Path, stdin: str = "") -> Ran:
    """Run git, as somebody who is configured nowhere."""
    argv = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *words]
    env = {"PATH": "/usr/bin:/bin", "HOME": str(at), "GIT_CONFIG_NOSYSTEM": "1"}
    ended = subprocess.run(
        argv, cwd=at, env=env, input=stdin.encode(), capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def test_a_git_push_starts_a_build_sb_73(server: Server, tmp_path: Path) -> None:
    bare, tree = tmp_path / "the shop.git", tmp_path / "tree"
    git("init", "--quiet", "--bare", "--initial-branch=main", str(bare), at=tmp_path)
    git("init", "--quiet", "--initial-branch=main", str(tree), at=tmp_path)
    git("commit", "--quiet", "--allow-empty", "--message=What is new", at=tree)
    words = ("start-build", "pushed", "--git-post-receive", f"--git-repository={bare}")
    set_up = server.slipcast("-n", "shop", *words)

    said = git("push", str(bare), "HEAD:main", "HEAD:refs/heads/other", at=tree).stderr

    assert (set_up.code, set_up.stderr) == (0, "")
    assert "remote: build.build.openshift.io/pushed-1 started" in said
    build = server.kubectl("-n", "shop", "get", "build", "pushed-1", "-o", "json").document
    revision = build["spec"]["revision"]["git"]
    assert revision["commit"] == git("rev-parse", "HEAD", at=tree).stdout.strip()
    assert (revision["message"], revision["author"]["name"]) == ("What is new", "Ada")


def test_a_git_push_of_another_branch_is_told_why_nothing_is_built(
    server: Server, tmp_path: Path
) -> None:
    bare, tree = tmp_path / "shop.git", tmp_path / "tree"
    git("init", "--quiet", "--bare", str(bare), at=tmp_path)
    git("init", "--quiet", str(tree), at=tmp_path)
    git("commit", "--quiet", "--allow-empty", "--message=x", at=tree)
    words = ("start-build", "failing", "--git-post-receive", f"--git-repository={bare}")
    server.slipcast("-n", "shop", *words)

    said = git("push", str(bare), "HEAD:refs/heads/other", at=tree).stderr

    assert 'remote: Warning: skipping build. None of the supplied refs matched "main"' in said
