"""`slipcast set`: images, amounts, probes and volumes of what has pods."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

CONTAINERS = [
    {"name": "app", "image": "example/app:1", "resources": {"limits": {"cpu": "1"}}},
    {"name": "side", "image": "example/side:1"},
]
DEPLOYMENT = {
    "apiVersion": "apps.openshift.io/v1",
    "kind": "DeploymentConfig",
    "metadata": {"name": "app"},
    "spec": {
        "selector": {"app": "app"},
        "template": {"metadata": {"labels": {"app": "app"}}, "spec": {"containers": CONTAINERS}},
    },
}
CONFIG = {
    "apiVersion": "build.openshift.io/v1",
    "kind": "BuildConfig",
    "metadata": {"name": "app"},
    "spec": {"source": {"dockerfile": "FROM scratch"}, "strategy": {"dockerStrategy": {}}},
}
DIGEST = f"sha256:{'a' * 64}"
DC = "deploymentconfig.apps.openshift.io/app"
NO_POD = "error: buildconfigs/app the object is not a pod or does not have a pod template"


@pytest.fixture(autouse=True)
def _there(toolbox: FakeToolbox) -> None:
    toolbox.server.put(DEPLOYMENT)
    toolbox.server.put(CONFIG)


def pods(call: Call) -> dict[str, Any]:
    content = call("get", "dc", "app", "-o", "json").document
    spec: dict[str, Any] = content["spec"]["template"]["spec"]
    return spec


def container(call: Call, name: str = "app") -> dict[str, Any]:
    return next(each for each in pods(call)["containers"] if each["name"] == name)


def test_limits_and_requests_are_set_beside_what_is_there(call: Call) -> None:
    ended = call("set", "resources", "dc/app", "-c", "app", "--limits=memory=1Gi,cpu=2",
                 "--requests=cpu=100m")  # fmt: skip

    assert ended.stdout == f"{DC} resource requirements updated\n"
    assert container(call)["resources"] == {
        "limits": {"cpu": "2", "memory": "1Gi"},
        "requests": {"cpu": "100m", "memory": "1Gi"},
    }
    assert "resources" not in container(call, "side")


def test_a_build_has_resources_itself(call: Call) -> None:
    ended = call("set", "resources", "bc/app", "--limits=cpu=1")

    assert ended.code == 0
    spec = call("get", "bc", "app", "-o", "json").document["spec"]
    assert spec["resources"] == {"limits": {"cpu": "1"}}


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("resources", "dc/app"), "you must specify an update to requests or limits"),
        (("resources", "dc/app", "--limits=cpu"), "expected <resource>=<value>"),
        (("resources", "dc/app", "--limits=cpu=much"), "--limits"),
        (("resources", "dc/app", "-c", "x", "--limits=cpu=1"), "no container named like 'x'"),
        (("image", "dc/app"), "at least one image update is required"),
        (("image", "dc/app", "x=y"), "unable to find container named 'x'"),
        (("image", "dc/app", "*=y", "app=z"), "all containers are already specified"),
        (("image", "bc/app", "x=y"), NO_POD),
        (("probe", "dc/app", "--get-url=http://:1/"), "you must specify one of --readiness"),
        (("probe", "dc/app", "--readiness"), "you must say how to find out"),
        (("probe", "dc/app", "--readiness", "--get-url=:80"), "--get-url could not be read"),
        (("probe", "dc/app", "--readiness", "--open-tcp=1", "--", "x"), "you may only set one"),
        (("probe", "dc/app", "--readiness", "--remove", "--open-tcp=1"), "--remove may not"),
        (("probe", "bc/app", "--readiness", "--", "true"), NO_POD),
        (("volume", "dc/app", "--add", "--remove"), "only specify one operation"),
        (("volume", "dc/app", "--remove"), "must provide --confirm"),
        (("volume", "dc/app", "--remove", "--name=x"), "volume 'x' not found"),
        (("volume", "dc/app", "--add", "-t", "secret"), "must provide --secret-name"),
        (("volume", "dc/app", "--add", "--source=x"), "--source must be JSON"),
        (("volume", "dc/app", "--add", "--secret-name=x", "--default-mode=9"), "must be octal"),
        (("volume", "bc/app"), NO_POD),
    ],
)
def test_what_cannot_be_set_is_told(call: Call, words: tuple[str, ...], complaint: str) -> None:
    ended = call("set", *words)

    assert ended.code != 0
    assert complaint in ended.stderr


def test_images_are_set_by_container(call: Call) -> None:
    ended = call("set", "image", "dc/app", "app=example/app:2")

    assert ended.stdout == f"{DC} image updated\n"
    assert [each["image"] for each in pods(call)["containers"]] == [
        "example/app:2",
        "example/side:1",
    ]


def test_a_star_is_every_container(call: Call) -> None:
    call("set", "image", "dc/app", "*=example/new")

    assert {each["image"] for each in pods(call)["containers"]} == {"example/new"}


def test_an_image_may_be_a_tag_of_a_stream(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(
        {
            "apiVersion": "image.openshift.io/v1",
            "kind": "ImageStream",
            "metadata": {"name": "shop"},
        }
    )
    toolbox.server.put(
        {
            "apiVersion": "image.openshift.io/v1",
            "kind": "ImageStreamMapping",
            "metadata": {"name": "shop"},
            "tag": "v2",
            "image": {
                "metadata": {"name": DIGEST},
                "dockerImageReference": f"r.example/shop@{DIGEST}",
            },
        }
    )

    call("set", "image", "dc/app", "app=shop:v2", "--source=istag")

    assert container(call)["image"] == f"r.example/shop@{DIGEST}"


@pytest.mark.parametrize(
    ("words", "way"),
    [
        (
            ("--get-url=https://:web/x?y=1",),
            {"httpGet": {"port": "web", "path": "/x?y=1", "scheme": "HTTPS"}},
        ),
        (
            ("--get-url=http://host:8080",),
            {"httpGet": {"port": 8080, "path": "/", "scheme": "HTTP", "host": "host"}},
        ),
        (("--open-tcp=8080",), {"tcpSocket": {"port": 8080}}),
        (("--period-seconds=3", "--", "test", "-f", "/x"), {
            "exec": {"command": ["test", "-f", "/x"]}, "periodSeconds": 3,
        }),
    ],
)  # fmt: skip
def test_a_probe_is_asked_as_it_was_said(
    call: Call, words: tuple[str, ...], way: dict[str, Any]
) -> None:
    ended = call("set", "probe", "dc/app", "-c", "app", "--liveness", *words)

    assert ended.stdout == f"{DC} probes updated\n"
    probe = container(call)["livenessProbe"]
    assert {name: probe[name] for name in way} == way
    assert "readinessProbe" not in container(call)


def test_another_way_replaces_the_first_and_leaves_the_times(call: Call) -> None:
    call("set", "probe", "dc/app", "--readiness", "--open-tcp=1", "--timeout-seconds=9")

    call("set", "probe", "dc/app", "--readiness", "--", "true")

    probe = container(call)["readinessProbe"]
    assert (probe["exec"], probe["timeoutSeconds"]) == ({"command": ["true"]}, 9)
    assert "tcpSocket" not in probe


def test_a_probe_is_taken_away(call: Call) -> None:
    call("set", "probe", "dc/app", "--readiness", "--open-tcp=1")

    call("set", "probe", "dc/app", "--readiness", "--remove")

    assert "readinessProbe" not in container(call)


def test_a_volume_is_added_and_seen_and_listed(call: Call) -> None:
    ended = call("set", "volume", "dc/app", "--add", "--name=v", "-m", "/etc/app", "--read-only",
                 "--configmap-name=app", "--default-mode=0640", "-c", "app")  # fmt: skip

    assert ended.stdout == f"{DC} volume updated\n"
    (volume,) = pods(call)["volumes"]
    assert volume["configMap"] == {"name": "app", "defaultMode": 0o640}
    assert container(call)["volumeMounts"] == [
        {"name": "v", "mountPath": "/etc/app", "readOnly": True}
    ]
    assert call("set", "volume", "dc/app").stdout.splitlines() == [
        "deploymentconfigs/app",
        "  configMap/app as v",
        "    mounted at /etc/app",
    ]


def test_a_volume_without_a_name_is_given_one(call: Call) -> None:
    ended = call("set", "volume", "dc/app", "--add", "-m", "/data")

    (volume,) = pods(call)["volumes"]
    assert f"info: Generated volume name: {volume['name']}" in ended.stderr
    assert volume["emptyDir"] == {}


def test_a_volume_that_is_there_is_replaced_only_if_asked(call: Call) -> None:
    call("set", "volume", "dc/app", "--add", "--name=v", "-m", "/a")

    refused = call("set", "volume", "dc/app", "--add", "--name=v", "--secret-name=s")
    call("set", "volume", "dc/app", "--add", "--name=v", "--secret-name=s", "--overwrite")

    assert "volume 'v' already exists" in refused.stderr
    assert [each["secret"]["secretName"] for each in pods(call)["volumes"]] == ["s"]


def test_a_volume_stays_while_a_container_sees_it(call: Call) -> None:
    call("set", "volume", "dc/app", "--add", "--name=v", "-m", "/a")

    call("set", "volume", "dc/app", "--remove", "--name=v", "-c", "app")
    seen = [bool(each.get("volumeMounts")) for each in pods(call)["containers"]]
    there = [each["name"] for each in pods(call)["volumes"]]
    call("set", "volume", "dc/app", "--remove", "--confirm")

    assert (seen, there) == ([False, True], ["v"])
    assert "volumes" not in pods(call)
