"""Builds into streams of the integrated registry, and from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import containers
from e2e.builds.conftest import looked_after
from e2e.builds.project import Project, a_config, an_image, by_dockerfile, by_source
from e2e.builds.registry import Registry

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

FILES = {"index.html": "hello\n"}
SAID = f"FROM {containers.BASE}\nRUN echo said > /said\n"


@pytest.fixture
def registry(project: Project) -> Iterator[Registry]:
    """The project's part of the server's registry, and storage that has nothing yet."""
    # Podman wants the path of its storage to be short.
    with TemporaryDirectory(prefix="slipcast-", dir="/tmp") as directory:
        registry = Registry(project=project, directory=Path(directory))
        yield registry
        registry.podman("rmi", "--all", "--force")


@pytest.fixture
def another(project: Project, place: Path, names: list[str]) -> Iterator[Project]:
    """Another project on the same server."""
    names.append(f"{project.name}-other")
    yield from looked_after(replace(project, name=names[-1]), place / "own")


def a_stream(name: str = "app") -> dict[str, Any]:
    """An ImageStream."""
    group = {"apiVersion": "image.openshift.io/v1", "kind": "ImageStream"}
    return {**group, "metadata": {"name": name}}


def a_tag(name: str = "app:latest", **more: str) -> dict[str, str]:
    """A reference to a tag of a stream."""
    return {"kind": "ImageStreamTag", "name": name, **more}


def into(name: str = "app:latest") -> dict[str, Any]:
    """An output."""
    return {"to": a_tag(name)}


def layers_sent(log: str) -> int:
    """How many layers went over the wire."""
    return log.count("Sending layer")


@pytest.mark.parametrize("strategy", ["source", "docker"])
def test_an_image_becomes_the_newest_of_its_tag_and_runs_where_it_is_pulled(
    project: Project, registry: Registry, strategy: str
) -> None:
    by = {"source": by_source(), "docker": by_dockerfile()}[strategy]
    text = f"FROM {containers.BASE}\nCOPY index.html /opt/app/index.html\n"
    files = {**FILES, "Dockerfile": text}
    project.apply(a_stream(), a_config(by, output=into()))

    ran = project.start(f"--from-dir={project.files('app', files)}")

    assert ran.code == 0, ran.said
    status, newest = project.status(), registry.newest("app", "latest")
    assert status["outputDockerImageReference"] == f"{registry.repository('app')}:latest"
    assert status["output"]["to"]["imageDigest"] == newest["image"]
    assert newest["dockerImageReference"] == f"{registry.repository('app')}@{newest['image']}"
    assert registry.ran("app:latest", "cat /opt/app/index.html") == "hello\n"


def test_a_second_build_sends_its_own_layer_only(project: Project) -> None:
    project.apply(a_stream(), a_config(by_source(), output=into()))
    first = project.start(f"--from-dir={project.files('app', FILES)}")

    second = project.start(f"--from-dir={project.files('app', {'index.html': 'again'})}")

    assert (first.code, second.code) == (0, 0), first.said + second.said
    assert layers_sent(first.said) > 1
    assert layers_sent(second.said) == 1


def test_what_one_stream_has_another_is_not_sent_again(project: Project) -> None:
    project.apply(a_stream(), a_stream("other"), a_config(by_source(), output=into()))
    first = project.start(f"--from-dir={project.files('app', FILES)}")
    project.apply(a_config(by_source(), output=into("other:1")))

    second = project.start(f"--from-dir={project.files('app', {'index.html': 'again'})}")

    assert (first.code, second.code) == (0, 0), first.said + second.said
    assert layers_sent(second.said) == 1


def test_a_builder_image_out_of_a_stream_is_pulled_with_the_account_of_builds(
    project: Project, registry: Registry
) -> None:
    registry.push(containers.BUILDER, "builder:1")
    strategy = {"sourceStrategy": {"from": a_tag("builder:1")}}
    project.apply(a_stream(), a_config(strategy, output=into()))

    ran = project.start(f"--from-dir={project.files('app', FILES)}")

    assert ran.code == 0, ran.said
    builder = registry.newest("builder", "1")["dockerImageReference"]
    assert f'Pulling image "{builder}"' in ran.said
    assert layers_sent(ran.said) == 1
    assert registry.ran("app:latest", "cat /opt/app/index.html") == "hello\n"


def test_the_image_that_a_dockerfile_begins_with_may_be_of_a_stream(
    project: Project, registry: Registry
) -> None:
    registry.push(containers.BASE, "base:1")
    text = "FROM nothing/of-the-kind\nRUN echo said > /said\n"
    strategy = by_dockerfile(**{"from": a_tag("base:1")})
    project.apply(a_stream(), a_config(strategy, {"dockerfile": text}, output=into()))

    ran = project.start()

    assert ran.code == 0, ran.said
    assert registry.ran("app:latest", "cat /said") == "said\n"


def test_an_image_that_only_a_dockerfile_names_is_pulled_with_the_account_of_builds(
    project: Project, registry: Registry
) -> None:
    registry.push(containers.BASE, "base:1")
    text = f"FROM {registry.repository('base')}:1\nRUN echo said > /said\n"
    project.apply(a_stream(), a_config(by_dockerfile(), {"dockerfile": text}, output=into()))

    ran = project.start()

    assert ran.code == 0, ran.said
    assert registry.ran("app:latest", "cat /said") == "said\n"


def test_files_are_taken_out_of_an_image_of_a_stream(project: Project, registry: Registry) -> None:
    registry.push(containers.BUILDER, "builder:1")
    paths = [{"sourcePath": "/usr/libexec/s2i/run", "destinationDir": "from"}]
    text = f"FROM {containers.BASE}\nCOPY from/run /srv/\n"
    source = {"dockerfile": text, "images": [{"from": a_tag("builder:1"), "paths": paths}]}
    project.apply(a_stream(), a_config(by_dockerfile(), source, output=into()))

    ran = project.start()

    assert ran.code == 0, ran.said
    assert "running as" in registry.ran("app:latest", "cat /srv/run")


def test_a_custom_builder_may_be_of_a_stream(project: Project) -> None:
    text = f"{SAID}ENTRYPOINT {json.dumps(['/bin/sh', '-c', 'echo $OUTPUT_IMAGE; cat /said'])}\n"
    project.apply(a_stream(), a_config(by_dockerfile(), {"dockerfile": text}, output=into()))
    assert project.start().code == 0
    custom = {"customStrategy": {"from": a_tag()}}
    git = {"git": {"uri": "https://git.example.com/x"}}
    project.apply(a_config(custom, git, output=into("app:custom")))

    ran = project.start()

    assert ran.code == 0, ran.said
    assert ran.stdout.splitlines()[-2:] == [f"{project.name}/app:custom", "said"]


def test_another_projects_image_is_nobodys_without_the_right_to_pull(
    project: Project, another: Project, registry: Registry
) -> None:
    project.apply(a_stream(), a_config(by_dockerfile(), {"dockerfile": SAID}, output=into()))
    assert project.start().code == 0
    image = registry.newest("app", "latest")["dockerImageReference"]
    registry.podman_here("pull", image)
    another.apply(a_config(by_dockerfile(**{"from": an_image(image)}), {"dockerfile": SAID}))

    refused = another.start()
    account = f"system:serviceaccount:{another.name}:builder"
    project.done("policy", "add-role-to-user", "system:image-puller", account)
    allowed = another.start()

    assert (refused.code, allowed.code) == (1, 0), refused.said + allowed.said
    assert "failed to pull image" in refused.said
