"""Secrets in memory and in text: Sensitive never shows itself, redacted() hides what URLs carry."""

from __future__ import annotations

import re
from typing import Never, final

from typing_extensions import override

from slipcast.values import patterns


@final
class Sensitive:
    """A secret in memory; `reveal()` is the one way to read it."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def reveal(self) -> str:
        """The secret itself; call it where it is sent, nowhere else."""
        return self._secret

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sensitive):
            return NotImplemented
        import hmac  # noqa: PLC0415 -- slow, and secrets are seldom compared

        return hmac.compare_digest(self._secret.encode(), other._secret.encode())

    @override
    def __hash__(self) -> int:
        return hash((Sensitive, self._secret))

    @override
    def __repr__(self) -> str:
        return "Sensitive(***)"

    @override
    def __str__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._secret)

    @override
    def __reduce__(self) -> Never:
        msg = "a Sensitive value cannot be pickled"
        raise TypeError(msg)


_CREDENTIALS = patterns.lazy(
    # Bounded, since each place in a long word of such characters is tried.
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,31})://"
    # The second form is a password with a bare slash in it; `host:8080/@x` is none.
    r"(?P<user>[^/\s:@]*)(?:[^/\s]*@|:(?![0-9]*/)[^\s@]*@)"
)


def redacted(text: str) -> str:
    """A text fit for a log: no URL in it shows a password.

    Shape:  http and https lose the user too, since tokens travel there; other schemes keep it.
    """
    return _CREDENTIALS.sub(_without_password, text)


def _without_password(found: re.Match[str]) -> str:
    scheme, user = found["scheme"], found["user"]
    if scheme.lower() in {"http", "https"}:
        return f"{scheme}://***@"
    shown = user if found[0].endswith(f"//{user}@") else f"{user}:***"
    return f"{scheme}://{shown}@"
