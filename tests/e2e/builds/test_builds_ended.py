"""Builds that are ended: cancelled in every phase, out of time, out of memory."""

from __future__ import annotations

import pytest

import containers
import gitserver
from commandline import silent_server
from e2e.builds.project import Project, a_config, by_dockerfile, by_source
from e2e.server.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

ENDLESS = "#!/bin/sh\necho begun\nexec sleep 600\n"
HUNGRY = "#!/bin/sh\necho begun\npython3 -c 'x = b\"x\" * (1 << 30)'\n"


def test_a_build_that_waits_for_another_is_cancelled(project: Project) -> None:
    # BL-36, UP-29
    project.apply(a_config(by_source()))
    first = project.queue(project.assembling(ENDLESS))
    project.comes_to(first, "Running")
    second = project.queue(project.assembling(ENDLESS))

    project.done("cancel-build", second)
    status = project.comes_to(second, "Cancelled")

    assert status["reason"] == "CancelledBuild"
    assert project.status(first)["phase"] == "Running"
    assert not project.get("pod", f"{second}-build")
    project.done("cancel-build", first)


def test_a_build_for_which_the_machine_has_no_room_is_cancelled(project: Project) -> None:
    # UP-29
    project.apply(a_config(by_source(), runPolicy="Parallel"))
    first, second, third = (project.queue(project.assembling(ENDLESS)) for _ in range(3))
    project.comes_to(second, "Running")
    project.comes_to(third, "Pending")

    project.done("cancel-build", third)

    assert project.comes_to(third, "Cancelled")["reason"] == "CancelledBuild"
    assert "begun" not in project.log(third)
    project.done("cancel-build", first, second)


def test_a_build_that_waits_for_its_secret_says_so_and_is_cancelled(project: Project) -> None:
    # UP-29, UP-30
    source = {"git": {"uri": "http://127.0.0.1:1/app.git"}, "sourceSecret": {"name": "missing"}}
    project.apply(a_config(by_source(), source))
    build = project.queue()
    until(lambda: "Secrets [missing]" in project.status(build).get("message", ""))
    assert project.status(build)["phase"] == "New"

    project.done("cancel-build", build)

    assert project.comes_to(build, "Cancelled")["reason"] == "CancelledBuild"


def test_a_build_that_runs_is_cancelled_and_leaves_nothing(project: Project) -> None:
    # UP-29
    project.apply(a_config(by_source()))
    with project.begun("start-build", "app", "-F", project.assembling(ENDLESS)) as following:
        following.prints("\nbegun\n")

        project.done("cancel-build", "app-1")

        assert following.ends() == 1
        assert "was cancelled" in following.printed
    assert project.comes_to("app-1", "Cancelled")["reason"] == "CancelledBuild"
    assert "begun" in project.log()


def test_a_git_server_that_hangs_holds_no_cancelled_build(project: Project) -> None:
    with silent_server() as server:
        uri = f"http://127.0.0.1:{server.port}/app.git"
        project.apply(a_config(by_source(), {"git": {"uri": uri}}))
        build = project.queue()
        server.is_asked()

        project.done("cancel-build", build)

        assert project.comes_to(build, "Cancelled")["reason"] == "CancelledBuild"


def test_a_build_that_takes_too_long_is_ended(project: Project) -> None:
    project.apply(a_config(by_source(), completionDeadlineSeconds=2))

    ran = project.start(project.assembling(ENDLESS))

    assert ran.code == 1
    assert project.status()["phase"] == "Failed"
    assert "completionDeadlineSeconds" in project.status()["message"]
    assert "completionDeadlineSeconds" in ran.stderr.splitlines()[-1]


def test_a_build_that_needs_too_much_memory_is_told_so(project: Project) -> None:
    # UP-2
    project.apply(a_config(by_source(), resources={"limits": {"memory": "256Mi"}}))

    ran = project.start(project.assembling(HUNGRY))

    assert ran.code == 1
    assert project.status()["reason"] == "OutOfMemoryKilled"
    assert "OutOfMemoryKilled" in ran.stderr
    assert "OutOfMemoryKilled" in project.done("get", "build", "app-1")
    assert containers.podman("images", "--quiet", project.image()) == ""


def test_a_build_that_is_cancelled_to_begin_anew_runs_to_its_end(project: Project) -> None:
    git = gitserver.repository(
        project.directory / "repository",
        {".s2i/bin/assemble*": ENDLESS},
    )
    gitserver.bare(git, project.directory / "served/app.git")
    with gitserver.http(project.directory / "served") as served:
        project.apply(a_config(by_source(), {"git": {"uri": f"{served.url}/app.git"}}))
        with project.begun("start-build", "app", "-F") as following:
            following.prints("\nbegun\n")
            restarted = project.done("cancel-build", "app-1", "--restart")
            assert following.ends() == 1
        project.comes_to("app-2", "Running")
        project.done("cancel-build", "app-2")

    assert 'restarted build "app-1"' in restarted
    assert project.status("app-1")["reason"] == "CancelledBuild"


def test_a_build_is_done_again_as_it_was(project: Project) -> None:
    text = f"FROM {containers.BASE}\nRUN echo first > /text\n"
    project.apply(a_config(by_dockerfile(), {"dockerfile": text}))
    first = project.start("-e", "A=1")
    project.apply(a_config(by_dockerfile(), {"dockerfile": text.replace("first", "second")}))

    again = project("start-build", "--from-build=app-1", "--follow")

    assert (first.code, again.code) == (0, 0), again.said
    assert project.printed("cat /text; echo $A", "app-2") == "first\n1\n"
