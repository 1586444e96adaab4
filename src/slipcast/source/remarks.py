"""What the builder images make of a source: by which file it gets its packages, what starts it.

Said above all of Python and Node.js, where sources are written for several programs and a builder
image uses one: lock files that it does not read, and sources that it would build and could not
start. Who brings scripts of their own knows better, and so does who sets the variables that choose.

Source: docs/reference/builder-images.md; containers/python and containers/nodejs, assemble and run.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from slipcast.source.tree import Tree

ENVIRONMENT: Final = ".s2i/environment"
_PYTHON_LOCKS: Final = {
    "uv.lock": "`uv export --no-dev -o requirements.txt` keeps them",
    "pdm.lock": "`pdm export --prod -o requirements.txt` keeps them",
    "poetry.lock": f"ENABLE_MICROPIPENV=1 in {ENVIRONMENT} has it read",
}
"""THE TABLE of lock files that Python's builder image does not read, and what helps."""
_NODE_LOCKS: Final = ("yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
_WITHOUT_NODE: Final = frozenset({"php", "python", "ruby"})
_NPM_LOCKS: Final = ("package-lock.json", "npm-shrinkwrap.json")
_PYTHON_STARTS: Final = ("app.sh", "app.py", "wsgi.py", "manage.py", "setup.py", "gunicorn.conf.py")
_PYTHON_LIKELY: Final = ("main.py", "server.py", "run.py", "asgi.py", "application.py")
_NODE_LIKELY: Final = ("serve", "server", "prod", "preview", "dev")
_DEPTH: Final = 3
"""Directories down to which a wsgi.py is looked for."""
_MOST: Final = 200
"""Directories that are looked into."""


class Remarks(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a source besides its platform.

    Shape:  packages is in words how it gets them, empty where it gets none or nobody knows;
            warnings are sentences without full stop.
    """

    packages: str = ""
    warnings: tuple[str, ...] = ()


class _Source(msgspec.Struct, frozen=True):
    """A directory of a tree, and what is asked of it."""

    tree: Tree
    root: str

    def at(self, path: str) -> str:
        return f"{self.root}/{path}" if self.root and path else self.root or path

    def has(self, path: str) -> bool:
        return self.tree.read(self.at(path), 0) is not None

    def text(self, path: str) -> str:
        return (self.tree.read(self.at(path)) or b"").decode(errors="replace")

    def variables(self) -> frozenset[str]:
        """The names that the source sets for its builds and its image."""
        lines = self.text(ENVIRONMENT).splitlines()
        return frozenset(line.partition("=")[0].strip() for line in lines if "=" in line)


def remarks(platform: str, tree: Tree, root: str = "") -> Remarks | None:
    """What there is to say of a source of a platform; None where it is nothing."""
    source = _Source(tree, root)
    packages, warnings = "", tuple[str, ...]()
    if not source.has(".s2i/bin/assemble"):
        packages, warnings = _READERS.get(platform, _unknown)(source)
        warnings = (*warnings, *_assets(platform, source))
    if not source.has(".s2i/bin/run"):
        warnings = (*warnings, *_STARTS.get(platform, _started)(source))
    return Remarks(packages=packages, warnings=warnings) if packages or warnings else None


def _unknown(_: _Source) -> tuple[str, tuple[str, ...]]:
    return "", ()


def _started(_: _Source) -> Iterator[str]:
    return iter(())


def _assets(platform: str, source: _Source) -> Iterator[str]:
    """That nobody builds what a package.json makes for an application in another language."""
    if platform in _WITHOUT_NODE and "build" in _scripts(source.text("package.json")):
        yield (
            "the build script of package.json is not run, for there is no Node.js:"
            " commit what it makes, or build with a Dockerfile"
        )


def _python(source: _Source) -> tuple[str, tuple[str, ...]]:
    held = source.variables()
    if held & {"ENABLE_MICROPIPENV", "ENABLE_PIPENV"}:
        name = "micropipenv" if "ENABLE_MICROPIPENV" in held else "pipenv"
        return f"{name}, as {ENVIRONMENT} says", ()
    for file, how in (
        ("requirements.txt", "pip, by requirements.txt"),
        ("Pipfile.lock", "micropipenv, by Pipfile.lock"),
        ("Pipfile", "pipenv, by Pipfile; there is no Pipfile.lock"),
    ):
        if source.has(file):
            return how, ()
    locks = tuple(
        f"{lock} is not read: pip chooses the versions; {help_}"
        for lock, help_ in _PYTHON_LOCKS.items()
        if source.has(lock)
    )
    if source.has("setup.py"):
        return "pip, by setup.py", locks
    project = _toml(source.text("pyproject.toml"))
    if project.keys() & {"build-system", "project"}:
        return "pip, by pyproject.toml", locks
    if locks or project:
        return "", locks or ("no file names packages to install: pyproject.toml has no [project]",)
    return "", ()


def _node(source: _Source) -> tuple[str, tuple[str, ...]]:
    if not source.has("package.json"):
        return "", ()
    lock = next(filter(source.has, _NPM_LOCKS), "")
    if lock:
        return f"npm ci, by {lock}", ()
    other = next(filter(source.has, _NODE_LOCKS), "")
    if not other:
        return "npm install, by package.json; there is no package-lock.json", ()
    warning = (
        f"{other} is not read: npm chooses the versions;"
        " `npm install --package-lock-only` makes the lock file that it reads"
    )
    return "npm install, by package.json", (warning,)


def _python_starts(source: _Source) -> Iterator[str]:
    """That nothing would be started (APP_FILE and the like may say it later)."""
    if source.variables() & {"APP_FILE", "APP_MODULE", "APP_SCRIPT", "APP_HOME"}:
        return
    if any(map(source.has, _PYTHON_STARTS)) or _holds_wsgi(source):
        return
    likely = next(filter(source.has, _PYTHON_LIKELY), "FILE")
    yield (
        "nothing starts it: there is no app.sh, app.py, wsgi.py or manage.py;"
        f" -e APP_FILE={likely} names a program, and an app.sh may say how to start a server"
    )


def _holds_wsgi(source: _Source) -> bool:
    ahead, left = [""], _MOST
    for _ in range(_DEPTH - 1):
        ahead = [
            f"{path}/{name}" if path else name
            for path in ahead
            for name in source.tree.names(source.at(path))
            if not name.startswith(".") and "." not in name
        ][:left]
        left -= len(ahead)
        if any(source.has(f"{path}/wsgi.py") for path in ahead):
            return True
    return False


def _node_starts(source: _Source) -> Iterator[str]:
    """That `npm start` would find nothing (NPM_RUN and NODE_CMD may say it later)."""
    if source.variables() & {"NPM_RUN", "NODE_CMD"} or not source.has("package.json"):
        return
    scripts = _scripts(source.text("package.json"))
    if "start" in scripts or source.has("server.js"):
        return
    likely = next((name for name in _NODE_LIKELY if name in scripts), "SCRIPT")
    yield (
        "nothing starts it: package.json names no start script, and there is no server.js;"
        f" -e NPM_RUN={likely} names another script"
    )


def _scripts(text: str) -> Mapping[str, Any]:
    try:
        scripts = json.loads(text)["scripts"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return {}
    return scripts if isinstance(scripts, dict) else {}


def _toml(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


_READERS: Final[Mapping[str, Callable[[_Source], tuple[str, tuple[str, ...]]]]] = {
    "python": _python,
    "nodejs": _node,
}
_STARTS: Final[Mapping[str, Callable[[_Source], Iterator[str]]]] = {
    "python": _python_starts,
    "nodejs": _node_starts,
}
