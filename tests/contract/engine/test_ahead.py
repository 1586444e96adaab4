"""The new layer of an image goes to the registry while it is committed; a push finds it there."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

import containers
from slipcast.ports.engine import CommitSpec, ContainerSpec, Engine, PushSpec, RegistryAccess
from slipcast.values.image import ImageConfig, ImageFacts

pytestmark = pytest.mark.engine

Names = Callable[[], str]
Start = Callable[..., containers.Registry]
PLAIN = RegistryAccess(insecure=True)
LINE = "head -c 12000000 /dev/urandom > /large; echo small > /small"


def committed(engine: Engine, image: str, tag: str, push_to: str) -> ImageFacts:
    spec = ContainerSpec(image=image, argv=("/bin/sh", "-ec", LINE), network="none", user="0")
    with engine.container(spec) as container:
        assert container.run().ok
        return container.commit(
            CommitSpec(config=ImageConfig(), tag=tag, push_to=push_to, push_access=PLAIN)
        )


def test_what_went_ahead_and_what_was_pushed_are_one_image(
    engine: Engine, base_image: str, new_image: Names, registry: Start, tmp_path: Any
) -> None:
    name = registry().name()
    made = committed(engine, base_image, new_image(), name)

    digest = engine.push(PushSpec(image=made.id, destination=name, access=PLAIN))

    ran = subprocess.run(
        ["skopeo", "copy", "--src-tls-verify=false", f"docker://{name}", f"dir:{tmp_path}/copy"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert digest.startswith("sha256:")


def test_a_registry_that_is_not_there_is_no_fault_of_the_commit(
    engine: Engine, base_image: str, new_image: Names
) -> None:
    made = committed(engine, base_image, new_image(), "127.0.0.1:1/never/there:1")

    assert engine.inspect(made.id) is not None


def test_the_layer_is_there_before_the_push_begins(
    buildah: Engine, base_image: str, new_image: Names, registry: Start
) -> None:
    name = registry().name()
    made = committed(buildah, base_image, new_image(), name)
    told: list[bytes] = []

    buildah.push(PushSpec(image=made.id, destination=name, access=PLAIN), log=told.append)

    short = made.layers[-1].removeprefix("sha256:")[:12]
    assert f"Layer {short} is there already\n".encode() in told
