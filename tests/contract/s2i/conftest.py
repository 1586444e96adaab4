"""A bench over each real engine, and images made for one test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

import containers
from slipcast.ports.engine import BuildSpec, Engine
from workbench import Bench, Make


@pytest.fixture
def tag(engine: Engine) -> Iterator[str]:
    """The name of the result, removed afterwards."""
    name = containers.a_name("app")
    yield name
    engine.remove(name)


@pytest.fixture
def bench(engine: Engine, builder_image: str, tag: str, tmp_path: Path) -> Bench[Engine]:
    """A source with one file; the builder image copies it to /opt/app."""
    bench = Bench(engine, source=tmp_path / "source", state=tmp_path / "state")
    bench.defaults = {"builder_image": builder_image, "tag": tag, "network": "none"}
    bench.put("app.txt", "hello")
    return bench


@pytest.fixture
def make(engine: Engine, tmp_path: Path) -> Iterator[Make]:
    """Makes an image from the lines of a Dockerfile and the files beside it."""
    made: list[str] = []

    def build(*lines: str, **files: str) -> str:
        context = tmp_path / f"context-{secrets.token_hex(4)}"
        context.mkdir()
        for name, content in files.items():
            (context / name).write_text(content)
            (context / name).chmod(0o755)
        (context / "Dockerfile").write_text("\n".join(lines) + "\n")
        name = containers.a_name("builder")
        made.append(name)
        # Without cache: other workers remove the images that it looks through.
        engine.build(BuildSpec(context=context, tag=name, network="none", no_cache=True))
        return name

    yield build
    for name in reversed(made):
        engine.remove(name)
