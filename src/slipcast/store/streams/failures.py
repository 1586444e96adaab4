"""Why an image could not be imported, in the words that clients know.

What a registry answers is told apart by the reason: no access, no such image, no trusted TLS, no
TLS at all, not allowed from here; people find the cure in the message (UP-22).

Source: image-streams.md IS-88; user-pain.md UP-22.
"""

from __future__ import annotations

from typing import Final

from slipcast.api.kinds import IMAGE
from slipcast.api.status import Status, StatusDetails
from slipcast.ports.distribution import (
    FORBIDDEN,
    HTTP_ONLY,
    LIMITED,
    NOT_V2,
    TLS,
    UNAUTHORIZED,
    UNKNOWN,
    DistributionFault,
)
from slipcast.values.apifaults import ApiFault, NotFound
from slipcast.values.faults import Fault

_RESOURCE: Final = "dockerimage"
_INTERNAL: Final = "Internal error occurred: "
_CODES: Final = {FORBIDDEN: 403, LIMITED: 429, NOT_V2: 500, TLS: 500}
_TRUST: Final = (
    "; use the insecure flag, or have whoever runs the server trust the registry's certificate"
)


def of_registry(fault: DistributionFault, name: str) -> Status:
    """What a registry answered, or why it did not, about an image or a repository (IS-88)."""
    match fault.reason:
        case reason if reason == UNKNOWN:
            return of_api(NotFound(_RESOURCE, IMAGE, name))
        case reason if reason == UNAUTHORIZED:
            message = f'you may not have access to the Docker image "{name}"'
            if fault.anonymous:
                message += " and did not have credentials to the repository"
            message += _told(fault.tried)
            message += f"; {fault.hint}" if fault.hint else ""
            return _failure(reason, message, 401)
        case reason if reason == HTTP_ONLY:
            message = "this repository is HTTP only and requires the insecure flag to import"
            return _failure("BadRequest", message, 400)
        case reason if reason in _CODES:
            message = fault.message + (_TRUST if reason == TLS else "")
            return _failure(reason, message, _CODES[reason])
        case _:
            return internal(fault.message)


def internal(message: str) -> Status:
    """What cannot be told apart further."""
    return _failure("InternalError", f"{_INTERNAL}{message}", 500)


def of_api(fault: ApiFault) -> Status:
    """What the store refused."""
    details = StatusDetails(name=fault.name, group=fault.group, kind=fault.plural)
    return Status(
        status="Failure",
        message=fault.message,
        reason=fault.reason,
        details=details if fault.name else None,
        code=fault.code,
    )


def without_secrets(status: Status, trouble: Fault) -> Status:
    """The same, where the secrets that might have helped could not be read (IS-82)."""
    message = f"Unable to load secrets for this image: {trouble.message}; ({status.message})"
    return _failure(status.reason, message, status.code)


def _told(tried: tuple[str, ...]) -> str:
    """Whose logins were of no use, by name."""
    return f" (tried the login of secret {', '.join(tried)})" if tried else ""


def _failure(reason: str, message: str, code: int) -> Status:
    return Status(status="Failure", message=message, reason=reason, code=code)
