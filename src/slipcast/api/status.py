"""Status: how a request went, for those that have no object to answer with.

Source: API conventions of Kubernetes, response status kind.
"""

from __future__ import annotations

from typing import Annotated

from slipcast.api.meta import ListMeta
from slipcast.api.wire import ATOMIC, Int32, Wire


class StatusCause(Wire, frozen=True, kw_only=True):
    """One thing that is wrong.

    reason: what is wrong, in a word for programs.
    message: what is wrong, in a sentence for people.
    field: the field that is wrong.
    """

    reason: str = ""
    message: str = ""
    field: str = ""


class StatusDetails(Wire, frozen=True, kw_only=True):
    """What a Status is about.

    name: the object.
    group: the group of the object.
    kind: the resource, or the kind where the object is invalid.
    uid: the uid of the object.
    causes: all that is wrong.
    retryAfterSeconds: when to ask again.
    """

    name: str = ""
    group: str = ""
    kind: str = ""
    uid: str = ""
    causes: Annotated[tuple[StatusCause, ...], ATOMIC] = ()
    retry_after_seconds: Int32 = 0


class Status(Wire, frozen=True, kw_only=True):
    """How a request went.

    metadata: that of a list.
    status: Success or Failure.
    message: what happened, in a sentence for people.
    reason: what happened, in a word for programs.
    details: what it is about.
    code: the HTTP status.
    """

    metadata: ListMeta = ListMeta()
    status: str = ""
    message: str = ""
    reason: str = ""
    details: StatusDetails | None = None
    code: Int32 = 0
