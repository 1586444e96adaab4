"""Private repositories and registries, registries that go away, and secrets that stay secret."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import containers
import gitserver
from e2e.builds.cutting import Cutter
from e2e.builds.project import Project, a_config, by_dockerfile, by_source, pushed_to
from e2e.server.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

PASSWORD = "s3cr/et@:"
FILES = {"index.html": "hello\n"}


@pytest.mark.parametrize(("password", "reason"), [(PASSWORD, None), ("wrong", "FetchSourceFailed")])
def test_a_private_repository_is_cloned_with_its_secret_alone(
    project: Project, password: str, reason: str | None
) -> None:
    # UP-4
    made = gitserver.repository(project.directory / "app", FILES)
    gitserver.bare(made, project.directory / "served/app.git")
    name = project.secret("login", username="ada", password=password)
    with gitserver.http(project.directory / "served", user="ada", password=PASSWORD) as served:
        source = {"git": {"uri": f"{served.url}/app.git"}, "sourceSecret": {"name": name}}
        project.apply(a_config(by_source(), source))

        ran = project.start()

    assert ran.code == (1 if reason else 0), ran.said
    assert project.status().get("reason") == reason
    assert PASSWORD not in ran.said


def test_a_repository_behind_https_is_cloned_with_the_authority_of_its_secret(
    project: Project,
) -> None:
    # BLD-53
    made = gitserver.repository(project.directory / "app", FILES)
    gitserver.bare(made, project.directory / "served/app.git")
    pem = gitserver.certificate(project.directory / "both.pem")
    authority = {"ca.crt": pem.with_suffix(".crt").read_text()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "trusted"}}
    with gitserver.http(project.directory / "served", certificate=pem) as served:
        git = {"git": {"uri": f"{served.url}/app.git"}}
        project.apply({**secret, "stringData": authority}, a_config(by_source(), git))
        distrusted = project.start()
        trusting = {**git, "sourceSecret": {"name": "trusted"}}
        project.apply(a_config(by_source(), trusting))
        ran = project.start()

    assert (distrusted.code, project.status()["reason"]) == (1, "FetchSourceFailed")
    assert ran.code == 0, ran.said
    assert project.printed("cat index.html", "app-2") == "hello\n"


def linked(project: Project, registry: containers.Registry, password: str) -> None:
    """Give the account of builds a secret for a registry, as users do."""
    who = (f"--docker-server={registry.host}", f"--docker-username={registry.username}")
    secret = ("create", "secret", "docker-registry", "pushing")
    project.done(*secret, *who, f"--docker-password={password}")
    project.done("secrets", "link", "builder", "pushing")


def test_an_image_is_pushed_with_the_secret_of_the_account(
    project: Project, private_registry: containers.Registry
) -> None:
    image = private_registry.name(f"{project.name}/app")
    linked(project, private_registry, private_registry.password)
    project.apply(a_config(by_source(), output=pushed_to(image)))

    ran = project.start(f"--from-dir={project.files('app', FILES)}")

    assert ran.code == 0, ran.said
    digest = project.status()["output"]["to"]["imageDigest"]
    assert project.get("build", "app-1")["spec"]["output"]["pushSecret"] == {"name": "pushing"}
    assert digest in ran.stdout
    assert private_registry.password not in ran.said


def test_a_push_with_a_wrong_password_fails_and_says_why(
    project: Project, private_registry: containers.Registry
) -> None:
    # UP-22
    linked(project, private_registry, "wr0ng")
    image = private_registry.name(f"{project.name}/app")
    project.apply(a_config(by_source(), output=pushed_to(image)))

    ran = project.start(f"--from-dir={project.files('app', FILES)}")

    assert ran.code == 1
    assert project.status()["reason"] == "PushImageToRegistryFailed"
    assert "wr0ng" not in ran.said


def test_a_registry_that_goes_away_during_the_push_is_waited_for(
    project: Project, way_to_registry: Cutter, open_registry: containers.Registry
) -> None:
    name = f"{project.name}/app"
    output = pushed_to(f"localhost:{way_to_registry.port}/{name}:1")
    project.apply(a_config(by_source(), output=output))
    way_to_registry.after = 100_000
    sent = f"--from-dir={project.files('app', FILES)}"
    with project.begun("start-build", "app", "--follow", sent) as following:
        following.prints("Push failed, retrying")
        way_to_registry.mend()

        assert following.ends() == 0, following.printed

    assert project.status()["output"]["to"]["imageDigest"] in following.printed
    with urllib.request.urlopen(f"http://{open_registry.host}/v2/{name}/tags/list") as answer:
        assert json.load(answer)["tags"] == ["1"]


def test_a_build_whose_registry_does_not_come_back_is_cancelled(
    project: Project, way_to_registry: Cutter
) -> None:
    output = pushed_to(f"localhost:{way_to_registry.port}/{project.name}/app:1")
    project.apply(a_config(by_source(), output=output))
    way_to_registry.cut()
    project.queue(f"--from-dir={project.files('app', FILES)}")
    until(lambda: "Push failed, retrying" in project("logs", "build/app-1").stdout, patience=180)

    project.done("cancel-build", "app-1")

    way_to_registry.mend()
    assert project.comes_to("app-1", "Cancelled")["reason"] == "CancelledBuild"


def test_what_is_secret_is_nowhere_in_an_image_that_was_assembled(project: Project) -> None:
    # UP-12
    name = project.secret("keys", token="hush-1")
    volume = {
        "name": "keys",
        "source": {"type": "Secret", "secret": {"secretName": name}},
        "mounts": [{"destinationPath": "/run/keys"}],
    }
    project.apply(
        a_config(
            by_source(volumes=[volume], env=[of_secret(name)]),
            {"binary": {}, "secrets": [{"secret": {"name": name}, "destinationDir": "/tmp"}]},
        )
    )
    script = "#!/bin/sh -e\ntest -s /tmp/token\ntest -s /run/keys/token\ntest ${#TOKEN} = 6\n"

    ran = project.start(project.assembling(script + "cp -a /tmp/src/. /opt/app/\n"))

    assert ran.code == 0, ran.said
    assert_silent(project, ran.said)


def test_what_is_secret_is_nowhere_in_an_image_of_a_dockerfile(project: Project) -> None:
    # UP-12
    name = project.secret("keys", token="hush-1")
    volume = {
        "name": "keys",
        "source": {"type": "Secret", "secret": {"secretName": name}},
        "mounts": [{"destinationPath": "/run/keys"}],
    }
    source = {
        "dockerfile": (
            f"FROM {containers.BASE} AS build\nCOPY in/token /token\n"
            f"FROM {containers.BASE}\nARG TOKEN\n"
            "RUN grep -q $TOKEN /run/keys/token && test $ALSO = $TOKEN && echo built > /built\n"
        ),
        "secrets": [{"secret": {"name": name}, "destinationDir": "in"}],
    }
    env, args = [of_secret(name, "ALSO")], [of_secret(name)]
    project.apply(a_config(by_dockerfile(volumes=[volume], env=env, buildArgs=args), source))

    ran = project.start()

    assert ran.code == 0, ran.said
    assert_silent(project, ran.said)


def of_secret(secret: str, name: str = "TOKEN") -> dict[str, Any]:
    """A variable or build argument with the token of a secret."""
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": "token"}}}


def assert_silent(project: Project, said: str) -> None:
    """Nothing secret is in the image, in its history, in the log or in the Build."""
    file = Path(project.directory) / "image.tar"
    containers.podman("save", "--format=docker-archive", f"--output={file}", project.image())
    assert b"hush-" not in file.read_bytes()
    assert "hush-" not in containers.podman("history", "--no-trunc", project.image())
    assert "hush-" not in said
    assert "hush-" not in json.dumps(project.get("build", "app-1"))
    assert "hush-" not in json.dumps(project.get("pod", "app-1-build"))
