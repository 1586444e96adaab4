"""`scale`: how many pods are wanted of what keeps pods running, as an object of its own.

A Scale is read from the object and written into it: nothing else of the object changes, nothing of
the Scale is kept besides. Either form of a Scale is taken on every path.

Source: the API references of autoscaling/v1 and extensions/v1beta1; Kubernetes, deployments/scale.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.ports.api import Answer, Patch, Resource, WriteOptions
from slipcast.store import metadata as meta
from slipcast.store.authorize import Guard
from slipcast.store.drafts import check_name, unknown
from slipcast.store.patching import names_revision, patched
from slipcast.store.reading import Reading
from slipcast.store.typed import seen
from slipcast.store.writing import Whole, Writing
from slipcast.values.apifaults import Invalid
from slipcast.values.causes import invalid
from slipcast.values.selector import LabelSelector

DEPLOYMENT: Final = kinds.require(kinds.APPS, "Deployment")
DEPLOYMENT_CONFIG: Final = kinds.require(kinds.APPS_OPENSHIFT, "DeploymentConfig")

_SHOWN: Final = ("name", "namespace", "uid", "creationTimestamp")
_SAID: Final = ("uid", "resourceVersion")
"""What a Scale may say of the object that it is meant for."""


class Scaling:
    """Scales of Deployments and DeploymentConfigs."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def __call__(self, guard: Guard, resource: Resource) -> Document:
        """The Scale.

        Errors: NotFound.
        """
        del guard
        return scale(resource, await self._reading.get(resource))

    async def update(
        self, writing: Writing, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """The Scale replaced.

        Errors: NotFound; Conflict; Invalid; BadRequest.
        """

        def changed(old: Document) -> Whole:
            return _whole(_part(resource, content), content, old, options)

        return await _written(writing, resource, options, changed)

    async def patch(
        self, writing: Writing, resource: Resource, patch: Patch, options: WriteOptions
    ) -> Answer:
        """The Scale changed in part.

        Errors: NotFound; Conflict; Invalid; BadRequest.
        """

        def changed(old: Document) -> Whole:
            if patch.type == "apply":
                return _applied(resource, patch, old, options, writing.now())
            return _patched(resource, patch, old, options)

        return await _written(writing, resource, options, changed)


def scale(resource: Resource, document: Document) -> Document:
    """The Scale of an object, in the form of the path."""
    content = document.content
    metadata = {field: content["metadata"][field] for field in _SHOWN}
    status: JSON = {"replicas": (content.get("status") or {}).get("replicas", 0)}
    selector = (content.get("spec") or {}).get("selector") or {}
    # A Deployment states its selector, a DeploymentConfig just has labels.
    is_stated = resource.kind is DEPLOYMENT
    text = str(LabelSelector.of(selector if is_stated else {"matchLabels": selector}))
    if resource.legacy:
        status |= {"selector": selector, "targetSelector": text}
    else:
        status["selector"] = text
    shown = {"metadata": metadata, "spec": {"replicas": _replicas(content)}, "status": status}
    return Document.of(_kind(resource), shown, document.revision)


def _kind(resource: Resource) -> Kind:
    return kinds.OLDER_SCALE if resource.legacy else kinds.SCALE


def _replicas(content: JSON) -> int:
    said: int | None = (content.get("spec") or {}).get("replicas")
    if said is None:
        return 1 if content["kind"] == DEPLOYMENT.name else 0
    return said


def _part(resource: Resource, content: JSON) -> Resource:
    """The Scale as a resource, of the kind that was sent."""
    said = kinds.of(str(content.get("apiVersion")), str(content.get("kind")))
    kind = said if said in kinds.SCALES else _kind(resource)
    return Resource(kind, resource.namespace, resource.name)


def _patched(resource: Resource, patch: Patch, old: Document, options: WriteOptions) -> Whole:
    shown = scale(resource, old).content
    place = _part(resource, shown)
    content = patched(place, patch, shown, "", options)
    if patch.type == "strategic":
        # Clients say the kind of the object here, and are understood.
        content = {**content, "apiVersion": shown["apiVersion"], "kind": shown["kind"]}
    if not names_revision(patch):
        content = {**content, "metadata": {**content["metadata"], "resourceVersion": None}}
    return _whole(place, content, old, options, is_patch=True)


def _applied(
    resource: Resource, patch: Patch, old: Document, options: WriteOptions, now: str
) -> Whole:
    """The object after an apply of a Scale: fields of it are owned as those of the object."""
    place = _part(resource, patch.body)
    asked = meta.begun(place, patch.body)
    check_name(place, asked, is_patch=True)
    warnings = unknown(place, asked, options, {})
    seen(place.kind, asked)
    live, given = old.content, asked["metadata"]
    config = {
        "apiVersion": live["apiVersion"],
        "kind": live["kind"],
        "metadata": {
            **{field: given[field] for field in (*_SAID, "managedFields") if field in given},
            "name": resource.name,
            "namespace": resource.namespace,
        },
        "spec": {
            field: count
            for field, count in (asked.get("spec") or {}).items()
            if field == "replicas" and count is not None
        },
    }
    grafted = Patch(type="apply", body=config)
    content = patched(resource, grafted, live, now, options)
    # Who no longer says how many says none.
    replicas = content["spec"].get("replicas", 0)
    _check(place, replicas)
    content = {**content, "spec": {**content["spec"], "replicas": replicas}}
    if "resourceVersion" not in given:
        content["metadata"] = {**content["metadata"], "resourceVersion": None}
    return Whole(content=content, warnings=warnings, is_tracked=True)


def _whole(
    place: Resource, content: JSON, old: Document, options: WriteOptions, *, is_patch: bool = False
) -> Whole:
    """The object as a Scale that was sent wants it."""
    asked = meta.begun(place, content)
    check_name(place, asked, is_patch=is_patch)
    warnings = unknown(place, asked, options, {})
    replicas: int = seen(place.kind, asked).spec.replicas
    _check(place, replicas)
    live, given = old.content, asked["metadata"]
    said = {field: given.get(field) for field in _SAID}
    return Whole(
        content={
            **live,
            "metadata": {**live["metadata"], **said},
            "spec": {**live["spec"], "replicas": replicas},
        },
        warnings=warnings,
    )


def _check(place: Resource, replicas: int) -> None:
    if replicas < 0:
        cause = invalid("spec.replicas", replicas, "must be greater than or equal to 0")
        raise Invalid(place.kind.name, place.kind.group, place.name, (cause,))


async def _written(
    writing: Writing,
    resource: Resource,
    options: WriteOptions,
    changed: Callable[[Document], Whole],
) -> Answer:
    answer = await writing.through(resource, options, changed)
    return Answer(scale(resource, answer.document), warnings=answer.warnings)
