"""A token server, as registries of the docker flow send their clients to.

Source: distribution, token authentication specification and its JSON Web Token implementation.
"""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

SERVICE = "tests"
ISSUER = "token-server"


@dataclass(kw_only=True)
class TokenServer:
    """Gives whoever knows the password what they ask for, and nothing to others."""

    certificate: Path
    key: Path
    password: str
    tls: bool
    port: int = 0

    @property
    def configuration(self) -> str:
        """What makes a registry trust this server, as a line of its configuration."""
        scheme = "https" if self.tls else "http"
        realm = f"{scheme}://localhost:{self.port}/token"
        about = f"service: {SERVICE}, issuer: {ISSUER}, rootcertbundle: {self.certificate}"
        return f"auth: {{token: {{realm: '{realm}', {about}}}}}"

    def knows(self, authorization: str) -> bool:
        """Whether a header holds the password."""
        expected = base64.b64encode(f"tester:{self.password}".encode()).decode()
        return authorization == f"Basic {expected}"

    def token(self, scopes: list[str]) -> str:
        """A signed token for scopes, good for a minute."""
        now = int(time.time())
        claims = {
            "iss": ISSUER, "sub": "tester", "aud": SERVICE, "jti": str(time.monotonic_ns()),
            "nbf": now - 10, "iat": now, "exp": now + 60,
            "access": [_access(scope) for scope in scopes],
        }  # fmt: skip
        der = ssl.PEM_cert_to_DER_cert(self.certificate.read_text())
        header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}
        text = f"{_encoded(header)}.{_encoded(claims)}"
        signed = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(self.key)],
            input=text.encode(), capture_output=True, check=True,
        ).stdout  # fmt: skip
        return f"{text}.{_url_safe(signed)}"


@contextmanager
def serving(server: TokenServer) -> Generator[TokenServer]:
    """The server, answering on a port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            scopes = parse_qs(urlsplit(self.path).query).get("scope", [])
            if server.knows(self.headers.get("Authorization", "")):
                self._answer(200, {"token": server.token(scopes), "expires_in": 60})
            else:
                errors = [{"code": "UNAUTHORIZED", "message": "who are you?"}]
                self._answer(401, {"errors": errors})

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        server.port = listener.server_port
        if server.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(server.certificate, server.key)
            listener.socket = context.wrap_socket(listener.socket, server_side=True)
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()


def _access(scope: str) -> dict[str, Any]:
    kind, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    return {"type": kind, "name": name, "actions": actions.split(",")}


def _encoded(document: dict[str, Any]) -> str:
    return _url_safe(json.dumps(document).encode())


def _url_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
