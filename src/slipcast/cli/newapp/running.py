"""new-app and new-build carried out: planned, told, created; or searched."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click
import msgspec

from slipcast.api import kubeconfig
from slipcast.api.document import JSON
from slipcast.api.kubeconfig import Access
from slipcast.cli import serverflags, starting, uploading
from slipcast.cli.newapp import creating, filling, flags, writing
from slipcast.cli.newapp.answers import Answers
from slipcast.cli.output import generated
from slipcast.cli.output.form import Form
from slipcast.cli.printable import printable
from slipcast.cli.toolbox import Connection, ServerFlags, Toolbox
from slipcast.newapp import listing, report
from slipcast.newapp.documents import documents, result_name
from slipcast.newapp.facts import Source
from slipcast.newapp.filled import Filled, told
from slipcast.newapp.legacy import VERSION, as_v1
from slipcast.newapp.objects import Secrets
from slipcast.newapp.planning import Plan
from slipcast.newapp.request import NewAppRequest
from slipcast.views.age import UNKNOWN, elapsed
from slipcast.views.age import words as in_words

FORMS: Final = frozenset({"", "json", "yaml", "name", "jsonpath"})
OUTPUT_VERSION: Final = "SLIPCAST_OUTPUT_VERSION"
"""Says what --output-version says, for programs that expect the old client."""
_SORTS: Final = {"stream": "imagestream", "template": "template", "image": "image"}
_BYTES: Final = 15
_DEFAULT: Final = "default"
"""The namespace of a context that names none."""


def run(ctx: click.Context, words: Sequence[str], given: dict[str, Any], *, builds: bool) -> None:
    """Carry out a command line."""
    toolbox: Toolbox = ctx.obj
    form = generated.form_of(given["output"], "", FORMS, toolbox.directory)
    server = serverflags.server_flags(given)

    async def work(connection: Connection) -> int:
        inside = _inside(toolbox, server)
        request = flags.request_of(words, given, toolbox, connection.namespace, builds=builds)
        answers = Answers(connection, toolbox)
        if request.is_listed or request.is_searched:
            await _listed(answers, request, form)
            return 0
        plan = await answers.plan(request)
        templates = await filling.filled(connection, plan, request)
        made = [each for template in templates for each in template.objects]
        wanted = documents(plan, request, _secrets, made)
        for warning in plan.warnings:
            click.echo(f"warning: {printable(warning)}", err=True)
        if form.name not in {"", "name"}:
            version = given["output_version"] or toolbox.environment.get(OUTPUT_VERSION, "")
            old = version == VERSION
            _warn_of_unsent(plan, inside)
            generated.show([as_v1(each) for each in wanted] if old else wanted, form)
            return 0
        telling = _Telling(
            form=form,
            inside=inside,
            dry=given["dry_run"],
            builds=builds,
            templates=tuple(templates),
            labels=_labels(request, plan),
        )
        code = await _made(connection, plan, wanted, telling)
        if code == 0 and not telling.dry:
            await _sent(connection, plan, toolbox, telling)
        return code

    serverflags.run(ctx, server, work)


class _Telling(msgspec.Struct, frozen=True, kw_only=True):
    """How it is told what is made.

    Shape:  inside are the flags that name its namespace, where commands need them; builds says that
            nothing is deployed; labels are those that were asked for, and that of new-build.
    """

    form: Form
    inside: str
    dry: bool
    builds: bool = False
    templates: tuple[Filled, ...] = ()
    labels: str = ""


async def _listed(answers: Answers, request: NewAppRequest, form: Form) -> None:
    """Tell what there is, or give it as it is (NA-72, NA-75)."""
    found = await answers.searched(request)
    if form.name == "name":
        for each in found:
            click.echo(f"{_SORTS[each.origin]}/{each.name}")
        return
    if form.name:
        generated.show(await answers.contents(found), form)
        return
    for line in listing.blocks(found):
        click.echo(printable(line))


def _labels(request: NewAppRequest, plan: Plan) -> str:
    """The labels that all of it gets, in words (HO-17)."""
    given = ",".join(f"{each.name}={each.value}" for each in request.labels)
    name = result_name(plan, request)
    if not given and not (request.builds and name):
        return ""
    return f" with label {given or f'build={name}'}"


def _inside(toolbox: Toolbox, given: ServerFlags) -> str:
    """The flags with which other commands find what is made in the namespace that was given."""
    if not given.namespace:
        return ""
    way = kubeconfig.access(toolbox.contexts(given).load(), given.context) or Access()
    is_home = given.namespace == (way.namespace or _DEFAULT)
    return "" if is_home else f" -n {given.namespace}"


async def _made(
    connection: Connection, plan: Plan, wanted: Sequence[JSON], telling: _Telling
) -> int:
    """Create, and tell of it; or only tell what would be."""
    form, dry, inside = telling.form, telling.dry, telling.inside
    if not form.name:
        _tell(connection, plan, telling)
    prepared = await creating.prepared(connection, wanted)
    await creating.checked(connection, prepared)
    for warning in await creating.beside(connection, prepared):
        click.echo(f"warning: {printable(warning)}", err=True)
    if form.name == "name":
        for each in prepared:
            click.echo(f"{each.kind.singular}/{each.content['metadata'].get('name', '')}")
        return 0 if dry else await writing.written(connection, prepared, inside=inside, quiet=True)
    suffix = " (dry run)" if dry else ""
    click.echo(f"--> Creating resources{telling.labels} ...")
    if dry:
        for each in prepared:
            click.echo(f"    {each.shown} {each.state}{suffix}")
            for path in each.differing:
                click.echo(f"      {path} differs")
        click.echo(f"--> Success{suffix}")
        return 0
    code = await writing.written(connection, prepared, inside=inside)
    click.echo("--> Success" if code == 0 else "--> Failed")
    if code == 0:
        fresh = [
            each.content | {"kind": each.kind.name} for each in prepared if each.state == "created"
        ]
        for line in report.afterwards(plan, fresh, inside, builds=telling.builds):
            click.echo(f"    {line}")
    return code


def _tell(connection: Connection, plan: Plan, telling: _Telling) -> None:
    """Tell what was found, before anything is made of it."""
    for line in report.found(plan, lambda stamp: _old(stamp, connection), telling.inside):
        click.echo(printable(line))
    for template in telling.templates:
        for line in (*told(template, connection.namespace), ""):
            click.echo(printable(line))


async def _sent(connection: Connection, plan: Plan, toolbox: Toolbox, telling: _Telling) -> None:
    """Start builds of the directories that are built as they lie here (UP-5)."""
    for name, source in _directories(plan):
        here, ref = source.directory, source.ref
        at_commit = uploading.Given(repository=here, commit=ref)
        given = at_commit if ref else uploading.Given(directory=here)
        try:
            build = await starting.sent(connection, name, given, toolbox)
        except BaseException:
            again = report.sending(name, source, telling.inside)
            click.echo(f"error: all is made, and {here} is not sent: {again} does that", err=True)
            raise
        if telling.form.name:
            click.echo(f"build/{build}")
        else:
            click.echo(
                f"    build {build!r} started, use"
                f" 'slipcast logs -f bc/{name}{telling.inside}' to track it."
            )


def _directories(plan: Plan) -> Iterator[tuple[str, Source]]:
    """The builds of a plan whose sources are directories here."""
    for part in plan.parts:
        if part.build is not None and part.source is not None and part.source.directory:
            yield part.build.name, part.source


def _warn_of_unsent(plan: Plan, inside: str) -> None:
    """Say of what is only printed how its directories are sent when it is there."""
    for name, source in _directories(plan):
        click.echo(
            f"warning: {source.directory} is not sent by -o: when {name!r} is there, use"
            f" {report.sending(name, source, inside)}",
            err=True,
        )


def _old(stamp: str, connection: Connection) -> str:
    """How long ago something was made, as oc says it."""
    since = elapsed(stamp, connection.clock.now())
    return in_words(since) if since is not None else UNKNOWN


def _secrets() -> Secrets:
    """Words for the webhooks of a BuildConfig (GO-70)."""
    return Secrets(secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES))
