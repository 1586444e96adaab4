"""Templates filled in: with values and labels, by the server or here.

Source: templates.md section 6, TP-55, TP-60, TP-64, TP-65.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

import click

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.lens import overlay, read
from slipcast.api.template import Template
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import Resource
from slipcast.templates.process import Processed, processed, with_values
from slipcast.templates.strangers import told, unknown
from slipcast.templates.texts import with_texts
from slipcast.values.apifaults import ApiFault, Invalid
from slipcast.values.faults import Fault, UsageFault

TEMPLATE: Final = kinds.require(kinds.TEMPLATE, "Template")
PROCESSED: Final = kinds.require(kinds.TEMPLATE, "ProcessedTemplate")


def prepared(
    content: JSON, values: Mapping[str, str], labels: Mapping[str, str], *, lenient: bool
) -> JSON:
    """The template as it is to be processed: with values and labels.

    Errors: UsageFault for values of no parameter.
    """
    template = seen(content)
    strangers = unknown(template, values)
    if strangers and not lenient:
        raise UsageFault(
            "\n".join(told(template, name) for name in strangers),
            hint="--ignore-unknown-parameters passes over what a template has not.",
        )
    filled = with_values(template, values)
    asked = overlay(content, template, filled)
    if labels:
        asked["labels"] = {**(content.get("labels") or {}), **labels}
    return asked


def read_in(content: JSON) -> JSON:
    """A template as a file has it; values that are no texts are made some, which is said (T-18)."""
    whole, names = with_texts(content)
    for name in names:
        click.echo(f"warning: the value of parameter {name} is read as a text", err=True)
    return whole


def seen(content: JSON) -> Template:
    """The template that content is.

    Errors: UsageFault (TP-60).
    """
    if content.get("kind") != TEMPLATE.name:
        raise UsageFault(f"unable to parse: not a valid Template but {content.get('kind')!r}")
    return read(content, Template)


async def on_server(connection: Connection, asked: JSON) -> JSON:
    """What the server makes of a template (TP-65).

    Errors: Fault with the server's words (TP-64).
    """
    metadata = {
        field: value
        for field, value in (asked.get("metadata") or {}).items()
        if field not in {"namespace", "resourceVersion", "uid", "creationTimestamp"}
    }
    content = {**asked, "apiVersion": TEMPLATE.api_version, "metadata": metadata}
    place = Resource(PROCESSED, connection.namespace)
    try:
        answer = await connection.api.create(place, content)
    except ApiFault as fault:
        raise _failed(metadata.get("name", ""), fault) from fault
    return {**content, **answer.document.content, "kind": TEMPLATE.name}


def here(asked: JSON) -> JSON:
    """What is made of a template here.

    Errors: Fault as the server's would be.
    """
    template = seen(asked)
    made = processed(template, secrets.randbelow)
    if isinstance(made, Processed):
        return overlay(asked, template, made.template)
    name = template.metadata.name
    raise _failed(name, Invalid(TEMPLATE.name, TEMPLATE.group, name, made))


def _failed(name: str, fault: Fault) -> Fault:
    return Fault(f'error processing the template "{name}": {fault.message}', hint=fault.hint)
