"""Webhooks over HTTP: triggers.md section 2, user-pain.md UP-15 and UP-16."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from typing import Any

import pytest

from slipcast.store.deliverylog import KEPT
from unit.server.conftest import Answered, Asking

OAPI = "/oapi/v1/namespaces/p/buildconfigs"
APIS = "/apis/build.openshift.io/v1/namespaces/p"
LOG = "/apis/slipcast.dev/v1/namespaces/p/webhookdeliveries"
IMAGE = {"kind": "DockerImage", "name": "example.com/ruby"}
COMMIT = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
PUSH = {
    "ref": "refs/heads/main",
    "after": COMMIT,
    "head_commit": {"id": COMMIT, "message": "Why", "author": {"name": "Ada"}},
}
JSON = ("content-type", "application/json")
GITHUB = (JSON, ("x-github-event", "push"))
ONCE = (*GITHUB, ("x-github-delivery", "72d3162e"))


def a_config(name: str = "app", *triggers: dict[str, Any], **annotations: str) -> dict[str, Any]:
    """A BuildConfig with triggers."""
    return {
        "metadata": {
            "name": name,
            "annotations": {
                f"build.slipcast.io/{key.replace('_', '-')}": value
                for key, value in annotations.items()
            },
        },
        "spec": {
            "source": {"git": {"uri": "https://example.com/app.git", "ref": "main"}},
            "strategy": {"sourceStrategy": {"from": IMAGE}},
            "runPolicy": "Parallel",
            "triggers": list(triggers),
        },
    }


GENERIC = {"type": "Generic", "generic": {"secret": "s3cret-g"}}
HUB = {"type": "GitHub", "github": {"secret": "s3cret-h"}}


@pytest.fixture
def hooks(ask: Asking) -> Asking:
    """The application with a BuildConfig of two webhooks."""
    assert ask("POST", "/api/v1/namespaces", {"metadata": {"name": "p"}}).status == 201
    assert ask("POST", f"{APIS}/buildconfigs", a_config("app", GENERIC, HUB)).status == 201
    return ask


def call(
    ask: Asking, rest: str, body: object = b"", headers: Any = (JSON,), method: str = "POST"
) -> Answered:
    """Call what lies below the BuildConfig's webhooks, as nobody."""
    return ask(method, f"{OAPI}/{rest}", body, headers, known=False)


def push(ask: Asking, body: object = None, headers: Any = GITHUB) -> Answered:
    """Deliver a push of GitHub."""
    return call(ask, "app/webhooks/s3cret-h/github", body or PUSH, headers)


def deliveries(ask: Asking) -> list[dict[str, Any]]:
    """The log of deliveries, the newest first."""
    items: list[dict[str, Any]] = ask("GET", LOG).document["items"]
    return sorted(items, key=lambda each: -int(each["metadata"]["resourceVersion"]))


def test_a_push_is_answered_with_its_build_tr_28(hooks: Asking) -> None:
    answer = push(hooks)

    build = answer.document
    assert (answer.status, build["kind"], build["metadata"]["name"]) == (200, "Build", "app-1")
    assert build["spec"]["revision"]["git"]["commit"] == COMMIT
    (cause,) = build["spec"]["triggeredBy"]
    assert cause["message"] == "GitHub WebHook"
    assert cause["githubWebHook"]["secret"] == "<secret>"
    assert cause["githubWebHook"]["revision"] == build["spec"]["revision"]


def test_the_paths_of_the_group_are_webhooks_too_tr_20(hooks: Asking) -> None:
    path = f"{APIS}/buildconfigs/app/webhooks/s3cret-g/generic"

    answer = hooks("POST", path, b"", (JSON,), known=False)

    assert (answer.status, answer.document["metadata"]["name"]) == (200, "app-1")
    owner = answer.document["metadata"]["ownerReferences"][0]
    assert owner["apiVersion"] == "build.openshift.io/v1"


def test_a_warning_is_told_beside_the_build_tr_30(hooks: Asking) -> None:
    answer = call(hooks, "app/webhooks/s3cret-g/generic", headers=())

    assert answer.document["kind"] == "Build"
    (warning,) = answer.warnings
    assert "invalid Content-Type on payload" in warning


def test_what_is_not_built_is_told_with_the_reason_up_15(hooks: Asking) -> None:
    answer = push(hooks, {**PUSH, "ref": "refs/heads/other"})

    assert answer.status == 200
    assert answer.document == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "message": 'ignored: branch "other" is not "main"',
        "code": 200,
    }


