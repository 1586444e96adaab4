"""Applications that are to go: named on a command line, found on a server.

Source: user-pain.md UP-25.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import click
import msgspec

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.cli import selection
from slipcast.cli.printable import printable
from slipcast.cli.resources import Wanted
from slipcast.cli.selection import Selection
from slipcast.cli.telling import warn
from slipcast.cli.toolbox import Connection
from slipcast.values.faults import Fault, UsageFault
from slipcast.views.rows import qualified
from slipcast.views.status.graph import graph
from slipcast.views.status.objects import objects
from slipcast.views.status.parts import Parts, Staying, names, parts

WORDS: Final = frozenset({"app", "application"})
_PASSING: Final = frozenset({"Build", "Pod", "Event", "Lease", "WebhookDelivery"})
"""Kinds whose objects come of others, and go with them."""
KINDS: Final = tuple(
    kind
    for kind in kinds.KINDS
    if kind.namespaced
    and kind.stored
    and {"list", "delete"} <= {*kind.verbs}
    and kind.name not in _PASSING
)
"""The kinds of which an application may have parts."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The objects of a namespace that may be parts of applications."""

    documents: tuple[Document, ...]

    def parts(self, name: str) -> Parts:
        """The parts of an application.

        Errors: Fault when there is no such application.
        """
        found = parts(self.documents, graph(objects(self.documents)), name)
        if not found.going and not any(each.users for each in found.staying):
            known = ", ".join(names(self.documents))
            hint = f"There are: {known}." if known else "'slipcast new-app' makes applications."
            raise Fault(f'there is no application "{name}" here', hint=hint)
        return found


def named(words: Sequence[str], given: Mapping[str, Any]) -> tuple[str, ...]:
    """The applications that the words of a command line name; none when they are about others.

    Errors: UsageFault.
    """
    if words and words[0] in WORDS:
        found = tuple(words[1:])
    else:
        pairs = [word.partition("/") for word in words]
        found = tuple(name for kind, slash, name in pairs if slash and kind in WORDS)
        if not found:
            return ()
        if len(found) != len(words):
            raise UsageFault("applications and other objects are deleted one after the other")
    selects = ("filenames", "selector", "field_selector", "everything", "all_namespaces")
    if not found or not all(found) or any(given[each] for each in selects):
        raise UsageFault("an application is named: slipcast delete app NAME")
    return found


async def look(connection: Connection) -> Found:
    """What there is in the namespace; what may not be read is told.

    Errors: ApiFault when nothing may be read.
    """
    wanted = tuple(map(Wanted, KINDS))
    which = Selection(wanted=wanted, namespace=connection.namespace)
    got = await selection.side_by_side(connection, which)
    refused = [each for each in got if each.fault is not None]
    if len(refused) == len(got) and refused[0].fault is not None:
        raise refused[0].fault
    if refused:
        kept = ", ".join(each.wanted.kind.plural for each in refused)
        warn([f"not looked at, for lack of rights: {kept}; parts that are such stay"])
    return Found(documents=tuple(document for each in got for document in each.documents))


def tell_staying(staying: Staying) -> None:
    """Say of an object why it stays."""
    document = staying.document
    shown = f"{qualified(document.kind)}/{document.names.name}"
    if staying.users:
        why = f"{', '.join(staying.users)} {'uses' if len(staying.users) == 1 else 'use'} it"
    else:
        why = "it has the label, and was not made by new-app"
    click.echo(printable(f"{shown} stays: {why}"), err=True)
