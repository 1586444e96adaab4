"""The Launcher port over a Docker Engine API: dockerd, or podman's socket.

Source: ports.launcher; Docker Engine API v1.41, Container.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from slipcast.adapters import launching
from slipcast.adapters.dockersocket import DockerSocket, SocketFault, demultiplexed
from slipcast.ports.engine import Sink, ignore
from slipcast.ports.launcher import Launched, LaunchSpec
from slipcast.values.container import ExitStatus
from slipcast.values.faults import EngineFault, NotFound


class DockerLauncher:
    """The Launcher of the port.

    Shape:  ulimits are `name=soft:hard`, set on containers of a podman on this host (S2I-321).
    """

    def __init__(self, socket: DockerSocket, *, ulimits: Iterable[str] = ()) -> None:
        self._socket = socket
        self._ulimits = tuple(ulimits)

    def start(self, spec: LaunchSpec) -> Launched:
        """Start it and return at once."""
        name = launching.name_of(spec)
        if self._document(name) is not None:
            raise launching.name_is_taken(name)
        if self._socket.endpoint.is_local:
            launching.refuse_taken_ports(spec, self.list())
        try:
            note = self._started(spec, name)
            return launching.seen(name, self._required(name), note)
        except BaseException:
            self._remove(name)
            raise

    def follow(self, name: str, *, stdout: Sink = ignore, stderr: Sink = ignore) -> ExitStatus:
        """Stream its output from the beginning until it ends."""
        self._required(name)
        self._logs(name, {"follow": 1}, stdout, stderr)
        self._socket.post(f"/containers/{name}/wait", timeout=None)
        return launching.ended(self._required(name))

    def tail(self, name: str, lines: int = 20) -> str:
        """The last lines of its output."""
        self._required(name)
        printed = bytearray()
        self._logs(name, {"tail": lines}, printed.extend, printed.extend)
        return printed.decode("utf-8", "replace").rstrip("\n")

    def stop(self, name: str, *, grace: int = 10) -> bool:
        """End it and remove it; a container that is not ours counts as none."""
        if self._inspected(name) is None:
            return False
        with contextlib.suppress(NotFound, SocketFault):
            self._socket.post(f"/containers/{name}/stop", {"t": grace}, timeout=None)
        self._remove(name)
        return True

    def list(self) -> tuple[Launched, ...]:
        """Every container that we started and nobody removed."""
        filters = json.dumps({"label": [launching.LABEL]})
        rows = self._socket.get("/containers/json", {"all": 1, "filters": filters})
        names = [row["Names"][0].lstrip("/") for row in rows if row.get("Names")]
        inspected = ((name, self._inspected(name)) for name in names)
        return tuple(launching.seen(name, document) for name, document in inspected if document)

    def _started(self, spec: LaunchSpec, name: str) -> str:
        """Start it, on the host's network when there is no other; a note when it is so."""
        try:
            self._start_once(spec, name, on_host=False)
        except SocketFault as refused:
            if not launching.network_is_missing(refused.message):
                raise _fault(spec, refused) from refused
        else:
            return ""
        self._remove(name)
        try:
            self._start_once(spec, name, on_host=True)
        except SocketFault as refused:
            raise _fault(spec, refused) from refused
        return launching.host_note(spec)

    def _start_once(self, spec: LaunchSpec, name: str, *, on_host: bool) -> None:
        body = {
            "Image": spec.image,
            "Env": [f"{key}={value}" for key, value in spec.env],
            "User": spec.user,
            "Labels": dict(launching.labels_of(spec, on_host=on_host)),
            "ExposedPorts": {f"{port}/tcp": {} for _, port in spec.ports},
            "HostConfig": self._host_config(spec, on_host=on_host),
        }
        try:
            self._socket.post("/containers/create", {"name": name}, body=body)
        except NotFound as missing:
            raise NotFound(
                f"the image {spec.image} is not in the engine's storage",
                hint="Build or pull it first.",
            ) from missing
        self._socket.post(f"/containers/{name}/start")

    def _host_config(self, spec: LaunchSpec, *, on_host: bool) -> dict[str, Any]:
        config: dict[str, Any] = {}
        if on_host:
            config["NetworkMode"] = "host"
        else:
            address = launching.address_of(spec)
            config["PortBindings"] = {
                f"{port}/tcp": [{"HostIp": address, "HostPort": str(host or "")}]
                for host, port in spec.ports
            }
        if self._socket.is_podman and self._socket.endpoint.is_local:
            config["Ulimits"] = [_ulimit(limit) for limit in self._ulimits]
        return config

    def _logs(self, name: str, params: Mapping[str, object], stdout: Sink, stderr: Sink) -> None:
        path = f"/containers/{name}/logs"
        wanted = {"stdout": 1, "stderr": 1, **params}
        with self._socket.stream("GET", path, wanted, timeout=None) as pieces:
            for is_stderr, data in demultiplexed(pieces):
                (stderr if is_stderr else stdout)(data)

    def _required(self, name: str) -> launching.Document:
        return launching.required(self._inspected(name), name)

    def _inspected(self, name: str) -> launching.Document | None:
        """The container of ours with this name, None when there is none."""
        document = self._document(name)
        return document if document and launching.LABEL in launching.labels_in(document) else None

    def _document(self, name: str) -> dict[str, Any] | None:
        try:
            document: dict[str, Any] = self._socket.get(f"/containers/{name}/json")
        except NotFound:
            return None
        return document

    def _remove(self, name: str) -> None:
        with contextlib.suppress(NotFound, SocketFault):
            self._socket.delete(f"/containers/{name}", {"force": 1, "v": 1})


def _ulimit(text: str) -> dict[str, Any]:
    name, _, values = text.partition("=")
    soft, _, hard = values.partition(":")
    return {"Name": name, "Soft": int(soft), "Hard": int(hard or soft)}


def _fault(spec: LaunchSpec, refused: SocketFault) -> EngineFault:
    return launching.not_started(spec, refused.message, refused.message)
