"""What builder images make of a source: how packages come, and what starts it."""

from __future__ import annotations

import pytest

from slipcast.source.remarks import Remarks, remarks
from slipcast.source.tree import MemoryTree

PROJECT = "[project]\ndependencies = ['flask']"
POETRY = "[tool.poetry.dependencies]\nflask = '*'"
STARTED = '{"scripts": {"start": "node ."}}'


def said(platform: str, *names: str, root: str = "", **contents: str) -> Remarks:
    """What is said of a source."""
    files = dict.fromkeys(names, b"") | {name: text.encode() for name, text in contents.items()}
    below = {f"{root}/{name}" if root else name: text for name, text in files.items()}
    return remarks(platform, MemoryTree(below), root) or Remarks()


@pytest.mark.parametrize(
    ("platform", "files", "packages"),
    [
        ("python", {"requirements.txt": "", "uv.lock": ""}, "pip, by requirements.txt"),
        ("python", {"Pipfile.lock": "", "Pipfile": ""}, "micropipenv, by Pipfile.lock"),
        ("python", {"Pipfile": ""}, "pipenv, by Pipfile; there is no Pipfile.lock"),
        ("python", {"setup.py": "", "pyproject.toml": PROJECT}, "pip, by setup.py"),
        ("python", {"pyproject.toml": PROJECT}, "pip, by pyproject.toml"),
        ("python", {"app.py": ""}, ""),
        (
            "python",
            {"poetry.lock": "", ".s2i/environment": "A=1\nENABLE_MICROPIPENV=1"},
            "micropipenv, as .s2i/environment says",
        ),
        (
            "nodejs",
            {"package.json": STARTED, "package-lock.json": ""},
            "npm ci, by package-lock.json",
        ),
        (
            "nodejs",
            {"package.json": STARTED},
            "npm install, by package.json; there is no package-lock.json",
        ),
        ("nodejs", {"package.json": STARTED, "yarn.lock": ""}, "npm install, by package.json"),
        ("nodejs", {"app.json": ""}, ""),
        ("python", {"requirements.txt": "", ".s2i/bin/assemble": ""}, ""),
        ("ruby", {"Gemfile": ""}, ""),
    ],
)
def test_how_packages_come_is_said(platform: str, files: dict[str, str], packages: str) -> None:
    assert said(platform, **files).packages == packages


@pytest.mark.parametrize(
    ("platform", "files", "warning"),
    [
        ("python", {"pyproject.toml": PROJECT, "uv.lock": ""}, "uv.lock is not read: pip chooses"),
        ("python", {"setup.py": "", "pdm.lock": ""}, "pdm.lock is not read: pip chooses"),
        ("python", {"pyproject.toml": PROJECT, "poetry.lock": ""}, "poetry.lock is not read: pip"),
        ("python", {"pyproject.toml": POETRY}, "no file names packages to install"),
        ("nodejs", {"package.json": STARTED, "yarn.lock": ""}, "yarn.lock is not read: npm"),
        ("nodejs", {"package.json": STARTED, "pnpm-lock.yaml": ""}, "pnpm-lock.yaml is not read"),
    ],
)
def test_lock_files_that_nobody_reads_are_warned_of(
    platform: str, files: dict[str, str], warning: str
) -> None:
    assert said(platform, "app.py", **files).warnings[0].startswith(warning)


@pytest.mark.parametrize("lock", ["package-lock.json", "npm-shrinkwrap.json"])
def test_a_lock_file_beside_the_one_that_is_read_does_not_matter(lock: str) -> None:
    assert said("nodejs", lock, "yarn.lock", **{"package.json": STARTED}).warnings == ()


@pytest.mark.parametrize("platform", ["python", "php", "ruby"])
def test_assets_that_nobody_builds_are_warned_of(platform: str) -> None:
    (warning,) = said(
        platform, "app.py", **{"package.json": '{"scripts": {"build": "x"}}'}
    ).warnings

    assert warning.startswith("the build script of package.json is not run")


@pytest.mark.parametrize(
    ("platform", "files", "warning"),
    [
        ("python", {"main.py": ""}, "-e APP_FILE=main.py names a program"),
        ("python", {"tea.py": ""}, "-e APP_FILE=FILE names a program"),
        ("nodejs", {"package.json": "{}"}, "-e NPM_RUN=SCRIPT names another script"),
        ("nodejs", {"package.json": '{"scripts": {"serve": "x"}}'}, "-e NPM_RUN=serve names"),
        ("nodejs", {"package.json": '{"scripts": []}'}, "-e NPM_RUN=SCRIPT names"),
    ],
)
def test_what_nothing_starts_is_warned_of(
    platform: str, files: dict[str, str], warning: str
) -> None:
    (said_,) = said(platform, **files).warnings

    assert said_.startswith("nothing starts it: ")
    assert warning in said_


@pytest.mark.parametrize(
    ("platform", "files"),
    [
        ("python", {"app.sh": ""}),
        ("python", {"shop/wsgi.py": ""}),
        ("python", {"src/shop/wsgi.py": ""}),
        ("python", {"main.py": "", ".s2i/environment": "APP_FILE=main.py"}),
        ("python", {"main.py": "", ".s2i/bin/run": ""}),
        ("nodejs", {"package.json": STARTED}),
        ("nodejs", {"package.json": "{", "server.js": ""}),
        ("nodejs", {"package.json": "{}", ".s2i/environment": "NODE_CMD=node x"}),
    ],
)
def test_what_something_starts_is_not(platform: str, files: dict[str, str]) -> None:
    assert said(platform, **files).warnings == ()
    assert said(platform, root="below", **files).warnings == ()


def test_a_wsgi_that_lies_deeper_is_not_started() -> None:
    assert said("python", "a/b/c/wsgi.py").warnings != ()
