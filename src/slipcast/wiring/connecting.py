"""Which server a command speaks to, and how: flags before kubeconfig, kubeconfig before nothing."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from slipcast.adapters.clock import SystemClock
from slipcast.adapters.contexts import KubeconfigFiles
from slipcast.api import kubeconfig as documents
from slipcast.api.kubeconfig import Access
from slipcast.cli.toolbox import ServerFlags
from slipcast.client.http import HttpApi
from slipcast.client.wire import Request
from slipcast.values.faults import PortFault
from slipcast.wiring.serving import Place

DEFAULT: Final = "default"
"""The namespace of a context that names none."""
PATIENCE: Final = 60.0
"""Seconds an answer may take to begin, unless the command line says something else."""


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Where a kubeconfig may be.

    Shape:  named as $KUBECONFIG has it; server is the state directory of a server of our own.
    """

    named: str
    server: Path
    usual: Path


class HttpConnection(msgspec.Struct, frozen=True, kw_only=True):
    """Implements cli.toolbox.Connection over HTTP."""

    api: HttpApi
    namespace: str
    access: Access
    clock: SystemClock = SystemClock()

    async def raw(self, path: str, body: bytes = b"") -> bytes:
        """What the server answers to a GET; to a POST where something is sent."""
        method = "POST" if body else "GET"
        answer = await self.api.send(Request(method=method, path=path, body=body))
        return answer.content


def kubeconfig(flags: ServerFlags, places: Places) -> KubeconfigFiles:
    """The kubeconfig in force: the flag's, $KUBECONFIG's, that of our own server, the usual."""
    if flags.kubeconfig is not None:
        return KubeconfigFiles([flags.kubeconfig])
    named = [Path(word) for word in places.named.split(os.pathsep) if word]
    if named:
        return KubeconfigFiles(named)
    running = Place(places.server).running()
    if running is not None and running.kubeconfig.exists():
        return KubeconfigFiles([running.kubeconfig])
    return KubeconfigFiles([places.usual])


@asynccontextmanager
async def connected(
    flags: ServerFlags, files: KubeconfigFiles, environment: Mapping[str, str]
) -> AsyncIterator[HttpConnection]:
    """A connection, closed when left; proxies are those that the environment names.

    Errors: as `cli.toolbox.Toolbox.connect`.
    """
    way = way_of(flags, files)
    api = HttpApi(way, timeout=flags.timeout or PATIENCE, environment=environment)
    try:
        yield HttpConnection(api=api, namespace=way.namespace, access=way)
    finally:
        await api.close()


def way_of(flags: ServerFlags, files: KubeconfigFiles) -> Access:
    """The way to the server: the context's, changed by what the flags say.

    Errors: PortFault when there is no such file or context, or no server in it.
    """
    if flags.kubeconfig is not None and not flags.kubeconfig.exists():
        raise PortFault(f"the kubeconfig {flags.kubeconfig} does not exist", reason="NoKubeconfig")
    way = documents.access(files.load(), flags.context)
    if way is None and flags.context:
        raise PortFault(f'context "{flags.context}" does not exist', reason="NoContext")
    way = msgspec.structs.replace(way or Access(), **_said(flags))
    if not way.server:
        raise PortFault(
            "no server is known",
            reason="NoServer",
            hint="`slipcast server --background` starts one; --kubeconfig, --server or "
            "`slipcast login` name another.",
        )
    return msgspec.structs.replace(way, namespace=way.namespace or DEFAULT)


def _said(flags: ServerFlags) -> dict[str, Any]:
    """The fields of an Access that the flags change."""
    said: dict[str, Any] = {}
    if flags.server:
        said["server"] = flags.server
    if flags.namespace:
        said["namespace"] = flags.namespace
    if flags.token:
        said |= {"token": flags.token, "token_file": "", "username": "", "password": ""}
        said |= {"certificate": b"", "certificate_file": "", "key": b"", "key_file": ""}
    if flags.authority is not None:
        said |= {"authority": b"", "authority_file": str(flags.authority)}
    if flags.insecure:
        said["insecure"] = True
    if flags.impersonate:
        said |= {"impersonate": flags.impersonate, "impersonate_groups": flags.groups}
    return said
