"""Sensitive: text whose repr, str and pickle never show it."""

from __future__ import annotations

import hmac
from typing import Never, final

from typing_extensions import override


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
