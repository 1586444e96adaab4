"""Containers in the foreground: their output streamed, and their end ours.

Source: source-to-image, --run (S2I-290, S2I-291).
"""

from __future__ import annotations

import secrets
import sys

from slipcast.builds.s2i import names
from slipcast.cli.progress import Lines
from slipcast.cli.toolbox import Tools
from slipcast.ports.engine import Sink
from slipcast.ports.launcher import Launched, LaunchSpec
from slipcast.values.faults import Fault
from slipcast.values.image import ImageConfig


def tcp_ports(config: ImageConfig) -> tuple[int, ...]:
    """The TCP ports an image exposes, in its order; of a range the first."""
    ports = []
    for text in config.exposed_ports:
        number, _, protocol = text.partition("/")
        first = number.partition("-")[0]
        if first.isdecimal() and protocol in ("", "tcp"):
            ports.append(int(first))
    return tuple(ports)


def follow_all_ports(tools: Tools, image: str, builder: str, progress: Lines) -> None:
    """Start an image with every exposed port published, and follow it to its end.

    Errors: Fault when it ends with a status other than 0.
    """
    facts = tools.engine.inspect(image)
    ports = tcp_ports(facts.config) if facts is not None else ()
    spec = LaunchSpec(
        image=image,
        name=names.container_name(builder, secrets.token_hex(4)),
        ports=tuple((0, port) for port in ports),
    )
    started = tools.launcher.start(spec)
    if started.note:
        progress.warn(started.note)
    progress.note(f"Running {image} as container {started.name}", level=0)
    for address, port in addresses(started):
        progress.note(f"Port {port} answers at {address}", level=0)
    follow(tools, started)


def addresses(started: Launched) -> tuple[tuple[str, int], ...]:
    """Address on this host and port in the container, for every published port."""
    return tuple((f"127.0.0.1:{host}", port) for host, port in started.ports)


def follow(tools: Tools, started: Launched) -> None:
    """Stream a container's output until it ends; it is removed whatever happens.

    Errors: Fault when it ends with a status other than 0.
    """
    try:
        ended = tools.launcher.follow(started.name, stdout=_sink("stdout"), stderr=_sink("stderr"))
    finally:
        tools.launcher.stop(started.name)
    if not ended.ok:
        how = ", killed for memory" if ended.oom_killed else ""
        why = f": {ended.error}" if ended.error else ""
        raise Fault(
            f"the container {started.name} of {started.image} ended with status {ended.code}"
            f"{how}{why}",
            reason="RunFailed",
        )


def _sink(stream: str) -> Sink:
    into = sys.stdout.buffer if stream == "stdout" else sys.stderr.buffer

    def write(data: bytes) -> None:
        into.write(data)
        into.flush()

    return write
