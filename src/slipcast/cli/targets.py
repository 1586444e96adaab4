"""Objects that a command changes: named, selected or in files, each as it is now.

Source: kubectl's label, annotate, patch, edit and wait, tried out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

import click
import msgspec

from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.cli import manifests, resources, selection, serverflags
from slipcast.cli.manifests import Manifest
from slipcast.cli.options import together
from slipcast.cli.resources import Wanted
from slipcast.cli.selection import Selection, resource_of
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import Resource
from slipcast.values.faults import UsageFault

NOTHING: Final = "resource(s) were provided, but no name was specified"
UNSAID: Final = "one or more resources must be specified as <resource> <name> or <resource>/<name>"
BOTH: Final = (
    "when paths, URLs, or stdin is provided as resource input, you may not specify resource "
    "arguments as well"
)

many = together(
    manifests.options,
    selection.selectors,
    serverflags.everywhere,
    click.option("--all", "everything", is_flag=True, help="All objects of the types."),
)
"""The flags of a command that takes several objects."""


class Targets(msgspec.Struct, frozen=True, kw_only=True):
    """Which objects.

    Shape:  labels and fields are selectors; everything takes all of a type; everywhere in all
            namespaces.
    """

    wanted: tuple[Wanted, ...] = ()
    files: tuple[Manifest, ...] = ()
    labels: str = ""
    fields: str = ""
    everything: bool = False
    everywhere: bool = False

    @classmethod
    def of(cls, words: Sequence[str], given: Mapping[str, Any], toolbox: Toolbox) -> Targets:
        """What a command line asks for.

        Errors: UsageFault.
        """
        if words and given.get("filenames"):
            raise UsageFault(BOTH)
        targets = cls(
            wanted=resources.parse(words),
            files=manifests.read(
                given.get("filenames", ()), toolbox, recursive=given.get("recursive", False)
            ),
            labels=given.get("selector", ""),
            fields=given.get("field_selector", ""),
            everything=given.get("everything", False),
            everywhere=given.get("all_namespaces", False),
        )
        targets.check()
        return targets

    @property
    def names(self) -> bool:
        """Whether objects are named."""
        return any(each.name for each in self.wanted)

    @property
    def selects(self) -> bool:
        """Whether the objects are chosen by something other than their names."""
        return bool(self.labels or self.fields or self.everything)

    def check(self) -> None:
        """See that the parts go together, and that objects are named or selected.

        Errors: UsageFault.
        """
        if not self.wanted and not self.files:
            raise UsageFault(UNSAID)
        if self.everything and self.labels:
            raise UsageFault("cannot set --all and --selector at the same time")
        if self.names and self.selects:
            raise UsageFault("name cannot be provided when a selector is specified")
        if self.wanted and not self.names and not self.selects:
            raise UsageFault(NOTHING)


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """An object as it is now, and the file that named it."""

    resource: Resource
    document: Document
    source: str = ""

    @property
    def kind(self) -> Kind:
        """Its kind."""
        return self.document.kind


async def found(
    connection: Connection, targets: Targets, telling: Telling
) -> AsyncIterator[Target]:
    """The objects, each as soon as it is here; what is not there is told."""
    for manifest in targets.files:
        where = selection.of_manifest(manifest, connection)
        with telling.trying():
            document = await connection.api.get(where)
            yield Target(resource=where, document=document, source=manifest.source)
    which = Selection(
        wanted=targets.wanted,
        namespace="" if targets.everywhere else connection.namespace,
        labels=targets.labels,
        fields=targets.fields,
    )
    which.check()
    async for got in selection.fetch(connection, which):
        if got.fault is not None:
            telling.fail(got.fault)
        for document in got.documents:
            yield target_of(document)


def target_of(document: Document) -> Target:
    """An object that was found, and where it is."""
    names = document.names
    where = resource_of(document.kind, names.namespace, names.name)
    return Target(resource=where, document=document)
