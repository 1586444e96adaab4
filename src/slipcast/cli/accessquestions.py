"""The commands that ask about rights the way OpenShift does, for `policy` and for `adm policy`.

Source: oc policy can-i and who-can, of 1.5 and later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.cli import rights, serverflags
from slipcast.cli.options import split_list, together
from slipcast.cli.output import form as forms
from slipcast.cli.output.printing import Item, printer_of
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import Resource
from slipcast.values.faults import UsageFault
from slipcast.views import table

HEAD: Final = ("Verbs", "Non-Resource URLs", "Resource Names", "API Groups", "Resources")
QUIET_NO: Final = 2
"""The exit code of a `no` that is not said."""

_WORDS: Final = (2, 3)
_FEW: Final = "you must specify two or three arguments: verb, resource, and optional resourceName"


def can_i() -> click.Command:
    """The command that asks what its user may do."""
    options = together(
        click.argument("words", metavar="[VERB RESOURCE [NAME]]", nargs=-1),
        click.option("--list", "listing", is_flag=True, help="Show all that may be done."),
        click.option("-q", "--quiet", is_flag=True, help="Say it by the exit code only."),
        click.option(
            "--scopes", multiple=True, metavar="SCOPES", help="As with a token of these scopes."
        ),
        click.option("--ignore-scopes", is_flag=True, help="As with a token for everything."),
        serverflags.everywhere,
        serverflags.options,
        click.pass_context,
    )
    text = "Ask whether one may do something."
    return click.command("can-i", cls=serverflags.Command, help=text)(options(_can_i))


def who_can() -> click.Command:
    """The command that asks who may do something."""
    options = together(
        click.argument("words", metavar="VERB RESOURCE [NAME]", nargs=-1),
        forms.whole,
        serverflags.everywhere,
        serverflags.options,
        click.pass_context,
    )
    text = "Ask who may do something."
    return click.command("who-can", cls=serverflags.Command, help=text)(options(_who_can))


def told(answer: JSON, verb: str, resource: str) -> list[str]:
    """Who may do something, as lines."""
    where = answer.get("namespace") or "<all>"
    return [
        f"Namespace: {where}",
        f"Verb:      {verb}",
        f"Resource:  {resource}",
        "",
        *_people("Users:  ", answer.get("users") or ()),
        *_people("Groups: ", answer.get("groups") or ()),
    ]


def rows(status: JSON) -> list[tuple[str, ...]]:
    """The rules of an answer, a line for each."""
    fields = ("verbs", "nonResourceURLs", "resourceNames", "apiGroups", "resources")
    return [
        tuple(_listed(rule.get(field) or ()) for field in fields)
        for rule in status.get("rules") or ()
    ]


def _can_i(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    scopes = _scopes(given)
    if given["listing"] and (words or given["all_namespaces"]):
        what = "VERB RESOURCE" if words else "--all-namespaces"
        raise UsageFault(f"{what} and --list are mutually exclusive")
    action = {} if given["listing"] else _action(words)

    async def work(connection: Connection) -> int:
        if given["listing"]:
            return await _list(connection, scopes, quiet=given["quiet"])
        namespace = "" if given["all_namespaces"] else connection.namespace
        content = {**action, "namespace": namespace, **scopes}
        answer = (await _asked(connection, "SubjectAccessReview", content)).content
        allowed = bool(answer.get("allowed"))
        if given["quiet"]:
            return 0 if allowed else QUIET_NO
        why = "" if allowed else answer.get("evaluationError")
        click.echo(("yes" if allowed else "no") + (f" - {why}" if why else ""))
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _who_can(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    toolbox: Toolbox = ctx.obj
    form = forms.form_of(given, toolbox.directory)
    action = _action(words)

    async def work(connection: Connection) -> int:
        local = "" if given["all_namespaces"] else "Local"
        answer = await _asked(connection, f"{local}ResourceAccessReview", action)
        if form.name:
            printer_of(form, connection.clock).items([Item.of(answer)], single=True)
            return 0
        group = action["resourceAPIGroup"]
        resource = f"{action['resource']}.{group}" if group else action["resource"]
        for line in told(answer.content, action["verb"], resource):
            click.echo(line)
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


async def _list(connection: Connection, scopes: JSON, *, quiet: bool) -> int:
    answer = await _asked(connection, "SelfSubjectRulesReview", {"spec": scopes})
    found = [HEAD, *rows(answer.content.get("status") or {})]
    for line in () if quiet else table.lines(found, table.widths_of(found, ())):
        click.echo(line)
    return 0


async def _asked(connection: Connection, name: str, content: JSON) -> Document:
    kind = kinds.require(kinds.AUTHORIZATION_OPENSHIFT, name)
    resource = Resource(kind, connection.namespace if kind.namespaced else "")
    return (await connection.api.create(resource, {"metadata": {}, **content})).document


def _scopes(given: dict[str, Any]) -> JSON:
    """The scopes to be seen with; without the field, those of the token."""
    scopes = split_list(given["scopes"])
    if scopes and given["ignore_scopes"]:
        raise UsageFault("--scopes and --ignore-scopes are mutually exclusive")
    return {"scopes": list(scopes)} if scopes or given["ignore_scopes"] else {}


def _action(words: Sequence[str]) -> JSON:
    if len(words) not in _WORDS:
        raise UsageFault(_FEW)
    verb, word, *name = words
    what, slash, below = word.partition("/")
    group, plural, _ = rights.served(what)
    return {
        "verb": verb,
        "resourceAPIGroup": group,
        "resource": f"{plural}{slash}{below}",
        "resourceName": "".join(name),
    }


def _people(head: str, names: Sequence[str]) -> list[str]:
    if not names:
        return [f"{head}none", ""]
    first, *others = names
    return [f"{head}{first}", *(f"{' ' * len(head)}{each}" for each in others), ""]


def _listed(values: Iterable[object]) -> str:
    return f"[{' '.join(map(str, values))}]"
