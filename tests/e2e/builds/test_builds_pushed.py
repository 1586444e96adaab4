"""What is pushed to a repository is built, by a hook that one command set up."""

from __future__ import annotations

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


@pytest.mark.parametrize("branch", ["refs/heads/main", "refs/heads/release/2"])
def test_a_push_is_built_at_its_commit(project: Project, branch: str) -> None:
    # SB-73, TR-38, UP-15
    tree = gitserver.repository(project.directory / "app", {"Dockerfile": DOCKERFILE, "said": "1"})
    gitserver.bare(tree, project.directory / "served/app.git")
    with gitserver.http(project.directory / "served") as served:
        source: dict[str, Any] = {"git": {"uri": f"{served.url}/app.git", "ref": "main"}}
        config = a_config(by_dockerfile(), source, triggers=[GENERIC], runPolicy="Parallel")
        project.apply({**config, "metadata": {"name": "app", "annotations": RELEASES}})
        project.done("start-build", "app", "--git-post-receive", "--git-repository=served/app.git")

        commit = pushed(project, tree, f"on {branch}", branch)
        project.comes_to("app-1", "Complete")

    assert project.printed("cat /said") == f"on {branch}"
    build = project.get("build", "app-1")
    assert build["spec"]["revision"]["git"]["commit"] == commit
    assert build["spec"]["triggeredBy"][0]["message"] == "Generic WebHook"
