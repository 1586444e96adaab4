"""Printing objects in the form that was asked for: once, and while they change.

One printer prints one command's output, first what there is, then what happens to it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Protocol

import click
import msgspec
from msgspec.structs import replace

from slipcast.api import codec
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.cli.output.form import Form
from slipcast.ports.clock import Clock
from slipcast.values.faults import UsageFault
from slipcast.views import customcolumns, gojson, ordering, rows, table
from slipcast.views.jsonpath import Template
from slipcast.views.rows import Look


class Item(msgspec.Struct, frozen=True):
    """An object to be printed."""

    kind: Kind
    content: JSON

    @classmethod
    def of(cls, document: Document) -> Item:
        """What a document says."""
        return cls(document.kind, document.content)


class Printer(Protocol):
    """Prints objects on standard output."""

    def items(self, items: Sequence[Item], *, single: bool) -> None:
        """Print objects; `single` says that one was asked for, not a list.

        Errors: UsageFault for templates that do not suit the objects.
        """
        ...

    def event(self, kind_of_event: str, item: Item) -> None:
        """Print what became of an object."""
        ...


def printer_of(
    form: Form, clock: Clock, *, namespaces: bool = False, events: bool = False
) -> Printer:
    """What prints in a form.

    Shape:  namespaces shows where objects are, events what happened to them, in a watch.
    Errors: UsageFault for a template that cannot be read.
    """
    match form.name:
        case "" | "wide":
            look = Look(
                wide=form.name == "wide",
                namespaces=namespaces,
                labels=form.labels,
                all_labels=form.all_labels,
                kinds=form.kinds,
                events=events,
            )
            return Tables(look, clock, headers=form.headers)
        case "custom-columns":
            return CustomTable(form, events=events)
        case "name":
            return Names()
        case "jsonpath" | "jsonpath-as-json":
            return Filled(form, events=events)
        case _:
            return Wholes(form, events=events)


def ordered(form: Form, items: Sequence[Item]) -> list[Item]:
    """The objects in the order that was asked for."""
    if not form.sort_by:
        return list(items)
    return ordering.ordered(form.sort_by, [(item.content, item) for item in items])


def listed(items: Sequence[Item]) -> JSON:
    """Objects as one object: a List."""
    return {
        "apiVersion": "v1",
        "kind": "List",
        "metadata": {"resourceVersion": ""},
        "items": [item.content for item in items],
    }


def happened(kind_of_event: str, item: Item) -> JSON:
    """What happened to an object, as one object."""
    return {"type": kind_of_event, "object": item.content}


class Tables:
    """A table for every run of objects of one kind."""

    def __init__(self, look: Look, clock: Clock, *, headers: bool) -> None:
        self._look = look
        self._clock = clock
        self._headers = headers
        self._kind: Kind | None = None
        self._widths: tuple[int, ...] = ()

    def items(self, items: Sequence[Item], *, single: bool) -> None:  # noqa: ARG002 -- all alike
        """See the port."""
        for kind, some in groupby(items, key=lambda item: item.kind):
            self._table(kind, [item.content for item in some])

    def event(self, kind_of_event: str, item: Item) -> None:
        """See the port."""
        self._print(item.kind, [self._row(item.kind, item.content, kind_of_event)])

    def _table(self, kind: Kind, contents: list[JSON]) -> None:
        event = "ADDED" if self._look.events else ""
        self._print(kind, [self._row(kind, content, event) for content in contents])

    def _row(self, kind: Kind, content: JSON, event: str) -> tuple[str, ...]:
        return rows.row(kind, content, self._look, self._now, event)

    @property
    def _now(self) -> datetime:
        return self._clock.now()

    def _print(self, kind: Kind, cells: list[tuple[str, ...]]) -> None:
        if kind is not self._kind:
            if self._kind is not None and self._headers:
                click.echo()
            if self._headers:
                cells.insert(0, rows.header(kind, self._look))
            self._kind, self._widths = kind, ()
        self._widths = table.widths_of(cells, self._widths)
        for line in table.lines(cells, self._widths):
            click.echo(line)


class CustomTable:
    """A table of the user's own columns."""

    def __init__(self, form: Form, *, events: bool) -> None:
        self._columns = customcolumns.parse(form.template)
        self._events = events
        self._headers = form.headers
        self._widths: tuple[int, ...] = ()

    def items(self, items: Sequence[Item], *, single: bool) -> None:  # noqa: ARG002 -- all alike
        """See the port."""
        self._print([self._columns.row(item.content) for item in items])

    def event(self, kind_of_event: str, item: Item) -> None:
        """See the port."""
        content = happened(kind_of_event, item) if self._events else item.content
        self._print([self._columns.row(content)])

    def _print(self, cells: list[tuple[str, ...]]) -> None:
        if self._headers:
            cells.insert(0, self._columns.headers)
            self._headers = False
        self._widths = table.widths_of(cells, self._widths)
        for line in table.lines(cells, self._widths):
            click.echo(line)


