"""Objects of new-app as they are to be, beside those there are: all looked at before a write.

Who runs the same again is told that nothing changed; what differs is changed; what somebody else
made is left alone (UP-19, UP-24).

Source: generated-objects.md section 13, GO-140 to GO-144.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec

from slipcast.api import kinds
from slipcast.api.applications import GENERATED_BY
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli.toolbox import Connection
from slipcast.newapp.comparing import differences, is_reference, kept
from slipcast.ports.api import Answer, Resource, WriteOptions
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import Fault, Interrupted, PortFault, UsageFault

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
_OTHERS: Final = {
    "Deployment": kinds.require(kinds.APPS_OPENSHIFT, "DeploymentConfig"),
    "DeploymentConfig": kinds.require(kinds.APPS, "Deployment"),
}
"""By kinds that deploy, the one that new-app makes in their place."""
State = Literal["created", "unchanged", "configured"]
_DRY: Final = WriteOptions(dry_run=True)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """An object as it is to be, and as it is; None when it is not there.

    Shape:  differing are the paths at which it says something else.
    """

    kind: Kind
    place: Resource
    content: JSON
    current: JSON | None
    state: State
    differing: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The object as people are told of it."""
        return f'{self.kind.singular} "{self.content["metadata"].get("name", "")}"'


async def prepared(connection: Connection, documents: Sequence[JSON]) -> list[Wanted]:
    """What is to be done about each object.

    Errors: Fault, with all that cannot be: a kind that is not known, an object of somebody else's.
    """
    found = [_placed(each, connection.namespace) for each in documents]
    current = await asyncio.gather(*(found_at(connection, place) for _, place, _ in found))
    wanted, wrong = list[Wanted](), list[str]()
    for (kind, place, content), there in zip(found, current, strict=True):
        if there is not None and not _is_ours(kind, there):
            name = content["metadata"]["name"]
            wrong.append(f'{kind.plural} "{name}" already exists, and new-app did not make it')
        else:
            wanted.append(_wanted(kind, place, content, there))
    if wrong:
        raise Fault("\n".join(wrong), hint="Give what is made another name with --name.")
    return wanted


async def made_before(connection: Connection, heads: Sequence[JSON]) -> list[JSON | None]:
    """The objects of some names that new-app has made; None where there are none."""
    found = [_placed(each, connection.namespace) for each in heads]
    current = await asyncio.gather(*(found_at(connection, place) for _, place, _ in found))
    return [
        there if there is not None and _is_ours(kind, there) else None
        for (kind, _, _), there in zip(found, current, strict=True)
    ]


def _is_ours(kind: Kind, current: JSON) -> bool:
    """Whether an object may be changed: new-app made it, or it is a stream to push into (GO-17)."""
    annotations = current["metadata"].get("annotations") or {}
    return kind is STREAM or GENERATED_BY in annotations


def _wanted(kind: Kind, place: Resource, content: JSON, there: JSON | None) -> Wanted:
    if there is None:
        return Wanted(kind=kind, place=place, content=content, current=None, state="created")
    if kind is STREAM and GENERATED_BY not in (there["metadata"].get("annotations") or {}):
        content = {field: each for field, each in content.items() if field != "metadata"}
        content["metadata"] = {"name": place.name}
    content = kept(content, there)
    differing = differences(content, there, place.namespace)
    return Wanted(
        kind=kind,
        place=place,
        content=content,
        current=there,
        state="configured" if differing else "unchanged",
        differing=tuple(differing),
    )


async def beside(connection: Connection, wanted: Sequence[Wanted]) -> list[str]:
    """Warnings of what new-app has made before that deploys the same as what is new."""
    if not any(each.current is not None for each in wanted):
        return []
    found: list[str] = []
    for each in wanted:
        other = _OTHERS.get(each.kind.name) if each.state == "created" else None
        if other is None:
            continue
        place = Resource(other, each.place.namespace, each.place.name)
        there = await found_at(connection, place)
        if there is not None and _is_ours(other, there):
            shown = f"{other.singular}/{each.place.name}"
            found.append(
                f"{shown} is there as well and deploys the same: 'slipcast delete {shown}'"
                " takes it away"
            )
    return found


async def checked(connection: Connection, wanted: Sequence[Wanted]) -> None:
    """Nothing, when the server would take every one of them.

    Errors: Fault with everything that it would not.
    """
    wrong: list[str] = []
    for each in wanted:
        try:
            await write(connection, each, _DRY)
        except (Interrupted, PortFault):
            # Who does not answer about one does not about the others.
            raise
        except Fault as fault:
            wrong.append(f"{each.shown}: {fault.message}")
    if wrong:
        raise Fault("\n".join(wrong), hint="Nothing was created.")


async def write(connection: Connection, wanted: Wanted, options: WriteOptions) -> Answer | None:
    """Bring an object to what it is to be; None where nothing is to be done.

    Errors: Fault.
    """
    if wanted.state == "created":
        return await connection.api.create(wanted.place.named(""), wanted.content, options)
    if wanted.state == "configured" and wanted.current is not None:
        name = wanted.content["metadata"]["name"]
        content = _onto(wanted.current, wanted.content)
        return await connection.api.update(wanted.place.named(name), content, options)
    return None


async def found_at(connection: Connection, place: Resource) -> JSON | None:
    """An object as it is; None when it is not there, or has no name yet."""
    if not place.name:
        return None
    try:
        return (await connection.api.get(place)).content
    except NotFound:
        return None


def _placed(content: JSON, namespace: str) -> tuple[Kind, Resource, JSON]:
    version, name = str(content.get("apiVersion", "")), str(content.get("kind", ""))
    kind = kinds.of(version, name)
    if kind is None:
        raise UsageFault(
            f"objects of kind {name} in version {version} are not known here",
            hint="`slipcast process TEMPLATE | kubectl create -f -` sends them elsewhere.",
        )
    metadata = dict(content.get("metadata") or {})
    own = metadata.pop("namespace", "") or namespace
    place = Resource(kind, own if kind.namespaced else "", str(metadata.get("name", "")))
    return kind, place, {**content, "apiVersion": kind.api_version, "metadata": metadata}


def _onto(current: Any, wanted: Any) -> Any:
    """An object as it is to be: what is wanted, over what is there.

    Shape:  of what has become another type nothing stays, such as a source that was sent, nor of
            another image.
    """
    if isinstance(wanted, dict) and isinstance(current, dict):
        if wanted.get("type") != current.get("type") or is_reference(wanted):
            return wanted
        return {**current, **{name: _onto(current.get(name), wanted[name]) for name in wanted}}
    if isinstance(wanted, list) and isinstance(current, list) and len(wanted) == len(current):
        return [_onto(held, value) for held, value in zip(current, wanted, strict=True)]
    return wanted
