"""Repositories behind ssh: every strategy, a submodule, refusals, and servers that hang."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import containers
import gitserver
from commandline import silent_server
from e2e.builds.project import (
    Project,
    a_config,
    an_image,
    by_dockerfile,
    by_source,
    pushed_to,
)
from e2e.server.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

STAGES = f"""\
FROM {containers.BASE} AS build
COPY said from/lib.txt /in/
RUN cat /in/said /in/lib.txt > /out
FROM {containers.BASE}
COPY --from=build /out /out
"""

ONCE = """\
#!/bin/sh
cd "${0%/*}"
mkdir answered 2>/dev/null && exec sh -c "$SSH_ORIGINAL_COMMAND"
touch held
cat > /dev/null
touch left
"""
"""Answers who asks; who comes again waits until he goes."""


def opening(project: Project, key: str, known: str) -> str:
    """Make a Secret of a private key and of hosts that are known; its name."""
    text = {"ssh-privatekey": key, "known_hosts": known}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "opener"}}
    project.apply({**secret, "type": "kubernetes.io/ssh-auth", "stringData": text})
    return "opener"


def behind(shell: gitserver.Shell, tree: Path, secret: str, **more: Any) -> dict[str, Any]:
    """A source: a repository that ssh leads to, and what opens it."""
    return {"git": {"uri": f"{shell.url}{tree}"}, "sourceSecret": {"name": secret}, **more}


def with_submodule(project: Project, shell: gitserver.Shell) -> Path:
    """A repository that has another one of the same server as a submodule."""
    lib = gitserver.repository(project.directory / "lib", {"lib.txt": "lib\n"})
    app = gitserver.repository(project.directory / "app", {"index.html": "hello\n"})
    gitserver.git(app, "submodule", "--quiet", "add", str(lib), "lib")
    gitserver.git(app, "config", "--file", ".gitmodules", "submodule.lib.url", f"{shell.url}{lib}")
    gitserver.commit(app, {}, "Submodule")
    return app


def test_a_commit_is_built_by_stages_with_what_a_build_with_a_submodule_made(
    project: Project, shell: gitserver.Shell, open_registry: containers.Registry
) -> None:
    # BLD-49, S2I-114
    secret = opening(project, shell.key(), shell.known())
    first = open_registry.name(f"{project.name}/first")
    source = behind(shell, with_submodule(project, shell), secret)
    project.apply(a_config(by_source(), source, output=pushed_to(first)))
    assembled = project.start()
    tree = gitserver.repository(project.directory / "two", {"Dockerfile": STAGES, "said": "old\n"})
    commit = gitserver.git(tree, "rev-parse", "HEAD")
    gitserver.commit(tree, {"said": "new\n"})
    paths = [{"sourcePath": "/opt/app/lib/.", "destinationDir": "from"}]
    images = [{"from": an_image(first), "paths": paths}]
    source = behind(shell, tree, secret, images=images)
    project.apply(a_config(by_dockerfile(), source, postCommit={"script": "cat /out"}))

    ran = project.start(f"--commit={commit}")

    assert (assembled.code, ran.code) == (0, 0), assembled.said + ran.said
    assert "\nold\nlib\n" in ran.stdout
    assert project.get("build", "app-2")["spec"]["revision"]["git"]["commit"] == commit


@pytest.mark.parametrize(
    ("key", "known", "told"),
    [
        ("other", "host", "what the source secret opener holds"),
        ("user", "other", "known_hosts of the source secret opener"),
    ],
    ids=["wrong-key", "changed-host"],
)
def test_a_refusal_names_the_secret_and_shows_nothing_of_it(
    project: Project, shell: gitserver.Shell, key: str, known: str, told: str
) -> None:
    # UP-4
    secret = opening(project, shell.key(key), shell.known(known))
    project.apply(a_config(by_source(), behind(shell, project.directory / "app", secret)))

    ran = project.start()

    assert ran.code == 1
    assert project.status()["reason"] == "FetchSourceFailed"
    assert told in ran.said
    assert shell.key(key).splitlines()[1] not in ran.said
    assert ".scm-" not in ran.said


def test_a_clone_that_hangs_is_cancelled_and_the_server_is_left(
    project: Project, shell: gitserver.Shell
) -> None:
    # UP-29
    tree = gitserver.repository(project.directory / "app", {"index.html": "hello\n"})
    answers = project.files("slow", {"once*": ONCE}) / "once"
    secret = project.secret("key", ssh_privatekey=shell.admit(project.name, str(answers)))
    project.apply(a_config(by_source(), behind(shell, tree, secret)))
    build = project.queue()
    until((answers.parent / "held").exists)

    project.done("cancel-build", build)

    assert project.comes_to(build, "Cancelled")["reason"] == "CancelledBuild"
    until((answers.parent / "left").exists)
    assert "Cloning" in project.log(build)


def test_a_build_that_an_ssh_server_holds_too_long_is_ended(project: Project) -> None:
    with silent_server() as server:
        uri = f"ssh://git@127.0.0.1:{server.port}/app.git"
        project.apply(a_config(by_source(), {"git": {"uri": uri}}, completionDeadlineSeconds=3))

        ran = project.start()

    assert (ran.code, project.status()["phase"]) == (1, "Failed")
    assert "completionDeadlineSeconds" in project.status()["message"]
    assert "completionDeadlineSeconds" in ran.stderr.splitlines()[-1]
