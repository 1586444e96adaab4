"""Actions carried out on the Api.

What was decided on an object that is no longer so is not done: the decision is made again.
"""

from __future__ import annotations

from typing import Final, assert_never

from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.api.lens import content_of, overlay
from slipcast.api.meta import Object
from slipcast.controllers.recorder import Recorder
from slipcast.controllers.sight import Sight
from slipcast.ports.api import DeleteOptions, Resource, WriteOptions
from slipcast.ports.clock import Clock
from slipcast.reconcile.actions import Act, Action, Again, Change, Create, Record, Remove
from slipcast.values.apifaults import (
    Conflict,
    NotFound,
    changed_meanwhile,
)

_AS_IS: Final = WriteOptions(validation="Ignore")
"""What controllers write is made of Structs, or was kept as it is."""


class Performer:
    """Carries out what a controller decided."""

    def __init__(self, sight: Sight, clock: Clock, component: str) -> None:
        """Act in the name of a component, which the Events name."""
        self._sight = sight
        self._api = sight.api
        self._recorder = Recorder(api=sight.api, clock=clock, component=component)

    async def perform(self, action: Action) -> Document | None:
        """Carry out an action; what was written, where that matters to others.

        Errors: Conflict, AlreadyExists: the world is no longer so; any other ApiFault.
        """
        match action:
            case Create():
                return await self._create(action)
            case Change():
                return await self._change(action)
            case Remove():
                await self._remove(action)
            case Act():
                place = _place(action.kind, action.object, action.subresource)
                content = content_of(action.body, action.kind)
                await self._api.act(place, {**content, "kind": type(action.body).__name__})
            case Record():
                await self._recorder.record(action)
            case Again():
                pass
            case _:
                assert_never(action)
        return None

    async def _create(self, action: Create) -> Document:
        place = Resource(action.kind, action.object.metadata.namespace)
        content = content_of(action.object, action.kind)
        return (await self._api.create(place, content, _AS_IS)).document

    async def _change(self, action: Change) -> Document:
        before = action.before
        place = _place(action.kind, before, action.subresource)
        content = overlay(await self._content(action), before, action.after)
        content["metadata"]["resourceVersion"] = before.metadata.resource_version
        return (await self._api.update(place, content, _AS_IS)).document

    async def _content(self, action: Change) -> JSON:
        """The object as it was when this was decided.

        Errors: Conflict when it is not any more.
        """
        about = action.before.metadata
        known = self._sight.known(action.kind, about.namespace, about.name)
        if known is None or str(known.revision) != about.resource_version:
            known = await self._api.get(_place(action.kind, action.before))
        if str(known.revision) != about.resource_version:
            raise changed_meanwhile(action.kind.plural, action.kind.group, about.name)
        return known.content

    async def _remove(self, action: Remove) -> None:
        try:
            place = _place(action.kind, action.object)
            await self._api.delete(place, DeleteOptions(uid=action.object.metadata.uid))
        except NotFound:
            pass
        except Conflict:
            # Another one of its name, or somebody is at it: the next look tells.
            found = await self._uid(action)
            if found == action.object.metadata.uid:
                raise

    async def _uid(self, action: Remove) -> str:
        try:
            return (await self._api.get(_place(action.kind, action.object))).names.uid
        except NotFound:
            return ""


def _place(kind: Kind, about: Object, subresource: str = "") -> Resource:
    return Resource(kind, about.metadata.namespace, about.metadata.name, subresource)
