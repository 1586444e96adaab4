"""What images are called: while they are built, and in the end.

Source: builder-process.md BLD-14, BLD-24.
"""

from __future__ import annotations

import hashlib
from typing import Final

from slipcast.api.build import Build
from slipcast.builds.localimages import LOCAL, pushed_copy

_LONGEST: Final = 255


def random_tag(build: Build, token: str) -> str:
    """What the image of a build is called until it is finished (BLD-24).

    Shape:  token is eight hex digits, new each time.
    """
    repository = _repository(build)
    if len(f"{repository}:{token}") > _LONGEST:
        # The name of a digest, not a secret; the contract says which.
        digest = hashlib.sha1(repository.encode(), usedforsecurity=False).hexdigest()
        repository = digest
    return f"{LOCAL}/{repository}:{token}"


def destination(build: Build) -> str:
    """Where the image is pushed, empty when it is not; a Build by hand says it in its spec."""
    to = build.spec.output.to
    if to is None or not to.name:
        return ""
    said = build.status.output_docker_image_reference
    return said or (to.name if to.kind in {"", "DockerImage"} else "")


def output(build: Build) -> str:
    """What the finished image is called: where it is pushed, else by its build."""
    return destination(build) or f"{LOCAL}/{_repository(build)}:latest"


def kept(build: Build) -> str:
    """What the finished image is called on a node that others build on, too.

    Shape:  the name of an output belongs to its registry: here, whoever builds could put an image
            under any name. An image that is pushed has a name that nobody asks for, the same for
            each output of a project.
    """
    pushed = destination(build)
    return pushed_copy(build.metadata.namespace, pushed) if pushed else output(build)


def _repository(build: Build) -> str:
    return f"{build.metadata.namespace}/{build.metadata.name}"
