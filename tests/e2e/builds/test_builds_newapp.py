"""new-app, from what somebody has to what is built of it and run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import containers
import gitserver
from e2e.builds.project import Project, a_config, by_dockerfile
from e2e.builds.registry import Registry

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

DOCKERFILE = f"FROM {containers.BASE}\nCOPY said /said\nEXPOSE 8080\n"
PYTHON = {"app.py": "print('it runs')\n", "requirements.txt": ""}


@pytest.fixture
def registry(project: Project) -> Iterator[Registry]:
    """The project's part of the server's registry, and storage that has nothing yet."""
    # Podman wants the path of its storage to be short.
    with TemporaryDirectory(prefix="slipcast-", dir="/tmp") as directory:
        registry = Registry(project=project, directory=Path(directory))
        yield registry
        registry.podman("rmi", "--all", "--force")


@pytest.fixture
def served(project: Project) -> Iterator[gitserver.Served]:
    """The repositories below `served`, over http."""
    (project.directory / "served").mkdir()
    with gitserver.http(project.directory / "served") as served:
        yield served


def repository(project: Project, files: dict[str, str], name: str = "app") -> Path:
    """A repository that is served; its work tree."""
    tree = gitserver.repository(project.directory / f"tree-{name}", {**files})
    gitserver.bare(tree, project.directory / f"served/{name}.git")
    return tree


def objects(project: Project) -> list[str]:
    """What there is of all that new-app makes."""
    kinds = "imagestreams,buildconfigs,deploymentconfigs,services"
    return sorted(project.done("get", kinds, "-o", "name").split())


def spec(project: Project, kind: str, name: str = "app") -> dict[str, Any]:
    """The spec of an object."""
    found: dict[str, Any] = json.loads(project.done("get", kind, name, "-o", "json"))["spec"]
    return found


def test_a_repository_with_a_dockerfile_is_built_by_it(
    project: Project, served: gitserver.Served, registry: Registry
) -> None:
    registry.push(containers.BASE, "base:1")
    text = DOCKERFILE.replace(containers.BASE, "base:1")
    repository(project, {"Dockerfile": text, "said": "from git"})

    project.done("new-app", f"{served.url}/app.git")

    project.comes_to("app-1", "Complete")
    assert registry.ran("app:latest", "cat /said") == "from git"
    strategy = spec(project, "buildconfig")["strategy"]["dockerStrategy"]
    assert strategy["from"] == {
        "kind": "ImageStreamTag",
        "namespace": project.name,
        "name": "base:1",
    }


def test_a_directory_is_built_with_what_was_not_committed(
    project: Project, registry: Registry
) -> None:
    registry.push(containers.BUILDER, "builder:1")
    tree = gitserver.repository(project.directory / "app", {"index.html": "committed\n"})
    (tree / "index.html").write_text("changed\n")

    said = project.done("new-app", "builder:1~./app")

    assert "What is sent holds 1 changed file" in said
    project.comes_to("app-1", "Complete")
    assert registry.ran("app:latest", "cat /opt/app/index.html") == "changed\n"


def test_a_directory_is_sent_when_only_names_are_printed(
    project: Project, registry: Registry
) -> None:
    registry.push(containers.BUILDER, "builder:1")
    gitserver.repository(project.directory / "app", {"index.html": "here\n"})

    said = project.done("new-build", "builder:1~./app", "-o", "name")

    assert said.splitlines() == ["imagestream/app", "buildconfig/app", "build/app-1"]
    project.comes_to("app-1", "Complete")


def test_a_commit_of_a_directory_is_built_by_its_dockerfile_on_an_image_that_lies_here(
    project: Project, registry: Registry
) -> None:
    files = {"Dockerfile": DOCKERFILE, "said": "committed"}
    tree = gitserver.repository(project.directory / "app", {**files})
    (tree / "said").write_text("changed")

    project.done("new-app", "./app#main")

    project.comes_to("app-1", "Complete")
    assert registry.ran("app:latest", "cat /said") == "committed"


def test_a_second_run_changes_nothing(
    project: Project, served: gitserver.Served, registry: Registry
) -> None:
    # UP-24
    registry.push(containers.BASE, "base:1")
    text = DOCKERFILE.replace(containers.BASE, "base:1")
    repository(project, {"Dockerfile": text, "said": "1"})
    project.done("new-app", f"{served.url}/app.git")
    project.comes_to("app-1", "Complete")
    before = spec(project, "buildconfig")

    again = project("new-app", f"{served.url}/app.git")

    assert again.code == 0, again.said
    assert again.stdout.count(" unchanged\n") == len(objects(project)) - 1
    assert spec(project, "buildconfig") == before


def test_a_jenkinsfile_comes_to_one_build_config_and_nothing_else(
    project: Project, served: gitserver.Served
) -> None:
    repository(project, {**PYTHON, "Jenkinsfile": "node {}"})

    project.done("new-app", f"{served.url}/app.git")

    assert objects(project) == ["buildconfig.build.openshift.io/app"]
    assert spec(project, "buildconfig")["strategy"]["type"] == "JenkinsPipeline"


def test_a_private_repository_is_built_unseen_with_a_secret(
    project: Project, registry: Registry
) -> None:
    registry.push(containers.BUILDER, "builder:1")
    tree = gitserver.repository(project.directory / "tree", {"index.html": "private\n"})
    gitserver.bare(tree, project.directory / "served/app.git")
    secret = project.secret("git", username="me", password="s3cret")
    with gitserver.http(project.directory / "served", user="me", password="s3cret") as served:
        url = f"{served.url}/app.git"
        refused = project("new-app", url)
        project.done("new-app", f"builder:1~{url}", f"--source-secret={secret}")

        project.comes_to("app-1", "Complete")

    assert "does not let us in" in refused.stderr
    assert registry.ran("app:latest", "cat /opt/app/index.html") == "private\n"


def test_a_private_repository_is_looked_at_and_built_with_a_secret(
    project: Project, registry: Registry
) -> None:
    # UP-4, BL-22
    registry.push(containers.BASE, "base:1")
    text = DOCKERFILE.replace(containers.BASE, "base:1")
    repository(project, {"Dockerfile": text, "said": "private"})
    secret = project.secret("git", username="me", password="s3cret")
    with gitserver.http(project.directory / "served", user="me", password="s3cret") as served:
        mark = f"build.openshift.io/source-secret-match-uri-1={served.url}/*"
        project.done("annotate", "secret", secret, mark)
        project.done("new-app", f"{served.url}/app.git")

        project.comes_to("app-1", "Complete")

    assert spec(project, "buildconfig")["source"]["sourceSecret"] == {"name": secret}
    assert registry.ran("app:latest", "cat /said") == "private"


def test_an_image_alone_is_deployed_out_of_its_stream(project: Project, registry: Registry) -> None:
    registry.push(containers.BASE, "web:1")

    project.done("new-app", "web:1")

    assert objects(project) == [
        "deploymentconfig.apps.openshift.io/web",
        "imagestream.image.openshift.io/web",
    ]
    trigger = spec(project, "deploymentconfig", "web")["triggers"][1]["imageChangeParams"]
    assert trigger["from"]["name"] == "web:1"


def component(name: str) -> list[dict[str, Any]]:
    """A stream, and what fills it as soon as it is there."""
    into = {"to": {"kind": "ImageStreamTag", "name": f"{name}:latest"}}
    source = {"dockerfile": f"FROM {containers.BASE}\nRUN echo {name} > /said\n"}
    triggers = [{"type": "ConfigChange"}]
    config = a_config(by_dockerfile(), source, output=into, triggers=triggers)
    stream = {"apiVersion": "image.openshift.io/v1", "kind": "ImageStream"}
    return [{**each, "metadata": {"name": name}} for each in (stream, config)]


def test_a_template_comes_to_all_of_its_components(project: Project, registry: Registry) -> None:
    template = {
        "apiVersion": "template.openshift.io/v1",
        "kind": "Template",
        "metadata": {"name": "two"},
        "parameters": [{"name": "NAME", "required": True}],
        "objects": [*component("${NAME}-front"), *component("${NAME}-back")],
    }
    project.apply(template)

    project.done("new-app", "--template=two", "--param=NAME=shop")

    project.comes_to("shop-front-1", "Complete")
    project.comes_to("shop-back-1", "Complete")
    said = [registry.ran(f"shop-{each}:latest", "cat /said") for each in ("front", "back")]
    assert said == ["shop-front\n", "shop-back\n"]


def test_kubectl_applies_what_is_printed(
    project: Project, served: gitserver.Served, registry: Registry
) -> None:
    registry.push(containers.BASE, "base:1")
    text = DOCKERFILE.replace(containers.BASE, "base:1")
    repository(project, {"Dockerfile": text, "said": "1"})
    printed = project.done("new-app", f"{served.url}/app.git", "-o", "yaml")
    (project.directory / "printed.yaml").write_text(printed)

    first = project.kubectl("apply", "-f", str(project.directory / "printed.yaml"))
    project.comes_to("app-1", "Complete")
    again = project.kubectl("apply", "-f", str(project.directory / "printed.yaml"))

    assert (first.code, again.code) == (0, 0), first.said + again.said
    # UP-17
    assert again.stdout.count(" unchanged\n") == first.stdout.count(" created\n")


def test_a_push_is_built_again(
    project: Project, served: gitserver.Served, registry: Registry
) -> None:
    registry.push(containers.BASE, "base:1")
    text = DOCKERFILE.replace(containers.BASE, "base:1")
    tree = repository(project, {"Dockerfile": text, "said": "1"})
    project.done("new-app", f"{served.url}/app.git#main")
    project.comes_to("app-1", "Complete")
    bare = "served/app.git"
    project.done("start-build", "app", "--git-post-receive", f"--git-repository={bare}")

    gitserver.commit(tree, {"said": "2"})
    gitserver.git(tree, "push", "--quiet", str(project.directory / bare), "HEAD:refs/heads/main")

    project.comes_to("app-2", "Complete")
    assert registry.ran("app:latest", "cat /said") == "2"
