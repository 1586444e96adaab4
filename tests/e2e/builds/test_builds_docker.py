"""Docker and Custom builds, and builds of what other builds made."""

from __future__ import annotations

import json

import pytest

import containers
import gitserver
from e2e.builds.project import (
    Project,
    a_config,
    an_image,
    by_dockerfile,
    by_source,
    in_image,
    pushed_to,
)

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

STAGES = f"""\
FROM {containers.BASE} AS build
ARG WHO=nobody
RUN echo "hello $WHO" > /said
FROM {containers.BASE}
COPY --from=build /said /said
RUN touch /second
"""


def test_a_dockerfile_of_stages_is_built_with_arguments_of_the_command(project: Project) -> None:
    # UP-11, UP-13
    made = gitserver.repository(project.directory / "app", {"Dockerfile": STAGES})
    gitserver.bare(made, project.directory / "served/app.git")
    with gitserver.http(project.directory / "served") as served:
        project.apply(a_config(by_dockerfile(), {"git": {"uri": f"{served.url}/app.git"}}))

        ran = project.start("--build-arg=WHO=world")

    assert ran.code == 0, ran.said
    assert project.printed("cat /said; ls /second") == "hello world\n/second\n"


def test_a_second_build_uses_layers_of_the_first(project: Project) -> None:
    # UP-14
    text = f"FROM {containers.BASE}\nRUN echo {project.name} > /name\n"
    project.apply(a_config(by_dockerfile(), {"dockerfile": text}))

    first, second, third = project.start(), project.start(), project.start("--no-cache")

    assert (first.code, second.code, third.code) == (0, 0, 0)
    uses = ["Using cache" in ran.stdout for ran in (first, second, third)]
    assert uses == [False, True, False]


def test_values_of_several_lines_keep_their_line_ends(project: Project) -> None:
    # BLD-118
    text = f'FROM {containers.BASE} AS first\nRUN echo "$KEY" > /key\nFROM first\n'
    labels = [{"name": "note", "value": "one\ntwo"}]
    env = [{"name": "KEY", "value": "begin\n$x\nend"}]
    config = a_config(by_dockerfile(env=env), {"dockerfile": text}, output={"imageLabels": labels})
    project.apply(config)

    ran = project.start()

    assert ran.code == 0, ran.said
    assert project.printed('cat /key; echo "$KEY"') == "begin\n$x\nend\n" * 2
    shown = containers.podman("inspect", "--format={{json .Config.Labels}}", project.image())
    assert json.loads(shown)["note"] == "one\ntwo"


def test_a_step_that_fails_is_told(project: Project) -> None:
    # UP-2
    text = f"FROM {containers.BASE}\nRUN echo so far && exit 9\n"
    project.apply(a_config(by_dockerfile(), {"dockerfile": text}))

    ran = project.start()

    assert ran.code == 1
    assert project.status()["reason"] == "DockerBuildFailed"
    assert "DockerBuildFailed" in ran.stderr
    assert "so far" in project.last_words()


def test_a_custom_build_is_its_image_with_the_build_in_a_variable(project: Project) -> None:
    env = [{"name": "GREETING", "value": "hello"}]
    script = (
        'echo "$GREETING $OUTPUT_IMAGE"; cat /app/said; echo "$SOURCE_URI"; '
        'cat "$SOURCE_SECRET_PATH/ssh-privatekey"; echo; printf "%s" "$BUILD"'
    )
    text = f"FROM {containers.BASE}\nRUN mkdir /app && echo custom > /app/said\n"
    text += f"ENTRYPOINT {json.dumps(['/bin/sh', '-c', script])}\n"
    image = f"localhost/{project.name}/app-1:latest"
    project.apply(a_config(by_dockerfile(), {"dockerfile": text}))
    assert project.start().code == 0
    strategy = {"customStrategy": {"from": an_image(image), "env": env}}
    output = pushed_to("registry.example.com/shop/app:1")
    secret = project.secret("key", ssh_privatekey="opens")
    source = {"git": {"uri": "git@git.example.com:x.git"}, "sourceSecret": {"name": secret}}
    project.apply(a_config(strategy, source, output=output))

    ran = project.start()

    assert ran.code == 0, ran.said
    *said, build = ran.stdout.splitlines()[-5:]
    assert said == ["hello shop/app:1", "custom", "git@git.example.com:x.git", "opens"]
    assert json.loads(build)["metadata"]["name"] == "app-2"


def test_a_build_takes_files_out_of_the_image_of_another(
    project: Project, open_registry: containers.Registry
) -> None:
    image = open_registry.name(f"{project.name}/app")
    project.apply(a_config(by_source(), output=pushed_to(image)))
    first = project.start(f"--from-dir={project.files('app', {'dist/app.js': 'made'})}")
    paths = [{"sourcePath": "/opt/app/dist/.", "destinationDir": "from"}]
    files = {"Dockerfile": f"FROM {containers.BASE}\nCOPY from/app.js /srv/\n"}
    made = gitserver.repository(project.directory / "second", files)
    gitserver.bare(made, project.directory / "served/second.git")
    with gitserver.http(project.directory / "served") as served:
        git = {"uri": f"{served.url}/second.git"}
        images = [{"from": an_image(image), "paths": paths}]
        project.apply(a_config(by_dockerfile(), {"type": "Git", "git": git, "images": images}))

        second = project.start()

    assert (first.code, second.code) == (0, 0), first.said + second.said
    assert in_image(project.image("app-2"), "cat /srv/app.js") == "made"
