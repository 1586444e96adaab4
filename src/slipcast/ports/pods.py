"""The Pods port: what runs pods. Asynchronous.

The agent makes the world match the Pods of the API through it; the build controller never asks
who runs them. Adapters: `adapters.pods.process`, `adapters.pods.podman`; the double is
`slipcast.testing.pods`. One contract suite, tests/contract/pods, holds them all.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from slipcast.api.pod import Pod, PodStatus
from slipcast.ports.engine import ANONYMOUS, RegistryAccess
from slipcast.values.sensitive import Sensitive


class MountedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a volume.

    Shape:  path is relative to the volume and never leads out of it; mode as in chmod.
    """

    path: str
    content: Sensitive
    mode: int = 0o644


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """An environment variable with its value, which may be a secret."""

    name: str
    value: Sensitive


NOTHING_MOUNTED: Mapping[str, tuple[MountedFile, ...]] = {}
NO_VARIABLES: Mapping[str, tuple[Variable, ...]] = {}


class Materials(msgspec.Struct, frozen=True, kw_only=True):
    """What a pod refers to and its runner cannot look up.

    Shape:  volumes holds the files of every volume made of Secrets, ConfigMaps, tokens and the
            like, by the volume's name; empty directories and host paths are the runner's to make.
            env has, by container, all variables in their order, expanded. input is a file that the
            container whose stdin is true reads; None: it is attached later. access says how the
            registry of the pod's own images is reached. hidden are values of Secrets among them:
            no log shows these (values.masking).
    """

    volumes: Mapping[str, tuple[MountedFile, ...]] = NOTHING_MOUNTED
    env: Mapping[str, tuple[Variable, ...]] = NO_VARIABLES
    input: Path | None = None
    access: RegistryAccess = ANONYMOUS
    hidden: tuple[Sensitive, ...] = ()


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """A pod that was started and not yet removed, and how it is doing.

    Shape:  status as the API has it: phase, reason, startTime, a ContainerStatus for every
            container, waiting ones too; terminated ones say exitCode, reason (`Completed`, `Error`,
            `OOMKilled`), startedAt, finishedAt and the message (termination file, or the last
            lines of the log where the container asks for that). key is what its logs are kept
            under, as `builds.naming` has it; empty of one that was started by an older version.
    """

    uid: str
    namespace: str
    name: str
    status: PodStatus
    key: str = ""


class Pods(Protocol):
    """Runs pods. A pod is known by its uid; what its spec says is carried out to the letter.

    Init containers run one after another before the rest; restartPolicy is obeyed; a pod is ended
    when its activeDeadlineSeconds have passed since its start (phase Failed, reason
    `DeadlineExceeded`), also while nobody looks. What was started goes on when we end, however we
    end, and is found again by whoever comes next.
    """

    async def start(self, pod: Pod, materials: Materials) -> None:
        """Start a pod; one that was started and not removed is left as it is.

        Errors: PodFault when it cannot be started at all: retryable, or with reason and message
                for the pod's status.
        """
        ...

    async def stop(self, uid: str, grace: float) -> None:
        """Ask a pod to end: TERM now, KILL after grace; returns before it has ended.

        Shape:  none of that uid is fine; asked again with less grace, that counts.
        Units:  grace in seconds.
        """
        ...

    async def remove(self, uid: str) -> None:
        """Forget a pod that has ended: nothing of it is left on the host. None is fine.

        Errors: PodFault, retryable, while it runs.
        """
        ...

    async def list(self) -> tuple[Observed, ...]:
        """Every pod that was started and not removed."""
        ...

    async def changes(self) -> AsyncGenerator[str, None]:
        """The uids of pods whose status may have changed, as it happens; may say too much."""
        ...

    async def records(
        self, uid: str, container: str, *, follow: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """What a container said, from its beginning, as records (values.logrecords).

        Shape:  each piece ends at the end of a record; with follow until the container has ended;
                one that has not begun has said nothing: with follow it is waited for.
        Errors: NotFound, before the first piece, when there is no such pod or container; later,
                when the pod is removed before all of it was read.
        """
        ...

    async def attach(self, uid: str, container: str, body: AsyncIterator[bytes]) -> None:
        """Send a container its standard input, to the end.

        Errors: NotFound; PodFault when it does not read, or has ended.
        """
        ...
