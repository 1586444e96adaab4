"""`slipcast delete app`: an application taken away with all that was made of it (UP-25)."""

from __future__ import annotations

import pytest

from projects import build_config, deployment_config, service, stream
from slipcast.api.document import JSON
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call


@pytest.fixture
def toolbox(toolbox: FakeToolbox) -> FakeToolbox:
    """A server with the project `shop`: two applications, and an object of somebody's own."""
    toolbox.server.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    parts = (
        service("shop"),
        deployment_config("shop", "shop:latest"),
        build_config("shop", to="shop:latest", on="openshift/python:3.11"),
        stream("shop"),
        stream("blog"),
    )
    toolbox.server.put(*(each.content for each in parts), config_map("mine", "shop"))
    return toolbox


def config_map(name: str, app: str) -> JSON:
    """A config map with the label of an application."""
    metadata = {"name": name, "namespace": "shop", "labels": {"app": app}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


@pytest.mark.parametrize("words", [("app", "shop"), ("app/shop",), ("application", "shop")])
def test_all_of_an_application_goes_and_nothing_else_up_25(
    call: Call, words: tuple[str, ...]
) -> None:
    ended = call("delete", *words, "-n", "shop")

    assert ended.code == 0
    assert ended.stdout == (
        'service "shop" deleted\n'
        'deploymentconfig.apps.openshift.io "shop" deleted\n'
        'buildconfig.build.openshift.io "shop" deleted\n'
        'imagestream.image.openshift.io "shop" deleted\n'
    )
    assert ended.stderr == "configmap/mine stays: it has the label, and was not made by new-app\n"
    assert call("get", "all,cm", "-n", "shop", "-o", "name").stdout == (
        "imagestream.image.openshift.io/blog\nconfigmap/mine\n"
    )


def test_what_others_use_stays_and_that_is_said_up_25(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(build_config("cart", on="blog:1").content)

    ended = call("delete", "app", "blog", "-n", "shop")

    assert (ended.code, ended.stdout) == (0, "")
    assert ended.stderr == "imagestream.image.openshift.io/blog stays: bc/cart uses it\n"


def test_a_trial_takes_nothing_away(call: Call) -> None:
    ended = call("delete", "app", "blog", "-n", "shop", "--dry-run=client")

    assert ended.stdout == 'imagestream.image.openshift.io "blog" deleted (dry run)\n'
    assert call("get", "is", "blog", "-n", "shop").code == 0


def test_several_applications_are_taken_away_one_after_the_other(call: Call) -> None:
    ended = call("delete", "app", "gone", "blog", "-n", "shop", "-o", "name")

    assert (ended.code, ended.stdout) == (1, "imagestream.image.openshift.io/blog\n")
    assert 'error: there is no application "gone" here' in ended.stderr
    assert "There are: blog, shop." in ended.stderr


def test_where_there_is_none_it_is_said_how_to_make_one(call: Call) -> None:
    ended = call("delete", "app", "shop")

    assert ended.code == 1
    assert "'slipcast new-app' makes applications." in ended.stderr


def test_an_application_that_is_not_there_may_be_ignored(call: Call) -> None:
    ended = call("delete", "app", "gone", "--ignore-not-found")

    assert (ended.code, ended.stdout, ended.stderr) == (0, "", "")


def test_who_may_do_nothing_is_refused(call: Call) -> None:
    ended = call("delete", "app", "shop", "-n", "shop", "--as", "stranger")

    assert ended.code == 1
    assert "forbidden" in ended.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("app",), "an application is named: slipcast delete app NAME"),
        (("app/",), "an application is named: slipcast delete app NAME"),
        (("app", "shop", "-l", "x=y"), "an application is named: slipcast delete app NAME"),
        (("app", "--all"), "an application is named: slipcast delete app NAME"),
        (("app/shop", "svc/shop"), "applications and other objects are deleted one after the"),
    ],
)
def test_what_does_not_go_together_is_refused(
    call: Call, words: tuple[str, ...], told: str
) -> None:
    ended = call("delete", *words, "-n", "shop")

    assert ended.code == 1
    assert told in ended.stderr


def test_who_may_not_look_at_all_kinds_is_told_which(call: Call, toolbox: FakeToolbox) -> None:
    head = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "ada"}}
    group = "rbac.authorization.k8s.io"
    subject = {"apiGroup": group, "kind": "User", "name": "ada"}
    view = {"apiGroup": group, "kind": "ClusterRole", "name": "view"}
    toolbox.server.put(
        {**head, "kind": "RoleBinding", "subjects": [subject], "roleRef": view}, namespace="shop"
    )

    ended = call("delete", "app", "blog", "-n", "shop", "--as", "ada", "--dry-run=client")

    assert ended.code == 0
    assert "Warning: not looked at, for lack of rights: secrets" in ended.stderr
