"""The connection to a Docker Engine API: dockerd's, or the one that podman serves.

The docker library brings the transports (unix sockets, TLS, named pipes, ssh), the version
negotiation and the hijacked streams. What is asked over the connection belongs to the adapters.

Source: Docker Engine API v1.41; docker command line reference, environment variables.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from slipcast.adapters.pieces import pieces_of
from slipcast.values.faults import EngineFault, NotFound

DEFAULT_URL = "unix:///var/run/docker.sock"
STDERR = 2

_TIMEOUT = 120
_CONNECT_TIMEOUT = 10
_PIECE = 1 << 16
_NOT_FOUND = 404
_REFUSED = 400
_FRAME = 8
_LIBPOD = "4.0.0"
_ANY_VERSION = "1.41"

Params = Mapping[str, object]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where the engine answers, and how the connection is secured (S2I-10 to S2I-15).

    Shape:  version empty means negotiated. TLS files that are None are not used.
    """

    url: str = DEFAULT_URL
    cert: Path | None = None
    key: Path | None = None
    ca: Path | None = None
    tls: bool = False
    tls_verify: bool = False
    version: str = ""

    @property
    def is_local(self) -> bool:
        """Whether the engine sees the files of this host."""
        return self.url.startswith("unix:")

    @property
    def path(self) -> str:
        """The path of a unix socket."""
        return "/" + self.url.removeprefix("unix:").lstrip("/")


def endpoint(
    env: Mapping[str, str],
    *,
    url: str = "",
    cert: Path | None = None,
    key: Path | None = None,
    ca: Path | None = None,
    tls: bool = False,
    tls_verify: bool = False,
) -> Endpoint:
    """The endpoint that flags and environment mean together; a flag wins over its variable."""
    directory = Path(
        env.get("DOCKER_CERT_PATH")
        or env.get("DOCKER_CONFIG")
        or Path(env.get("HOME") or "/", ".docker")
    )
    return Endpoint(
        url=url or env.get("DOCKER_HOST") or DEFAULT_URL,
        cert=cert or directory / "cert.pem",
        key=key or directory / "key.pem",
        ca=ca or directory / "ca.pem",
        tls=tls or bool(env.get("DOCKER_TLS")),
        tls_verify=tls_verify or bool(env.get("DOCKER_TLS_VERIFY")),
        version=env.get("DOCKER_API_VERSION", ""),
    )


class Status(msgspec.Struct, frozen=True):
    """What the engine refused with: its HTTP status and its own words."""

    code: int
    text: str


