"""Credentials of a way to a server: what requests say of us, and how TLS knows both sides.

Source: the kubeconfig's users and clusters; RFC 6750, RFC 7617.
"""

from __future__ import annotations

import os
import ssl
import sys
from pathlib import Path
from typing import Final

from slipcast import __version__
from slipcast.api.kubeconfig import Access
from slipcast.client.direct import basic
from slipcast.client.sending import Headers
from slipcast.values.faults import PortFault

AGENT: Final = f"slipcast/{__version__}"
_OPEN: Final = "/proc/self/fd"


def headers(way: Access) -> Headers:
    """What every request says: what sends it, and who asks.

    Errors: PortFault when a token cannot be read.
    """
    found = [("user-agent", AGENT), ("accept", "application/json")]
    token = way.token
    if way.token_file:
        token = _file(way.token_file).decode().strip()
    if way.username:
        found.append(("authorization", basic(way.username, way.password)))
    elif token:
        found.append(("authorization", f"Bearer {token}"))
    if way.impersonate:
        found.append(("impersonate-user", way.impersonate))
        found += [("impersonate-group", group) for group in way.impersonate_groups]
    return tuple(found)


def tls(way: Access) -> ssl.SSLContext | None:
    """How the server is verified, and what we show it.

    Errors: PortFault.
    """
    if not way.server.startswith("https:"):
        return None
    authority = way.authority or (_file(way.authority_file) if way.authority_file else b"")
    try:
        context = _unverified() if way.insecure else _verifying(authority)
        certificate = way.certificate or (
            _file(way.certificate_file) if way.certificate_file else b""
        )
        if certificate:
            _show(context, certificate, way.key or _file(way.key_file))
    except (ssl.SSLError, UnicodeDecodeError) as wrong:
        raise PortFault(
            f"the certificates of the context {way.context} cannot be used: {wrong}"
        ) from wrong
    return context


def _verifying(authority: bytes) -> ssl.SSLContext:
    """A context that believes an authority; without one, those of the system."""
    return ssl.create_default_context(cadata=authority.decode() if authority else None)


def _unverified() -> ssl.SSLContext:
    """A context that believes anybody, and need not read whom the system believes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _show(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Let the context show a certificate; the library takes files only."""
    content = certificate + b"\n" + key
    number = _in_memory(content)
    if number is not None:
        try:
            context.load_cert_chain(f"{_OPEN}/{number}")
        finally:
            os.close(number)
        return
    import tempfile  # noqa: PLC0415 -- slow, and not needed on Linux

    with tempfile.NamedTemporaryFile(prefix="slipcast-") as file:
        file.write(content)
        file.flush()
        context.load_cert_chain(file.name)


def _in_memory(content: bytes) -> int | None:
    """An open file that is on no disk and has a name all the same; None where there are none."""
    if sys.platform != "linux" or not Path(_OPEN).is_dir():
        return None
    try:
        number = os.memfd_create("slipcast")
    except OSError:
        return None
    os.write(number, content)
    return number


def _file(path: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as fault:
        raise PortFault(
            f"{path}, which the kubeconfig names, cannot be read: {fault.strerror}"
        ) from fault
