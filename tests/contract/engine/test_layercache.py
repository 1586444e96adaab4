"""What builds leave in a real store for later ones, and what is left of it within a limit."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import containers
from slipcast.adapters.engine.buildah.layercache import LayerCache
from slipcast.adapters.engine.buildah.storage import Storage
from slipcast.ports.engine import BuildSpec, CommitSpec, ContainerSpec
from slipcast.values.image import ImageConfig

pytestmark = pytest.mark.engine


def forget(image: str) -> None:
    containers.podman("rmi", image)


@pytest.mark.usefixtures("buildah")
def test_the_oldest_steps_go_and_images_with_names_stay(
    tmp_path: Path, base_image: str, new_image: Callable[[], str]
) -> None:
    # UP-14
    state, name = tmp_path / "state", new_image()
    engine, storage = containers.buildah_engine(state), Storage(containers.STORAGE)
    steps = f"RUN echo {secrets.token_hex(4)} > /1\nRUN echo 2 > /2\n"
    (tmp_path / "Dockerfile").write_text(f"FROM {base_image}\n{steps}")
    spec = BuildSpec(context=tmp_path, tag=name, network="none")
    later = LayerCache(
        state / "layers.json", storage, forget, limit=1, now=lambda: time.time() + 7200
    )

    first = engine.build(spec)
    there = later.images()
    engine.build(spec)
    engine.tag(base_image, name)
    later.keep(later.images(), ())

    gone = there - later.images()
    assert first.id in gone
    assert len(gone) == 2
    assert engine.inspect(base_image) is not None


@pytest.mark.usefixtures("buildah")
def test_what_a_container_became_goes_when_its_name_is_anothers(
    tmp_path: Path, base_image: str, new_image: Callable[[], str]
) -> None:
    # UP-14
    state, name = tmp_path / "state", new_image()
    engine, storage = containers.buildah_engine(state), Storage(containers.STORAGE)
    later = LayerCache(
        state / "layers.json", storage, forget, limit=1, now=lambda: time.time() + 7200
    )
    spec = ContainerSpec(image=base_image, argv=("/bin/sh", "-c", "echo 1 > /1"))

    with engine.container(spec) as container:
        container.run()
        made = container.commit(CommitSpec(config=ImageConfig(), tag=name))
    named = made.id in later.images()
    engine.tag(base_image, name)
    later.keep(later.images(), ())

    assert named
    assert made.id not in later.images()
