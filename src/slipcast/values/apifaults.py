"""API faults: every way in which a request to the API can fail, as a client is told.

    ApiFault                      code, reason, message, causes; becomes a Status document
    |-- BadRequest 400            the request itself is wrong
    |-- Unauthorized 401          nobody knows who asks
    |-- Forbidden 403             who asks may not
    |-- NotFound 404              there is no such object
    |-- NotServed 404             there is no such path
    |-- MethodNotAllowed 405      the verb does not exist there
    |-- NotAcceptable 406         no form of answer that the client takes
    |-- AlreadyExists 409         the name is taken
    |-- Conflict 409              somebody else was faster, or fields belong to somebody else
    |-- Expired 410               that revision is no longer remembered
    |-- TooLarge 413              more than the server takes
    |-- UnsupportedMediaType 415  a form of body that the server does not read
    |-- Invalid 422               the object is wrong; carries every Cause
    |-- Unprocessable 422         a patch cannot be applied to the object
    |-- TooManyRequests 429       ask again later
    |-- InternalError 500         the server is wrong
    |-- Unavailable 503           not now
    +-- Timeout 504               it took too long

Faults about an object know its resource and name, so that a client of the legacy paths, where
resources have no group, can be told in its own words (BA-15).
"""

from __future__ import annotations

from typing import ClassVar, Self

from slipcast.values.causes import Cause
from slipcast.values.faults import Fault


class ApiFault(Fault):
    """A request failed; `code` is the HTTP status, `reason` the word for programs."""

    default_reason = "InternalError"
    code: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        plural: str = "",
        group: str = "",
        name: str = "",
        causes: tuple[Cause, ...] = (),
        retry_after: int = 0,
    ) -> None:
        """Keep what a Status says.

        Shape:  plural, group and name are of the object in question, where there is one; Invalid
                has the kind in the place of the plural.
        Units:  retry_after in seconds, 0 for none.
        """
        super().__init__(message, retryable=self.code in {409, 429, 503, 504})
        self.plural = plural
        self.group = group
        self.name = name
        self.causes = causes
        self.retry_after = retry_after

    @classmethod
    def told(
        cls,
        message: str,
        *,
        plural: str = "",
        group: str = "",
        name: str = "",
        causes: tuple[Cause, ...] = (),
        retry_after: int = 0,
    ) -> Self:
        """The fault that somebody else found, in their words."""
        fault = cls.__new__(cls)
        ApiFault.__init__(
            fault,
            message,
            plural=plural,
            group=group,
            name=name,
            causes=causes,
            retry_after=retry_after,
        )
        return fault


class BadRequest(ApiFault):
    """The request itself is wrong."""

    default_reason = "BadRequest"
    code = 400


class Unauthorized(ApiFault):
    """Nobody knows who asks."""

    default_reason = "Unauthorized"
    code = 401


class Forbidden(ApiFault):
    """Who asks may not; the message says who, what and where."""

    default_reason = "Forbidden"
    code = 403


class NotFound(ApiFault):
    """There is no such object."""

    default_reason = "NotFound"
    code = 404

    def __init__(self, plural: str, group: str, name: str) -> None:
        super().__init__(
            f'{qualified(plural, group)} "{name}" not found', plural=plural, group=group, name=name
        )


class NotServed(ApiFault):
    """There is no such path, or no such resource."""

    default_reason = "NotFound"
    code = 404

    def __init__(self, message: str = "the server could not find the requested resource") -> None:
        super().__init__(message)


class MethodNotAllowed(ApiFault):
    """The verb does not exist there."""

    default_reason = "MethodNotAllowed"
    code = 405


class NotAcceptable(ApiFault):
    """There is no form of answer that the client takes."""

    default_reason = "NotAcceptable"
    code = 406


class AlreadyExists(ApiFault):
    """The name is taken."""

    default_reason = "AlreadyExists"
    code = 409

    def __init__(self, plural: str, group: str, name: str) -> None:
        super().__init__(
            f'{qualified(plural, group)} "{name}" already exists',
            plural=plural,
            group=group,
            name=name,
        )


class Conflict(ApiFault):
    """Somebody else was faster, or fields belong to somebody else.

    Shape:  causes of an apply name the managers of the fields (reason FieldManagerConflict).
    """

    default_reason = "Conflict"
    code = 409


class Expired(ApiFault):
    """That revision is no longer remembered; the client lists again."""

    default_reason = "Expired"
    code = 410


class TooLarge(ApiFault):
    """More than the server takes."""

    default_reason = "RequestEntityTooLarge"
    code = 413


class UnsupportedMediaType(ApiFault):
    """A form of body that the server does not read."""

    default_reason = "UnsupportedMediaType"
    code = 415


class Invalid(ApiFault):
    """An object is wrong; every cause is listed."""

    default_reason = "Invalid"
    code = 422

    def __init__(self, kind: str, group: str, name: str, causes: tuple[Cause, ...]) -> None:
        super().__init__(
            f'{qualified(kind, group)} "{name}" is invalid: {listed(causes)}',
            plural=kind,
            group=group,
            name=name,
            causes=causes,
        )


class Unprocessable(ApiFault):
    """A patch cannot be applied to the object: a place is missing, a test failed."""

    default_reason = "Invalid"
    code = 422

    def __init__(self, why: str) -> None:
        super().__init__(f"the server rejected our request due to an error in our request: {why}")


class TooManyRequests(ApiFault):
    """Ask again later."""

    default_reason = "TooManyRequests"
    code = 429


class InternalError(ApiFault):
    """The server is wrong; the message says no more than a client may know."""

    default_reason = "InternalError"
    code = 500


class Unavailable(ApiFault):
    """Not now: starting, stopping, or the disk is full."""

    default_reason = "ServiceUnavailable"
    code = 503


class Timeout(ApiFault):
    """It took too long."""

    default_reason = "Timeout"
    code = 504


def changed_meanwhile(plural: str, group: str, name: str) -> Conflict:
    """The conflict of optimistic concurrency: the object is no longer what the client read."""
    return Conflict(
        f'Operation cannot be fulfilled on {qualified(plural, group)} "{name}": the object has been'
        " modified; please apply your changes to the latest version and try again",
        plural=plural,
        group=group,
        name=name,
    )


def refused(plural: str, group: str, name: str, why: str) -> Forbidden:
    """A Forbidden about an object, in the words of the API."""
    return Forbidden(
        f'{qualified(plural, group)} "{name}" is forbidden: {why}',
        plural=plural,
        group=group,
        name=name,
    )


def qualified(plural: str, group: str) -> str:
    """A resource with its group: `buildconfigs.build.openshift.io`; the core group is not said."""
    return f"{plural}.{group}" if group else plural


def listed(causes: tuple[Cause, ...]) -> str:
    """Causes as the message of a Status has them: one bare, several in brackets."""
    if len(causes) == 1:
        return causes[0].sentence
    return f"[{', '.join(cause.sentence for cause in causes)}]"
