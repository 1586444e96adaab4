"""Builds that need more than they have, and what one project cannot do to another."""

from __future__ import annotations

import json

import pytest

import containers
from e2e.builds.project import Project, a_config, by_dockerfile, by_source, pushed_to
from e2e.server.waiting import until
from slipcast.adapters.engine.buildah import BuildahEngine

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

HOG = f'FROM {containers.BASE}\nRUN python3 -c "x = bytearray(400 << 20)"\n'


def test_a_step_without_memory_is_the_reason_of_its_build(project: Project) -> None:
    # BL-73, UP-2
    limits = {"limits": {"memory": "256Mi"}}
    project.apply(a_config(by_dockerfile(), {"dockerfile": HOG}, resources=limits))

    ran = project.start()

    assert ran.code == 1
    assert project.status()["reason"] == "OutOfMemoryKilled"
    assert "OutOfMemoryKilled" in ran.stderr


def test_a_build_of_300_kilobytes_is_built(project: Project) -> None:
    env = [{"name": f"LONG_{number}", "value": "x" * 50_000} for number in range(5)]
    text = f"FROM {containers.BASE}\n# {'x' * 55_000}\nRUN echo ${{#LONG_4}} > /length\n"
    config = json.dumps(a_config(by_dockerfile(env=env), {"dockerfile": text}))
    project.done("create", "-f", "-", stdin=config)

    ran = project.start()

    assert ran.code == 0, ran.said
    assert project.printed("cat /length") == "50000\n"


def test_a_build_argument_may_be_of_a_secret(project: Project) -> None:
    project.secret("token", key="hush-hush")
    reference = {"secretKeyRef": {"name": "token", "key": "key"}}
    text = f"FROM {containers.BASE}\nARG TOKEN\nRUN echo ${{#TOKEN}} > /length\n"
    args = [{"name": "TOKEN", "valueFrom": reference}]
    config = a_config(by_dockerfile(buildArgs=args), {"dockerfile": text})
    project.apply(config)

    ran = project.start("--build-loglevel=5")

    assert ran.code == 0, ran.said
    assert project.printed("cat /length") == "9\n"
    # BLD-178: the commands are shown, what is secret in them is not.
    assert "--build-arg=TOKEN " in ran.said
    assert "hush" not in ran.said


def test_no_build_puts_an_image_under_the_name_of_its_output(
    project: Project, open_registry: containers.Registry, buildah: BuildahEngine
) -> None:
    output = open_registry.name(f"{project.name}/app")
    text = f"FROM {containers.BASE}\nRUN echo mine > /x\n"
    project.apply(a_config(by_dockerfile(), {"dockerfile": text}, output=pushed_to(output)))

    ran = project.start()

    assert ran.code == 0, ran.said
    assert buildah.inspect(output) is None


def test_an_image_that_cannot_be_pulled_is_named_by_whoever_waits(
    project: Project, open_registry: containers.Registry
) -> None:
    # UP-2
    gone = open_registry.name("no/such")
    project.apply(a_config(by_source(gone)))

    ran = project("start-build", "app", "--wait", f"--from-dir={project.files('x', {'a': 'b'})}")

    assert ran.code == 1
    assert project.status()["reason"] == "PullBuilderImageFailed"
    assert gone in project.last_words()
    assert gone in ran.stderr


def test_a_build_gets_the_limits_of_its_project(project: Project) -> None:
    item = {"type": "Container", "default": {"memory": "256Mi"}}
    limits = {"kind": "LimitRange", "apiVersion": "v1", "metadata": {"name": "limits"}}
    config = a_config(by_dockerfile(), {"dockerfile": HOG})
    project.apply({**limits, "spec": {"limits": [item]}}, config)

    ran = project.start()

    assert ran.code == 1
    assert project.status()["reason"] == "OutOfMemoryKilled"


def test_a_build_beyond_the_limits_of_its_project_says_so(project: Project) -> None:
    # UP-30
    item = {"type": "Container", "max": {"memory": "256Mi"}}
    limits = {"kind": "LimitRange", "apiVersion": "v1", "metadata": {"name": "limits"}}
    asked = {"limits": {"memory": "1Gi"}}
    config = a_config(by_dockerfile(), {"dockerfile": HOG}, resources=asked)
    project.apply({**limits, "spec": {"limits": [item]}}, config)

    build = project.queue()

    until(lambda: project.status(build).get("reason") == "CannotCreateBuildPod")
    assert "maximum memory usage per Container is 256Mi" in project.status(build)["message"]
