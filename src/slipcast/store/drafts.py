"""Drafts: what a client sent, made into what is kept. Decides; reads and writes nothing.

Source: Kubernetes API conventions; the order of its checks.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from slipcast.api.document import JSON, Document, body_of
from slipcast.api.fullness import settled
from slipcast.api.kinds import BUILD
from slipcast.api.lenience import lenient
from slipcast.api.lens import overlay
from slipcast.api.managed import NOTHING
from slipcast.ports.api import Resource, WriteOptions
from slipcast.ports.clock import Clock
from slipcast.store import metadata as meta
from slipcast.store.dice import Dice
from slipcast.store.hooks import hooks_of
from slipcast.store.keys import Place
from slipcast.store.occasion import Hooks, Occasion
from slipcast.store.typed import added, seen, tracked, unknown_fields, wrong_metadata
from slipcast.values import instant, names
from slipcast.values.apifaults import BadRequest, Invalid, changed_meanwhile
from slipcast.values.causes import Cause, invalid
from slipcast.values.patch import same

_MISSING: Final = object()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be kept.

    Shape:  `is_same` says that nothing would change, `is_last` that the object goes with this
            change; `is_conditional` that the client named the revision that it replaces.
    """

    place: Place
    content: JSON
    body: bytes
    warnings: tuple[str, ...] = ()
    is_same: bool = False
    is_last: bool = False
    is_conditional: bool = False


class Drafts:
    """Makes drafts."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._dice = Dice()
        self._moment: datetime | None = None
        self._text = ""

    def now(self) -> str:
        """What time it is, as objects have it."""
        moment = self._clock.now().replace(microsecond=0)
        if moment != self._moment:
            self._moment, self._text = moment, instant.to_text(moment)
        return self._text

    def generated(self, content: JSON) -> str:
        """A name made of metadata.generateName; empty where there is none."""
        base = (content.get("metadata") or {}).get("generateName")
        if not base or not isinstance(base, str):
            return ""
        return names.generated(base, self._dice.suffix())

    def creation(
        self,
        resource: Resource,
        given: JSON,
        options: WriteOptions,
        *,
        name: str = "",
        form: str = "",
        asked: JSON | None = None,
    ) -> Draft:
        """A new object, of that name if it has none of its own.

        Shape:  form is "apply" when it comes of one; asked is what the client sent, where the
                server has added to it.
        Errors: BadRequest; Invalid.
        """
        kind, hooks, now = resource.kind, hooks_of(resource.kind), self.now()
        content = sent(resource, given)
        warnings = unknown(resource, content, options, {})
        metadata = meta.created(content["metadata"], now, self._dice.uid())
        if name:
            metadata["name"] = name
        if hooks.counts is not None and not (resource.legacy and kind.group == BUILD):
            # The older API counts no generations of builds (BA-35).
            metadata["generation"] = 1
        content["metadata"] = metadata
        if kind.subresource("status") and resource.subresource not in hooks.below:
            content.pop("status", None)
        occasion = Occasion(resource=resource, before=None)
        content = _checked(occasion, hooks, content, None)
        if form != "apply":
            of_server = NOTHING if asked is None else added(resource, asked, given)
            content = tracked(resource, None, content, options, now, of_server=of_server)
        place = Place(kind, resource.namespace, content["metadata"]["name"])
        return Draft(place=place, content=content, body=body_of(content), warnings=warnings)

    def change(
        self,
        resource: Resource,
        given: JSON,
        old: Document,
        options: WriteOptions,
        *,
        form: str = "",
    ) -> Draft:
        """An object in the place of the old one.

        Shape:  form is that of the patch that led to it, empty when it was sent whole.
        Errors: BadRequest; Invalid; Conflict.
        """
        kind, hooks, now = resource.kind, hooks_of(resource.kind), self.now()
        before = old.content
        content = sent(resource, given)
        check_name(resource, content, is_patch=bool(form))
        warnings = unknown(resource, content, options, before if form else {})
        is_conditional = _check_revision(resource, content["metadata"], old, hooks)
        metadata = meta.kept(resource, content["metadata"], before["metadata"])
        content = _through(resource, {**content, "metadata": metadata}, before)
        content = _checked(Occasion(resource=resource, before=before), hooks, content, old)
        place = Place(kind, resource.namespace, resource.name)
        if _is_same(content, before):
            return Draft(
                place=place, content=content, body=old.body, warnings=warnings, is_same=True,
                is_conditional=is_conditional,
            )  # fmt: skip
        counted = before["metadata"].get("generation", 0)
        if hooks.counts is not None and counted and hooks.counts(content, before):
            generation = counted + 1
            content["metadata"] = {**content["metadata"], "generation": generation}
        if form != "apply":
            content = tracked(resource, before, content, options, now)
        return Draft(
            place=place,
            content=content,
            body=body_of(content),
            warnings=warnings,
            is_last=is_going(content) and not hooks.is_held(content),
            is_conditional=is_conditional,
        )

    def finished(self, draft: Draft, content: JSON, old: Document | None) -> Draft:
        """A draft that got what follows from other objects.

        Shape:  it may be what is there already: a name that was sent again means what it meant.
        """
        if old is not None and _is_same(_counted_as(content, old.content), old.content):
            return msgspec.structs.replace(draft, content=old.content, body=old.body, is_same=True)
        return msgspec.structs.replace(draft, content=content, body=body_of(content))


def is_going(content: JSON) -> bool:
    """Whether an object is being deleted and has no time left."""
    metadata = content["metadata"]
    return "deletionTimestamp" in metadata and not metadata.get("deletionGracePeriodSeconds")


def _checked(occasion: Occasion, hooks: Hooks, content: JSON, old: Document | None) -> JSON:
    """The object with everything filled in.

    Errors: BadRequest; Invalid, with all that is wrong.
    """
    resource = occasion.resource
    content = hooks.fill(occasion, content)
    view = seen(resource.kind, content)
    stored = None if old is None else seen(resource.kind, old)
    through = hooks.below.get(resource.subresource)
    if through is not None:
        ready = through(view, stored)
        content = overlay(occasion.before or content, view if stored is None else stored, ready)
    elif resource.subresource:
        ready = view
    else:
        ready = hooks.prepare(occasion, view, stored)
        content = overlay(content, view, ready)
    wrong = wrong_metadata(resource.kind, ready, stored)
    wrong += hooks.validate(occasion, ready, stored) + hooks.check(occasion, content)
    if occasion.before is not None:
        wrong += _immutable(hooks.immutable, content, occasion.before)
    if wrong:
        name = content["metadata"].get("name", "")
        raise Invalid(resource.kind.name, resource.kind.group, name, wrong)
    return settled(content, ready, resource.kind)


def sent(resource: Resource, given: JSON) -> JSON:
    """What a client sent, in the form of its kind as far as its path is lenient.

    Errors: BadRequest.
    """
    content = meta.begun(resource, given)
    return lenient(content, resource.kind.type) if resource.legacy else content


def _through(resource: Resource, content: JSON, before: JSON) -> JSON:
    """What a request through the status, or beside it, may change."""
    if resource.subresource == "status":
        changed = {**before, "metadata": content["metadata"]}
        return _with(changed, "status", content.get("status", _MISSING))
    if resource.kind.subresource("status") and not resource.subresource:
        return _with(content, "status", before.get("status", _MISSING))
    return content


def _with(content: JSON, field: str, value: object) -> JSON:
    if value is _MISSING:
        return {name: each for name, each in content.items() if name != field}
    return {**content, field: value}


def check_name(resource: Resource, content: JSON, *, is_patch: bool = False) -> None:
    """Nothing, when the object has the name of the URL; it gets it where it has none.

    Errors: BadRequest; Invalid of a patch.
    """
    name = content["metadata"].setdefault("name", resource.name)
    if name == resource.name:
        return
    if is_patch:
        cause = invalid("metadata.name", name, "field is immutable")
        raise Invalid(resource.kind.name, resource.kind.group, resource.name, (cause,))
    raise BadRequest(
        f"the name of the object ({name}) does not match the name on the URL ({resource.name})"
    )


def _check_revision(resource: Resource, metadata: JSON, old: Document, hooks: Hooks) -> bool:
    """Whether the client named the revision; it is the old one's then."""
    kind, named = resource.kind, metadata.get("resourceVersion")
    if named:
        if named != str(old.revision):
            raise changed_meanwhile(kind.plural, kind.group, resource.name)
        return True
    if hooks.demands_revision and not resource.subresource:
        cause = invalid("metadata.resourceVersion", "", "must be specified for an update")
        raise Invalid(kind.name, kind.group, resource.name, (cause,))
    return False


