"""Valid values with one thing changed: what tests begin with."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from slipcast.builds.s2i.request import S2IRequest
from slipcast.testing.engine import FakeImage, Process, Program
from slipcast.testing.files import Files
from slipcast.values.image import ImageConfig, ImageFacts

SCRIPTS = "/usr/libexec/s2i"


def a_request(**changes: Any) -> S2IRequest:
    """A build of a directory with a builder image, into a tag."""
    request = S2IRequest(source="/source", builder_image="example/builder", tag="example/app")
    return replace(request, **changes)


def a_config(**changes: Any) -> ImageConfig:
    """The configuration of a builder image that keeps the S2I contract."""
    config = ImageConfig(
        env=(("PATH", "/usr/bin:/bin"), ("HOME", "/opt/app")),
        cmd=(f"{SCRIPTS}/usage",),
        user="1001",
        workdir="/opt/app",
        labels={"io.openshift.s2i.scripts-url": f"image://{SCRIPTS}"},
        exposed_ports=("8080/tcp",),
    )
    return replace(config, **changes)


def an_image(**changes: Any) -> ImageFacts:
    """What an engine says of a builder image."""
    facts = ImageFacts(
        id="1" * 64,
        digest="sha256:" + "2" * 64,
        names=("docker.io/example/builder:latest",),
        config=a_config(),
        layers=("sha256:" + "3" * 64,),
        size=1024,
        created=1_700_000_000,
        architecture="amd64",
    )
    return replace(facts, **changes)


def a_builder(
    *,
    assemble: Program | None = None,
    save_artifacts: Program | None = None,
    usage: Program | None = None,
    config: ImageConfig | None = None,
    files: dict[str, bytes] | None = None,
) -> FakeImage:
    """A builder image for FakeEngine.

    Shape:  assemble, unless given, moves `/tmp/src` to the working directory and says so. files are
            added to its own: the scripts, a shell and an account.
    """
    programs = {f"{SCRIPTS}/assemble": assemble or moves_source}
    if save_artifacts is not None:
        programs[f"{SCRIPTS}/save-artifacts"] = save_artifacts
    programs[f"{SCRIPTS}/usage"] = usage or _says_usage
    tree = Files.of(
        {
            "/bin/sh": b"#",
            "/etc/passwd": b"root:x:0:0::/root:/bin/sh\napp:x:1001:0::/opt/app:/bin/sh\n",
            "/etc/group": b"root:x:0:\napp:x:1001:\n",
            f"{SCRIPTS}/run": b"#!/bin/sh\n",
            **dict.fromkeys(programs, b"#!/bin/sh\n"),
            **(files or {}),
        }
    )
    return FakeImage(config=config or a_config(), files=tree, programs=programs)


def moves_source(process: Process) -> int:
    """An assemble that copies the source into the working directory."""
    source = "/tmp/src"  # noqa: S108 -- the place the S2I contract names
    for path, node in process.files.nodes.items():
        if path.startswith(f"{source}/") and node.entry.content is not None:
            target = process.workdir + path.removeprefix(source)
            process.files.put(target, node.entry.content, mode=node.entry.mode, owner=node.owner)
    process.stdout(b"assembled\n")
    return 0


def _says_usage(process: Process) -> int:
    process.stdout(b"usage\n")
    return 0
