"""The standard input of containers: nothing, a file, or what somebody sends through a pipe.

Both ends of such a pipe are held from the beginning, so that sending can begin before reading
does. A reader finds the end as soon as the last writer has left: of a container whose input may
be sent once, we let go of our end when a sender comes, and take the pipe's name away.
"""

from __future__ import annotations

import os

from slipcast.adapters.pods.process.place import Place
from slipcast.adapters.pods.process.plan import Plan, Role


class Inputs:
    """What the containers of a pod read."""

    def __init__(self, place: Place, plan: Plan) -> None:
        self._place = place
        self._file = plan.input
        self._writers: dict[str, int] = {}
        self._readers: dict[str, int] = {}
        self._once = {role.name for role in plan.roles if role.stdin == "sent once"}
        for role in plan.roles:
            if role.stdin in {"sent", "sent once"}:
                self._hold(role.name)

    def open(self, role: Role) -> int:
        """A descriptor of what a container reads.

        Errors: OSError.
        """
        match role.stdin:
            case "file":
                return os.open(self._file, os.O_RDONLY | os.O_CLOEXEC)
            case "sent" | "sent once" if role.name in self._readers:
                # From now on the container alone reads: when it ends, its sender notices.
                return self._readers.pop(role.name)
            case "sent":
                return os.open(self._place.input(role.name), os.O_RDONLY | os.O_CLOEXEC)
            case _:
                return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def sent(self, container: str) -> None:
        """Somebody has begun to send."""
        if container in self._once and container in self._writers:
            self._place.input(container).unlink(missing_ok=True)
            os.close(self._writers.pop(container))

    def _hold(self, container: str) -> None:
        path = self._place.input(container)
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._writers[container] = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        os.set_blocking(reader, True)
        self._readers[container] = reader
