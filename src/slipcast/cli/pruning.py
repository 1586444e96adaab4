"""What `apply --prune` may take away: the kinds, and what of them was applied and is so no more.

Source: kubectl apply --prune, tried out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.api.kinds import KINDS, Kind
from slipcast.cli import applying
from slipcast.cli.resources import Wanted
from slipcast.cli.selection import Selection, fetch
from slipcast.cli.toolbox import Connection
from slipcast.values.faults import UsageFault

ALLOWED: Final = frozenset(
    {
        *((kinds.CORE, name) for name in ("ConfigMap", "Namespace", "PersistentVolumeClaim")),
        *((kinds.CORE, name) for name in ("Pod", "Secret", "Service")),
        (kinds.APPS, "Deployment"),
        (kinds.BATCH, "Job"),
        (kinds.BUILD, "BuildConfig"),
        (kinds.IMAGE, "ImageStream"),
        (kinds.TEMPLATE, "Template"),
        (kinds.APPS_OPENSHIFT, "DeploymentConfig"),
        (kinds.ROUTE, "Route"),
    }
)
"""Kinds of which objects are taken away when no list says others."""
_PARTS: Final = 3


def kinds_of(words: Sequence[str], *, one_namespace: bool) -> tuple[Kind, ...]:
    """The kinds that may be pruned: those of a list of `GROUP/VERSION/KIND`, or the usual.

    Shape:  the core group is `core`; one_namespace leaves out the usual kinds without any.
    Errors: UsageFault.
    """
    if not words:
        usual = (kind for kind in KINDS if (kind.group, kind.name) in ALLOWED)
        return tuple(kind for kind in usual if kind.namespaced or not one_namespace)
    return tuple(_kind(word) for word in words)


async def stale(
    connection: Connection,
    some: Sequence[Kind],
    namespaces: Sequence[str],
    labels: str,
    kept: frozenset[str],
) -> AsyncIterator[Document]:
    """The objects that were applied once and are none of those kept, which are uids.

    Errors: ApiFault.
    """
    for kind in some:
        for namespace in namespaces if kind.namespaced else ("",):
            which = Selection(wanted=(Wanted(kind),), namespace=namespace, labels=labels)
            async for got in fetch(connection, which):
                if got.fault is not None:
                    raise got.fault
                for document in got.documents:
                    if document.names.uid not in kept and _was_applied(document):
                        yield document


def _was_applied(document: Document) -> bool:
    content = document.content
    return bool(applying.kept_in(content)) and not content["metadata"].get("deletionTimestamp")


def _kind(word: str) -> Kind:
    parts = word.split("/")
    if len(parts) != _PARTS:
        raise UsageFault(
            f"invalid GroupVersionKind format: {word}, please follow <group/version/kind>"
        )
    group, version, name = parts
    bare = "" if group == "core" else group
    kind = kinds.of(f"{bare}/{version}" if bare else version, name)
    if kind is None:
        raise UsageFault(f'no matches for kind "{name}" in version "{word.rpartition("/")[0]}"')
    return kind
