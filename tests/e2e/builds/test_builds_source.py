"""Source builds of repositories: hooks, what is kept between builds, what fails and how."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import containers
import gitserver
from e2e.builds.project import Project, a_config, an_image, by_source, pushed_to

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

FILES = {"index.html": "hello\n"}


@pytest.fixture
def source(project: Project) -> Iterator[dict[str, object]]:
    """A repository behind http, as a source."""
    made = gitserver.repository(project.directory / "app", FILES)
    gitserver.bare(made, project.directory / "served/app.git")
    with gitserver.http(project.directory / "served") as served:
        yield {"git": {"uri": f"{served.url}/app.git"}}


def test_a_repository_becomes_an_image_and_its_commit_is_recorded(
    project: Project, source: dict[str, object]
) -> None:
    project.apply(a_config(by_source(), source))

    ran = project.start()

    commit = gitserver.git(project.directory / "app", "rev-parse", "HEAD")
    assert ran.code == 0, ran.said
    assert f"{commit}" in ran.stdout
    assert project.get("build", "app-1")["spec"]["revision"]["git"]["commit"] == commit
    assert project.printed("cat index.html; echo $OPENSHIFT_BUILD_COMMIT") == f"hello\n{commit}\n"


def test_the_second_build_is_given_what_the_first_kept(
    project: Project, source: dict[str, object], open_registry: containers.Registry
) -> None:
    # UP-14
    script = "#!/bin/sh -e\ncat /tmp/artifacts/kept || true\necho before > /opt/app/kept\n"
    gitserver.commit(project.directory / "app", {".s2i/bin/assemble*": script})
    served = project.directory / "served/app.git"
    gitserver.git(served, "fetch", "-q", str(project.directory / "app"), "main:main", "--force")
    strategy = by_source(incremental=True)
    output = pushed_to(open_registry.name(f"{project.name}/app"))
    project.apply(a_config(strategy, source, output=output))

    first, second = project.start(), project.start()

    assert (first.code, second.code) == (0, 0), first.said + second.said
    assert "before" not in first.stdout
    assert "before" in second.stdout


def test_what_assemble_made_is_carried_into_a_runtime_image_that_runs(
    project: Project,
) -> None:
    # S2I-240, BLD-96
    files = {
        ".s2i/bin/assemble*": "#!/bin/sh -e\necho made > /opt/app/made\n",
        ".s2i/bin/assemble-runtime*": "#!/bin/sh -e\necho finished >> /srv/made\n",
        ".s2i/bin/run*": "#!/bin/sh\ncat /srv/made\n",
    }
    made = gitserver.repository(project.directory / "app", files)
    gitserver.bare(made, project.directory / "served/app.git")
    carried = [{"sourcePath": "/opt/app/made", "destinationDir": "srv"}]
    strategy = by_source(runtimeImage=an_image(containers.BASE), runtimeArtifacts=carried)
    with gitserver.http(project.directory / "served") as served:
        git = {"uri": f"{served.url}/app.git"}
        project.apply(a_config(strategy, {"git": git}))

        ran = project.start()

    assert ran.code == 0, ran.said
    assert containers.podman("run", "--rm", "--network=none", project.image()) == "made\nfinished\n"
    assert project.printed("ls -d /opt/app /usr/libexec/s2i 2>/dev/null || true") == ""


def test_a_hook_that_passes_sees_the_image(project: Project, source: dict[str, object]) -> None:
    project.apply(
        a_config(by_source(), source, postCommit={"script": "echo hook && cat index.html"})
    )

    ran = project.start()

    assert ran.code == 0, ran.said
    assert "\nhook\n" in ran.stdout
    assert "\nhello\n" in ran.stdout
    assert project.printed("cat index.html") == "hello\n"


def test_a_hook_that_fails_fails_the_build_and_leaves_no_image(
    project: Project, source: dict[str, object]
) -> None:
    project.apply(a_config(by_source(), source, postCommit={"script": "echo no good; exit 7"}))

    ran = project.start()

    status = project.status()
    assert ran.code == 1
    assert (status["phase"], status["reason"]) == ("Failed", "PostCommitHookFailed")
    assert "no good" in project.last_words()
    assert "PostCommitHookFailed" in ran.stderr


def test_a_failing_assemble_is_told_with_its_last_lines(project: Project) -> None:
    # UP-1, UP-2
    script = "#!/bin/sh\nseq 50\necho 'cannot go on: no bread' >&2\nexit 3\n"
    project.apply(a_config(by_source()))

    ran = project.start(project.assembling(script))

    status = project.status()
    assert ran.code == 1
    assert (status["phase"], status["reason"]) == ("Failed", "AssembleFailed")
    assert "no bread" in project.last_words()
    assert "AssembleFailed" in ran.stderr
    assert "\n1\n2\n3\n" in ran.stdout


def test_who_only_waits_is_shown_the_last_lines_of_what_failed(project: Project) -> None:
    # UP-1, UP-28
    project.apply(a_config(by_source()))
    script = "#!/bin/sh\nseq 50\necho 'cannot go on: no bread' >&2\nexit 3\n"

    ran = project("start-build", "app", "--wait", project.assembling(script))

    assert ran.code == 1
    assert "no bread" in ran.stderr
    assert "AssembleFailed" in ran.stderr
