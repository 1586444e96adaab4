"""Names that say that what they name is secret: of variables, parameters and fields of objects.

The one rule for them: for what is hidden in a log or a description, and for what is warned of where
it would be kept as plain text. A name is read word by word: TOKENIZER is none, and PASSWORD_FILE is
only the place of a secret.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from slipcast.values import patterns

_WORD: Final = patterns.lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SECRET: Final = frozenset(
    {"credential", "credentials", "pass", "passphrase", "passwd", "password", "passwords", "pwd"}
    | {"secret", "secrets", "token", "tokens"}
)
_ENDINGS: Final = (
    *("accesskey", "apikey", "privatekey", "secretkey"),
    *("passwd", "password", "secret", "token"),
)
"""How longer words end that say the same: `dbpassword`."""
_KEYS: Final = frozenset({"access", "api", "encryption", "master", "private", "secret", "signing"})
"""Before `key`: of other keys it is not known."""
_PROOFS: Final = frozenset({("code", "challenge"), ("code", "verifier")})
"""What an authorization is bound to (RFC 7636)."""
_ABOUT: Final = frozenset(
    {"count", "dir", "directory", "enabled", "expires", "expiry", "file", "host", "id", "issuer"}
    | {"length", "limit", "lifetime", "name", "path", "policy", "port", "prefix", "ref"}
    | {"reference", "required", "server", "size", "timeout", "ttl", "type", "uri", "url", "user"}
    | {"username"}
)
"""What names end with that are about a secret and not one: `PASSWORD_FILE`."""
_AMOUNTS: Final = frozenset({"max", "min", "num", "number", "total"})
"""With these, tokens are what a text is cut into: `MAX_TOKENS`."""


def is_secret(name: str) -> bool:
    """Whether a name says that its value is secret."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _ABOUT or words == ["pwd"]:
        return False
    if words[-1] == "tokens" and not _AMOUNTS.isdisjoint(words):
        return False
    pairs = tuple(pairwise(words))
    keys = any(word in _KEYS and after == "key" for word, after in pairs)
    proofs = not _PROOFS.isdisjoint(pairs)
    return keys or proofs or any(word in _SECRET or word.endswith(_ENDINGS) for word in words)
