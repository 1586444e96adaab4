"""The engine's complaints: its words in, a fault or an exit status out. Pure.

Source: messages of dockerd, of podman, and of the OCI runtimes.
"""

from __future__ import annotations

import re

from slipcast.adapters import complaints
from slipcast.values.container import ExitStatus
from slipcast.values.faults import EngineFault

NOT_FOUND = 127
NOT_EXECUTABLE = 126

_HINTS = {
    **complaints.HINTS,
    "TLS": "Give the engine's host the registry's CA certificate (certs.d/HOST/ca.crt), or let the "
    "engine treat the registry as insecure.",
    "Unreachable": "Check the registry's host name, and the network of the engine's host.",
}

_ANY = re.IGNORECASE
_CANNOT_EXECUTE = re.compile(r"permission denied|exec format error", _ANY)
_NO_PROGRAM = re.compile(r"executable file not found|no such file or directory|exec: .*not found")
_STARTING = re.compile(r"exec: |exec format error|executable file|command that was not found")


def fault_of(what: str, complaint: str, tail: tuple[str, ...] = ()) -> EngineFault:
    """The fault for what could not be done, with the engine's own words.

    Shape:  what is a sentence without its end: `image x could not be pulled`.
    """
    return complaints.fault_of(f"{what}: {complaint.strip()}", complaint, tail, _HINTS)


def not_started(complaint: str) -> ExitStatus | None:
    """How a program ended that could not be started; None when something else is wrong."""
    if not _STARTING.search(complaint):
        return None
    if _CANNOT_EXECUTE.search(complaint):
        return ExitStatus(code=NOT_EXECUTABLE, error=complaint)
    if _NO_PROGRAM.search(complaint):
        return ExitStatus(code=NOT_FOUND, error=complaint)
    return None
