"""The new layer of an image goes to the registry while it is committed; a push finds it there."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
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


def committed(
    engine: Engine, image: str, tag: str, push_to: str, *, line: str = LINE, onbuild: Any = ()
) -> ImageFacts:
    spec = ContainerSpec(image=image, argv=("/bin/sh", "-ec", line), network="none", user="0")
    with engine.container(spec) as container:
        assert container.run().ok
        return container.commit(
            CommitSpec(
                config=ImageConfig(onbuild=onbuild), tag=tag, push_to=push_to, push_access=PLAIN
            )
        )


def test_what_went_ahead_and_what_was_pushed_are_one_image(
    engine: Engine, base_image: str, new_image: Names, registry: Start, tmp_path: Path
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


@pytest.mark.parametrize("line", [LINE, "yes words | head -c 12000000 > /large"])
def test_the_layer_is_there_before_the_push_begins(
    buildah: Engine, base_image: str, new_image: Names, registry: Start, line: str
) -> None:
    name = registry().name()
    made = committed(buildah, base_image, new_image(), name, line=line)
    told: list[bytes] = []

    buildah.push(PushSpec(image=made.id, destination=name, access=PLAIN), log=told.append)

    short = made.layers[-1].removeprefix("sha256:")[:12]
    assert f"Layer {short} is there already\n".encode() in told


@pytest.mark.parametrize(
    ("line", "onbuild", "kind"),
    [
        (LINE, (), "application/vnd.oci.image.layer.v1.tar"),
        (
            "yes words | head -c 12000000 > /large",
            (),
            "application/vnd.oci.image.layer.v1.tar+gzip",
        ),
        (LINE, ("RUN true",), "application/vnd.docker.image.rootfs.diff.tar.gzip"),
    ],
)
def test_a_layer_that_does_not_shrink_goes_as_it_is_but_in_a_manifest_of_docker(
    buildah: Engine, base_image: str, new_image: Names, line: str, onbuild: Any, kind: str,
    registry: Start, tmp_path: Path,
) -> None:  # fmt: skip
    name = registry().name()
    made = committed(buildah, base_image, new_image(), name, line=line, onbuild=onbuild)

    buildah.push(PushSpec(image=made.id, destination=name, access=PLAIN))
    manifest = copied(f"docker://{name}", tmp_path)

    assert manifest["layers"][-1]["mediaType"] == kind
    assert (manifest["layers"][-1]["digest"] == made.layers[-1]) == kind.endswith("tar")


def test_what_went_ahead_plain_and_a_push_without_it_are_the_same(
    buildah: Engine, base_image: str, new_image: Names, registry: Start, tmp_path: Path
) -> None:
    first, second = registry().name(), registry().name()
    made = committed(buildah, base_image, new_image(), first)

    digests = {
        buildah.push(PushSpec(image=made.id, destination=where, access=PLAIN))
        for where in (first, second, f"oci:{tmp_path}/layout:x")
    }

    assert len(digests) == 1
    copied(f"oci:{tmp_path}/layout:x", tmp_path)


def test_podman_pulls_and_runs_an_image_with_a_plain_layer(
    buildah: Engine, base_image: str, new_image: Names, registry: Start
) -> None:
    name = registry().name()
    made = committed(buildah, base_image, new_image(), name)
    buildah.push(PushSpec(image=made.id, destination=name, access=PLAIN))
    buildah.remove(made.id)

    containers.podman("pull", "-q", "--tls-verify=false", name)
    size = containers.podman("run", "--rm", "--network=none", name, "wc", "-c", "/large")
    containers.podman("rmi", "-f", name)

    assert size.split() == ["12000000", "/large"]


def copied(source: str, target: Path) -> Any:
    """An image taken out by skopeo, which checks every digest; its manifest."""
    ran = subprocess.run(
        ["skopeo", "copy", "--src-tls-verify=false", source, f"dir:{target}/copied"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads((target / "copied/manifest.json").read_text())
