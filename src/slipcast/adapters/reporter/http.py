"""Reports to the API server: the `details` of a Build, as the pod's service account.

Synchronous and over the standard library, since a builder says a few words and is over. The Build
is read anew each time, and nothing of it is lost that we do not know.

Source: builder-process.md section 12, BLD-152 to BLD-156; build-api.md BA-141.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec
from typing_extensions import override

from slipcast import __version__
from slipcast.adapters.reporter.document import JSON, with_report
from slipcast.ports.reporter import Report, Reporter

if TYPE_CHECKING:
    from http.client import HTTPSConnection

_TRIES: Final = 10
_FIRST_PAUSE: Final = 0.025
_TIMEOUT: Final = 10.0
_LARGEST: Final = 16 << 20
_PASSING: Final = frozenset({408, 409, 429, 500, 502, 503, 504})
_REFUSED: Final = 400


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where the API server is, and the files by which a pod trusts it and is trusted."""

    host: str
    port: int
    token: Path
    authority: Path


class HttpReporter(Reporter):
    """Reports one Build."""

    def __init__(
        self,
        server: Server,
        namespace: str,
        name: str,
        log: Callable[[str], None],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take where the Build is, and where to say that a report could not be passed on."""
        self._server = server
        self._path = (
            f"/apis/build.openshift.io/v1/namespaces/{quote(namespace, safe='')}"
            f"/builds/{quote(name, safe='')}"
        )
        self._name = name
        self._log = log
        self._wait = wait

    @override
    def report(self, report: Report) -> None:
        from http.client import HTTPException  # noqa: PLC0415 -- as in _tell

        pause, why = _FIRST_PAUSE, ""
        for tried in range(_TRIES):
            if tried:
                self._wait(pause)
                pause *= 2
            try:
                self._tell(report)
            except _Refused as refused:
                why = str(refused)
                if refused.status not in _PASSING:
                    break
            except (OSError, HTTPException, ValueError) as fault:
                why = str(fault) or type(fault).__name__
            else:
                return
        self._log(f"the server could not be told how the build {self._name} goes: {why}")

    def _tell(self, report: Report) -> None:
        # Only now: what a build prints first need not wait for TLS to be loaded.
        import ssl  # noqa: PLC0415
        from http.client import HTTPSConnection  # noqa: PLC0415

        context = ssl.create_default_context(
            cafile=self._server.authority if self._server.authority.is_file() else None
        )
        server = self._server
        connection = HTTPSConnection(server.host, server.port, timeout=_TIMEOUT, context=context)
        try:
            build = self._asked(connection, "GET", self._path)
            self._asked(connection, "PUT", f"{self._path}/details", with_report(build, report))
        finally:
            connection.close()

    def _asked(
        self, connection: HTTPSConnection, verb: str, path: str, body: JSON | None = None
    ) -> JSON:
        headers = {
            "Accept": "application/json",
            "User-Agent": f"slipcast-builder/{__version__}",
            "Authorization": f"Bearer {self._server.token.read_text(encoding='ascii').strip()}",
        }
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        connection.request(verb, path, content, headers)
        answer = connection.getresponse()
        text = answer.read(_LARGEST)
        if answer.status >= _REFUSED:
            raise _Refused(answer.status, text)
        found = json.loads(text)
        if not isinstance(found, dict):
            raise ValueError("the answer is no object")  # noqa: TRY004 -- told as other nonsense is
        return found


class _Refused(Exception):
    """The server answered, and not well."""

    def __init__(self, status: int, text: bytes) -> None:
        super().__init__(f"{status} {_message(text)}".strip())
        self.status = status


def _message(text: bytes) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text[:200].decode("utf-8", "replace")
