"""What a container is given: mounts, limits, owners. Shared by every strategy and engine."""

from __future__ import annotations

from enum import StrEnum

import msgspec

_KILLED = 128 + 9


class PullPolicy(StrEnum):
    """When an image is pulled although, or only if, it is not here (S2I-20)."""

    ALWAYS = "always"
    IF_NOT_PRESENT = "if-not-present"
    NEVER = "never"


class Mount(msgspec.Struct, frozen=True, kw_only=True):
    """A bind mount; source is a path of the host, target an absolute path in the container."""

    source: str
    target: str
    read_only: bool = False
    options: tuple[str, ...] = ()


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Resource limits; 0 means none.

    Units:  memory and swap in bytes (swap counts memory in, as docker does), cpu_shares relative,
            cpu_quota and cpu_period in microseconds.
    """

    memory: int = 0
    memory_swap: int = 0
    cpu_shares: int = 0
    cpu_quota: int = 0
    cpu_period: int = 0
    cgroup_parent: str = ""


class Owner(msgspec.Struct, frozen=True):
    """Numeric owner of files in a container."""

    uid: int = 0
    gid: int = 0


class ExitStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How a container ended.

    Shape:  error is the engine's own text when it could not start or lost the container, or ours
            when it was ended for its silence.
    """

    code: int
    oom_killed: bool = False
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether the program ended well."""
        return self.code == 0 and not self.error

    @classmethod
    def silenced(cls, idle: float) -> ExitStatus:
        """How a program counts that was ended because it printed nothing for so many seconds."""
        error = f"it was ended because it printed nothing for {idle:g} seconds"
        return cls(code=_KILLED, error=error)
