"""The Launcher port over the podman program, which shares its storage with buildah.

Values of variables never stand on a command line: podman reads them from its standard input, or,
when they hold line ends, from its environment.

Source: ports.launcher; podman-run(1), podman-logs(1), podman-inspect(1).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slipcast.adapters import argv, launching
from slipcast.adapters.argv import Ran
from slipcast.ports.engine import Sink, ignore
from slipcast.ports.launcher import Launched, LaunchSpec
from slipcast.values.container import ExitStatus
from slipcast.values.faults import EngineFault, HostFault, NotFound

_SECONDS = 120.0
_UNKNOWN_IMAGE = ("image not known", "No such image", "does not resolve to an image")


class PodmanLauncher:
    """The Launcher of the port.

    Shape:  argv_prefix is podman with the flags that choose its storage. env is laid over ours.
            directory, made when needed, is where podman works: its monitor of a container leaves
            a file `oom` there when the memory limit was reached.
    """

    def __init__(
        self,
        directory: Path,
        argv_prefix: tuple[str, ...] = ("podman",),
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._directory = directory
        self._prefix = argv_prefix
        self._env = dict(env or {})

    def start(self, spec: LaunchSpec) -> Launched:
        """Start it and return at once."""
        name = launching.name_of(spec)
        if self._call("container", "exists", "--", name).code == 0:
            raise launching.name_is_taken(name)
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
        self._stream("logs", "--follow", "--", name, stdout=stdout, stderr=stderr)
        self._call("wait", "--", name, timeout=None)
        return launching.ended(self._required(name))

    def tail(self, name: str, lines: int = 20) -> str:
        """The last lines of its output."""
        self._required(name)
        printed = bytearray()
        self._stream(
            "logs", f"--tail={lines}", "--", name, stdout=printed.extend, stderr=printed.extend
        )
        return printed.decode("utf-8", "replace").rstrip("\n")

    def stop(self, name: str, *, grace: int = 10) -> bool:
        """End it and remove it; a container that is not ours counts as none."""
        if self._inspected(name) is None:
            return False
        self._call("stop", f"--time={grace}", "--", name, timeout=_SECONDS + grace)
        self._remove(name)
        return True

    def list(self) -> tuple[Launched, ...]:
        """Every container that we started and nobody removed."""
        ran = self._call("ps", "--all", f"--filter=label={launching.LABEL}", "--format={{.Names}}")
        if ran.code != 0:
            raise EngineFault(f"containers could not be listed: {_said(ran.complaint)}")
        inspected = ((name, self._inspected(name)) for name in ran.text.split())
        return tuple(launching.seen(name, document) for name, document in inspected if document)

    def _started(self, spec: LaunchSpec, name: str) -> str:
        """Start it, on the host's network when there is no other; a note when it is so."""
        ran = self._run(spec, name, on_host=False)
        if ran.code != 0 and launching.network_is_missing(ran.complaint):
            self._remove(name)
            ran = self._run(spec, name, on_host=True)
            note = launching.host_note(spec)
        else:
            note = ""
        if ran.code != 0:
            raise _fault(spec, ran.complaint)
        return note

    def _run(self, spec: LaunchSpec, name: str, *, on_host: bool) -> Ran:
        labels = launching.labels_of(spec, on_host=on_host).items()
        odd = {key: value for key, value in spec.env if "\n" in value}
        plain = "".join(f"{key}={value}\n" for key, value in spec.env if key not in odd)
        words = [
            "run",
            "--detach",
            "--pull=never",
            f"--name={name}",
            *(f"--label={key}={value}" for key, value in labels),
            *(["--network=host"] if on_host else _published(spec)),
            *([f"--user={spec.user}"] if spec.user else []),
            *(["--env-file=/dev/stdin"] if plain else []),
            *(f"--env={key}" for key in odd),
            "--",
            spec.image,
        ]
        return argv.run(
            [*self._prefix, *words],
            env={**self._env, **odd},
            cwd=self._place(),
            stdin=plain.encode("utf-8", "surrogateescape"),
            timeout=_SECONDS,
        )

    def _required(self, name: str) -> launching.Document:
        return launching.required(self._inspected(name), name)

    def _inspected(self, name: str) -> launching.Document | None:
        """The container of ours with this name, None when there is none."""
        ran = self._call("inspect", "--type=container", "--", name)
        if ran.code != 0:
            return None
        document: dict[str, Any] = json.loads(ran.stdout)[0]
        return document if launching.LABEL in launching.labels_in(document) else None

    def _remove(self, name: str) -> None:
        with contextlib.suppress(HostFault):
            self._call("rm", "--force", "--volumes", "--ignore", "--time=0", "--", name)

    def _call(self, *words: str, timeout: float | None = _SECONDS) -> Ran:
        line = [*self._prefix, *words]
        return argv.run(line, env=self._env, cwd=self._place(), timeout=timeout)

    def _stream(self, *words: str, stdout: Sink, stderr: Sink) -> None:
        line = [*self._prefix, *words]
        argv.stream(line, env=self._env, cwd=self._place(), stdout=stdout, stderr=stderr)

    def _place(self) -> Path:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._directory


def _published(spec: LaunchSpec) -> list[str]:
    address = launching.address_of(spec)
    return [f"--publish={address}:{host or ''}:{port}" for host, port in spec.ports]


def _fault(spec: LaunchSpec, complaint: str) -> EngineFault | NotFound:
    if any(words in complaint for words in _UNKNOWN_IMAGE):
        return NotFound(
            f"the image {spec.image} is not in local storage", hint="Build or pull it first."
        )
    return launching.not_started(spec, _said(complaint), complaint)


def _said(complaint: str) -> str:
    lines = complaint.splitlines() or ["no message"]
    return lines[-1].removeprefix("Error: ")
