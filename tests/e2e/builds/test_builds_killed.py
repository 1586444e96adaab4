"""A server that is killed while builds run: the next one goes on with them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.builds.conftest import looked_after, variables
from e2e.builds.project import Project, a_config, by_source
from e2e.server.process import Server
from e2e.server.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

COUNTING = "#!/bin/sh\nfor i in $(seq 30); do echo line $i; sleep 0.1; done\nexit {code}\n"
COUNTED = [f"line {i}" for i in range(1, 31)]


@pytest.fixture
def alone(tmp_path: Path, builder_image: str, names: list[str]) -> Iterator[Project]:
    """A project on a server of its own."""
    assert builder_image
    server = Server(state=tmp_path / "state", log=tmp_path / "log", environment=variables(tmp_path))
    names.append(f"e2e-{secrets.token_hex(4)}")
    try:
        server.start()
        project = Project(server=server, name=names[-1], directory=tmp_path)
        yield from looked_after(project, tmp_path / "own")
    finally:
        server.close()


@pytest.mark.parametrize(("code", "phase"), [(0, "Complete"), (3, "Failed")])
def test_a_build_goes_on_without_its_server_and_ends_once_with_its_whole_log(
    alone: Project, code: int, phase: str
) -> None:
    # BL-113
    alone.apply(a_config(by_source()))
    build = alone.queue(alone.assembling(COUNTING.format(code=code)))
    until(lambda: "line 5\n" in alone("logs", f"build/{build}", "--nowait").stdout)

    alone.server.kill()
    alone.server.start()
    alone.done("wait", f"build/{build}", f"--for=condition={phase}", "--timeout=100s")

    conditions = alone.status(build)["conditions"]
    log = alone.log(build)
    assert [line for line in log.splitlines() if line.startswith("line ")] == COUNTED
    assert [each["type"] for each in conditions if each["status"] == "True"] == [phase]


def test_a_build_that_is_done_while_there_is_no_server_has_ended_for_the_next(
    alone: Project,
) -> None:
    # BL-113
    pods = alone.directory / "state/pods"
    alone.apply(a_config(by_source()))
    build = alone.queue(alone.assembling("#!/bin/sh\necho begun\nsleep 5\necho done\n"))
    alone.comes_to(build, "Running")
    alone.server.kill()
    until(lambda: any("Build complete" in text(path) for path in pods.glob("*/log-*")), 180)

    alone.server.start()

    assert alone.comes_to(build, "Complete")["phase"] == "Complete"
    assert "begun\ndone\n" in alone.log(build)


def text(path: Path) -> str:
    """What a file holds, of which there may be none."""
    return path.read_text() if path.exists() else ""


def test_a_queue_goes_on_after_its_server_was_killed(alone: Project) -> None:
    # UP-3
    alone.apply(a_config(by_source()))
    sent = alone.assembling("#!/bin/sh\necho begun\nsleep 1\n")
    first, second = alone.queue(sent), alone.queue(sent)

    alone.server.kill()
    alone.server.start()

    assert alone.comes_to(first, "Complete")
    assert alone.comes_to(second, "Complete")
    assert "begun" in alone.log(second)
