"""A build started of what is sent along: packed, sent, and what the build is called.

Source: cli.md section 3.4; user-pain.md UP-3, UP-13.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import click
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.build import Build, BuildConfig
from slipcast.api.lens import read
from slipcast.builds import needs
from slipcast.cli import sending, uploading
from slipcast.cli.telling import warn
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import Resource
from slipcast.values.apifaults import Forbidden, NotFound
from slipcast.values.faults import Fault

CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
LOOPBACK: Final = ("https://127.", "https://[::1]", "https://localhost", "http://127.")
LONGEST: Final = 8 << 10
"""Bytes of a request in an address; what is longer goes before what is sent."""
_NOTHING: Final[Mapping[str, Any]] = {}


async def sent(
    connection: Connection,
    name: str,
    given: uploading.Given,
    toolbox: Toolbox,
    request: Mapping[str, Any] = _NOTHING,
) -> str:
    """Send a source, and start a build of a BuildConfig with it; the build's name.

    Shape:  request is what a BuildRequest says beside the name.
    Errors: Fault.
    """
    where = Resource(CONFIG, connection.namespace, name, "instantiatebinary")
    found = await connection.api.get(replace(where, subresource=""))
    config = read(found.content, BuildConfig)
    await _check_needs(connection, config)
    # On this machine packing takes longer than sending more.
    near = connection.access.server.startswith(LOOPBACK)
    with uploading.prepared(given, config, toolbox, compress=not near) as upload:
        click.echo(upload.told, err=True)
        if upload.warning:
            warn([upload.warning], colour=toolbox.colour)
        parameters = dict(upload.parameters)
        asked = dict(request)
        if revision := asked.pop("revision", None):
            # What is known of what is sent is better than what was said of it (SB-27).
            parameters.setdefault("revision.commit", revision["git"]["commit"])
        leading = b""
        if asked:
            text = json.dumps(asked)
            if len(quote(text)) <= LONGEST:
                parameters["request"] = text
            else:
                leading = text.encode()
                parameters["requestLength"] = str(len(leading))
        meter = sending.Meter()
        body = _led(leading, meter.passing(upload.pieces))
        pieces = await connection.api.open(where, parameters, body)
        answer = b"".join([piece async for piece in pieces])
        meter.done(upload.packing)
    return read(json.loads(answer), Build).metadata.name


async def _check_needs(connection: Connection, config: BuildConfig) -> None:
    """See that what a build of a configuration mounts is there (SB-25).

    Shape:  who may not look is told by the build.
    Errors: Fault; ApiFault.
    """
    missing: dict[str, list[str]] = {}
    for each in needs.objects(config):
        try:
            kind = kinds.require("", each.kind)
            await connection.api.get(Resource(kind, connection.namespace, each.name))
        except NotFound:
            missing.setdefault(f"{each.kind}s", []).append(each.name)
        except Forbidden:
            continue
    if missing:
        told = " ".join(f"{kind} [{' '.join(names)}]" for kind, names in sorted(missing.items()))
        raise Fault(
            f"nothing was sent, since what the build needs does not exist: {told}",
            hint="Create it first, or start the build of a configuration without it.",
        )


async def _led(leading: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if leading:
        yield leading
    async for piece in pieces:
        yield piece
