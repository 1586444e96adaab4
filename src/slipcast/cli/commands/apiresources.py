"""`slipcast api-resources` and `slipcast api-versions`: which kinds of objects there are."""

from __future__ import annotations

from collections.abc import Sequence

import click

from slipcast.api.kinds import KINDS, Kind
from slipcast.cli import serverflags
from slipcast.values.faults import UsageFault
from slipcast.views import table

HEADERS = ("NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND")
WIDE_HEADERS = (*HEADERS, "VERBS", "CATEGORIES")


@click.command(cls=serverflags.Command)
@click.option("-o", "--output", default="", metavar="name|wide", help="Names only, or everything.")
@click.option(
    "--namespaced/--no-namespaced", default=None, help="Only types that are in namespaces."
)
@click.option("--api-group", default=None, metavar="GROUP", help="Only types of a group.")
@click.option("--verbs", default="", metavar="VERB,…", help="Only types that know these verbs.")
@click.option("--categories", default="", metavar="NAME,…", help="Only types of these categories.")
@click.option("--no-headers", is_flag=True, help="Leave out the line of headers.")
@click.option("--sort-by", default="", metavar="name|kind", help="Sort by name or kind.")
def apiresources(
    *,
    output: str,
    namespaced: bool | None,
    api_group: str | None,
    verbs: str,
    categories: str,
    no_headers: bool,
    sort_by: str,
) -> None:
    """Show the types of objects that the API has."""
    if output not in {"", "name", "wide"}:
        raise UsageFault(f"--output {output} is not available")
    found = [
        kind
        for kind in _sorted(sort_by)
        if namespaced in {None, kind.namespaced}
        and api_group in {None, kind.group}
        and _has(kind.verbs, verbs)
        and _has(kind.categories, categories)
    ]
    if output == "name":
        for kind in found:
            click.echo(f"{kind.plural}.{kind.group}" if kind.group else kind.plural)
        return
    headers = () if no_headers else (WIDE_HEADERS if output == "wide" else HEADERS,)
    rows = [row if output == "wide" else row[: len(HEADERS)] for row in map(_row, found)]
    for line in table.lines((*headers, *rows)):
        click.echo(line)


@click.command(cls=serverflags.Command)
def apiversions() -> None:
    """Show the groups of the API and their versions."""
    for version in sorted({kind.api_version for kind in KINDS}):
        click.echo(version)


def _sorted(by: str) -> Sequence[Kind]:
    match by:
        case "":
            return sorted(KINDS, key=lambda kind: (kind.group, kind.plural))
        case "name":
            return sorted(KINDS, key=lambda kind: kind.plural)
        case "kind":
            return sorted(KINDS, key=lambda kind: kind.name)
        case _:
            raise UsageFault("--sort-by accepts only name or kind")


def _has(known: Sequence[str], wanted: str) -> bool:
    return all(word in known for word in wanted.split(",") if word)


def _row(kind: Kind) -> tuple[str, ...]:
    return (
        kind.plural,
        ",".join(kind.short),
        kind.api_version,
        "true" if kind.namespaced else "false",
        kind.name,
        ",".join(sorted(kind.verbs)),
        ",".join(kind.categories),
    )
