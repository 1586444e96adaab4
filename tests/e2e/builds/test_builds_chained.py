"""Builds that start each other: a new image goes through all that is built from it, in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import containers
from e2e.builds.project import PATHS, Project, by_dockerfile
from e2e.builds.registry import Registry
from e2e.server.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

CHAIN = {"one": "base:1", "two": "one:latest", "three": "two:latest"}
"""What each config builds from; it builds into the stream of its name."""
PATIENCE = 120.0


@pytest.fixture
def registry(project: Project) -> Iterator[Registry]:
    """The project's part of the server's registry, and storage that has nothing yet."""
    # Podman wants the path of its storage to be short.
    with TemporaryDirectory(prefix="slipcast-", dir="/tmp") as directory:
        registry = Registry(project=project, directory=Path(directory))
        yield registry
        registry.podman("rmi", "--all", "--force")


@pytest.fixture
def newer(project: Project) -> Iterator[str]:
    """Another base image."""
    text = f"FROM {containers.BASE}\nRUN echo newer > /base\n"
    directory = project.files("newer", {"Containerfile": text})
    name = f"localhost/{project.name}/newer:1"
    containers.podman("build", "--network=none", "--tag", name, str(directory))
    yield name
    containers.podman("rmi", "--force", name)


def tag(name: str) -> dict[str, str]:
    return {"kind": "ImageStreamTag", "name": name}


def linked(name: str, of: str) -> list[dict[str, Any]]:
    """A stream, and a config that builds into it whenever there is another image of a tag."""
    text = f"FROM replaced\nRUN echo {name} >> /chain\n"
    spec = {
        "source": {"dockerfile": text},
        "strategy": by_dockerfile(**{"from": tag(of)}),
        "output": {"to": tag(f"{name}:latest")},
        "triggers": [{"type": "ConfigChange"}, {"type": "ImageChange", "imageChange": {}}],
    }
    group, version = PATHS["build"].split("/")[2:]
    config = {"apiVersion": f"{group}/{version}", "kind": "BuildConfig"}
    stream = {"apiVersion": "image.openshift.io/v1", "kind": "ImageStream"}
    metadata = {"metadata": {"name": name}}
    return [{**stream, **metadata}, {**config, **metadata, "spec": spec}]


def ended(project: Project) -> dict[str, str]:
    """The phases of all builds; several may be of the same second, so they have no order."""
    with project.server.client() as client:
        items = client.get(f"{PATHS['build']}/namespaces/{project.name}/builds").json()["items"]
    return {each["metadata"]["name"]: each["status"]["phase"] for each in items}


def test_a_new_image_is_built_through_three_levels_each_once(
    project: Project, registry: Registry, newer: str
) -> None:
    project.apply(*(each for name, of in CHAIN.items() for each in linked(name, of)))
    registry.push(containers.BASE, "base:1")
    until(lambda: ended(project).get("three-1") == "Complete", PATIENCE)
    assert set(ended(project)) == {"one-1", "two-1", "three-1"}

    registry.push(newer, "base:1")
    until(lambda: ended(project).get("three-2") == "Complete", PATIENCE)

    assert ended(project) == dict.fromkeys(
        ("one-1", "two-1", "three-1", "one-2", "two-2", "three-2"), "Complete"
    )
    assert registry.ran("three:latest", "cat /base /chain").split() == [
        "newer",
        "one",
        "two",
        "three",
    ]


def test_a_config_that_builds_what_it_builds_from_comes_to_rest(
    project: Project, registry: Registry
) -> None:
    registry.push(containers.BASE, "own:latest")
    project.apply(linked("own", "own:latest")[1])

    until(lambda: ended(project).get("own-1") == "Complete", PATIENCE)
    said = until(lambda: events(project, "own").get("BuildConfigTriggerSkipped", ""), PATIENCE)

    assert "was made by a build of this BuildConfig" in said
    assert list(ended(project)) == ["own-1"]


def test_two_configs_that_build_from_each_other_come_to_rest_up_31(
    project: Project, registry: Registry
) -> None:
    project.apply(*linked("ping", "pong:latest"), *linked("pong", "ping:latest"))
    registry.push(containers.BASE, "ping:latest")

    until(lambda: ended(project).get("ping-1") == "Complete", PATIENCE)
    said = until(lambda: events(project, "pong").get("BuildConfigTriggerSkipped", ""), PATIENCE)

    assert f"it builds in a circle with {project.name}/ping" in said
    assert set(ended(project)) == {"pong-1", "ping-1"}


def events(project: Project, config: str) -> dict[str, str]:
    """What was told of a config."""
    with project.server.client() as client:
        items = client.get(f"/api/v1/namespaces/{project.name}/events").json()["items"]
    own = [each for each in items if each["involvedObject"]["name"] == config]
    return {each["reason"]: each["message"] for each in own}
