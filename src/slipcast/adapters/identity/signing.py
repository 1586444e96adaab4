"""The key that service accounts' tokens are signed with, and their signatures.

One key per server, in a file for its owner's eyes only; made when it is not there.

Source: RFC 7519 (JSON Web Token), RFC 7518 section 3.4 (ES256).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from slipcast.adapters.identity.tokens import Forged
from slipcast.adapters.privatefiles import write_private
from slipcast.values.faults import HostFault

ALGORITHM: Final = "ES256"

_encode = msgspec.json.encode


class SigningKey:
    """Signs claims, and knows its own signatures again."""

    def __init__(self, pem: bytes) -> None:
        self._key = ECKey.import_key(pem)
        self._header = {"alg": ALGORITHM, "kid": self._key.thumbprint()}

    @classmethod
    def at(cls, path: Path) -> SigningKey:
        """The key of a file; a new one where there is no file.

        Errors: HostFault when what is there is no such key.
        """
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(path, _new())
        try:
            return cls(path.read_bytes())
        except (JoseError, ValueError, OSError) as wrong:
            raise HostFault(
                f"the signing key {path} cannot be used",
                hint="Without the file, a new key is made; tokens signed with the old one end.",
            ) from wrong

    def signed(self, claims: Mapping[str, Any]) -> str:
        """Claims as a token."""
        return jwt.encode(dict(self._header), dict(claims), self._key, algorithms=[ALGORITHM])

    def read(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that this key has signed.

        Errors: Forged when it has not.
        """
        try:
            return jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError) as wrong:
            raise Forged from wrong


def _new() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
