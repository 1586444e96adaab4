"""Secrets of webhooks: kept in Secrets of their own, made with the trigger and gone with it.

A Secret belongs to its BuildConfig; one that somebody else has made is never written.

Source: a deviation from cli.md section 8.3, by user-pain.md UP-16.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.builds.triggers import SECRET_KEY
from slipcast.cli.setting.triggers import HOOKS
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import DeleteOptions, Patch, Resource, WriteOptions
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import Fault
from slipcast.values.names import composed

SECRET: Final = kinds.require(kinds.CORE, "Secret")
MOST: Final = 20
"""How many names of Secrets are tried."""


def referred(config: JSON) -> tuple[str, ...]:
    """The Secrets that webhooks of a BuildConfig refer to."""
    return tuple(name for name in map(_reference, _blocks(config)) if name)


class HookSecrets:
    """The Secrets of the webhooks of one BuildConfig."""

    def __init__(self, connection: Connection, config: JSON, write: WriteOptions) -> None:
        metadata = config["metadata"]
        self._api = connection.api
        self._name = str(metadata["name"])
        self._place = Resource(SECRET, metadata.get("namespace") or connection.namespace)
        self._uid = str(metadata.get("uid") or "")
        self._write = write

    async def free(self, sort: str, taken: tuple[str, ...]) -> str:
        """The name of a Secret that may be written, which is none of those that are taken.

        Errors: ApiFault; Fault when others have made all Secrets of such names.
        """
        for name in _names(self._name, sort):
            if name in taken:
                continue
            found = await self._found(name)
            if found is None or self._is_ours(found):
                return name
        raise Fault(
            f"Secrets with the names {self._name}-{sort}-webhook and so on are there already",
            hint="Delete those that nobody needs.",
        )

    async def keep(self, name: str, secret: str, *, trial: bool = False) -> None:
        """Keep a secret in a Secret, or only see whether that can be done.

        Errors: ApiFault.
        """
        write = replace(self._write, dry_run=True) if trial else self._write
        patch = Patch(type="merge", body={"stringData": {SECRET_KEY: secret}})
        try:
            await self._api.patch(self._place.named(name), patch, write)
        except NotFound:
            await self._api.create(self._place, self._content(name, secret), write)

    async def drop(self, name: str) -> bool:
        """Delete a Secret that was made for a webhook; whether it was one.

        Errors: ApiFault.
        """
        found = await self._found(name)
        if found is None or not self._is_ours(found):
            return False
        options = DeleteOptions(uid=found["metadata"]["uid"], dry_run=self._write.dry_run)
        await self._api.delete(self._place.named(name), options)
        return True

    async def _found(self, name: str) -> JSON | None:
        try:
            return (await self._api.get(self._place.named(name))).content
        except NotFound:
            return None

    def _is_ours(self, secret: JSON) -> bool:
        owners = secret["metadata"].get("ownerReferences") or ()
        return bool(self._uid) and any(each.get("uid") == self._uid for each in owners)

    def _content(self, name: str, secret: str) -> JSON:
        owner = {
            "apiVersion": f"{kinds.BUILD}/v1",
            "kind": "BuildConfig",
            "name": self._name,
            "uid": self._uid,
        }
        owners = {"ownerReferences": [owner]} if self._uid else {}
        return {
            "metadata": {"name": name, **owners},
            "type": "Opaque",
            "stringData": {SECRET_KEY: secret},
        }


def _names(config: str, sort: str) -> Iterator[str]:
    base = composed(config, f"{sort}-webhook")
    yield base
    yield from (composed(base, str(number)) for number in range(2, MOST))


def _blocks(config: JSON) -> Iterator[JSON]:
    for trigger in (config.get("spec") or {}).get("triggers") or ():
        for _, field in HOOKS.values():
            yield trigger.get(field) or {}


def _reference(block: JSON) -> str:
    return str((block.get("secretReference") or {}).get("name") or "")
