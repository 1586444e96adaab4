"""Builds that are watched: logs over bad connections, after their pods, and by kubectl."""

from __future__ import annotations

import json

import pytest

from e2e.builds.cutting import Cutter
from e2e.builds.project import Project, a_config, by_source

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

COUNTING = "#!/bin/sh\nfor i in $(seq 20); do echo line $i; sleep 0.1; done\nexit {code}\n"
COUNTED = [f"line {i}" for i in range(1, 21)]


@pytest.mark.parametrize("code", [0, 3])
def test_a_cut_connection_costs_neither_a_line_nor_the_result(project: Project, code: int) -> None:
    # UP-1, UP-28
    project.apply(a_config(by_source()))
    sent = project.assembling(COUNTING.format(code=code))
    with Cutter.to(project.server.port) as way:
        server = f"--server=https://127.0.0.1:{way.port}"
        with project.begun("start-build", "app", "--follow", sent, server) as following:
            following.prints("line 5\n")
            way.cut()
            way.mend()

            ended = following.ends()

    assert ended == (1 if code else 0), following.printed
    assert lines(following.printed) == COUNTED
    assert project.status()["phase"] == ("Failed" if code else "Complete")


def lines(text: str) -> list[str]:
    """What the script printed."""
    return [line for line in text.splitlines() if line.startswith("line ")]


def test_a_log_is_there_when_its_pod_is_not(project: Project) -> None:
    # UP-28
    project.apply(a_config(by_source()))
    assert project.start(project.assembling("#!/bin/sh\necho said\n")).code == 0
    deleted = project.kubectl("delete", "pod", "app-1-build")
    assert deleted.code == 0, deleted.said

    log = project.log()

    assert not project.get("pod", "app-1-build")
    assert "\nsaid\n" in log
    assert project.status()["phase"] == "Complete"


def test_kubectl_follows_a_pod_and_watches_its_build(project: Project) -> None:
    project.apply(a_config(by_source()))
    with project.kubectl_begun("get", "builds", "--watch", "-v=6") as watching:
        watching.prints("watch=true")
        build = project.queue(project.assembling(COUNTING.format(code=0)))
        project.comes_to(build, "Running")
        with project.kubectl_begun("logs", "-f", f"pod/{build}-build") as following:
            code = following.ends()

        watching.prints("Complete")

    assert code == 0
    assert lines(following.printed) == COUNTED
    assert watching.printed.index("Running") < watching.printed.index("Complete")


def test_kubectl_describes_what_a_builder_was_given_and_no_secret(project: Project) -> None:
    name = project.secret("keys", token="hush-1")
    reference = {"secretKeyRef": {"name": name, "key": "token"}}
    env = [{"name": "TOKEN", "valueFrom": reference}, {"name": "PLAIN", "value": "seen"}]
    project.apply(a_config(by_source(env=env)))
    ran = project.start(project.assembling('#!/bin/sh\necho "$PLAIN ${#TOKEN}"\n'))

    described = project.kubectl("describe", "pod", "app-1-build")

    assert "\nseen 6\n" in ran.stdout
    assert described.code == 0, described.said
    assert f"<set to the key 'token' in secret '{name}'>" in described.stdout
    assert "BUILD:" in described.stdout
    assert "hush-" not in described.stdout
    assert "hush-" not in json.dumps(project.get("build", "app-1"))
