"""Pushing to an OCI registry over HTTP: blobs that it has are not sent, others are streamed.

One connection at a time, credentials in memory only. Registries behind a proxy, or that store
uploads on another host, are left to the engine's own program.

Source: OCI distribution specification 1.0, push; distribution's token authentication.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import ssl
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from msgspec.structs import replace

from slipcast.adapters import complaints
from slipcast.adapters.layers.compressing import Sendable, Stream
from slipcast.ports.engine import RegistryAccess
from slipcast.values.faults import EngineFault
from slipcast.values.imageref import ImageRef

_TIMEOUT: Final = 120.0
_DOCKER_HUB: Final = {"docker.io": "registry-1.docker.io"}
_MANIFESTS: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_UNAUTHORIZED = {401, 403}
_NOT_FOUND = 404
_NOT_READ: Final = frozenset({401, 403, 404})
_NOT_MOUNTED: Final = frozenset({400, 403, 404, 405})
_FIRST_ERROR = 400


Layer = tuple[str, int, str]
"""What a layer is in a registry: its digest, its size and its media type."""


class Elsewhere(Exception):
    """This registry is reached in a way that only the engine's own program knows."""


class Registry:
    """A repository of a registry, written to.

    Errors: EngineFault with reason Unauthorized, ImageUnknown, TLS or Unreachable; Elsewhere.
    """

    def __init__(self, reference: ImageRef, access: RegistryAccess) -> None:
        host = reference.registry_host
        self._host = _DOCKER_HUB.get(host, host)
        self._name = reference.repository
        self._access = access
        self._authorization = ""
        self._schemes = ["https", "http"] if access.insecure else ["https"]
        if access.via:
            # Nothing leaves this machine, and half of the work is saved.
            self._schemes = ["http"]
        self._connection: http.client.HTTPConnection | None = None
        self._used = False
        self._begun = ""
        if not _is_direct(self._host):
            raise Elsewhere(f"{self._host} is reached through a proxy")

    def close(self) -> None:
        """End the connection."""
        with suppress(EngineFault, Elsewhere):
            self._abandon()
        self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._used = False

    @property
    def name(self) -> str:
        """What this repository is called, with its registry."""
        return f"{self._host}/{self._name}"

    def has(self, digest: str, elsewhere: Iterable[str] = ()) -> bool:
        """Whether a blob is there; taken over from another repository of the registry if it can be.

        Shape:  elsewhere are names of repositories as `name` has them; only those of a registry
                that is our own are asked.
        """
        status, _, _ = self._ask("HEAD", f"/v2/{self._name}/blobs/{digest}", allowed={_NOT_FOUND})
        if status != _NOT_FOUND:
            return True
        here = f"{self._host}/"
        others = [other.removeprefix(here) for other in elsewhere if other.startswith(here)]
        if not self._access.guarded:
            return False
        return any(self._mounted(digest, other) for other in others if other != self._name)

    def layers_of(self, image: ImageRef) -> Mapping[str, Layer]:
        """What the layers of another image of our own registry are there, by their diffIDs.

        Shape:  empty where it cannot be known, which costs only time.
        """
        if not self._access.guarded or image.registry_host != self._host:
            return {}
        whole = image.with_default_tag
        manifest = self._document(f"{whole.repository}/manifests/{whole.digest or whole.tag}")
        digest = manifest.get("config", {}).get("digest", "")
        config = self._document(f"{whole.repository}/blobs/{digest}") if digest else {}
        layers = manifest.get("layers", ())
        diff_ids = config.get("rootfs", {}).get("diff_ids", ())
        if len(layers) != len(diff_ids):
            return {}
        found = ((layer["digest"], layer["size"], layer["mediaType"]) for layer in layers)
        return dict(zip(diff_ids, found, strict=True))

    def _document(self, path: str) -> dict[str, Any]:
        headers = {"Accept": ", ".join(_MANIFESTS)}
        status, _, text = self._ask("GET", f"/v2/{path}", headers=headers, allowed=_NOT_READ)
        return json.loads(text) if status == HTTPStatus.OK else {}

    def check(self, version: str) -> None:
        """Nothing, when a tag or digest is there and we may have it."""
        headers = {"Accept": ", ".join(_MANIFESTS)}
        self._ask("HEAD", f"/v2/{self._name}/manifests/{version}", headers=headers)

    def put_stream(self, stream: Stream) -> None:
        """Add a blob whose digest is known when it has been read."""
        place = self._begin()
        headers = {"Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked"}
        body = _Chunks(stream)
        _, answer, _ = self._ask("PATCH", place, headers=headers, body=body, once=True)
        place = self._location(answer, place)
        if body.broken is not None:
            # Ended in good order, since the registry would keep what broke off for days.
            self._ask("DELETE", place, allowed={_NOT_FOUND})
            raise body.broken
        self._finish(place, stream.digest, b"")

    def put(self, content: bytes) -> None:
        """Add a small blob, unless it is there."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        if not self.has(digest):
            self._finish(self._begin(), digest, content)

    def put_manifest(self, content: bytes, media_type: str, tag: str) -> None:
        """Add a manifest under a tag or digest."""
        path = f"/v2/{self._name}/manifests/{tag}"
        self._ask("PUT", path, headers={"Content-Type": media_type}, body=content)

    def _mounted(self, digest: str, other: str) -> bool:
        """Whether the registry lets us have a blob of another repository; else we may send it."""
        query = urlencode({"mount": digest, "from": other})
        path = f"/v2/{self._name}/blobs/uploads/"
        status, answer, _ = self._ask(
            "POST", f"{path}?{query}", headers={"Content-Length": "0"}, allowed=_NOT_MOUNTED
        )
        if status == HTTPStatus.ACCEPTED:
            self._abandon()
            self._begun = self._location(answer, path)
        return status == HTTPStatus.CREATED

    def _abandon(self) -> None:
        """Let go of an upload that was begun and is not needed."""
        place, self._begun = self._begun, ""
        if place:
            self._ask("DELETE", place, allowed=range(_FIRST_ERROR, 600))

    def _begin(self) -> str:
        if self._begun:
            place, self._begun = self._begun, ""
            return place
        path = f"/v2/{self._name}/blobs/uploads/"
        _, answer, _ = self._ask("POST", path, headers={"Content-Length": "0"})
        return self._location(answer, path)

    def _finish(self, place: str, digest: str, content: bytes) -> None:
        mark = "&" if "?" in place else "?"
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(len(content))}
        self._ask("PUT", f"{place}{mark}digest={quote(digest)}", headers=headers, body=content)

    def _location(self, headers: Mapping[str, str], before: str) -> str:
        location = urlsplit(headers.get("location") or before)
        if location.netloc and location.netloc != self._host:
            raise Elsewhere(f"{self._host} takes uploads at {location.netloc}")
        return f"{location.path}?{location.query}" if location.query else location.path

    def _ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterable[Sendable] | None = None,
        allowed: Iterable[int] = (),
        once: bool = False,
    ) -> tuple[int, Mapping[str, str], bytes]:
        status, answer, text = self._exchange(method, path, headers or {}, body)
        if status in _UNAUTHORIZED and not once and self._authorize(answer):
            status, answer, text = self._exchange(method, path, headers or {}, body)
        if status >= _FIRST_ERROR and status not in set(allowed):
            raise self._refusal(status, text)
        return status, answer, text

    def _exchange(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | Iterable[Sendable] | None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        sent = {"Host": self._host, **headers}
        if self._authorization:
            sent["Authorization"] = self._authorization
        connection = self._connected()
        chunked, used = "Transfer-Encoding" in sent, self._used
        try:
            connection.request(method, path, body=body, headers=sent, encode_chunked=False)
            response = connection.getresponse()
            content = response.read()
        except http.client.RemoteDisconnected as odd:
            self._disconnect()
            if chunked or not used:
                raise self._unreachable(odd) from odd
            # The other side may have ended an idle connection, which is its right.
            return self._exchange(method, path, headers, body)
        except (OSError, http.client.HTTPException) as odd:
            self._disconnect()
            raise self._unreachable(odd) from odd
        self._used = True
        if response.will_close:
            self._disconnect()
        answer = {name.lower(): value for name, value in response.getheaders()}
        return response.status, answer, content

    def _connected(self) -> http.client.HTTPConnection:
        """A connection; with an insecure registry, whichever of the two ways it answers to."""
        while self._connection is None:
            scheme = self._schemes[0]
            connection = self._new(scheme)
            try:
                connection.connect()
            except OSError as odd:
                connection.close()
                if len(self._schemes) == 1:
                    raise self._unreachable(odd) from odd
                self._schemes.pop(0)
            else:
                self._schemes = [scheme]
                self._connection = connection
        return self._connection

    def _new(self, scheme: str) -> http.client.HTTPConnection:
        if scheme == "http":
            way = self._access.via or self._host
            return http.client.HTTPConnection(way, timeout=_TIMEOUT, blocksize=1 << 20)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self._access.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        else:
            context.load_default_certs()
            if self._access.ca_file is not None:
                context.load_verify_locations(cafile=self._access.ca_file)
        return http.client.HTTPSConnection(
            self._host, timeout=_TIMEOUT, context=context, blocksize=1 << 20
        )

    def _authorize(self, answer: Mapping[str, str]) -> bool:
        """Answer a registry that asks who we are; False when there is nothing to say."""
        scheme, _, rest = answer.get("www-authenticate", "").partition(" ")
        basic = self._basic()
        if scheme.lower() == "basic" and basic and self._authorization != basic:
            self._authorization = basic
            return True
        if scheme.lower() == "bearer":
            self._authorization = f"Bearer {self._token(_parameters(rest), basic)}"
            return True
        return False

    def _basic(self) -> str:
        credential = self._access.credential
        if credential is None:
            return ""
        text = f"{credential.username}:{credential.password.reveal()}"
        return f"Basic {base64.b64encode(text.encode()).decode()}"

    def _token(self, challenge: Mapping[str, str], basic: str) -> str:
        realm = urlsplit(challenge.get("realm", ""))
        insecure = realm.scheme == "http" and self._access.insecure
        if not realm.netloc or not (realm.scheme == "https" or insecure):
            raise Elsewhere(f"{self._host} asks for a token from an address we cannot trust")
        scope = challenge.get("scope") or f"repository:{self._name}:pull,push"
        query = urlencode({"service": challenge.get("service", ""), "scope": scope})
        access = replace(self._access, via="")
        other = Registry(ImageRef(registry=realm.netloc, name="token"), access)
        other._schemes = [realm.scheme]
        try:
            headers = {"Authorization": basic} if basic else {}
            status, _, text = other._exchange("GET", f"{realm.path}?{query}", headers, None)
        finally:
            other.close()
        if status >= _FIRST_ERROR:
            raise self._refusal(status, text)
        document = json.loads(text)
        return str(document.get("token") or document.get("access_token") or "")

    def _refusal(self, status: int, text: bytes) -> EngineFault:
        said = _message(text) or http.client.responses.get(status, "")
        what = f"the registry {self._host} refused {self._name}: {said} ({status})"
        if status in _UNAUTHORIZED:
            hint = self._access.hint or complaints.HINTS["Unauthorized"]
            return EngineFault(what, reason="Unauthorized", hint=hint)
        reason = "ImageUnknown" if status == _NOT_FOUND else ""
        return EngineFault(what, reason=reason, retryable=status >= 500)  # noqa: PLR2004 -- HTTP

    def _unreachable(self, odd: Exception) -> EngineFault:
        if isinstance(odd, ssl.SSLError):
            return EngineFault(
                f"the registry {self._host} cannot be trusted: {odd.reason or odd}",
                reason="TLS",
                hint=complaints.HINTS["TLS"],
            )
        return EngineFault(
            f"the registry {self._host} cannot be reached: {odd}",
            reason="Unreachable",
            hint=complaints.HINTS["Unreachable"],
            retryable=True,
        )


def _is_direct(host: str) -> bool:
    """Whether a registry is reached without a proxy: one on this machine always is."""
    name = host.rpartition(":")[0].strip("[]") or host
    with suppress(ValueError):
        if ip_address(name).is_loopback:
            return True
    if name == "localhost" or not urllib.request.getproxies():
        return True
    return bool(urllib.request.proxy_bypass(host))


class _Chunks:
    """A body of unknown length; http.client would copy every piece twice to frame it.

    Shape:  broken is what ended the pieces before their end.
    """

    def __init__(self, pieces: Iterable[Sendable]) -> None:
        self._pieces = pieces
        self.broken: Exception | None = None

    def __iter__(self) -> Iterator[Sendable]:
        before = b""
        try:
            for piece in self._pieces:
                yield b"%s%x\r\n" % (before, len(piece))
                yield piece
                before = b"\r\n"
        except Exception as broken:  # noqa: BLE001 -- carried past the end of the request
            self.broken = broken
        yield before + b"0\r\n\r\n"


def _parameters(text: str) -> dict[str, str]:
    """The parameters of a challenge; commas inside quotes are theirs."""
    return urllib.request.parse_keqv_list(urllib.request.parse_http_list(text))


def _message(text: bytes) -> str:
    with suppress(ValueError, LookupError, TypeError):
        error = json.loads(text)["errors"][0]
        return str(error.get("message") or error.get("code") or "")
    return ""