class Names:
    """A line with kind and name for each object."""

    def items(self, items: Sequence[Item], *, single: bool) -> None:  # noqa: ARG002 -- all alike
        """See the port."""
        for item in items:
            click.echo(f"{rows.qualified(item.kind)}/{item.content['metadata'].get('name', '')}")

    def event(self, kind_of_event: str, item: Item) -> None:  # noqa: ARG002 -- not shown
        """See the port."""
        self.items([item], single=True)


class Wholes:
    """Objects as YAML or JSON."""

    def __init__(self, form: Form, *, events: bool) -> None:
        self._form = form
        self._events = events
        self._printed = False

    def items(self, items: Sequence[Item], *, single: bool) -> None:
        """See the port."""
        shown = items if self._form.managed else [_without_managed(item) for item in items]
        self._print(shown[0].content if single and shown else listed(shown))

    def event(self, kind_of_event: str, item: Item) -> None:
        """See the port."""
        shown = item if self._form.managed else _without_managed(item)
        if self._events and self._form.name == "json":
            # A line for each, for programs that read lines.
            click.echo(f'{{"type":"{kind_of_event}","object":{gojson.compact(shown.content)}}}')
        else:
            self._print(happened(kind_of_event, shown) if self._events else shown.content)

    def _print(self, content: JSON) -> None:
        if self._form.name == "json":
            click.echo(codec.to_json(content), nl=False)
            return
        if self._printed:
            click.echo("---")
        self._printed = True
        click.echo(codec.to_yaml(content), nl=False)


class Filled:
    """A JSONPath template, filled in."""

    def __init__(self, form: Form, *, events: bool) -> None:
        self._form = form
        self._events = events
        try:
            self._template = Template(form.template, missing=form.missing)
        except UsageFault as wrong:
            raise UsageFault(f"error parsing jsonpath {form.template}, {wrong.message}") from wrong

    def items(self, items: Sequence[Item], *, single: bool) -> None:
        """See the port."""
        self._print(items[0].content if single and items else listed(items))

    def event(self, kind_of_event: str, item: Item) -> None:
        """See the port."""
        self._print(happened(kind_of_event, item) if self._events else item.content)

    def _print(self, content: JSON) -> None:
        try:
            click.echo(self._text(content), nl=False)
        except UsageFault as wrong:
            raise UsageFault(
                f'error executing jsonpath "{self._form.template}": {wrong.message}'
            ) from wrong

    def _text(self, content: JSON) -> str:
        if self._form.name == "jsonpath":
            return self._template.fill(content)
        found = json.dumps(self._template.found(content), indent=4, ensure_ascii=False)
        return f"{found}\n"


def _without_managed(item: Item) -> Item:
    metadata = dict(item.content["metadata"])
    metadata.pop("managedFields", None)
    return replace(item, content={**item.content, "metadata": metadata})
