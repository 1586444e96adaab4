"""What is pushed to a repository is built, by a hook that one command set up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import containers
import gitserver
from e2e.builds.project import Project, a_config, by_dockerfile

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

DOCKERFILE = f"FROM {containers.BASE}\nCOPY said /said\n"
GENERIC = {"type": "Generic", "generic": {"secret": "s3cret"}}
RELEASES = {"build.slipcast.io/webhook-branches": "main, release/*"}


def pushed(project: Project, tree: Path, said: str, branch: str) -> str:
    """Push a commit of the tree to a branch; its id."""
    commit = gitserver.commit(tree, {"said": said, "Dockerfile": DOCKERFILE})
    gitserver.git(
        tree, "push", "--quiet", str(project.directory / "served/app.git"), f"+HEAD:{branch}"
    )
    return commit


@pytest.fixture
def over_http(project: Project) -> Iterator[dict[str, Any]]:
    """The repository that is pushed to, as a source."""
    with gitserver.http(project.directory / "served") as served:
        yield {"git": {"uri": f"{served.url}/app.git", "ref": "main"}}


@pytest.fixture
def over_ssh(project: Project, shell: gitserver.Shell) -> dict[str, Any]:
    """The same, private, as a source."""
    secret = project.secret("key", ssh_privatekey=shell.key())
    uri = f"{shell.url}{project.directory}/served/app.git"
    return {"git": {"uri": uri, "ref": "main"}, "sourceSecret": {"name": secret}}


@pytest.mark.parametrize(
    ("way", "branch"), [("over_http", "refs/heads/main"), ("over_ssh", "refs/heads/release/2")]
)
def test_a_push_is_built_at_its_commit(
    project: Project, way: str, branch: str, request: pytest.FixtureRequest
) -> None:
    # SB-73, TR-38, UP-15
    tree = gitserver.repository(project.directory / "app", {"Dockerfile": DOCKERFILE, "said": "1"})
    gitserver.bare(tree, project.directory / "served/app.git")
    source = request.getfixturevalue(way)
    config = a_config(by_dockerfile(), source, triggers=[GENERIC], runPolicy="Parallel")
    project.apply({**config, "metadata": {"name": "app", "annotations": RELEASES}})
    project.done("start-build", "app", "--git-post-receive", "--git-repository=served/app.git")

    commit = pushed(project, tree, f"on {branch}", branch)
    project.comes_to("app-1", "Complete")

    assert project.printed("cat /said") == f"on {branch}"
    build = project.get("build", "app-1")
    assert build["spec"]["revision"]["git"]["commit"] == commit
    assert build["spec"]["triggeredBy"][0]["message"] == "Generic WebHook"
