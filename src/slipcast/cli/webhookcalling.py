"""A generic webhook called from the command line, with what a post-receive hook was told.

The address of a webhook holds its secret: what is told of it names the host alone.

Source: cli.md SB-5, SB-72, SB-73; build-lifecycle.md BL-580.
"""

from __future__ import annotations

import json
import sys
from typing import Final
from urllib.parse import urlsplit

import msgspec

from slipcast.api import kubeconfig
from slipcast.api.document import JSON
from slipcast.api.kubeconfig import Access
from slipcast.builds import postreceive
from slipcast.cli.toolbox import ServerFlags, Toolbox
from slipcast.ports.webhooks import Answered
from slipcast.values.faults import Fault, UsageFault

STDIN: Final = "-"
FROM_FILE: Final = "@"
"""What stands before the name of a file that an address is in."""
LARGEST: Final = 1 << 20
"""Bytes of what git tells a post-receive hook."""
SHOWN: Final = 1000
"""Characters of an answer that are shown."""
_PORTS: Final = {"http": 80, "https": 443}
_OK: Final = range(200, 300)
_MOVED: Final = range(300, 400)


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook did: the build that it started, if it says so."""

    build: str = ""
    warnings: tuple[str, ...] = ()


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook, and where what it is told comes from."""

    url: str
    received: str = ""
    repository: str = ""

    @classmethod
    def of(cls, url: str, received: str, repository: str, toolbox: Toolbox) -> Hook:
        """What the command line says; the address may be in a file, as it is a secret.

        Errors: UsageFault.
        """
        if url.startswith(FROM_FILE):
            url = _read(url.removeprefix(FROM_FILE), toolbox).strip()
        _check(url)
        return cls(url=url, received=received, repository=repository)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What should be said before it is called (SB-5)."""
        if urlsplit(self.url).path.endswith("/generic"):
            return ()
        return ("the webhook is not a generic one: its path does not end in /generic",)

    async def call(self, toolbox: Toolbox, flags: ServerFlags) -> Done:
        """Call it.

        Errors: UsageFault; InvalidFault for what git cannot have told; Fault for an answer that is
                none of success; PortFault.
        """
        told = self._told(toolbox)
        body = b"" if told is None else json.dumps(told).encode()
        answer = await toolbox.webhooks.call(self.url, body, self._way(toolbox, flags))
        if answer.status in _OK:
            return _done(answer)
        raise _refused(answer, self.url)

    def _told(self, toolbox: Toolbox) -> JSON | None:
        """The body, if there is anything to tell (SB-73)."""
        if not self.received:
            return None
        tree = toolbox.directory / self.repository
        if not tree.is_dir():
            raise UsageFault(f"there is no directory {self.repository}")
        moved = postreceive.parse(_read(self.received, toolbox))
        return postreceive.payload(moved, lambda commit: toolbox.git.describe(tree, commit))

    def _way(self, toolbox: Toolbox, flags: ServerFlags) -> Access:
        """The certificates of the context, when the webhook is of its server (SB-72)."""
        known = kubeconfig.access(toolbox.contexts(flags).load(), flags.context) or Access()
        server = flags.server or known.server
        way = known if _place(server) == _place(self.url) else Access()
        if flags.authority is not None:
            way = msgspec.structs.replace(way, authority=b"", authority_file=str(flags.authority))
        return msgspec.structs.replace(way, insecure=way.insecure or flags.insecure)


def _check(url: str) -> None:
    """See that a URL is one that a webhook can have.

    Errors: UsageFault.
    """
    scheme, host, _ = _place(url)
    if scheme not in _PORTS or not host or not url.isprintable() or " " in url:
        raise UsageFault("--from-webhook takes an http or https URL")


def _place(url: str) -> tuple[str, str, int]:
    """The server that a URL leads to; nothing when it is none."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0


def _said(place: tuple[str, str, int]) -> str:
    scheme, host, port = place
    bare = f"[{host}]" if ":" in host else host
    return f"{scheme}://{bare}" if port == _PORTS.get(scheme) else f"{scheme}://{bare}:{port}"


def _read(word: str, toolbox: Toolbox) -> str:
    """What git told its hook, or what a file says.

    Errors: UsageFault.
    """
    try:
        if word == STDIN:
            body = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with (toolbox.directory / word).open("rb") as file:
                body = file.read(LARGEST + 1)
    except OSError as fault:
        raise UsageFault(f"{word} cannot be read: {fault.strerror}") from fault
    if len(body) > LARGEST:
        raise UsageFault(f"{word} is too large for what a hook is told")
    return body.decode("utf-8", "replace")


def _done(answer: Answered) -> Done:
    """What an answer of success says: a Build, or a Status that may warn; warnings beside it."""
    try:
        said = msgspec.json.decode(answer.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Done(warnings=answer.warnings)
    if not isinstance(said, dict):
        return Done(warnings=answer.warnings)
    metadata = said.get("metadata")
    if said.get("kind") == "Build" and isinstance(metadata, dict):
        return Done(build=str(metadata.get("name", "")), warnings=answer.warnings)
    message = said.get("message")
    told = (message,) if isinstance(message, str) and message else ()
    return Done(warnings=(*answer.warnings, *told))


def _refused(answer: Answered, url: str) -> Fault:
    where = f"the webhook at {_said(_place(url))}"
    if answer.status in _MOVED:
        to = _place(answer.location)
        there = f" to {_said(to)}" if to[1] else ""
        return Fault(
            f"{where} has moved{there}: it answered {answer.status}",
            hint="Redirects are not followed, as the address holds a secret. Give the new one.",
        )
    said = answer.body.decode("utf-8", "replace").strip()[:SHOWN]
    return Fault(f"{where} answered {answer.status}: {said or 'nothing more'}")
