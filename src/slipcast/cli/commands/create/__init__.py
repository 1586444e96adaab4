"""`slipcast create`: objects from files, or from flags by one of the commands below it."""

from __future__ import annotations

from typing import Any, Final

import click
from typing_extensions import override

from slipcast.cli import applying, goflags, manifests, selection, serverflags
from slipcast.cli.commands.create import data, making, others, roles, services, streams, workloads
from slipcast.cli.manifests import Manifest
from slipcast.cli.output import form as forms
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.values.faults import UsageFault

SHORT: Final = {
    "ns": "namespace",
    "cm": "configmap",
    "sa": "serviceaccount",
    "resourcequota": "quota",
    "svc": "service",
    "deploy": "deployment",
    "is": "imagestream",
    "istag": "imagestreamtag",
}
"""THE TABLE of short names."""


class _Group(goflags.Group):
    """Knows its commands by their short names as well."""

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, SHORT.get(cmd_name, cmd_name))


@click.group(cls=_Group, invoke_without_command=True)
@manifests.options
@making.options
def create(ctx: click.Context, /, **given: Any) -> None:
    """Create objects: `create -f FILE`, or `create configmap NAME …` from flags."""
    if ctx.invoked_subcommand is not None:
        return
    toolbox: Toolbox = ctx.obj
    if not given["filenames"]:
        raise UsageFault(
            "must specify one of -f", hint="Or a type of object: slipcast create --help lists them."
        )
    manner = Manner.of(given)
    form = forms.form_of(given, toolbox.directory)
    files = manifests.read(given["filenames"], toolbox, recursive=given["recursive"])

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, dry=manner.dry, colour=toolbox.colour)
        for manifest in files:
            content = prepared(manifest, connection, save=given["save_config"])
            with telling.trying("creating", manifest.source):
                await _create(connection, manifest, content, manner, telling)
        if not files:
            raise UsageFault("no objects passed to create")
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


def prepared(manifest: Manifest, connection: Connection, *, save: bool) -> dict[str, Any]:
    """The object of a file as it is sent."""
    content = applying.placed(
        manifest.content, selection.of_manifest(manifest, connection).namespace
    )
    return applying.remembered(content) if save else content


async def _create(
    connection: Connection,
    manifest: Manifest,
    content: dict[str, Any],
    manner: Manner,
    telling: Telling,
) -> None:
    if manner.is_local:
        telling.became(manifest.kind, content, "created")
        return
    where = selection.of_manifest(manifest, connection).named("")
    answer = await connection.api.create(where, content, manner.write)
    telling.warn(*answer.warnings)
    telling.did(answer.document, "created")


for command in (
    others.namespace,
    data.configmap,
    data.secret,
    others.serviceaccount,
    roles.role,
    roles.rolebinding,
    roles.clusterrole,
    roles.clusterrolebinding,
    workloads.quota,
    services.service,
    workloads.deployment,
    workloads.job,
    others.token,
    streams.imagestream,
    streams.imagestreamtag,
):
    create.add_command(command)
