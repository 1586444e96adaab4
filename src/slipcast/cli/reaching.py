"""Objects brought to what a configuration says: apply, for real and to see what it would do.

The rules are in `applying`.

Source: kubectl apply and diff, tried out.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api.document import JSON, Document
from slipcast.cli import applying, selection
from slipcast.cli.manifests import Manifest
from slipcast.cli.telling import placed
from slipcast.cli.toolbox import Connection
from slipcast.cli.writing import Manner
from slipcast.ports.api import Answer, Patch, Resource, WriteOptions
from slipcast.values.apifaults import ApiFault, Conflict, NotFound, qualified
from slipcast.values.faults import Fault, UsageFault

ATTEMPTS: Final = 5
"""How often a change is tried when others change the object as well."""
_WAYS_OUT: Final = (
    "These fields belong to other managers. --force-conflicts takes them over; leaving them out of "
    "the file leaves them to their managers; giving them the values they have shares them."
)


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an object: `created`, `configured`, `unchanged`, `serverside-applied`."""

    document: Document
    what: str
    warnings: tuple[str, ...] = ()


class Reaching(msgspec.Struct, frozen=True, kw_only=True):
    """How configurations are applied.

    Shape:  remembers keeps each configuration in its object; conflicts are forced by server_side
            only.
    """

    connection: Connection
    manner: Manner
    server_side: bool = False
    force_conflicts: bool = False
    remembers: bool = True

    async def reach(self, manifest: Manifest) -> Reached:
        """Apply a configuration.

        Errors: ApiFault, UsageFault, Fault for conflicts with other managers.
        """
        where = selection.of_manifest(manifest, self.connection)
        if not where.name:
            raise UsageFault(
                f"from {manifest.source}: cannot use generate name with apply: the object has no "
                "name"
            )
        content = applying.placed(manifest.content, where.namespace)
        if self.server_side:
            return await self._on_server(where, content)
        live = await self.live(where)
        doing = "creating" if live is None else "patching"
        try:
            if live is None:
                return await self._create(where, content)
            return await self._change(where, content, live)
        except ApiFault as refused:
            raise placed(refused, doing, manifest.source) from refused

    async def live(self, where: Resource) -> Document | None:
        """The object as it is, None when it is not."""
        try:
            return await self.connection.api.get(where)
        except NotFound:
            return None

    async def _on_server(self, where: Resource, content: JSON) -> Reached:
        options = replace(self.manner.write, force=self.force_conflicts)
        patch = Patch(type="apply", body=content)
        try:
            answer = await self.connection.api.patch(where, patch, options)
            if await self._migrate(where, content, answer.document):
                answer = await self.connection.api.patch(where, patch, options)
        except Conflict as conflict:
            raise Fault(conflict.message, hint=_WAYS_OUT) from conflict
        return _reached(answer, "serverside-applied")

    async def _migrate(self, where: Resource, content: JSON, live: Document) -> bool:
        """Whether the fields that clients applied had to be made over to the manager in force."""
        metadata = live.content["metadata"]
        manager = self.manner.manager
        if self.manner.dry != "none":
            return False
        if applying.migrated(metadata.get("managedFields") or (), manager) is None:
            return False
        api = self.connection.api
        if applying.kept_in(live.content):
            kept = Patch(type="apply", body=applying.memory(content))
            by_memory = WriteOptions(manager=applying.MEMORY, force=True)
            live = (await api.patch(where, kept, by_memory)).document
        metadata = live.content["metadata"]
        managed = applying.migrated(metadata.get("managedFields") or (), manager)
        operations = [
            {"op": "replace", "path": "/metadata/managedFields", "value": managed},
            {
                "op": "replace",
                "path": "/metadata/resourceVersion",
                "value": metadata["resourceVersion"],
            },
        ]
        await api.patch(where, Patch(type="json", body=operations), WriteOptions(manager=manager))
        return True

    async def _create(self, where: Resource, content: JSON) -> Reached:
        sent = self._sent(content)
        if self.manner.is_local:
            return Reached(document=Document.of(where.kind, sent), what="created")
        answer = await self.connection.api.create(where.named(""), sent, self.manner.write)
        return _reached(answer, "created")

    async def _change(self, where: Resource, content: JSON, live: Document) -> Reached:
        if self.manner.is_local:
            return Reached(document=live, what="configured")
        warnings = self._warnings(where, live)
        for attempt in range(ATTEMPTS):
            change = applying.change(where.kind, self._sent(content), live.content)
            if not change:
                return Reached(document=live, what="unchanged", warnings=warnings)
            patch = Patch(type="strategic", body=change)
            try:
                answer = await self.connection.api.patch(where, patch, self.manner.write)
            except Conflict:
                if attempt == ATTEMPTS - 1:
                    raise
                live = await self.connection.api.get(where)
                continue
            return _reached(answer, "configured", *warnings)
        raise AssertionError("the last attempt returns or raises")

    def _sent(self, content: JSON) -> JSON:
        return applying.remembered(content) if self.remembers else applying.bare(content)

    def _warnings(self, where: Resource, live: Document) -> tuple[str, ...]:
        content = live.content
        found: list[str] = []
        name = f"{qualified(where.kind.plural, where.kind.group)}/{where.name}"
        if self.remembers and not applying.kept_in(content):
            found.append(
                f"resource {name} is missing the {applying.LAST_APPLIED} annotation which is "
                "required by slipcast apply. It is added now; what was in the object and is not in "
                "the file stays."
            )
        if content["metadata"].get("deletionTimestamp"):
            found.append(f"Detected changes to resource {name} which is currently being deleted.")
        return tuple(found)


def _reached(answer: Answer, what: str, *warnings: str) -> Reached:
    return Reached(document=answer.document, what=what, warnings=(*warnings, *answer.warnings))
