"""Bindings gathered by where their roles are: `policybindings`, which clients of OpenShift 3.5 read
before they give a role or take one.

A view of the bindings; it is read with the right to list them.

Source: the authorization API of OpenShift 3.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace
from typing_extensions import override

from slipcast.access import roleforms
from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.ports.api import Listing, ListOptions, Resource
from slipcast.store.authorize import Guard
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual
from slipcast.values.apifaults import NotFound

_POLICY: Final = "default"
_OF: Final[Mapping[Kind, Kind]] = {
    kinds.require(kinds.AUTHORIZATION_OPENSHIFT, view): kinds.require(kinds.RBAC, kept)
    for view, kept in (
        ("PolicyBinding", "RoleBinding"),
        ("ClusterPolicyBinding", "ClusterRoleBinding"),
    )
}
BINDINGS: Final = tuple(_OF)

_Place = tuple[str, str]
"""The namespace of bindings, and that of their roles."""


class PolicyBindings(Virtual):
    """Bindings, an object for each place of roles."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    @override
    async def get(self, guard: Guard, resource: Resource) -> Document:
        """Bindings to roles of one place; there may be none."""
        place, colon, policy = resource.name.partition(":")
        if not colon or policy != _POLICY or place not in {"", resource.namespace}:
            raise NotFound(resource.kind.plural, resource.kind.group, resource.name)
        listing, found = await self._gathered(guard, resource)
        key = (resource.namespace, place)
        return _document(resource.kind, key, found.get(key, []), listing.revision)

    @override
    async def list(self, guard: Guard, resource: Resource, options: ListOptions) -> Listing:
        """Bindings to roles of every place, on one page."""
        del options
        listing, found = await self._gathered(guard, resource)
        documents = (
            _document(resource.kind, key, some, listing.revision)
            for key, some in sorted(found.items())
        )
        return replace(listing, documents=tuple(documents))

    async def _gathered(
        self, guard: Guard, resource: Resource
    ) -> tuple[Listing, Mapping[_Place, Sequence[Document]]]:
        kept = Resource(_OF[resource.kind], resource.namespace)
        await guard.check("list", kept)
        listing = await self._verbs.reading.list(kept, ListOptions())
        found: dict[_Place, list[Document]] = {}
        for each in listing.documents:
            namespace = each.names.namespace
            is_inside = each.content.get("roleRef", {}).get("kind") == "Role"
            found.setdefault((namespace, namespace if is_inside else ""), []).append(each)
        return listing, found


def _document(kind: Kind, key: _Place, bindings: Sequence[Document], revision: int) -> Document:
    namespace, place = key
    inside = {"namespace": namespace} if kind.namespaced else {}
    content: JSON = {
        "metadata": {"name": f"{place}:{_POLICY}", **inside},
        "policyRef": {**({"namespace": place} if place else {}), "name": _POLICY},
        "roleBindings": [_named(each) for each in bindings],
    }
    return Document.of(kind, content, revision)


def _named(binding: Document) -> JSON:
    shown = roleforms.shown(binding.kind.name, binding.content)
    return {"name": binding.names.name, "roleBinding": shown}
