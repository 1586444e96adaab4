"""Digest: the name of a content, `algorithm:hex`.

Source: OCI image specification, descriptor, digests.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import msgspec
from typing_extensions import override

from slipcast.values import patterns
from slipcast.values.faults import FieldError, InvalidFault

LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
"""THE TABLE of algorithms: how many hex digits each gives."""

_HEX = patterns.lazy(r"[0-9a-f]+")


class Digest(msgspec.Struct, frozen=True, order=True):
    """A digest; equal contents have equal ones.

    Shape:  hex in lower case, of the algorithm's length.
    """

    algorithm: str
    hex: str

    @classmethod
    def parse(cls, text: str, field: str = "digest") -> Self:
        """The digest a text is.

        Errors: InvalidFault.
        """
        algorithm, _, digits = text.partition(":")
        length = LENGTHS.get(algorithm)
        if length is None:
            what = f"a digest begins with one of {', '.join(f'{name}:' for name in LENGTHS)}"
        elif len(digits) != length or not _HEX.fullmatch(digits):
            what = f"a {algorithm} digest has {length} lower-case hex digits"
        else:
            return cls(algorithm, digits)
        raise InvalidFault((FieldError(path=field, what=what, value=text),))

    @classmethod
    def of(cls, content: bytes, algorithm: str = "sha256") -> Self:
        """The digest of a content held in memory."""
        return cls.over((content,), algorithm)

    @classmethod
    def over(cls, pieces: Iterable[bytes], algorithm: str = "sha256") -> Self:
        """The digest of a content that arrives in pieces."""
        import hashlib  # noqa: PLC0415 -- slow, and who only names contents counts none

        counted = hashlib.new(algorithm, usedforsecurity=False)
        for piece in pieces:
            counted.update(piece)
        return cls(algorithm, counted.hexdigest())

    @property
    def short(self) -> str:
        """Twelve digits, enough for people."""
        return self.hex[:12]

    def matches(self, content: bytes) -> bool:
        """Whether a content is the one named."""
        return Digest.of(content, self.algorithm) == self

    @override
    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"
