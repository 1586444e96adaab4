"""FakeLauncher: containers that a test starts, ends and lets speak."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from slipcast.ports.engine import Sink, ignore
from slipcast.ports.launcher import Launched, LaunchSpec
from slipcast.values.container import ExitStatus


@dataclass(slots=True, kw_only=True)
class FakeLauncher:
    """A Launcher without engine.

    Shape:  ended is how every followed container ends; prints is what it writes; host_port stands
            for a port that the system would choose. started and stopped are kept in order.
    """

    ended: ExitStatus = field(default_factory=lambda: ExitStatus(code=0))
    prints: bytes = b""
    host_port: int = 40000
    runs: bool = True
    containers: dict[str, Launched] = field(default_factory=dict)
    started: list[LaunchSpec] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def start(self, spec: LaunchSpec) -> Launched:
        """A container that runs, unless runs says otherwise."""
        self.started.append(spec)
        name = spec.name or f"fake-{len(self.started)}"
        ports = tuple((host or self.host_port, inside) for host, inside in spec.ports)
        launched = Launched(name=name, image=spec.image, ports=ports, running=self.runs)
        self.containers[name] = launched
        return launched

    def follow(self, name: str, *, stdout: Sink = ignore, stderr: Sink = ignore) -> ExitStatus:
        """Print on standard output and end."""
        stdout(self.prints)
        stderr(b"")
        self.containers[name] = replace(self.containers[name], running=False)
        return self.ended

    def tail(self, name: str, lines: int = 20) -> str:
        """The last lines of what it prints."""
        if name not in self.containers:
            return ""
        return "\n".join(self.prints.decode().splitlines()[-lines:])

    def stop(self, name: str, *, grace: int = 10) -> bool:  # noqa: ARG002 -- it ends at once
        """Forget a container."""
        self.stopped.append(name)
        return self.containers.pop(name, None) is not None

    def list(self) -> tuple[Launched, ...]:
        """All that were not stopped."""
        return tuple(self.containers.values())