class SocketFault(EngineFault):
    """The engine answered with an error, which the adapters tell apart by its status."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.text, reason="EngineRefused")
        self.status = status


class Silent(Exception):
    """Nothing came from a container for longer than it may be silent."""


class DockerSocket:
    """A connection, made at the first call."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    @cached_property
    def server(self) -> str:
        """What answers, with its version: `Docker/24.0.7`, `Libpod/4.3.1`."""
        return self._greeting.get("Server", "").partition(" ")[0] or "an unknown engine"

    @property
    def is_podman(self) -> bool:
        """Whether it is podman that answers; it differs where S2I section 23 says."""
        return "Libpod-Api-Version" in self._greeting

    def get(self, path: str, params: Params | None = None) -> Any:
        """The document at a path.

        Errors: NotFound; SocketFault; EngineFault when nothing answers. So for all methods.
        """
        return self._call("GET", path, params=params)

    def post(
        self,
        path: str,
        params: Params | None = None,
        *,
        body: object = None,
        timeout: float | None = _TIMEOUT,
    ) -> Any:
        """What the engine answers to a document.

        Units:  timeout in seconds; None waits for ever (S2I-300).
        """
        return self._call(
            "POST", path, params=params, json=body, timeout=(_CONNECT_TIMEOUT, timeout)
        )

    def delete(self, path: str, params: Params | None = None) -> Any:
        """Remove what is at a path."""
        return self._call("DELETE", path, params=params)

    def put(self, path: str, params: Params, data: Iterable[bytes]) -> None:
        """Send a stream."""
        headers = {"Content-Type": "application/x-tar"}
        self._call("PUT", path, params=params, data=data, headers=headers)

    def head(self, path: str, params: Params) -> Mapping[str, str]:
        """The headers that describe what is at a path."""
        with self._answered("HEAD", path, params=params) as answer:
            headers: Mapping[str, str] = answer.headers
            return headers

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        data: Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = _TIMEOUT,
    ) -> Generator[Iterator[bytes]]:
        """What the engine answers, in pieces, while it comes.

        Units:  timeout is the longest silence in seconds, None for any.
        """
        with self._answered(
            method,
            path,
            params=params,
            data=data,
            headers=headers,
            stream=True,
            timeout=(_CONNECT_TIMEOUT, timeout),
        ) as answer:
            yield self._pieces(answer)

    def messages(
        self,
        path: str,
        params: Params,
        *,
        data: Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = _TIMEOUT,
    ) -> Iterator[Mapping[str, Any]]:
        """The progress messages that a POST is answered with, one JSON object each."""
        with self.stream(
            "POST", path, params, data=data, headers=headers, timeout=timeout
        ) as pieces:
            rest = b""
            for piece in pieces:
                *lines, rest = (rest + piece).split(b"\n")
                yield from _parsed(lines)
            yield from _parsed([rest])

    @contextmanager
    def attached(
        self, container: str, idle: float | None = None, stdin: Iterable[bytes] | None = None
    ) -> Generator[Iterator[tuple[bool, bytes]]]:
        """The output of a container while it comes: (whether it is stderr, data).

        Shape:  attached when the context begins, so that nothing of a later start is lost. stdin is
                sent from a thread of its own; a reader that stops early is not an error.
        Units:  idle in seconds without output.
        Errors: Silent.
        """
        from docker.utils.socket import frames_iter  # noqa: PLC0415 -- as in _connected

        params = {"stdout": 1, "stderr": 1, "stream": 1, "stdin": int(stdin is not None)}
        with self._translated():
            file = self._client.attach_socket(container, params)
        try:
            if stdin is not None:
                threading.Thread(target=_send, args=(file, stdin), daemon=True).start()
            frames = frames_iter(file, tty=False)
            if idle is not None:
                frames = _in_time(frames, file, idle)
            yield ((kind == STDERR, data) for kind, data in self._each(frames))
        finally:
            # The library hangs the response, which holds the connection, on the file.
            with contextlib.suppress(OSError, ValueError):
                file._response.close()  # noqa: SLF001 -- there is no public way to it
            file.close()

    @cached_property
    def _client(self) -> Any:
        with self._translated():
            self._knock()
            return self._connected(self.endpoint.version or self._greeting["Api-Version"])

    @cached_property
    def _greeting(self) -> Mapping[str, str]:
        """The headers of a ping. podman takes a second to tell its version in any other way."""
        with self._translated():
            self._knock()
            # Any version does: a ping has none.
            client = self._connected(_ANY_VERSION)
            with contextlib.closing(client), client.get(f"{client.base_url}/_ping") as answer:
                if answer.status_code >= _REFUSED or "Api-Version" not in answer.headers:
                    raise OSError("what answers there is no container engine")
                headers: Mapping[str, str] = answer.headers
                return headers

    def _connected(self, version: str) -> Any:
        # The library takes a quarter of a second to import: only those pay who talk to an engine.
        import docker  # noqa: PLC0415

        there = self.endpoint
        client = docker.APIClient(
            base_url=there.url, version=version, timeout=_TIMEOUT, tls=self._tls()
        )
        if there.is_local:
            # A proxy of the environment has no say on a socket of this host.
            client.trust_env = False
        return client

    def _knock(self) -> None:
        """Connect to a unix socket once, since the library loses hold of one that fails.

        Errors: OSError.
        """
        if self.endpoint.is_local:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(_CONNECT_TIMEOUT)
                probe.connect(self.endpoint.path)

    def _tls(self) -> Any:
        import docker  # noqa: PLC0415 -- as in _connected

        there = self.endpoint
        if not there.tls and not there.tls_verify:
            return None
        pair = (_present(there.cert), _present(there.key))
        return docker.tls.TLSConfig(
            client_cert=pair if all(pair) else None,
            ca_cert=_present(there.ca),
            verify=there.tls_verify,
        )

    def _call(self, method: str, path: str, **options: Any) -> Any:
        with self._answered(method, path, **options) as answer:
            return _document(answer.content)

    @contextmanager
    def _answered(self, method: str, path: str, **options: Any) -> Generator[Any]:
        client = self._client
        version = _LIBPOD if path.startswith("/libpod/") else client.api_version
        url = f"{client.base_url}/v{version}{path}"
        options.setdefault("timeout", (_CONNECT_TIMEOUT, _TIMEOUT))
        with self._translated():
            answer = client.request(method, url, **options)
        with answer:
            if answer.status_code >= _REFUSED:
                raise _refusal(answer.status_code, answer.content)
            with self._translated():
                yield answer

    def _pieces(self, answer: Any) -> Iterator[bytes]:
        yield from self._each(answer.iter_content(chunk_size=None))

    def _each(self, items: Iterable[Any]) -> Iterator[Any]:
        with self._translated():
            yield from items

    @contextmanager
    def _translated(self) -> Generator[None]:
        from docker.errors import APIError, DockerException  # noqa: PLC0415 -- as in _connected

        try:
            yield
        except EngineFault:
            raise
        except APIError as refused:
            answer = refused.response
            raise _refusal(
                answer.status_code if answer is not None else _REFUSED,
                str(refused.explanation or refused).encode(),
            ) from refused
        except (OSError, DockerException) as broken:
            raise EngineFault(
                f"the container engine at {self.endpoint.url} does not answer: {_cause(broken)}",
                reason="Unreachable",
                hint="Start dockerd or `podman system service`, or give its address with --url or "
                "DOCKER_HOST.",
            ) from broken


