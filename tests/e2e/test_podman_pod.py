"""Builds in pods that are containers of the builder's own image: sources in, images out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

import applications
import containers
import gitserver
from slipcast.adapters.engine.buildah import BuildahEngine
from slipcast.adapters.pods.podman import Podman, PodmanPods
from slipcast.api.container import Container, SecurityContext
from slipcast.api.meta import ObjectMeta
from slipcast.api.pod import Pod, PodSpec
from slipcast.ports.pods import Materials, Variable
from slipcast.values.logrecords import read
from slipcast.values.sensitive import Sensitive
from workbench import shell

pytestmark = [pytest.mark.engine, pytest.mark.network, pytest.mark.e2e, pytest.mark.anyio]

STATE = containers.STATE / "pods"
DOCKERFILE = f"""\
FROM {containers.BASE}
COPY page.txt /page.txt
RUN echo "made of $(cat /page.txt)" > /made.txt
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def image(_engines_work: None) -> str:
    """The image of the server's own builds."""
    return applications.pod_image()


@pytest.fixture
def podman(registry: containers.Registry) -> Podman:
    """Podman on the storage of all tests, which the builder shares."""
    STATE.mkdir(parents=True, exist_ok=True)
    return Podman(
        words=("podman", *containers.engine_flags()),
        env={"CONTAINERS_CONF": containers.engine_env()["CONTAINERS_CONF"]},
        builder_env={
            "SLIPCAST_STATE": str(STATE),
            "SLIPCAST_STORAGE_ROOT": str(containers.STORAGE),
            "SLIPCAST_ENGINE": "buildah",
            "SLIPCAST_INSECURE_REGISTRIES": registry.host,
        },
        shared=(STATE, containers.STORAGE),
    )


@pytest.fixture
async def pods(podman: Podman, tmp_path: Path) -> AsyncIterator[PodmanPods]:
    """Pods, which are ended afterwards."""
    pods = PodmanPods(tmp_path / "pods", podman)
    yield pods
    for each in await pods.list():
        await pods.remove(each.uid)
    pods.close()


@pytest.fixture
def registry(tmp_path: Path, _engines_work: None) -> Iterator[containers.Registry]:
    """A registry that lets everybody in."""
    with containers.registry(tmp_path / "registry") as registry:
        yield registry


@pytest.fixture
def output(registry: containers.Registry, buildah: BuildahEngine) -> Iterator[str]:
    """What the image of the build is called; removed afterwards."""
    name = registry.name("shop/app")
    yield name
    buildah.remove(name)


@pytest.fixture
def source(tmp_path: Path, base_image: str) -> Iterator[str]:
    """The URL of a repository with a Dockerfile."""
    assert base_image in DOCKERFILE
    files = {"Dockerfile": DOCKERFILE, "page.txt": "a page\n"}
    repository = gitserver.repository(tmp_path / "app", files)
    gitserver.bare(repository, tmp_path / "served/app.git")
    with gitserver.http(tmp_path / "served") as served:
        yield f"{served.url}/app.git"


def a_pod(image: str, build: dict[str, Any]) -> tuple[Pod, Materials]:
    """The pod of a Docker build."""
    container = Container(
        name="docker-build",
        image=image,
        command=("slipcast-builder", "docker-build"),
        args=("--loglevel=0",),
        security_context=SecurityContext(privileged=True),
    )
    pod = Pod(
        metadata=ObjectMeta(name="app-1-build", namespace="podman-pods", uid="podman-pods-app-1"),
        spec=PodSpec(containers=(container,), restart_policy="Never"),
    )
    variable = Variable(name="BUILD", value=Sensitive(json.dumps(build)))
    return pod, Materials(env={"docker-build": (variable,)})


async def ended(pods: PodmanPods, pod: Pod) -> tuple[str, str]:
    """How a pod ended, and what it said."""
    records = await pods.records(pod.metadata.uid, "docker-build", follow=True)
    async with aclosing(records):
        data = b"".join([piece async for piece in records])
    changes = await pods.changes()
    async with aclosing(changes):
        while (phase := (await pods.list())[0].status.phase) not in {"Succeeded", "Failed"}:
            await anext(changes)
    return phase, b"".join(each.text + b"\n" for each in read(data)).decode()


async def test_a_docker_build_in_a_container_pushes_its_image(
    pods: PodmanPods, image: str, source: str, output: str, buildah: BuildahEngine
):
    build = {
        "apiVersion": "build.openshift.io/v1",
        "kind": "Build",
        "metadata": {"name": "app-1", "namespace": "podman-pods"},
        "spec": {
            "source": {"git": {"uri": source}},
            "strategy": {"type": "Docker", "dockerStrategy": {}},
            "output": {"to": {"kind": "DockerImage", "name": output}},
        },
    }
    pod, materials = a_pod(image, build)

    await pods.start(pod, materials)

    phase, said = await ended(pods, pod)
    containers.podman("pull", "--quiet", "--tls-verify=false", output)
    assert phase == "Succeeded", said
    assert "Push successful" in said
    assert shell(buildah, output, "cat /made.txt") == "made of a page\n"
