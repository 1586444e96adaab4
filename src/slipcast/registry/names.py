"""Names of repositories: `namespace/stream`, and of what is in them.

Source: image-streams.md IS-110, IS-3; OCI distribution specification 1.1, pull.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec
from typing_extensions import override

from slipcast.registry.faults import NAME_INVALID, RegistryFault

TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
LONGEST: Final = 255
_PART: Final = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")


class Repository(msgspec.Struct, frozen=True):
    """A repository: the stream it is, and where."""

    namespace: str
    stream: str

    @classmethod
    def parse(cls, name: str) -> Repository:
        """The repository a name means.

        Errors: RegistryFault NAME_INVALID.
        """
        parts = name.split("/")
        if len(name) > LONGEST or not all(_PART.fullmatch(part) for part in parts):
            raise RegistryFault(NAME_INVALID, f"{name!r} is no name of a repository")
        if len(parts) != 2:  # noqa: PLR2004 -- a namespace and a stream
            raise RegistryFault(
                NAME_INVALID, f"{name!r} is no repository here: they are called NAMESPACE/STREAM"
            )
        return cls(*parts)

    @override
    def __str__(self) -> str:
        return f"{self.namespace}/{self.stream}"
