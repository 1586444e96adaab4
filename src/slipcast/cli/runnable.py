"""What `slipcast run is/NAME` runs: the newest image of a stream's tag, and the way to pull it.

An image of the integrated registry is pulled as whoever is logged in, trusting it as the server is
trusted: nobody has to log podman in for it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from slipcast.api import kinds
from slipcast.cli import integrated
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection
from slipcast.ports.engine import Credential, RegistryAccess
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import Fault
from slipcast.values.faults import NotFound as NotThere
from slipcast.values.sensitive import Sensitive

_STREAM: Final = re.compile(
    r"(?:is|istag|imagestreams?|imagestreamtags?)/(?P<name>[^/:@]+)(?::(?P<tag>[^/:@]+))?"
)
_LATEST: Final = "latest"
_ACCOUNT: Final = "builder"
"""Whose token is used where whoever is logged in has none; it may pull."""
_MOMENT: Final = 3600


class Runnable(msgspec.Struct, frozen=True, kw_only=True):
    """An image of a stream: its reference, and how its registry is reached where it is ours."""

    image: str
    login: Credential | None = None
    authority: bytes = b""

    @contextmanager
    def access(self) -> Iterator[RegistryAccess | None]:
        """How its registry is reached, for the length of the context; None: as any other."""
        if self.login is None:
            yield None
            return
        with tempfile.TemporaryDirectory(prefix="slipcast-") as directory:
            file = Path(directory) / "ca.crt"
            file.write_bytes(self.authority)
            yield RegistryAccess(credential=self.login, ca_file=file if self.authority else None)


def tag_of(words: str) -> str:
    """`NAME:TAG` of words that name a stream or a tag of one; empty for the name of an image."""
    found = _STREAM.fullmatch(words)
    return f"{found['name']}:{found['tag'] or _LATEST}" if found else ""


async def find(connection: Connection, tag: str) -> Runnable:
    """The newest image of a tag.

    Errors: NotFound when it has none; ApiFault.
    """
    kind = kinds.require(kinds.IMAGE, "ImageStreamTag")
    where = resource_of(kind, connection.namespace, tag)
    try:
        content = (await connection.api.get(where)).content
    except NotFound as missing:
        raise NotThere(
            f"the image stream tag {tag!r} of namespace {connection.namespace} has no image",
            hint="`slipcast get is` lists what there is; `slipcast get builds` shows what is on"
            " its way.",
        ) from missing
    image = str((content.get("image") or {}).get("dockerImageReference") or "")
    host, _, rest = image.partition("/")
    if host != await integrated.address(connection, internal=True):
        return Runnable(image=image)
    outside = await integrated.address(connection, internal=False)
    return Runnable(
        image=f"{outside}/{rest}",
        login=await _login(connection),
        authority=_authority(connection),
    )


async def _login(connection: Connection) -> Credential:
    if connection.access.token:
        user, password = await integrated.own(connection)
    else:
        user = _ACCOUNT
        password = await integrated.token(connection, _ACCOUNT, _MOMENT)
    # No name in such a login has a colon in it, which is where the password begins.
    return Credential(username=user.replace(":", "-"), password=Sensitive(password))


def _authority(connection: Connection) -> bytes:
    try:
        return integrated.authority(connection)
    except Fault:
        return b""
