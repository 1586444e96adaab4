"""Ownership: which objects are owned by which, as the garbage collector remembers it.

Only objects that are owned, or wait for what they own, are remembered; the rest is looked up when
it matters. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.store.metadata import FOREGROUND, ORPHAN


class _Ties(msgspec.Struct, frozen=True, rename="camel"):
    """What of the metadata says whose an object is, and who holds it."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    owner_references: msgspec.Raw = msgspec.Raw()
    finalizers: msgspec.Raw = msgspec.Raw()


class _Tied(msgspec.Struct, frozen=True):
    metadata: _Ties


_decode_ties: Final = msgspec.json.Decoder(_Tied).decode


class Owner(msgspec.Struct, frozen=True):
    """An owner as an object refers to it; kind None for one that is not served here."""

    uid: str
    name: str
    kind: Kind | None
    blocks: bool = False


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """An object among owners and owned."""

    kind: Kind
    namespace: str
    name: str
    uid: str
    owners: tuple[Owner, ...] = ()
    is_going: bool = False
    finalizers: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Document) -> Node:
        """What of a document matters here; most own nothing and are owned by nothing."""
        ties = _decode_ties(document.body).metadata
        if not ties.owner_references and not ties.finalizers:
            return cls(kind=document.kind, namespace=ties.namespace, name=ties.name, uid=ties.uid)
        metadata: JSON = document.content["metadata"]
        return cls(
            kind=document.kind,
            namespace=metadata.get("namespace", ""),
            name=metadata["name"],
            uid=metadata.get("uid", ""),
            owners=tuple(_owner(each) for each in metadata.get("ownerReferences") or ()),
            is_going="deletionTimestamp" in metadata,
            finalizers=tuple(metadata.get("finalizers") or ()),
        )

    @property
    def waits(self) -> bool:
        """Whether it goes only after what it owns."""
        return self.is_going and FOREGROUND in self.finalizers

    @property
    def orphans(self) -> bool:
        """Whether what it owns is to be left behind."""
        return self.is_going and ORPHAN in self.finalizers


class Ownership:
    """Objects by uid, and by the uid of their owners."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._owned: dict[str, set[str]] = {}

    def put(self, node: Node) -> None:
        """Remember an object as it now is."""
        self.remove(node.uid)
        if node.owners or node.waits or node.orphans:
            self._nodes[node.uid] = node
            for owner in node.owners:
                self._owned.setdefault(owner.uid, set()).add(node.uid)

    def remove(self, uid: str) -> None:
        """Forget an object."""
        node = self._nodes.pop(uid, None)
        for owner in node.owners if node else ():
            of_owner = self._owned.get(owner.uid, set())
            of_owner.discard(uid)
            if not of_owner:
                self._owned.pop(owner.uid, None)

    def owned_by(self, uid: str) -> Iterator[Node]:
        """The objects that an object owns."""
        for each in sorted(self._owned.get(uid, ())):
            yield self._nodes[each]

    def get(self, uid: str) -> Node | None:
        """An object that is remembered."""
        return self._nodes.get(uid)

    def all(self) -> tuple[Node, ...]:
        """All objects that are remembered."""
        return tuple(self._nodes.values())

    def holds_up(self, owner: Node, dependent: Node) -> bool:
        """Whether an object that goes after what it owns has to wait for one that it owns.

        Shape:  not for one that waits for it in turn: a circle would wait for ever.
        """
        if not any(each.uid == owner.uid and each.blocks for each in dependent.owners):
            return False
        return not (dependent.waits and self._reaches(dependent.uid, owner.uid))

    def _reaches(self, start: str, goal: str) -> bool:
        """Whether an object owns another, through others that wait as well."""
        seen, ahead = {start}, [start]
        while ahead:
            for node in self.owned_by(ahead.pop()):
                if node.uid == goal:
                    return True
                if node.waits and node.uid not in seen:
                    seen.add(node.uid)
                    ahead.append(node.uid)
        return False


def _owner(reference: Mapping[str, Any]) -> Owner:
    kind = kinds.of(str(reference.get("apiVersion", "")), str(reference.get("kind", "")))
    return Owner(
        uid=str(reference.get("uid", "")),
        name=str(reference.get("name", "")),
        kind=kind,
        blocks=bool(reference.get("blockOwnerDeletion")),
    )