def _send(file: Any, stdin: Iterable[bytes]) -> None:
    """Send a container its input, and say where it ends."""
    raw = getattr(file, "_sock", file)
    with contextlib.suppress(OSError, ValueError):
        for data in pieces_of(stdin):
            raw.sendall(data)
        raw.shutdown(socket.SHUT_WR)


def demultiplexed(pieces: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Output of both streams, told apart by the frames that the engine packs them in.

    Shape:  (whether it is stderr, data). Source: Docker Engine API, ContainerAttach, stream format.
    """
    rest = b""
    for piece in pieces:
        rest += piece
        while len(rest) >= _FRAME:
            end = _FRAME + int.from_bytes(rest[4:_FRAME])
            if len(rest) < end:
                break
            yield rest[0] == STDERR, rest[_FRAME:end]
            rest = rest[end:]


def _in_time(frames: Iterator[Any], file: Any, idle: float) -> Iterator[Any]:
    with selectors.DefaultSelector() as ready:
        ready.register(file, selectors.EVENT_READ)
        while ready.select(idle):
            frame = next(frames, None)
            if frame is None:
                return
            yield frame
    raise Silent


def _refusal(code: int, body: bytes) -> EngineFault | NotFound:
    text = body.decode("utf-8", "replace").strip()
    with contextlib.suppress(ValueError):
        document = json.loads(text)
        if isinstance(document, dict):
            text = str(document.get("message") or document.get("cause") or text)
    if code == _NOT_FOUND:
        return NotFound(text or "the engine does not know it")
    return SocketFault(Status(code, text or f"the engine answered with status {code}"))


def _document(body: bytes) -> Any:
    """What the engine answered; podman answers some calls with a plain text."""
    try:
        return json.loads(body) if body.strip() else None
    except ValueError:
        return body.decode("utf-8", "replace").strip()


def _parsed(lines: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
        if line.strip():
            try:
                message = json.loads(line)
            except ValueError:
                message = {"stream": line.decode("utf-8", "replace") + "\n"}
            if isinstance(message, dict):
                yield message


def _present(path: Path | None) -> str | None:
    return str(path) if path is not None and path.is_file() else None


def _cause(broken: BaseException) -> str:
    """The innermost reason; the library wraps it in up to five layers of its own."""
    inner = broken
    while inner.__context__ is not None:
        inner = inner.__context__
    return str(inner) or type(inner).__name__
