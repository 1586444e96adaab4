"""What a controller wants done: the closed union of actions.

An action is a value; carrying it out is another's work. It holds the objects it was decided on with
their revisions, so that a conflict throws the decision away.

Source: house rule of controllers: a pure function from a view to actions.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from slipcast.api.kinds import Kind
from slipcast.api.meta import Object

NORMAL: Final = "Normal"
WARNING: Final = "Warning"


class Create(msgspec.Struct, frozen=True, kw_only=True):
    """Create an object; if the name is taken, nothing that follows is done: decide again."""

    kind: Kind
    object: Object


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Write what differs between two views of an object, if it is still at the first's revision.

    Shape:  subresource is what it is written through, such as `status`; the object itself if empty.
    """

    kind: Kind
    before: Object
    after: Object
    subresource: str = ""


class Remove(msgspec.Struct, frozen=True, kw_only=True):
    """Delete just this object: one of the same name with another uid stays; none is fine."""

    kind: Kind
    object: Object


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Call a subresource of an object, such as `instantiate` of a BuildConfig."""

    kind: Kind
    object: Object
    subresource: str
    body: Object


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Tell people about an object, in an Event.

    Shape:  type is Normal or Warning, reason a word for programs.
    """

    kind: Kind
    object: Object
    type: str
    reason: str
    message: str


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """Look again at a moment, though nothing changes before."""

    at: datetime


Action = Create | Change | Remove | Act | Record | Again
