"""A small OpenID Connect provider over HTTPS: discovery, keys, logins, tokens as a test wants them.

Whoever says a name on its page is logged in.

Source: OpenID Connect Core 1.0; RFC 6749; RFC 7636.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from typing_extensions import override

from slipcast.adapters import certificates
from unit.store.conftest import NOON

Key = RSAKey | ECKey
Fields = Mapping[str, str]
SECRET = "s3cret: of/the+client & nobody's"
PAGE = """<!doctype html><html lang="en"><title>Provider</title>
<link rel="icon" href="data:,">
<form method="post"><label for="user">Who are you?</label>
<input id="user" name="user" autofocus><button>That is me</button></form></html>"""


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
        self.about: dict[str, Any] = {
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
        }
        self.now: Callable[[], float] = NOON.timestamp
        self.claims: dict[str, Any] = {}
        """What ID tokens say beside the usual, or instead."""
        self.signs_with: Key | None = None
        self.refuses = ""
        """The error that whoever logs in is sent back with."""
        self.shown: list[tuple[str, str]] = []
        """How clients have shown their secrets, and which."""
        self._codes: dict[str, tuple[Fields, str]] = {}

    def answer(self, path: str) -> dict[str, Any] | None:
        """What there is at a path."""
        self.asked.append(path)
        if self.fails:
            return None
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.says_it_is, "jwks_uri": self.keys_at, **self.about}
        if path == "/keys":
            strange = [{"kty": "strange"}, {"kty": "EC"}, "none"]
            return {"keys": [*strange, *(key.as_dict(private=False) for key in self.keys)]}
        return None

    def token(self, key: Key | None = None, alg: str = "ES256", **claims: Any) -> str:
        """A token that is good for an hour; a claim of None is left out."""
        moment = int(self.now())
        said = {
            "iss": self.url,
            "aud": "slipcast",
            "sub": "anna",
            "iat": moment,
            "exp": moment + 3600,
            **claims,
        }
        chosen = key or self.signs_with or self.keys[0]
        header = {"alg": alg, "kid": chosen.kid}
        kept = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(header, kept, chosen, algorithms=[alg])

    def logged_in(self, asked: Fields, user: str) -> str:
        """Where somebody is sent who has said a name."""
        answer = {"error": self.refuses} if self.refuses else {"code": secrets.token_urlsafe(8)}
        if "code" in answer:
            self._codes[answer["code"]] = asked, user
        return f"{asked['redirect_uri']}?{urlencode({**answer, 'state': asked['state']})}"

    def traded(self, header: str, form: Fields) -> dict[str, Any]:
        """What a client gets for a code."""
        if self._client(header, form) != ("slipcast", SECRET):
            return {"error": "invalid_client"}
        asked, user = self._codes.pop(form["code"], ({}, ""))
        proof = hashlib.sha256(form["code_verifier"].encode()).digest()
        proven = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        given = form["grant_type"], form["redirect_uri"], proven
        known = asked.get("redirect_uri"), asked.get("code_challenge")
        if given != ("authorization_code", *known):
            return {"error": "invalid_grant"}
        said = {"sub": user, "nonce": asked["nonce"], **self.claims}
        return {"access_token": "none", "token_type": "Bearer", "id_token": self.token(**said)}

    def _client(self, header: str, form: Fields) -> tuple[str, str]:
        if not header:
            self.shown.append(("post", form.get("client_secret", "")))
            return form.get("client_id", ""), form.get("client_secret", "")
        user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        self.shown.append(("basic", unquote_plus(password)))
        return unquote_plus(user), unquote_plus(password)

    async def visited(self, address: str, user: str = "anna") -> str:
        """Where a browser is sent that has come to an address, by somebody who says a name."""
        context = ssl.create_default_context(cafile=str(self.authority))
        async with httpx.AsyncClient(verify=context, trust_env=False) as browser:
            return (await browser.post(address, data={"user": user})).headers["location"]


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
            if urlsplit(self.path).path == "/authorize":
                self._say(200, PAGE.encode(), "text/html")
                return
            found = provider.answer(self.path)
            self._say(200 if found else 500, json.dumps(found or {}).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form, asked = dict(parse_qsl(body)), dict(parse_qsl(urlsplit(self.path).query))
            if asked:
                self._say(302, b"", "text/html", provider.logged_in(asked, form["user"]))
                return
            found = provider.traded(self.headers.get("authorization", ""), form)
            self._say(400 if "error" in found else 200, json.dumps(found).encode())

        def _say(
            self, status: int, body: bytes, kind: str = "application/json", to: str = ""
        ) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            if to:
                self.send_header("location", to)
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
