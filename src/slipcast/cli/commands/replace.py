"""`slipcast replace`: objects replaced whole by what files say."""

from __future__ import annotations

from typing import Any, Final

import click
import msgspec

from slipcast.api.document import JSON
from slipcast.cli import applying, manifests, selection, serverflags, vanishing, writing
from slipcast.cli.manifests import Manifest
from slipcast.cli.output import form as forms
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.vanishing import Vanishing
from slipcast.cli.writing import Manner
from slipcast.ports.api import DeleteOptions, Resource
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import UsageFault
from slipcast.views.rows import qualified

MANAGER: Final = "kubectl-replace"


class _Replacing(msgspec.Struct, frozen=True, kw_only=True):
    connection: Connection
    manner: Manner
    telling: Telling
    given: dict[str, Any]

    async def one(self, manifest: Manifest) -> None:
        where = selection.of_manifest(manifest, self.connection)
        if not where.name:
            raise UsageFault(f"error when replacing {manifest.source!r}: the object has no name")
        content = applying.placed(manifest.content, where.namespace)
        if self.given["save_config"]:
            content = applying.remembered(content)
        if self.manner.is_local:
            self.telling.became(manifest.kind, content, "replaced")
            return
        if self.given["subresource"]:
            where = msgspec.structs.replace(where, subresource=self.given["subresource"])
        if not content["metadata"].get("resourceVersion"):
            content = await self._over(where, content)
        answer = await self.connection.api.update(where, content, self.manner.write)
        self.telling.warn(*answer.warnings)
        self.telling.did(answer.document, "replaced")

    async def _over(self, where: Resource, content: JSON) -> JSON:
        """The content in the place of whatever is there: some kinds want its revision named."""
        revision = str((await self.connection.api.get(where)).revision)
        return {**content, "metadata": {**content["metadata"], "resourceVersion": revision}}

    async def away(self, files: tuple[Manifest, ...]) -> None:
        """Delete what is there, and wait until it is gone."""
        gone: list[Vanishing] = []
        grace = self.given["grace_period"]
        options = DeleteOptions(propagation="Background", grace=grace if grace >= 0 else None)
        for manifest in files:
            where = selection.of_manifest(manifest, self.connection)
            try:
                answer = await self.connection.api.delete(where, options)
            except NotFound:
                continue
            self.telling.line(f'{qualified(where.kind)} "{where.name}" deleted')
            if not answer.gone:
                gone.append(Vanishing(where, answer.document.names.uid))
        timeout = self.given["timeout"] or vanishing.WEEK
        await vanishing.gone(self.connection, gone, timeout)

    async def again(self, manifest: Manifest) -> None:
        """Create an object where there was one."""
        where: Resource = selection.of_manifest(manifest, self.connection)
        content: JSON = applying.placed(manifest.content, where.namespace)
        content["metadata"].pop("resourceVersion", None)
        if self.given["save_config"]:
            content = applying.remembered(content)
        answer = await self.connection.api.create(where.named(""), content, self.manner.write)
        self.telling.warn(*answer.warnings)
        self.telling.did(answer.document, "replaced")


@click.command(cls=serverflags.Command)
@manifests.options
@click.option("--force", is_flag=True, help="Delete the objects first, and create them anew.")
@click.option(
    "--grace-period",
    type=int,
    default=-1,
    metavar="SECONDS",
    help="With --force: how long the objects have to end.",
)
@click.option(
    "--timeout",
    type=serverflags.DURATION,
    default="0",
    help="With --force: how long to wait until they are gone; 0: for a week.",
)
@click.option("--subresource", default="", metavar="NAME", help="Replace that: status.")
@click.option(
    "--save-config", is_flag=True, help="Keep the configuration in the object, for apply."
)
@forms.whole
@writing.options(MANAGER)
@writing.strictness
@serverflags.options
@click.pass_context
def replace(ctx: click.Context, /, **given: Any) -> None:
    """Replace objects whole: `replace -f FILE`."""
    toolbox: Toolbox = ctx.obj
    if not given["filenames"]:
        raise UsageFault("must specify one of -f")
    manner = Manner.of(given)
    if given["force"] and manner.dry != "none":
        raise UsageFault("--dry-run can not be used when --force is set")
    form = forms.form_of(given, toolbox.directory)
    files = manifests.read(given["filenames"], toolbox, recursive=given["recursive"])

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, dry=manner.dry, colour=toolbox.colour)
        run = _Replacing(connection=connection, manner=manner, telling=telling, given=given)
        if given["force"]:
            await run.away(files)
        for manifest in files:
            with telling.trying("replacing", manifest.source):
                await (run.again(manifest) if given["force"] else run.one(manifest))
        if not files:
            raise UsageFault("no objects passed to replace")
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)
