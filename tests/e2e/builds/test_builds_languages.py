"""Real languages with real dependencies, from a repository to an application that answers."""

from __future__ import annotations

import pytest

import applications
import gitserver
from e2e.builds.project import Project, a_config, by_source

pytestmark = [pytest.mark.engine, pytest.mark.e2e, pytest.mark.network]


@pytest.mark.parametrize("name", ["flask-hello", "express-hello"])
def test_an_example_behind_ssh_is_built_through_the_server_and_answers(
    project: Project, shell: gitserver.Shell, name: str
) -> None:
    every = applications.applications(applications.EXAMPLES)
    example = next(each for each in every if each.name == name)
    made = applications.repository(example, project.directory / name)
    secret = project.secret("key", ssh_privatekey=shell.key())
    source = {"git": {"uri": f"{shell.url}{made}"}, "sourceSecret": {"name": secret}}
    project.apply(a_config(by_source(applications.builder(example.builder)), source))

    ran = project.start()

    assert ran.code == 0, ran.said
    with applications.running(project.image()) as running:
        assert applications.missing_answers(example, running) == []
