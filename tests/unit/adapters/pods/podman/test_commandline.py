"""What podman is told of a container."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from slipcast.adapters.pods.podman import commandline
from slipcast.adapters.pods.podman.commandline import Bind, OwnRegistry, Podman, Run
from slipcast.adapters.pods.process.place import Place
from slipcast.api.pod import Pod
from slipcast.ports.engine import Credential, RegistryAccess
from slipcast.values.faults import PodFault
from slipcast.values.sensitive import Sensitive

PLACE = Place(Path("/pods/u-1"))
OWN = OwnRegistry(addresses=("r:8443", ""), plain="127.0.0.1:5000", authority=Path("/pki/ca.crt"))
PODMAN = Podman(
    words=("podman", "--root", "/images"), shared=(Path("/state"),), network="slow", own=OWN
)


def told(*, spec: dict[str, Any] | None = None, access: RegistryAccess | None = None,
         **container: Any) -> list[str]:  # fmt: skip
    """The words for the one container of a pod."""
    fields = {"name": "main", "image": "some/image", **container}
    pod = msgspec.convert({"spec": {"containers": [fields], **(spec or {})}}, Pod)
    run = Run(place=PLACE, pod=pod, container=pod.spec.containers[0], grouped=True)
    if access is not None:
        run = msgspec.structs.replace(run, access=access)
    return list(commandline.running(PODMAN, run))


def test_a_container_has_a_name_that_can_be_found_again():
    words = told()

    assert words[:3] == ["podman", "--root", "/images"]
    assert "--name=slipcast-u-1-main" in words
    assert "--label=io.slipcast.pod=u-1" in words
    assert "--cgroup-parent=/slipcast-pods/u-1/main" in words


@pytest.mark.parametrize(
    ("container", "entrypoint", "words"),
    [
        ({}, [], []),
        ({"args": ["-a", "b c"]}, [], ["-a", "b c"]),
        ({"command": ["x", "y"]}, ['--entrypoint=["x", "y"]'], []),
        ({"command": ["x"], "args": ["--y"]}, ['--entrypoint=["x"]'], ["--y"]),
    ],
)
def test_a_command_replaces_the_images_own(
    container: dict[str, Any], entrypoint: list[str], words: list[str]
):
    line = told(**container)

    last = line.index("--")
    assert [word for word in line if word.startswith("--entrypoint")] == entrypoint
    assert line[last + 1 :] == ["docker.io/some/image:latest", *words]


def test_the_builder_sees_the_host_and_its_own_image():
    words = told(command=["slipcast-builder", "docker-build"], image="slipcast/builder")

    assert {"--network=host", "--pid=host", "--volume=/state:/state:rw"} <= set(words)
    assert words[-1] == "slipcast/builder"


def test_an_image_of_somebodys_sees_nothing_of_the_host():
    words = told()

    assert "--network=slow" in words
    assert [word for word in words if "host" in word or "/state" in word] == []


def test_limits_are_those_of_the_container():
    words = told(resources={"limits": {"memory": "64Mi", "cpu": "500m"}})

    assert {
        "--memory=67108864", "--memory-swap=67108864", "--cpu-period=100000", "--cpu-quota=50000",
        "--cpu-shares=512",
    } <= set(words)  # fmt: skip


@pytest.mark.parametrize(
    ("security", "expected"),
    [
        ({"privileged": True}, {"--privileged"}),
        ({"runAsUser": 5, "runAsGroup": 6}, {"--user=5:6"}),
        ({"capabilities": {"add": ["NET_RAW"], "drop": ["ALL"]}},
         {"--cap-add=NET_RAW", "--cap-drop=ALL"}),
        ({"readOnlyRootFilesystem": True}, {"--read-only"}),
        ({"allowPrivilegeEscalation": False}, {"--security-opt=no-new-privileges"}),
    ],
)  # fmt: skip
def test_rights_are_those_of_the_container(security: dict[str, Any], expected: set[str]):
    usual = set(told())

    words = told(securityContext=security)

    assert set(words) - usual == expected


def test_a_user_may_be_that_of_the_pod():
    words = told(spec={"securityContext": {"runAsUser": 7}})

    assert "--user=7" in words


@pytest.mark.parametrize(
    ("policy", "expected"), [("", "missing"), ("Always", "always"), ("Never", "never")]
)
def test_an_image_is_pulled_as_its_container_says(policy: str, expected: str):
    words = told(imagePullPolicy=policy)

    assert f"--pull={expected}" in words


def test_a_registry_is_reached_as_the_pod_says():
    credential = Credential(username="ada", password=Sensitive("hunter2"))

    words = told(access=RegistryAccess(credential=credential, insecure=True))

    assert "--tls-verify=false" in words
    assert "--authfile=/pods/u-1/pull/main/.dockerconfigjson" in words
    assert [word for word in words if "hunter2" in word] == []


@pytest.mark.parametrize("path", ["/a:b", "/a\nb", "a"])
def test_what_podman_would_take_apart_is_not_mounted(path: str):
    pod = msgspec.convert({"spec": {"containers": [{"name": "main", "image": "a"}]}}, Pod)
    bind = Bind(source=Path("/x"), target=path)
    run = Run(place=PLACE, pod=pod, container=pod.spec.containers[0], binds=(bind,))

    with pytest.raises(PodFault):
        commandline.running(PODMAN, run)


def test_an_image_that_is_none_is_refused():
    with pytest.raises(PodFault) as caught:
        told(image="Not An Image")

    assert caught.value.reason == "InvalidImageName"


@pytest.mark.parametrize("policy", ["", "IfNotPresent", "Never", "Always"])
def test_the_servers_registry_says_who_may_have_an_image_that_is_here(policy: str):
    assert "--pull=always" in told(image="r:8443/shop/app", imagePullPolicy=policy)


def test_the_builders_own_image_is_the_hosts():
    words = told(image="r:8443/x/builder", command=["slipcast-builder", "s2i-build"])

    assert "--pull=missing" in words


def test_only_for_images_of_the_servers_registry_its_authority_counts():
    assert commandline.trust(PODMAN, "r:8443/shop/app") == {"SSL_CERT_FILE": "/pki/ca.crt"}
    assert commandline.trust(PODMAN, "other.example/shop/app") == {}
    assert commandline.trust(PODMAN, "No Image") == {}


def test_where_the_servers_registry_has_no_tls_none_is_asked_for():
    assert "--tls-verify=false" in told(image="127.0.0.1:5000/shop/app")
    assert "--tls-verify=false" not in told(image="r:8443/shop/app")
