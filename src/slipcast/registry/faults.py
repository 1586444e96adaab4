"""Faults of the registry in the words of the distribution specification.

Source: OCI distribution specification 1.1, error codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from slipcast.values.faults import Fault


class Code(msgspec.Struct, frozen=True):
    """An error code, and the status it is answered with."""

    name: str
    status: int


BLOB_UNKNOWN: Final = Code("BLOB_UNKNOWN", 404)
BLOB_UPLOAD_INVALID: Final = Code("BLOB_UPLOAD_INVALID", 400)
BLOB_UPLOAD_UNKNOWN: Final = Code("BLOB_UPLOAD_UNKNOWN", 404)
BODY_LARGE: Final = Code("SIZE_INVALID", 413)
BODY_SLOW: Final = Code("UNKNOWN", 408)
DENIED: Final = Code("DENIED", 403)
DIGEST_INVALID: Final = Code("DIGEST_INVALID", 400)
MANIFEST_BLOB_UNKNOWN: Final = Code("MANIFEST_BLOB_UNKNOWN", 404)
MANIFEST_INVALID: Final = Code("MANIFEST_INVALID", 400)
MANIFEST_UNKNOWN: Final = Code("MANIFEST_UNKNOWN", 404)
NAME_INVALID: Final = Code("NAME_INVALID", 400)
NAME_UNKNOWN: Final = Code("NAME_UNKNOWN", 404)
PAGINATION_INVALID: Final = Code("PAGINATION_NUMBER_INVALID", 400)
NO_ROOM: Final = Code("BLOB_UPLOAD_INVALID", 507)
OPTIONS_INVALID: Final = Code("UNSUPPORTED", 400)
RANGE_INVALID: Final = Code("RANGE_INVALID", 416)
SIZE_INVALID: Final = Code("SIZE_INVALID", 400)
TAG_INVALID: Final = Code("TAG_INVALID", 400)
TOKEN_INVALID: Final = Code("UNSUPPORTED", 400)
TOOMANYREQUESTS: Final = Code("TOOMANYREQUESTS", 429)
UNAUTHORIZED: Final = Code("UNAUTHORIZED", 401)
UNAVAILABLE: Final = Code("UNAVAILABLE", 503)
UNKNOWN: Final = Code("UNKNOWN", 500)
UNSUPPORTED: Final = Code("UNSUPPORTED", 405)


class RegistryFault(Fault):
    """A request that the registry refuses; headers go with the answer."""

    default_reason = "Registry"

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        detail: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, reason=code.name)
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})

    def body(self) -> bytes:
        """What is answered."""
        error: dict[str, Any] = {"code": self.code.name, "message": self.message}
        if self.detail is not None:
            error["detail"] = self.detail
        return msgspec.json.encode({"errors": [error]})


def unsupported(method: str, known: Iterable[str]) -> RegistryFault:
    """The fault of a method that a path does not know, with those that it does (RFC 9110)."""
    headers = {"allow": ", ".join(sorted(known))}
    return RegistryFault(UNSUPPORTED, f"{method} is not known at this path", headers=headers)
