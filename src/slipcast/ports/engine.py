"""The Engine port: container images and working containers. Synchronous.

Adapters: `adapters.engine.buildah`, `adapters.engine.docker`; the double is
`slipcast.testing.engine.FakeEngine`. One contract suite, tests/contract/engine, holds them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Protocol

import msgspec

from slipcast.values.container import ExitStatus, Limits, Mount, Owner, PullPolicy
from slipcast.values.entries import Entry
from slipcast.values.image import NOTHING, ImageConfig, ImageFacts
from slipcast.values.sensitive import Sensitive

Sink = Callable[[bytes], None]
"""Takes output as it comes, in pieces that need not end at a line."""


def ignore(_: bytes) -> None:
    """A sink for output nobody wants."""


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """Who we are to a registry; secret is the name of the Secret that says so, where it is one."""

    username: str
    password: Sensitive
    secret: str = ""


class RegistryAccess(msgspec.Struct, frozen=True, kw_only=True):
    """How a registry is reached: anonymous and verified unless said otherwise.

    Shape:  hint is what can be done when the registry refuses us, where we know better than it.
            via is `host:port` of this machine where the same registry answers without TLS, for
            whoever can make use of it. guarded: an image of it that is here already is used only by
            who may pull it, so the registry is asked each time. others are tried in turn where
            credential is refused.
    """

    credential: Credential | None = None
    others: tuple[Credential, ...] = ()
    ca_file: Path | None = None
    insecure: bool = False
    hint: str = ""
    via: str = ""
    guarded: bool = False


ANONYMOUS = RegistryAccess()


class PullSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What to pull and how; `image` as the user typed it, no tag or digest means `latest`."""

    image: str
    policy: PullPolicy = PullPolicy.IF_NOT_PRESENT
    access: RegistryAccess = ANONYMOUS


class BuildSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A Dockerfile build.

    Shape:  dockerfile is a path, absolute or relative to context; None means `Dockerfile`, then
            `Containerfile`, in context. mounts are seen by every RUN and leave no trace.
            tag empty means the image stays untagged. timestamp, in seconds, is given to every
            file and to the image, so that builds can be repeated to the bit; None means now.
            proxies are variables that every RUN sees and the image does not keep; so are those of
            step_env, which no log shows either, and which no engine but buildah has. layers: every
            step is a layer, kept for later builds; without, all that is above the base image is
            one, where the engine can do so.
    """

    context: Path
    dockerfile: Path | None = None
    tag: str = ""
    build_args: Mapping[str, str] = NOTHING
    proxies: Mapping[str, str] = NOTHING
    step_env: Mapping[str, str] = NOTHING
    labels: Mapping[str, str] = NOTHING
    mounts: tuple[Mount, ...] = ()
    network: str = ""
    cap_drop: tuple[str, ...] = ()
    add_hosts: tuple[str, ...] = ()
    limits: Limits = msgspec.field(default_factory=Limits)
    no_cache: bool = False
    layers: bool = True
    policy: PullPolicy = PullPolicy.IF_NOT_PRESENT
    access: RegistryAccess = ANONYMOUS
    timestamp: int | None = None


class ContainerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A working container: one image, one program.

    Shape:  image is an id or a reference that is present. argv is appended to the image's
            ENTRYPOINT (S2I-201) unless use_entrypoint is False. user empty means the image's; env
            is laid over the image's; workdir empty means the image's. network: empty (the
            engine's default), `none`, `host`, `bridge`, `container:ID`, `netns:PATH`. add_hosts
            are `HOST:IP`. name empty lets the engine choose. privileged programs may do all that
            the engine itself may. stdin is what the program reads, a file that nobody has read
            from or pieces; nothing when it is None. When we are ended, the program is told (TERM)
            and may take grace to end by itself.
    Units:  shm_size in bytes; grace in seconds.
    """

    image: str
    argv: tuple[str, ...] = ()
    use_entrypoint: bool = True
    name: str = ""
    user: str = ""
    env: tuple[tuple[str, str], ...] = ()
    workdir: str = ""
    mounts: tuple[Mount, ...] = ()
    network: str = ""
    add_hosts: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()
    limits: Limits = msgspec.field(default_factory=Limits)
    shm_size: int = 64 * 1024 * 1024
    privileged: bool = False
    stdin: Iterable[bytes] | None = None
    grace: float = 0


class CommitSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What the working container becomes.

    Shape:  config is the whole run configuration of the result, nothing is inherited besides it.
            tag empty means untagged. leave_out lists absolute paths in the container that stay out
            of the new layer, with all below them. push_to is the registry reference that the image
            will be pushed to: an engine may send the new layer there while it is still reading it.
            How that ends is never told; `push` finds what is there, and sends the rest.
    Units:  timestamp in seconds: `created` of the image, and the latest mtime a file may carry,
            so that the same input gives the same digest; None means now.
    """

    config: ImageConfig
    tag: str = ""
    timestamp: int | None = None
    leave_out: tuple[str, ...] = ()
    comment: str = ""
    push_to: str = ""
    push_access: RegistryAccess = ANONYMOUS


class PushSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Where an image goes.

    Shape:  image is an id or reference that is present; destination is a registry reference
            (`host:port/name:tag`) or `oci:DIR[:TAG]` for an OCI layout. bases are the images that
            it was made of, by the names that they have in registries: what such a registry has of
            them is not sent to it again.
    """

    image: str
    destination: str
    access: RegistryAccess = ANONYMOUS
    bases: tuple[str, ...] = ()


class Container(Protocol):
    """A working container, made and not yet started. Removed when its context ends."""

    @property
    def id(self) -> str:
        """The engine's id of it."""
        ...

    def write(self, path: str, entries: Iterable[Entry], *, owner: Owner) -> None:
        """Put entries below a directory of the container, made (0755, of owner) if missing.

        Shape:  path is absolute; symbolic links on the way are followed inside the container's
                root, never outside. An entry that exists already is replaced.
        Errors: EngineFault.
        """
        ...

    def read(self, path: str) -> AbstractContextManager[IO[bytes]]:
        """A tar stream of a file or directory, members named from its base name (as docker cp).

        Errors: NotFound when the path is not there.
        """
        ...

    def run(
        self, *, stdout: Sink = ignore, stderr: Sink = ignore, idle: float | None = None
    ) -> ExitStatus:
        """Run the program to its end; once per container. Output arrives while it runs.

        Shape:  a program that prints nothing on either stream for idle seconds is ended; the
                status's error says so. None lets it be silent for ever. One sink for both streams
                gets them in the order in which they were written.
        Errors: none for a program that fails; EngineFault when the engine breaks.
        """
        ...

    def commit(self, spec: CommitSpec) -> ImageFacts:
        """Make an image of what the container's root has become; one layer on its image.

        Errors: EngineFault.
        """
        ...


class Engine(Protocol):
    """A container engine with its image storage."""

    @property
    def name(self) -> str:
        """The technology: `buildah` or `docker`."""
        ...

    def check(self) -> str:
        """A line saying what answers (program, version).

        Errors: EngineFault when nothing does, with a hint.
        """
        ...

    def pull(self, spec: PullSpec, *, log: Sink = ignore) -> ImageFacts:
        """The image after applying the policy.

        Errors: NotFound under `never` when it is not here; EngineFault when the pull failed
                (reason `Unauthorized`, `ImageUnknown`, `TLS` or `Unreachable` where known).
        """
        ...

    def inspect(self, image: str) -> ImageFacts | None:
        """The image in local storage, None when it is not there. Never asks a registry."""
        ...

    def build(self, spec: BuildSpec, *, log: Sink = ignore) -> ImageFacts:
        """Build a Dockerfile.

        Errors: EngineFault with the tail of the log, reason `OutOfMemory` when the kernel ended a
                step for its memory.
        """
        ...

    def container(self, spec: ContainerSpec) -> AbstractContextManager[Container]:
        """A working container for the length of the context; gone afterwards, whatever happened."""
        ...

    def tag(self, image: str, tag: str) -> None:
        """Give an image another name."""
        ...

    def push(self, spec: PushSpec, *, log: Sink = ignore) -> str:
        """Send the image; the manifest's digest (`sha256:...`) as the destination has it.

        Errors: EngineFault, reasons as for pull.
        """
        ...

    def remove(self, image: str, *, unused: bool = False) -> None:
        """Remove an image by name or id; no error when it is not there.

        Shape:  unused: an image that a container uses stays, whatever name it loses.
        Errors: EngineFault, also when an image stays that would go otherwise.
        """
        ...

    def sweep(self) -> int:
        """Remove what a killed process of ours left behind; how many things that were."""
        ...
