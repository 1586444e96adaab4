"""`slipcast scale`: how many pods there should be of what keeps pods running."""

from __future__ import annotations

from typing import Any, Final

import click
import msgspec
from msgspec.structs import replace

from slipcast.api.document import JSON, Document
from slipcast.cli import serverflags, targets, writing
from slipcast.cli.output import form as forms
from slipcast.cli.targets import Target, Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.ports.api import Answer, Patch, Resource
from slipcast.values.apifaults import Conflict
from slipcast.values.faults import Fault, UsageFault

SCALE: Final = "scale"
TRIES: Final = 5
"""How often is tried again what somebody else wrote meanwhile."""
_ANY: Final = -1


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE NAME… | TYPE/NAME…", nargs=-1)
@click.option("--replicas", type=int, metavar="COUNT", help="How many pods there should be.")
@click.option(
    "--current-replicas",
    type=int,
    default=_ANY,
    metavar="COUNT",
    help="Only where that many are wanted so far.",
)
@click.option(
    "--resource-version", default="", metavar="VERSION", help="Only if it is still that version."
)
@click.option(
    "--timeout",
    type=serverflags.DURATION,
    default="0s",
    help="Understood, and passed over: nothing here starts pods that could be waited for.",
)
@targets.many
@forms.whole
@writing.options("kubectl")
@serverflags.options
@click.pass_context
def scale(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Say how many pods there should be: `scale dc/app --replicas=3`."""
    toolbox: Toolbox = ctx.obj
    replicas = given["replicas"]
    if replicas is None or replicas < 0:
        raise UsageFault(
            "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"
        )
    if given["current_replicas"] < _ANY:
        raise UsageFault("The --current-replicas must specify an integer of -1 or greater")
    which = Targets.of(words, given, toolbox)
    if given["resource_version"] and (which.selects or len(which.wanted) + len(which.files) > 1):
        raise UsageFault("cannot use --resource-version with multiple resources")
    form = forms.form_of(given, toolbox.directory)
    job = _Scaling(
        replicas=replicas,
        current=given["current_replicas"],
        version=given["resource_version"],
        manner=Manner.of(given),
    )

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, dry=job.manner.dry, colour=toolbox.colour)
        async for target in targets.found(connection, which, telling):
            with telling.trying():
                await job.do(connection, target, telling)
        if given["timeout"] and not telling.code and not job.manner.is_local:
            telling.note("pods are not waited for: what is deployed is kept, and runs elsewhere")
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


class _Scaling(msgspec.Struct, frozen=True, kw_only=True):
    """Scales objects. Shape:  current -1 and version empty ask for nothing."""

    replicas: int
    current: int
    version: str
    manner: Manner

    async def do(self, connection: Connection, target: Target, telling: Telling) -> None:
        """Scale one object.

        Errors: Fault.
        """
        kind = target.kind
        if kind.subresource(SCALE) is None:
            raise Fault(
                f'cannot scale {kind.plural} "{target.resource.name}"',
                hint="Deployments and DeploymentConfigs can be scaled.",
            )
        document = target.document
        if not self.manner.is_local:
            where = replace(target.resource, subresource=SCALE)
            answer = await self._scaled(connection, where)
            telling.warn(*answer.warnings)
            document = replace(document, revision=answer.document.revision)
        telling.became(kind, _with(document, self.replicas), "scaled")

    async def _scaled(self, connection: Connection, where: Resource) -> Answer:
        if self.current == _ANY and not self.version:
            patch = Patch(type="merge", body={"spec": {"replicas": self.replicas}})
            return await connection.api.patch(where, patch, self.manner.write)
        left = TRIES
        while True:
            content = (await connection.api.get(where)).content
            self._check(content)
            wanted = {**content, "spec": {"replicas": self.replicas}}
            try:
                return await connection.api.update(where, wanted, self.manner.write)
            except Conflict:
                left -= 1
                if self.version or not left:
                    raise

    def _check(self, content: JSON) -> None:
        current = content["spec"].get("replicas", 0)
        if self.current not in {_ANY, current}:
            raise Fault(f"Expected replicas to be {self.current}, was {current}")
        version = content["metadata"].get("resourceVersion", "")
        if self.version not in {"", version}:
            raise Fault(f"Expected resource version to be {self.version}, was {version}")


def _with(document: Document, replicas: int) -> JSON:
    """The object with so many pods wanted."""
    content = document.content
    return {**content, "spec": {**content["spec"], "replicas": replicas}}
