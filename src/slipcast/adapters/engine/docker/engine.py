"""The Engine port over a Docker Engine API: dockerd, or podman's socket.

Four things this API cannot do, and the port can: a fixed time in the files of a layer, mounts in a
Dockerfile build by dockerd, a CA bundle for one registry, and the removal of files from a container
that has ended. Each is either refused or said where it is handled. A fifth cannot be helped: podman
ends the Dockerfile build of a client that went away only after the instruction it is at.

Source: ports.engine; Docker Engine API v1.41; S2I section 23.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from functools import partial

from msgspec.structs import replace

from slipcast.adapters import ownership
from slipcast.adapters.dockersocket import DockerSocket, SocketFault
from slipcast.adapters.engine.docker import building, requests
from slipcast.adapters.engine.docker.committing import commit
from slipcast.adapters.engine.docker.container import DockerContainer
from slipcast.adapters.engine.docker.failures import fault_of
from slipcast.adapters.engine.docker.saving import save
from slipcast.adapters.engine.docker.storage import Storage, required
from slipcast.adapters.engine.docker.transfer import Transfer
from slipcast.adapters.turns import in_turn
from slipcast.builds.s2i.names import container_name
from slipcast.ports.engine import (
    BuildSpec,
    Container,
    ContainerSpec,
    PullSpec,
    PushSpec,
    Sink,
    ignore,
)
from slipcast.values.container import PullPolicy
from slipcast.values.faults import NotFound
from slipcast.values.image import ImageFacts

_LAYOUT = "oci:"
_CONFLICT = 409
_REMOVALS = 5
_PAUSE = 0.1


class DockerEngine:
    """The Engine of the port.

    Shape:  ulimits are `name=soft:hard` as the host allows them. They are set on containers of a
            podman on this host, whose own defaults may be ones that it then refuses (S2I-321).
    """

    def __init__(
        self,
        socket: DockerSocket,
        *,
        ulimits: Iterable[str] = (),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._socket = socket
        self._ulimits = tuple(ulimits)
        self._storage = Storage(socket)
        self._transfer = Transfer(socket, self._storage, pause)

    @property
    def name(self) -> str:
        """The technology."""
        return "docker"

    def check(self) -> str:
        """A line saying what answers."""
        return f"{self._socket.server} at {self._socket.endpoint.url}"

    def pull(self, spec: PullSpec, *, log: Sink = ignore) -> ImageFacts:
        """The image after applying the policy."""
        if spec.policy is not PullPolicy.ALWAYS:
            facts = self.inspect(spec.image)
            # The engine finds out whether we may have it, and fetches nothing that is here.
            if facts is not None and not spec.access.guarded:
                return facts
        if spec.policy is PullPolicy.NEVER:
            return required(None, spec.image)
        return in_turn(spec.access, lambda who: self._transfer.pull(replace(spec, access=who), log))

    def inspect(self, image: str) -> ImageFacts | None:
        """The image in local storage."""
        return self._storage.facts(image)

    def build(self, spec: BuildSpec, *, log: Sink = ignore) -> ImageFacts:
        """Build a Dockerfile."""
        return building.build(self._socket, self._storage, spec, log)

    @contextmanager
    def container(self, spec: ContainerSpec) -> Generator[Container]:
        """A working container for the length of the context."""
        image = required(self.inspect(spec.image), spec.image)
        podman = self._socket.is_podman
        body = requests.container_body(
            spec,
            image.id,
            ulimits=self._ulimits if podman and self._socket.endpoint.is_local else (),
            podman=podman,
        )
        wish = spec.name or container_name(spec.image, secrets.token_hex(4))
        name = ownership.new_name(wish)
        answered = False
        try:
            container = self._create(name, body, spec.image)
            answered = True
            does = partial(commit, self._socket, self._storage, spec.mounts)
            yield DockerContainer(self._socket, container, spec, does)
        finally:
            self._remove_container(name, tries=1 if answered else _REMOVALS)

    def tag(self, image: str, tag: str) -> None:
        """Give an image another name."""
        self._storage.tag(image, tag)

    def push(self, spec: PushSpec, *, log: Sink = ignore) -> str:
        """Send the image."""
        facts = required(self.inspect(spec.image), spec.image)
        if spec.destination.startswith(_LAYOUT):
            return save(self._socket, facts, spec.destination.removeprefix(_LAYOUT))
        return in_turn(
            spec.access, lambda who: self._transfer.push(replace(spec, access=who), facts, log)
        )

    def remove(self, image: str, *, unused: bool = False) -> None:
        """Remove an image by name or id."""
        self._storage.remove(image, unused=unused)

    def sweep(self) -> int:
        """Remove what a killed process of ours left behind."""
        filters = f'{{"name": ["{ownership.MARK}"]}}'
        rows = self._socket.get("/containers/json", {"all": 1, "filters": filters})
        names = [name.lstrip("/") for row in rows for name in row.get("Names") or ()]
        orphans = [name for name in names if ownership.is_orphan(name)]
        for name in orphans:
            self._remove_container(name, tries=1)
        return len(orphans)

    def _create(self, name: str, body: dict[str, object], image: str) -> str:
        try:
            made = self._socket.post("/containers/create", {"name": name}, body=body)
        except (SocketFault, NotFound) as refused:
            what = f"no working container of {image} could be made"
            raise fault_of(what, refused.message) from refused
        container: str = made["Id"]
        return container

    def _remove_container(self, name: str, tries: int) -> None:
        """Remove a container with its anonymous volumes (S2I-206).

        Shape:  more tries are for a creation that was interrupted before it was answered: the
                engine may still be at it.
        """
        for left in reversed(range(tries)):
            try:
                self._socket.delete(f"/containers/{name}", {"force": 1, "v": 1})
            except NotFound:
                if left:
                    time.sleep(_PAUSE)
            except SocketFault as refused:
                if refused.status.code != _CONFLICT:
                    what = f"the container {name} could not be removed"
                    raise fault_of(what, refused.message) from refused
            else:
                return
