"""new-app for each language, for versions, and for several components at once: HTTP answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import applications
import containers
import gitserver
from applications import Application, Running
from e2e.builds.conftest import looked_after
from e2e.builds.project import Project
from e2e.builds.registry import Registry
from e2e.server.process import Server

pytestmark = [pytest.mark.engine, pytest.mark.e2e, pytest.mark.network]

TAGS = {
    "express-hello": "nodejs:24",
    "flask-hello": "python:3.11",
    "php-page": "php:8.2",
    "ruby-rack": "ruby:3.1",
    "static-site": "static:1.22",
}
"""The examples, and what new-app has to find for each."""

NODE = """\
const said = () => `node ${process.version.split(".")[0]} of ${process.env.npm_package_name}`;
require("http").createServer((_, answer) => answer.end(said())).listen(process.env.PORT);
"""
PYTHON = """\
import http.server, os

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"python of the back")

http.server.HTTPServer(("", int(os.environ["PORT"])), Page).serve_forever()
"""


@pytest.fixture(scope="module")
def shop(
    serving: Server, place: Path, names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    """One project for all that is made here."""
    directory = tmp_path_factory.mktemp("shop")
    names.append(f"e2e-{directory.name}-{containers.a_port()}")
    shop = Project(server=serving, name=names[-1], directory=directory)
    yield from looked_after(shop, place / "own")


@pytest.fixture(scope="module")
def served(shop: Project) -> Iterator[gitserver.Served]:
    """The repositories below `served`, over http."""
    (shop.directory / "served").mkdir()
    with gitserver.http(shop.directory / "served") as served:
        yield served


@pytest.fixture(scope="module")
def registry(shop: Project) -> Iterator[Registry]:
    """The project's part of the server's registry."""
    with TemporaryDirectory(prefix="slipcast-", dir="/tmp") as directory:
        yield Registry(project=shop, directory=Path(directory))


@pytest.fixture(scope="module")
def said(shop: Project, served: gitserver.Served) -> Mapping[str, str]:
    """What new-app says of each example; all are begun before one is waited for."""
    said = {}
    for name, tag in TAGS.items():
        applications.builder(tag)
        made = applications.repository(an_example(name), shop.directory / name)
        gitserver.bare(made, shop.directory / f"served/{name}.git")
        said[name] = shop.done("new-app", f"{served.url}/{name}.git")
    return said


def an_example(name: str) -> Application:
    """An example by its name."""
    every = applications.applications(applications.EXAMPLES)
    return next(each for each in every if each.name == name)


def package(name: str, node: str = "") -> str:
    """A package.json, which may ask for versions of Node."""
    engines = {"engines": {"node": node}} if node else {}
    return json.dumps({"name": name, "scripts": {"start": "node main.js"}, **engines})


def serve(shop: Project, name: str, files: dict[str, str | bytes]) -> None:
    """Have a repository served."""
    tree = gitserver.repository(shop.directory / f"tree-{name}", files)
    gitserver.bare(tree, shop.directory / f"served/{name}.git")


@contextmanager
def run(shop: Project, registry: Registry, name: str) -> Iterator[Running]:
    """An application, when it is built, pulled and started."""
    shop.comes_to(f"{name}-1", "Complete")
    image = f"{registry.repository(name)}:latest"
    registry.podman_here("pull", image)
    with applications.running(image) as running:
        yield running


def answer(shop: Project, registry: Registry, name: str) -> str:
    """What an application answers."""
    with run(shop, registry, name) as running:
        return running.get()


@pytest.mark.parametrize("name", TAGS)
def test_a_repository_of_a_language_comes_to_an_application_that_answers(
    shop: Project, registry: Registry, said: Mapping[str, str], name: str
) -> None:
    stream, _, tag = TAGS[name].partition(":")

    assert f'Found in image stream "openshift/{stream}" under tag "{tag}"' in said[name]
    with run(shop, registry, name) as running:
        assert applications.missing_answers(an_example(name), running) == []


def test_the_version_that_a_tree_asks_for_is_the_one_that_it_runs_on(
    shop: Project, served: gitserver.Served, registry: Registry
) -> None:
    applications.builder("nodejs:20")
    serve(shop, "aged", {"package.json": package("aged", ">=20 <21"), "main.js": NODE})

    said = shop.done("new-app", f"{served.url}/aged.git")

    assert 'under tag "20"' in said
    assert answer(shop, registry, "aged") == "node v20 of aged"


def test_several_components_come_to_applications_of_which_each_answers(
    shop: Project, served: gitserver.Served, registry: Registry
) -> None:
    applications.builder("python:3.11")
    applications.builder("nodejs:24")
    serve(shop, "front", {"package.json": package("the front"), "main.js": NODE})
    serve(shop, "back", {"app.py": PYTHON, "requirements.txt": ""})
    registry.push(containers.BASE, "cache:1")

    shop.done("new-app", f"{served.url}/front.git", f"{served.url}/back.git", "cache:1")

    assert answer(shop, registry, "front") == "node v24 of the front"
    assert answer(shop, registry, "back") == "python of the back"
    deployed = shop.done("get", "deploymentconfigs", "-o", "name").split()
    assert {
        f"deploymentconfig.apps.openshift.io/{name}" for name in ("front", "back", "cache")
    } <= {*deployed}


def test_a_directory_answers_with_what_was_not_committed(shop: Project, registry: Registry) -> None:
    applications.builder("static:1.22")
    tree = gitserver.repository(shop.directory / "page", {"index.html": "committed\n"})
    (tree / "index.html").write_text("changed\n")

    said = shop.done("new-app", "./page")

    assert "What is sent holds 1 changed file" in said
    assert answer(shop, registry, "page") == "changed\n"
