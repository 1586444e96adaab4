"""`slipcast process`: a template's objects, with its parameters filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.cli import manifests, outputs, parameters, serverflags, templating
from slipcast.cli.output import generated
from slipcast.cli.output.form import Form
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import Resource
from slipcast.values.faults import UsageFault
from slipcast.views.describe.description import described
from slipcast.views.describe.page import Around

TEMPLATE: Final = kinds.require(kinds.TEMPLATE, "Template")
PROCESSED: Final = kinds.require(kinds.TEMPLATE, "ProcessedTemplate")
FORMS: Final = frozenset({"json", "yaml", "name", "jsonpath"})
_NEVER: Final = datetime.fromtimestamp(0, UTC)
_ALONE: Final = ("param", "value", "param_file", "labels", "output", "output_version", "raw")


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="[TEMPLATE] [KEY=VALUE…]", nargs=-1)
@click.option(
    "-f", "--filename", default="", metavar="FILE|URL|-", help="Where the template is described."
)
@click.option(
    "-p", "--param", multiple=True, metavar="KEY=VALUE", help="A parameter's value. Repeatable."
)
@click.option(
    "-v", "--value", multiple=True, metavar="KEY=VALUE", hidden=True, help="The same as --param."
)
@click.option("--param-file", multiple=True, metavar="FILE|-", help="Values in lines of KEY=VALUE.")
@click.option(
    "--ignore-unknown-parameters", is_flag=True, help="Let values be whose names are no parameters."
)
@click.option("--local", is_flag=True, help="Ask no server.")
@click.option("--parameters", "listing", is_flag=True, help="Only show the parameters.")
@click.option("-l", "--labels", multiple=True, metavar="LABELS", help="Labels for every object.")
@click.option("-o", "--output", default="", metavar="FORM", help="json, yaml, name, describe, …")
@click.option("-t", "--template", "template", default="", help="The template of -o jsonpath.")
@click.option("--raw", is_flag=True, help="Print objects one after another, in no list.")
@click.option(
    "--output-version", default="", metavar="VERSION", hidden=True, help="Accepted, without effect."
)
@serverflags.options
@click.pass_context
def process(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Fill in a template: `process -f FILE KEY=VALUE`; `process NAME -p KEY=VALUE`."""
    toolbox: Toolbox = ctx.obj
    if given["value"]:
        click.echo("Flag --value has been deprecated, Use -p, --param instead.", err=True)
    names = [word for word in words if "=" not in word]
    given["value"] = (*given["value"], *(word for word in words if "=" in word))
    _check(names, given)
    form = _form(given, toolbox)
    values = parameters.given(
        (*given["value"], *given["param"]), given["param_file"], toolbox.directory
    )
    labels = parameters.labels(given["labels"])
    if given["local"]:
        content = _in_file(given["filename"], toolbox)
        if given["listing"]:
            _list(content)
            return
        asked = templating.prepared(
            content, values, labels, lenient=given["ignore_unknown_parameters"]
        )
        is_raw = form.name == "describe" and given["raw"]
        _print(asked if is_raw else templating.here(asked), form, given)
        return

    async def work(connection: Connection) -> int:
        if names:
            content = await _stored(connection, names[0])
        else:
            content = _in_file(given["filename"], toolbox)
        if given["listing"]:
            _list(content)
            return 0
        asked = templating.prepared(
            content, values, labels, lenient=given["ignore_unknown_parameters"]
        )
        is_raw = form.name == "describe" and given["raw"]
        made = asked if is_raw else await templating.on_server(connection, asked)
        _print(made, form, given, connection)
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _check(names: Sequence[str], given: dict[str, Any]) -> None:
    """Refuse what contradicts itself (TP-50, TP-51, TP-56)."""
    if not names and not given["filename"]:
        raise UsageFault("Must pass a filename or name of stored template")
    if len(names) + bool(given["filename"]) > 1:
        extra = names[-1]
        raise UsageFault(f"template name must be specified only once: {extra}")
    if given["local"] and names:
        raise UsageFault("--local works with -f only: a stored template is on the server")
    if given["listing"]:
        flags = [f"--{name.replace('_', '-')}" for name in _ALONE if given[name]]
        if flags:
            raise UsageFault(f"--parameters cannot be used with {', '.join(flags)}")


def _form(given: dict[str, Any], toolbox: Toolbox) -> Form:
    output = given["output"] or "json"
    if output == "describe":
        return Form(name=output)
    return generated.form_of(output, given["template"], FORMS, toolbox.directory)


def _in_file(filename: str, toolbox: Toolbox) -> JSON:
    """The first template of a file (TP-61).

    Errors: UsageFault; HostFault.
    """
    found = manifests.read((filename,), toolbox, recursive=False)
    if not found:
        raise UsageFault(f"there is no template in {filename}")
    if len(found) > 1:
        click.echo(
            f"{len(found)} input templates found, but only the first will be processed", err=True
        )
    return templating.read_in(found[0].content)


async def _stored(connection: Connection, name: str) -> JSON:
    """A template of the server (TP-58, TP-59).

    Errors: UsageFault; ApiFault.
    """
    namespace, kind, stored = _place(name)
    if kind not in {"", "template", "templates", TEMPLATE.name}:
        raise UsageFault(f"unable to process invalid resource {kind!r}")
    place = Resource(TEMPLATE, namespace or connection.namespace, stored)
    return (await connection.api.get(place)).content


def _place(name: str) -> tuple[str, str, str]:
    parts = name.split("/")
    match parts:
        case [stored]:
            return "", "", stored
        case [kind, stored]:
            return "", kind, stored
        case [namespace, kind, stored]:
            return namespace, kind, stored
        case _:
            raise UsageFault(f"invalid argument {name!r}: write NAME, or NAMESPACE//NAME")


def _print(
    made: JSON, form: Form, given: dict[str, Any], connection: Connection | None = None
) -> None:
    objects: list[JSON] = made.get("objects") or []
    if form.name == "describe":
        _describe(made, connection)
    elif form.name == "name":
        for each in objects:
            click.echo(_name(each))
    else:
        generated.show(objects, form, raw=given["raw"])


def _name(content: JSON) -> str:
    group = str(content.get("apiVersion", "")).rpartition("/")[0]
    kind = str(content["kind"]).lower() + (f".{group}" if group else "")
    return f"{kind}/{(content.get('metadata') or {}).get('name', '')}"


def _list(content: JSON) -> None:
    """The parameters as a table (TP-57)."""
    rows: list[tuple[str, ...]] = [
        (each.name, each.description, each.generate, each.from_ if each.generate else each.value)
        for each in templating.seen(content).parameters
    ]
    outputs.fitted(("NAME", "DESCRIPTION", "GENERATOR", "VALUE"), rows)


def _describe(content: JSON, connection: Connection | None) -> None:
    """What a template says; of one that no server has seen it is not known how old it is."""
    own = content.get("metadata") or {}
    if connection is None:
        metadata = {name: value for name, value in own.items() if name != "creationTimestamp"}
    else:
        metadata = {**own, "namespace": connection.namespace}
    around = Around(now=connection.clock.now() if connection is not None else _NEVER)
    click.echo(described(TEMPLATE, {**content, "metadata": metadata}, around, events=False))
