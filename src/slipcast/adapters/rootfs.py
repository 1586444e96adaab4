"""The Rootfs port over mmdebstrap: a Debian root file system without any registry.

Source: mmdebstrap(1). The package archive is the one that this host's own apt uses.
"""

from __future__ import annotations

import re
from pathlib import Path

from slipcast.adapters import argv
from slipcast.ports.engine import Sink, ignore
from slipcast.values.faults import HostFault

_WORD = re.compile(r"[a-z0-9][a-z0-9+.:-]*")
_UNREACHABLE = ("Could not resolve", "Failed to fetch", "Unable to connect", "Connection timed out")


class Mmdebstrap:
    """The Rootfs of the port."""

    def make(
        self, suite: str, packages: tuple[str, ...], into: Path, *, log: Sink = ignore
    ) -> None:
        """Write a tar of a minimal system to `into`; nothing is there when it failed."""
        for word in (suite, *packages):
            if not _WORD.fullmatch(word):
                raise HostFault(f"{word!r} is no name of a Debian suite or package")
        unfinished = into.with_name(f".{into.name}.part")
        try:
            self._run(suite, packages, unfinished, log)
            unfinished.replace(into)
        finally:
            unfinished.unlink(missing_ok=True)

    def _run(self, suite: str, packages: tuple[str, ...], into: Path, log: Sink) -> None:
        include = [f"--include={','.join(packages)}"] if packages else []
        words = ["--variant=minbase", "--format=tar", *include, suite, str(into)]
        tail = argv.Tail(log)
        code = argv.stream(["mmdebstrap", *words], stdout=tail, stderr=tail)
        if code != 0:
            complaint = "\n".join(tail.lines)
            away = any(text in complaint for text in _UNREACHABLE)
            raise HostFault(
                f"mmdebstrap could not make a root file system of {suite}",
                reason="Unreachable" if away else "",
                hint="check that apt-get update works on this host" if away else "",
                retryable=away,
                tail=tail.lines,
            )
