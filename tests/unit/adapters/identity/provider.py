"""A small OpenID Connect provider: discovery and keys over HTTPS, tokens as a test wants them."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from typing_extensions import override

from slipcast.adapters import certificates
from unit.store.conftest import NOON

Key = RSAKey | ECKey


class Provider:
    """What it says can be changed by a test."""

    def __init__(self, url: str, authority: Path) -> None:
        self.url = url
        self.authority = authority
        self.says_it_is = url
        self.keys_at = f"{url}/keys"
        self.keys: list[Key] = [an_ec_key("first")]
        self.asked: list[str] = []
        self.fails = False

    def answer(self, path: str) -> dict[str, Any] | None:
        """What there is at a path."""
        self.asked.append(path)
        if self.fails:
            return None
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.says_it_is, "jwks_uri": self.keys_at}
        if path == "/keys":
            strange = [{"kty": "strange"}, {"kty": "EC"}, "none"]
            return {"keys": [*strange, *(key.as_dict(private=False) for key in self.keys)]}
        return None

    def token(self, key: Key | None = None, alg: str = "ES256", **claims: Any) -> str:
        """A token that is good for an hour; a claim of None is left out."""
        moment = int(NOON.timestamp())
        said = {
            "iss": self.url,
            "aud": "slipcast",
            "sub": "anna",
            "iat": moment,
            "exp": moment + 3600,
            **claims,
        }
        chosen = key or self.keys[0]
        header = {"alg": alg, "kid": chosen.kid}
        kept = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(header, kept, chosen, algorithms=[alg])


def an_ec_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


def an_rsa_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@contextmanager
def providing(directory: Path) -> Iterator[Provider]:
    """A provider that answers."""
    made = certificates.prepare(directory, ["localhost", "127.0.0.1"])

    class Handler(BaseHTTPRequestHandler):
        @override
        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

        def do_GET(self) -> None:
            found = provider.answer(self.path)
            body = json.dumps(found or {}).encode()
            self.send_response(200 if found else 500)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.server.certificate, made.server.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    provider = Provider(f"https://localhost:{server.server_port}", made.authority)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
