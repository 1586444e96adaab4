"""What is sent from here is built there: directories, files, archives, commits."""

from __future__ import annotations

import tarfile

import pytest

import containers
import gitserver
from e2e.builds.project import Project, a_config, by_dockerfile, by_source

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

LIST = "cd /opt/app && find . -type f | sort"
DOCKERFILE = f"FROM {containers.BASE}\nCOPY . /app\n"


def test_a_dirty_directory_is_built_as_it_is_without_what_is_ignored(project: Project) -> None:
    # UP-5, UP-6
    files = {"index.html": "old", ".s2iignore": "*.log\n!keep.log\n", "a.log": "", "keep.log": ""}
    directory = gitserver.repository(project.directory / "app", files)
    (directory / "index.html").write_text("dirty")
    (directory / "new.txt").write_text("new")
    project.apply(a_config(by_source()))

    ran = project.start(f"--from-dir={directory}")

    assert ran.code == 0, ran.said
    assert "with uncommitted changes" in ran.said
    assert project.printed(f"{LIST}; cat index.html") == (
        "./.s2iignore\n./index.html\n./keep.log\n./new.txt\ndirty"
    )


def test_a_directory_with_a_dockerfile_is_sent_without_what_is_ignored(project: Project) -> None:
    # UP-6
    directory = project.files("app", {"Dockerfile": DOCKERFILE, ".dockerignore": "big\n", "x": ""})
    (directory / "big").write_bytes(bytes(10 << 20))
    project.apply(a_config(by_dockerfile()))

    ran = project.start(f"--from-dir={directory}")

    assert ran.code == 0, ran.said
    assert "Sent 10" not in ran.said
    assert "big" not in project.printed("ls -A /app").split()


def test_a_single_file_is_built(project: Project) -> None:
    file = project.files("app", {"Dockerfile": f"FROM {containers.BASE}\nRUN echo hi > /hi\n"})
    project.apply(a_config(by_dockerfile()))

    ran = project.start(f"--from-file={file / 'Dockerfile'}")

    assert ran.code == 0, ran.said
    assert project.printed("cat /hi") == "hi\n"


def test_an_archive_is_built(project: Project) -> None:
    directory = project.files("app", {"index.html": "packed"})
    archive = project.directory / "app.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(directory / "index.html", "index.html")
    project.apply(a_config(by_source()))

    ran = project.start(f"--from-archive={archive}")

    assert ran.code == 0, ran.said
    assert project.printed("cat /opt/app/index.html") == "packed"


def test_a_commit_is_built_and_recorded_whatever_lies_in_the_directory(project: Project) -> None:
    directory = gitserver.repository(project.directory / "app", {"index.html": "committed"})
    commit = gitserver.git(directory, "rev-parse", "HEAD")
    (directory / "index.html").write_text("dirty")
    project.apply(a_config(by_source()))

    ran = project.start(f"--from-repo={directory}")

    assert ran.code == 0, ran.said
    assert project.printed("cat /opt/app/index.html") == "committed"
    assert project.get("build", "app-1")["spec"]["revision"]["git"]["commit"] == commit


def test_an_upload_behind_a_running_build_is_taken_at_once_and_built_later(
    project: Project,
) -> None:
    # UP-3, UP-30
    project.apply(a_config(by_source()))
    project.queue(project.assembling("#!/bin/sh\nexec sleep 600\n"))
    project.comes_to("app-1", "Running")

    name = project.queue(f"--from-dir={project.files('app', {'index.html': 'later'})}")
    queued = project.status(name)["phase"]
    project.done("cancel-build", "app-1")
    project.comes_to(name, "Complete")

    assert (name, queued) == ("app-2", "New")
    assert project.printed("cat /opt/app/index.html", name) == "later"
