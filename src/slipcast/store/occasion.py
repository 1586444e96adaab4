"""Occasions: what is being written, as the rules of a kind see it, and what such rules are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from slipcast.api.document import JSON
from slipcast.ports.api import Resource
from slipcast.values.causes import Cause


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """A write: of what, over what.

    Shape:  before is the object that is replaced, None when there was none.
    """

    resource: Resource
    before: JSON | None

    @property
    def is_creation(self) -> bool:
        """Whether there was nothing before."""
        return self.before is None


def as_given(_occasion: Occasion, content: JSON) -> JSON:
    """Nothing to fill in."""
    return content


def as_it_is(_occasion: Occasion, new: Any, _old: Any) -> Any:
    """Nothing to prepare."""
    return new


def nothing_wrong(_occasion: Occasion, _new: Any, _old: Any) -> tuple[Cause, ...]:
    """Nothing to validate."""
    return ()


def nothing_amiss(_occasion: Occasion, _content: JSON) -> tuple[Cause, ...]:
    """Nothing to check."""
    return ()


def has_finalizers(content: JSON) -> bool:
    """Whether somebody is still to agree before an object goes."""
    return bool(content["metadata"].get("finalizers"))


def at_once(_content: JSON, _asked: int | None) -> int:
    """No time to end."""
    return 0


def unchanged(content: JSON) -> JSON:
    """Nothing else shows it."""
    return content


def prepared(fill: Callable[[Any], Any]) -> Callable[[Occasion, Any, Any], Any]:
    """A preparation that only fills in what is not said."""
    return lambda _occasion, new, _old: fill(new)


def ruled(
    rule: Callable[[Any, Any], tuple[Cause, ...]],
) -> Callable[[Occasion, Any, Any], tuple[Cause, ...]]:
    """A validation that only sees the new object and the old."""
    return lambda _occasion, new, old: rule(new, old)


class Hooks(msgspec.Struct, frozen=True, kw_only=True):
    """What is particular about a kind when its objects are written.

    Shape:  a write goes through `fill`, which sees the object as JSON and may change it at the
            top, nowhere below; then `prepare` and `validate`, which see it and the one it replaces
            (None for none) through the kind's Struct, and `check`, which sees JSON whose fields are
            of their types. `immutable` lists paths that an update must
            not change. `counts` tells of two objects whether the change raises
            metadata.generation. `is_held` tells whether something must be done before an object
            goes; `grace` gives the seconds it has to end, of those asked for; `ending` what else
            shows that it is being deleted. `below` maps a subresource to what it makes of a body
            and the stored object. `demands_revision` says that an update must name the revision
            it is of, `forget` that replaced values are erased, `orphans` that a deletion by the
            legacy paths leaves what the object owns.
    """

    fill: Callable[[Occasion, JSON], JSON] = as_given
    prepare: Callable[[Occasion, Any, Any], Any] = as_it_is
    validate: Callable[[Occasion, Any, Any], tuple[Cause, ...]] = nothing_wrong
    check: Callable[[Occasion, JSON], tuple[Cause, ...]] = nothing_amiss
    immutable: tuple[str, ...] = ()
    counts: Callable[[JSON, JSON], bool] | None = None
    is_held: Callable[[JSON], bool] = has_finalizers
    grace: Callable[[JSON, int | None], int] = at_once
    ending: Callable[[JSON], JSON] = unchanged
    below: Mapping[str, Callable[[Any, Any], Any]] = {}
    demands_revision: bool = False
    forget: bool = False
    orphans: bool = False
