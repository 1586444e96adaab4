"""Documents of a plan: what holds together what was made (UP-25)."""

from __future__ import annotations

import base64

import pytest

from newappworld import SHOP, made_by, request_of
from slipcast.api.applications import NAMED
from slipcast.api.document import JSON
from slipcast.newapp.documents import documents
from slipcast.newapp.objects import Secrets
from slipcast.newapp.planning import Plan
from slipcast.newapp.request import NewAppRequest, Pair

APP = (Pair(name="app", value="other"),)
TEAM = (Pair(name="team", value="tea"),)


def annotated(request: NewAppRequest, *labels: JSON) -> list[str | None]:
    """The application that an annotation names, of objects with such labels."""
    objects: list[JSON] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"m{at}", "labels": each}}
        for at, each in enumerate(labels)
    ]
    plan = Plan(parts=(), deployments=(), templates=(), env=())
    found = documents(plan, request, lambda: Secrets("s1", "s2"), objects)
    return [each["metadata"]["annotations"].get(NAMED) for each in found]


@pytest.mark.parametrize("labels", [(), APP])
def test_labels_name_the_application_and_no_annotation_does(labels: tuple[Pair, ...]) -> None:
    request = NewAppRequest(name="shop", labels=labels, as_deployment_config=True)

    assert annotated(request, {}, {}) == [None, None]


def test_an_annotation_names_the_application_where_a_template_has_labels_of_its_own_up_25() -> None:
    request = NewAppRequest(name="shop", as_deployment_config=True)

    assert annotated(request, {"app": "shop"}, {}, {"app": "db"}) == [None, "shop", "shop"]


def test_what_webhooks_must_know_is_in_no_config_but_in_a_secret_beside_it_go_70() -> None:
    found = made_by(request_of("new-app", f"python~{SHOP}", "--name=x", "--secret-webhooks"))

    kinds = [each["kind"] for each in found]
    secret, config = found[kinds.index("BuildConfig") - 1], found[kinds.index("BuildConfig")]
    hooks = [each.get("github") or each.get("generic") for each in config["spec"]["triggers"][:2]]
    assert secret["kind"] == "Secret"
    assert base64.b64decode(secret["data"]["WebHookSecretKey"])
    assert hooks == [{"secretReference": {"name": "x-webhooks"}}] * 2
    assert secret["metadata"]["labels"] == config["metadata"]["labels"]


def test_what_is_built_under_labels_of_the_user_is_named_too_up_25() -> None:
    request = NewAppRequest(name="shop", labels=TEAM, builds=True)

    assert annotated(request, {}) == ["shop"]


@pytest.mark.parametrize("word", ["python", "python:3.5", "openshift/python", f"python~{SHOP}"])
def test_the_stream_that_was_named_is_the_name_of_what_runs_go_111(word: str) -> None:
    first, *_ = made_by(request_of("new-app", "-i", word, "--name=x", "--as-deployment"))

    assert first["metadata"]["labels"]["app.kubernetes.io/name"] == "python"
