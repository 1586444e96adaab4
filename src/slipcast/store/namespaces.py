"""Namespaces as writers see them: there, and open for new objects, or not.

What was found is remembered for a second, as every create asks. A namespace that is just being
changed is waited for: so nothing is created in one after whoever empties it has looked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from slipcast.api import kinds
from slipcast.api.kinds import Kind
from slipcast.ports.api import Resource
from slipcast.store.keys import Place
from slipcast.store.rows import Rows
from slipcast.values.apifaults import NotFound, refused
from slipcast.values.causes import Cause

NAMESPACE: Final[Kind] = kinds.require("", "Namespace")

REMEMBERED: Final = 1.0
"""Seconds; another process may have ended the namespace meanwhile."""

LASTING: Final = frozenset(
    {"default", "kube-system", "kube-public", "openshift", "openshift-infra"}
)
"""Namespaces that every installation has, and that nobody may delete."""


class Namespaces:
    """Which namespaces are open for new objects."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._open: dict[str, float] = {}
        self._changing: dict[str, asyncio.Event] = {}

    async def check(self, resource: Resource) -> None:
        """Nothing, when the resource's namespace takes new objects.

        Errors: NotFound; Forbidden.
        """
        name = resource.namespace
        if not resource.kind.namespaced:
            return
        clock = asyncio.get_running_loop().time
        while name in self._changing or self._open.get(name, 0) <= clock():
            if name in self._changing:
                await self._changing[name].wait()
                continue
            found = await self._rows.get(NAMESPACE, "", name) if name else None
            if found is None:
                raise NotFound("namespaces", "", name)
            if "deletionTimestamp" in found.content["metadata"]:
                raise _terminating(resource)
            self._open[name] = clock() + REMEMBERED

    @staticmethod
    def check_end(resource: Resource) -> None:
        """Nothing, unless what is to be deleted is a namespace that stays.

        Errors: Forbidden.
        """
        if resource.kind is NAMESPACE and resource.name in LASTING:
            raise refused("namespaces", "", resource.name, "this namespace may not be deleted")

    @contextmanager
    def changing(self, place: Place) -> Iterator[None]:
        """While a namespace is written, nobody takes it for what it was; others are as they are."""
        if place.kind is not NAMESPACE:
            yield
            return
        name = place.name
        self._open.pop(name, None)
        done = self._changing[name] = asyncio.Event()
        try:
            yield
        finally:
            if self._changing.get(name) is done:
                del self._changing[name]
            self._open.pop(name, None)
            done.set()


def _terminating(resource: Resource) -> Exception:
    kind, namespace = resource.kind, resource.namespace
    fault = refused(
        kind.plural,
        kind.group,
        resource.name,
        f"unable to create new content in namespace {namespace} because it is being terminated",
    )
    fault.causes = (
        Cause(
            field="metadata.namespace",
            reason="NamespaceTerminating",
            message=f"namespace {namespace} is being terminated",
        ),
    )
    return fault