@pytest.mark.parametrize(
    "rest", ["", "/", "/s3cret-g", "/s3cret-g/generic/more", "/s3cret-g//generic", "/a%2Fb/generic"]
)
def test_a_path_of_two_words_is_asked_for_tr_504(hooks: Asking, rest: str) -> None:
    answer = call(hooks, f"app/webhooks{rest}")

    assert (answer.status, answer.document["reason"]) == (400, "BadRequest")
    assert b"s3cret" not in answer.body
    assert b"a/b" not in answer.body


def test_an_unknown_type_is_not_found_tr_505(hooks: Asking) -> None:
    answer = call(hooks, "app/webhooks/s3cret-g/nosuch")

    assert (answer.status, answer.document["reason"]) == (404, "NotFound")
    assert answer.document["details"] == {"name": "nosuch", "kind": "buildconfighook"}


@pytest.mark.parametrize(
    "rest",
    [
        "app/webhooks/wrong/generic",
        "app/webhooks/s3cret-h/generic",
        "app/webhooks/s3cret-g/gitlab",
        "absent/webhooks/s3cret-g/generic",
    ],
    ids=["secret", "of another type", "no trigger", "no config"],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_wrong_secret_learns_nothing_tr_25(hooks: Asking, rest: str, method: str) -> None:
    answer = call(hooks, rest, method=method)

    name, _, word = rest.replace("/webhooks/", "/").split("/")
    said = f'the webhook "{word}" for "{name}" did not accept your secret'
    assert (answer.status, answer.document["message"]) == (401, said)
    assert answer.document.keys() == {
        *("kind", "apiVersion", "metadata", "status", "message", "reason", "code")
    }
    assert not deliveries(hooks)


def test_in_another_namespace_nothing_is_learnt_either_tr_25(hooks: Asking) -> None:
    path = "/oapi/v1/namespaces/nowhere/buildconfigs/app/webhooks/x/generic"

    assert hooks("POST", path, b"", (JSON,), known=False).status == 401


def test_the_body_of_who_knows_no_secret_is_not_read_tr_25(hooks: Asking) -> None:
    huge = (("content-length", str(2**40)), JSON)

    assert call(hooks, "app/webhooks/wrong/generic", headers=huge).status == 401
    assert call(hooks, "app/webhooks/s3cret-g/generic", headers=huge).status == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_with_the_secret_other_methods_are_not_allowed_tr_509(hooks: Asking, method: str) -> None:
    answer = hooks(method, f"{OAPI}/app/webhooks/s3cret-g/generic", b"", (JSON,))

    assert (answer.status, answer.document["reason"]) == (405, "MethodNotAllowed")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nobody_may_use_other_methods(hooks: Asking, method: str) -> None:
    assert call(hooks, "app/webhooks/s3cret-g/generic", method=method).status == 403


def test_what_a_forge_would_not_send_is_refused_tr_510(hooks: Asking) -> None:
    answer = push(hooks, headers=(JSON, ("x-github-event", "issues")))

    assert (answer.status, answer.document["reason"]) == (400, "BadRequest")
    (told,) = deliveries(hooks)
    assert (told["outcome"], told["event"]) == ("Rejected", "issues")


def test_a_build_that_cannot_be_made_is_an_internal_error_tr_513(hooks: Asking) -> None:
    paused = {"metadata": {"annotations": {"openshift.io/build-config.paused": "true"}}}
    hooks(
        "PATCH", f"{APIS}/buildconfigs/app", paused,
        [("content-type", "application/merge-patch+json")],
    )  # fmt: skip

    answer = push(hooks, headers=ONCE)

    assert (answer.status, answer.document["reason"]) == (500, "InternalError")
    assert "could not generate a build: can't instantiate" in answer.document["message"]
    assert deliveries(hooks)[0]["outcome"] == "Failed"


def test_a_delivery_is_written_down_without_its_secret_up_15(hooks: Asking) -> None:
    push(hooks, headers=ONCE)

    (listed,) = deliveries(hooks)
    told = hooks("GET", f"{LOG}/{listed['metadata']['name']}").document
    assert {name: told[name] for name in told if name not in {"metadata", "receivedAt"}} == {
        "kind": "WebhookDelivery",
        "apiVersion": "slipcast.dev/v1",
        "buildConfig": "app",
        "type": "GitHub",
        "event": "push",
        "deliveryID": "72d3162e",
        "ref": "refs/heads/main",
        "commit": COMMIT,
        "outcome": "Started",
        "build": "app-1",
        "message": "build app-1 was started",
    }
    assert told["metadata"]["ownerReferences"][0]["kind"] == "BuildConfig"
    assert "s3cret" not in json.dumps(told)


def test_a_delivery_that_comes_again_starts_one_build(hooks: Asking) -> None:
    first, again = push(hooks, headers=ONCE), push(hooks, headers=ONCE)

    assert first.document["metadata"]["uid"] == again.document["metadata"]["uid"]
    assert "this delivery came before" in again.warnings[0]
    assert len(hooks("GET", f"{APIS}/builds").document["items"]) == 1
    assert len(deliveries(hooks)) == 1


def test_the_id_of_a_delivery_of_something_else_is_no_replay(hooks: Asking) -> None:
    head = {**PUSH["head_commit"], "id": "b" * 40}  # type: ignore[dict-item]

    push(hooks, headers=ONCE)
    other = push(hooks, {**PUSH, "head_commit": head}, ONCE)

    assert other.document["metadata"]["name"] == "app-2"


def test_what_started_nothing_may_be_delivered_again(hooks: Asking) -> None:
    other = {**PUSH, "ref": "refs/heads/other"}

    answers = [push(hooks, other, ONCE).document["kind"], push(hooks, None, ONCE).document["kind"]]

    assert answers == ["Status", "Build"]


def test_a_delivery_whose_build_is_gone_starts_no_other(hooks: Asking) -> None:
    push(hooks, headers=ONCE)
    hooks("DELETE", f"{APIS}/builds/app-1")

    answer = push(hooks, headers=ONCE)

    assert answer.document["message"].endswith("has started build app-1, which is gone")


def test_deliveries_without_an_id_are_all_new(hooks: Asking) -> None:
    names = [push(hooks).document["metadata"]["name"] for _ in range(2)]

    assert names == ["app-1", "app-2"]


def test_the_newest_deliveries_are_kept(hooks: Asking) -> None:
    hooks("POST", f"{APIS}/buildconfigs", a_config("app-b", HUB))
    hooks("POST", f"{OAPI}/app-b/webhooks/s3cret-h/github", PUSH, GITHUB, known=False)
    for number in range(KEPT + 2):
        push(hooks, {**PUSH, "ref": f"refs/heads/x{number}"})

    refs = [each["ref"] for each in deliveries(hooks)]
    expected = [f"refs/heads/x{number}" for number in range(KEPT + 1, 1, -1)]
    assert refs == [*expected, "refs/heads/main"]


def test_deliveries_are_read_and_deleted_and_not_written(hooks: Asking) -> None:
    push(hooks)
    (told,) = deliveries(hooks)
    place = f"{LOG}/{told['metadata']['name']}"

    assert hooks("POST", LOG, told).status == 405
    assert hooks("PUT", place, told).status == 405
    assert hooks("GET", LOG, known=False).status == 403
    assert hooks("DELETE", place).status == 200
    assert not deliveries(hooks)


def test_of_deliveries_a_table_is_told(hooks: Asking) -> None:
    push(hooks)

    accept = ("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
    table = hooks("GET", LOG, headers=[accept]).document

    shown = dict(
        zip(
            [each["name"] for each in table["columnDefinitions"]],
            table["rows"][0]["cells"],
            strict=True,
        )
    )
    assert shown["Ref"] == "main@6113728"
    assert shown["Outcome"] == "Started app-1"


def test_a_secret_may_be_in_a_secret_and_several_count_tr_24(hooks: Asking) -> None:
    triggers = [
        {"type": "GitLab", "gitlab": {"secretReference": {"name": name}, "secret": "inline"}}
        for name in ("old", "new", "absent")
    ]
    hooks("POST", f"{APIS}/buildconfigs", a_config("lab", *triggers))
    for name in ("old", "new"):
        data = {"WebHookSecretKey": base64.b64encode(name.encode()).decode(), "other": "eA=="}
        hooks(
            "POST",
            "/api/v1/namespaces/p/secrets",
            {"metadata": {"name": name}, "data": data},
        )
    body = {"ref": "refs/heads/main", "after": COMMIT, "commits": []}

    headers = (JSON, ("x-gitlab-event", "Push Hook"))
    answers = {
        secret: call(hooks, f"lab/webhooks/{secret}/gitlab", body, headers).status
        for secret in ("old", "new", "inline", "absent", "x")
    }

    assert answers == {"old": 200, "new": 200, "inline": 200, "absent": 401, "x": 401}


@pytest.mark.parametrize("data", [{}, {"WebHookSecretKey": "/w=="}, {"WebHookSecretKey": ""}])
def test_a_secret_that_holds_none_matches_nothing_tr_24(
    hooks: Asking, data: dict[str, str]
) -> None:
    trigger = {"type": "Generic", "generic": {"secretReference": {"name": "s"}}}
    hooks("POST", f"{APIS}/buildconfigs", a_config("ref", trigger))
    hooks("POST", "/api/v1/namespaces/p/secrets", {"metadata": {"name": "s"}, "data": data})

    assert call(hooks, "ref/webhooks/x/generic").status == 401


def test_variables_count_where_the_trigger_allows_them_tr_75(hooks: Asking) -> None:
    allowing = {"type": "Generic", "generic": {"secret": "allowing", "allowEnv": True}}
    hooks("POST", f"{APIS}/buildconfigs", a_config("env", GENERIC, allowing))
    body = {"env": [{"name": "A", "value": "1"}]}

    allowed = call(hooks, "env/webhooks/allowing/generic", body).document
    silent = call(hooks, "env/webhooks/s3cret-g/generic", body).document

    assert allowed["spec"]["strategy"]["sourceStrategy"]["env"] == [{"name": "A", "value": "1"}]
    assert "env" not in silent["spec"]["strategy"]["sourceStrategy"]


@pytest.mark.parametrize(("key", "status"), [("s3cret-h", 200), ("other", 401)])
def test_a_signature_must_be_made_with_the_secret(hooks: Asking, key: str, status: int) -> None:
    body = json.dumps(PUSH).encode()
    made = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()

    answer = push(hooks, body, (*GITHUB, ("x-hub-signature-256", f"sha256={made}")))

    assert answer.status == status


def test_a_wrong_signature_is_written_down_and_told_as_a_wrong_secret(hooks: Asking) -> None:
    answer = push(hooks, headers=(*GITHUB, ("x-hub-signature", "sha1=00")))

    said = 'the webhook "github" for "app" did not accept your secret'
    assert (answer.status, answer.document["message"]) == (401, said)
    (told,) = deliveries(hooks)
    assert told["outcome"] == "Rejected"
    assert "signature" in told["message"]


def test_a_branch_that_a_pattern_takes_is_what_the_build_checks_out(hooks: Asking) -> None:
    hooks("POST", f"{APIS}/buildconfigs", a_config("any", HUB, webhook_branches="release/*"))

    answer = call(
        hooks, "any/webhooks/s3cret-h/github", {**PUSH, "ref": "refs/heads/release/2"}, GITHUB
    )

    assert answer.document["spec"]["source"]["git"]["ref"] == "release/2"
    assert answer.document["spec"]["revision"]["git"]["commit"] == COMMIT


def test_a_push_that_touches_no_path_is_not_built(hooks: Asking) -> None:
    hooks("POST", f"{APIS}/buildconfigs", a_config("mono", HUB, webhook_paths="web, !**/*.md"))
    body = {**PUSH, "commits": [{"id": COMMIT, "modified": ["web/README.md"]}]}

    answer = call(hooks, "mono/webhooks/s3cret-h/github", body, GITHUB)

    assert answer.document["message"].startswith("ignored: the changed file is not in")


def test_a_large_payload_is_read_too(hooks: Asking) -> None:
    answer = push(hooks, {**PUSH, "padding": "x" * 4_000_000})

    assert answer.document["kind"] == "Build"


def test_no_secret_is_in_the_log_of_requests_up_16(
    hooks: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    push(hooks)
    call(hooks, "app/webhooks/s3cret-g/generic/more")
    call(hooks, "app/webhooks/s3cret-g%2Fx/generic")

    paths = [
        each.__dict__["fields"]["path"] for each in caplog.records if "fields" in each.__dict__
    ]
    assert paths == [f"{OAPI}/app/webhooks/***"] * 3
    assert "s3cret" not in caplog.text + str([each.__dict__ for each in caplog.records])


def test_no_secret_is_in_the_metrics_up_16(hooks: Asking) -> None:
    push(hooks)

    text = hooks("GET", "/metrics").body.decode()

    assert "s3cret" not in text
    assert 'subresource="webhooks"' in text