def unknown(
    resource: Resource, content: JSON, options: WriteOptions, before: JSON
) -> tuple[str, ...]:
    """Warnings about fields that the kind does not have.

    Errors: BadRequest where the client asked for it.
    """
    if options.validation == "Ignore":
        return ()
    kind = resource.kind
    found = unknown_fields(kind, content)
    if found and before:
        known = {*unknown_fields(kind, before)}
        found = tuple(field for field in found if field not in known)
    said = tuple(f'unknown field "{field}"' for field in found)
    if said and options.validation == "Strict":
        raise BadRequest(f"strict decoding error: {', '.join(said)}")
    return said


def _immutable(paths: tuple[str, ...], content: JSON, before: JSON) -> tuple[Cause, ...]:
    return tuple(
        invalid(path, new, "field is immutable")
        for path in paths
        if not same(new := _at(content, path), _at(before, path))
    )


def _at(content: JSON, path: str) -> object:
    value: object = content
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _is_same(content: JSON, before: JSON) -> bool:
    """Whether nothing changed but, at most, when which manager last wrote.

    An apply whose defaults were filled in again has a new time and else nothing new. The
    resourceVersion is no part of an object.
    """
    return same(_timeless(content), _timeless(before))


def _counted_as(content: JSON, before: JSON) -> JSON:
    """The content in the generation that it had before."""
    metadata, generation = {**content["metadata"]}, before["metadata"].get("generation")
    if generation is not None:
        metadata["generation"] = generation
    return {**content, "metadata": metadata}


def _timeless(content: JSON) -> JSON:
    metadata = {**content["metadata"]}
    metadata.pop("resourceVersion", None)
    managers = metadata.get("managedFields")
    if isinstance(managers, list):
        metadata["managedFields"] = [
            {field: value for field, value in each.items() if field != "time"}
            for each in managers
            if isinstance(each, dict)
        ]
    return {**content, "metadata": metadata}
