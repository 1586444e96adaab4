"""`slipcast config`: the contexts of the kubeconfig."""

from __future__ import annotations

from typing import Any

import click

from slipcast.api import codec, kubeconfig
from slipcast.api.document import JSON
from slipcast.cli import contextnames, goflags, serverflags
from slipcast.cli.toolbox import ServerFlags, Toolbox
from slipcast.ports.contexts import Contexts
from slipcast.values.faults import Fault, UsageFault
from slipcast.views import table


@click.group(cls=goflags.Group)
def config() -> None:
    """Show and change the contexts of the kubeconfig."""


@config.command("get-contexts", cls=serverflags.Command)
@click.argument("names", metavar="[NAME…]", nargs=-1)
@click.option("-o", "--output", type=click.Choice(["name"]), help="name: names, nothing else.")
@click.option("--no-headers", is_flag=True, help="Leave out the line of headers.")
@serverflags.options
@click.pass_context
def get_contexts(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    output: str | None,
    *,
    no_headers: bool,
    **given: Any,
) -> None:
    """List the contexts."""
    held = _contexts(ctx, given).load()
    known = kubeconfig.contexts(held)
    for name in names:
        if name not in known:
            raise Fault(f"context {name} not found")
    wanted = sorted(names or known)
    if output == "name":
        click.echo("".join(f"{name}\n" for name in wanted), nl=False)
        return
    rows = [_row(held, name) for name in wanted]
    if not no_headers:
        rows.insert(0, ("CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"))
    for line in table.lines(rows, table.widths_of(rows, ())):
        click.echo(line)


@config.command("current-context", cls=serverflags.Command)
@serverflags.options
@click.pass_context
def current_context(ctx: click.Context, /, **given: Any) -> None:
    """Show which context is in use."""
    name = _contexts(ctx, given).load().get("current-context")
    if not name:
        raise Fault("current-context is not set")
    click.echo(name)


@config.command("use-context", cls=serverflags.Command)
@click.argument("name", metavar="NAME")
@serverflags.options
@click.pass_context
def use_context(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Use another context."""
    contexts = _contexts(ctx, given)
    held = contexts.load()
    if kubeconfig.joined(held, name) is None:
        raise Fault(f'no context exists with the name: "{name}"')
    contexts.save(kubeconfig.with_current(held, name))
    click.echo(f'Switched to context "{name}".')


@config.command("set-context", cls=serverflags.Command)
@click.argument("name", metavar="[NAME]", default="")
@click.option("--current", is_flag=True, help="Change the context that is in use.")
@click.option("--cluster", default="", metavar="NAME", help="Its cluster.")
@click.option("--user", default="", metavar="NAME", help="Its user.")
@serverflags.options
@click.pass_context
def set_context(ctx: click.Context, /, name: str, *, current: bool, **given: Any) -> None:
    """Change a context, or make one: `set-context --current -n NAMESPACE`."""
    if bool(name) == current:
        raise UsageFault("you must specify a context name or --current, and not both")
    contexts = _contexts(ctx, given)
    held = contexts.load()
    name = name or held.get("current-context") or ""
    if not name:
        raise Fault("no current context is set")
    before = kubeconfig.joined(held, name)
    said = {field: given[field] for field in ("cluster", "user", "namespace") if given[field]}
    contexts.save(kubeconfig.with_context(held, name, {**(before or {}), **said}))
    click.echo(f'Context "{name}" {"created" if before is None else "modified"}.')


@config.command("delete-context", cls=serverflags.Command)
@click.argument("name", metavar="NAME")
@serverflags.options
@click.pass_context
def delete_context(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Take a context away; its cluster and its user stay."""
    contexts = _contexts(ctx, given)
    held = contexts.load()
    if kubeconfig.joined(held, name) is None:
        raise Fault(f"cannot delete context {name}, not in the kubeconfig")
    if held.get("current-context") == name:
        click.echo(
            "warning: this removed your active context, use `slipcast config use-context` to "
            "select a different one",
            err=True,
        )
    contexts.save(kubeconfig.without_context(held, name))
    click.echo(f"deleted context {name}")


@config.command(cls=serverflags.Command)
@click.option("--raw", is_flag=True, help="Show what is secret as well.")
@click.option("--minify", is_flag=True, help="Show the context in use only.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="In which form.",
)
@serverflags.options
@click.pass_context
def view(ctx: click.Context, /, output: str, *, raw: bool, minify: bool, **given: Any) -> None:
    """Show the kubeconfig, without what is secret."""
    held = _contexts(ctx, given).load()
    if minify:
        name = given["context"] or held.get("current-context") or ""
        if kubeconfig.joined(held, name) is None:
            raise Fault("current-context must exist in order to minify")
        held = contextnames.minified(held, name)
    shown = held if raw else contextnames.redacted(held)
    click.echo(codec.to_json(shown) if output == "json" else codec.to_yaml(shown), nl=False)


def _contexts(ctx: click.Context, given: dict[str, Any]) -> Contexts:
    toolbox: Toolbox = ctx.obj
    flags: ServerFlags = serverflags.server_flags(given)
    return toolbox.contexts(flags)


def _row(held: JSON, name: str) -> tuple[str, ...]:
    joins = kubeconfig.joined(held, name) or {}
    mark = "*" if held.get("current-context") == name else ""
    return (mark, name, *(str(joins.get(field, "")) for field in ("cluster", "user", "namespace")))
