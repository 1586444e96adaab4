"""`slipcast set env`: variables of builds and of containers, set, taken away and shown."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import click

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.cli import changing, parameters, plainsecrets, resources, serverflags
from slipcast.cli.changing import Changing
from slipcast.cli.output import form as forms
from slipcast.cli.selection import resource_of
from slipcast.cli.setting import parts, resolving, variables
from slipcast.cli.setting.variables import Changes, Env
from slipcast.cli.targets import Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.values.faults import Fault, UsageFault

KEYED = ("Secret", "ConfigMap")


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE/NAME… KEY=VALUE… KEY-…", nargs=-1)
@click.option(
    "-e", "--env", "given_env", multiple=True, metavar="KEY=VALUE", help="One more of those."
)
@click.option("-c", "--containers", default="*", metavar="NAME", help="Only containers like that.")
@click.option("--from", "source", default="", metavar="secret/NAME", help="Refer to all its keys.")
@click.option("--prefix", default="", help="What variables of --from begin with.")
@click.option("--list", "listing", is_flag=True, help="Show what there is.")
@click.option("--resolve", is_flag=True, help="Show values in place of references.")
@click.option("--overwrite/--no-overwrite", default=True, help="Whether values may be replaced.")
@click.option("--resource-version", default="", metavar="VERSION", help="Only if it is still so.")
@changing.options("slipcast-set")
@click.pass_context
def env(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Set variables: `set env bc/app RAILS_ENV=test OLD-`; `set env bc/app --list`."""
    toolbox: Toolbox = ctx.obj
    named, typed = variables.split(words)
    for word in given["given_env"]:
        parameters.warn_of_list(word, "--env")
    changes = variables.parse(_lines((*typed, *given["given_env"])))
    if changes.is_empty and not given["source"] and not given["listing"]:
        raise UsageFault("at least one environment variable must be provided")
    if given["listing"] and given["output"]:
        raise UsageFault("--list and --output may not be specified together")
    _warn(changes, named)
    which = Targets.of(named, given, toolbox)
    if given["resource_version"] and (which.selects or len(which.wanted) != 1):
        raise UsageFault("if resource-version is specified, only one resource may be named")
    form = forms.form_of(given, toolbox.directory)
    manner = Manner.of(given)

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, dry=manner.dry, colour=toolbox.colour)
        new = Changes(set=await _referred(connection, given), removed=())
        rule = Changing(
            change=_rule(Changes(set=(*changes.set, *new.set), removed=changes.removed), given),
            manner=manner,
            local=given["local"],
            is_told=not form.name,
        )
        async for target in changing.objects(connection, which, telling, local=rule.local):
            with telling.trying():
                if given["listing"]:
                    await _list(connection, target.document, given, telling)
                else:
                    await rule.do(connection, target, telling)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _lines(words: Sequence[str]) -> Iterator[str]:
    """The changes; a `-` stands for what standard input sets (CL-8)."""
    for word in words:
        if word != "-":
            yield word
            continue
        lines = (re.sub(r"^\s*(#.*|export\s+)", "", line) for line in sys.stdin)
        yield from (line.strip() for line in lines if "=" in line)


def _warn(changes: Changes, named: Sequence[str]) -> None:
    plainsecrets.warn(
        ((each["name"], each["value"]) for each in changes.set),
        "where whoever may read the object sees it, and of a build in its image",
        f"{plainsecrets.REFER_INSTEAD}slipcast set env {' '.join(named) or 'TYPE/NAME'}"
        " --from=secret/SECRET",
    )


def _rule(changes: Changes, given: dict[str, Any]) -> changing.Change:
    def change(kind: Kind, content: JSON) -> JSON:
        after = variables.changed(
            kind,
            content,
            changes,
            containers=given["containers"],
            overwrite=given["overwrite"],
        )
        if given["resource_version"]:
            metadata = {**after["metadata"], "resourceVersion": given["resource_version"]}
            after = {**after, "metadata": metadata}
        return after

    return change


async def _referred(connection: Connection, given: dict[str, Any]) -> tuple[Env, ...]:
    """Variables for the keys of what --from names (EV-4).

    Errors: UsageFault; ApiFault.
    """
    if not given["source"]:
        return ()
    (wanted,) = resources.parse([given["source"]])
    if wanted.kind.name not in KEYED or not wanted.name:
        raise UsageFault("--from must be secret/NAME or configmap/NAME")
    where = resource_of(wanted.kind, connection.namespace, wanted.name)
    content = (await connection.api.get(where)).content
    keys = {**(content.get("data") or {}), **(content.get("binaryData") or {})}
    return variables.referring(wanted.kind.name, wanted.name, keys, given["prefix"])


async def _list(
    connection: Connection, document: Document, given: dict[str, Any], telling: Telling
) -> None:
    """Show the variables of an object (EV-3).

    Errors: Fault.
    """
    content = document.content
    name = parts.said(document.kind, content)
    for holder in variables.holders(document.kind, content, given["containers"]):
        container = holder.get("name")
        telling.line(f"# {name}, container {container}" if container else f"# {name}")
        for each in holder.get("env") or ():
            if not given["resolve"] or not each.get("valueFrom"):
                telling.line(variables.listed(each))
                continue
            with telling.trying():
                telling.line(f"{each['name']}={await _value(connection, document, each)}")


async def _value(connection: Connection, document: Document, env_: Env) -> str:
    """What a reference refers to.

    Errors: Fault.
    """
    wanted = resolving.wanted(env_)
    if wanted is None:
        raise Fault(f"{env_['name']} refers to what is only known when it runs")
    kind, name, key = wanted
    where = resource_of(
        kinds.require(kinds.CORE, kind), document.names.namespace or connection.namespace, name
    )
    return resolving.value((await connection.api.get(where)).content, kind, key)
