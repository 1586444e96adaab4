"""`slipcast set triggers`: what starts builds by itself.

Deviation: the secret of a webhook is in a Secret that the trigger refers to (UP-16), unless it is
wanted in the trigger, where the original has it.
"""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any, Final

import click

from slipcast.api.document import JSON
from slipcast.cli import changing, serverflags
from slipcast.cli.changing import Changing
from slipcast.cli.output import form as forms
from slipcast.cli.setting import triggers as setting
from slipcast.cli.setting.hooksecrets import HookSecrets, referred
from slipcast.cli.setting.triggers import Wish
from slipcast.cli.targets import Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.values.faults import UsageFault
from slipcast.views import table

SORTS: Final = {
    "from_config": "config",
    "from_github": "github",
    "from_gitlab": "gitlab",
    "from_bitbucket": "bitbucket",
    "from_webhook": "webhook",
    "from_webhook_allow_env": "webhook",
}
"""THE TABLE of flags that name a type of trigger."""

SECRET_BYTES: Final = 15
"""A webhook's secret has a third more characters than that: 20."""


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE/NAME…", nargs=-1)
@click.option("--from-config", is_flag=True, help="A change of the configuration starts a build.")
@click.option("--from-image", default="", metavar="STREAM:TAG", help="A new image of the tag does.")
@click.option("--from-github", is_flag=True, help="GitHub does, by a webhook with a new secret.")
@click.option("--from-gitlab", is_flag=True, help="GitLab does, likewise.")
@click.option("--from-bitbucket", is_flag=True, help="Bitbucket does, likewise.")
@click.option("--from-webhook", is_flag=True, help="Whoever calls a webhook with a new secret.")
@click.option(
    "--from-webhook-allow-env", is_flag=True, help="Likewise, and may set variables of the build."
)
@click.option("--auto", is_flag=True, help="Let the trigger, or all, start builds by themselves.")
@click.option("--manual", is_flag=True, help="Do not let them.")
@click.option("--remove", is_flag=True, help="Take the trigger away.")
@click.option("--remove-all", is_flag=True, help="Take all triggers away.")
@click.option(
    "--rotate", is_flag=True, help="Keep the webhook that there is beside the new one, for a while."
)
@click.option(
    "--finish-rotation", is_flag=True, help="Take away the webhooks that a newer one replaces."
)
@click.option(
    "--plain-secret", is_flag=True, help="Put the secret into the trigger, where many may read it."
)
@click.option("-c", "--containers", default="", metavar="NAMES", help="For deployments.")
@changing.options("slipcast-set")
@click.pass_context
def triggers(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Show or set what starts builds: `set triggers bc/app --from-github`."""
    toolbox: Toolbox = ctx.obj
    wish = wanted(given)
    which = Targets.of(words, given, toolbox)
    if not wish.changes:
        _show(ctx, which, given)
        return
    manner = Manner.of(given)
    is_kept = not (given["plain_secret"] or given["local"] or manner.is_local)
    if wish.concerns_hooks and is_kept:
        _set_hook(ctx, which, wish, given)
        return
    block = {"secret": secrets.token_urlsafe(SECRET_BYTES)}
    changing.run(ctx, which, lambda kind, config: setting.changed(kind, config, wish, block), given)


def _set_hook(ctx: click.Context, which: Targets, wish: Wish, given: dict[str, Any]) -> None:
    """Set webhooks whose secrets are in Secrets, and take those away that nobody refers to."""
    toolbox: Toolbox = ctx.obj
    form, manner = forms.form_of(given, toolbox.directory), Manner.of(given)

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, dry=manner.dry, colour=toolbox.colour)
        async for target in changing.objects(connection, which, telling, local=False):
            with telling.trying():
                config = target.document.content
                if target.kind.name != "BuildConfig":
                    raise setting.not_config(target.kind, config)
                kept = HookSecrets(connection, config, manner.write)
                before = referred(config)
                block: JSON = {}
                secret, name = secrets.token_urlsafe(SECRET_BYTES), ""
                if wish.has_secret:
                    name = await kept.free(wish.sort, before if wish.rotation else ())
                    await kept.keep(name, secret, trial=True)
                    block = {"secretReference": {"name": name}}
                change = partial(setting.changed, wish=wish, secret=block)
                await Changing(change=change, manner=manner, local=False).do(
                    connection, target, telling
                )
                # Not before: of a BuildConfig that is refused nothing is left, nor another secret.
                if name:
                    await kept.keep(name, secret)
                after = referred(change(target.kind, config))
                for name in sorted({*before} - {*after}):
                    await kept.drop(name)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


def wanted(given: dict[str, Any]) -> Wish:
    """What the flags ask for (TR-1).

    Errors: UsageFault.
    """
    sorts = {sort for flag, sort in SORTS.items() if given[flag]}
    if given["from_image"]:
        sorts.add("image")
        setting.image_of(given["from_image"])
    auto, manual = given["auto"], given["manual"]
    remove, everything = given["remove"], given["remove_all"]
    begin, end = given["rotate"], given["finish_rotation"]
    wrong = [
        (len(sorts) > 1, "only one trigger type may be set at a time"),
        (auto and manual, "you must specify at most one of --auto or --manual"),
        (remove and everything, "you must specify either --remove or --remove-all"),
        (everything and (sorts or auto or manual), "--remove-all may not be used with other flags"),
        (remove and not sorts, "--remove needs the type of trigger to take away"),
        (remove and (auto or manual), "--remove may not be used with --auto or --manual"),
        (begin and end, "you must specify at most one of --rotate or --finish-rotation"),
        ((begin or end) and remove, "--remove may not be used with a rotation"),
        ((begin or end) and not sorts & setting.HOOKS.keys(), "webhooks alone are rotated"),
    ]
    for is_so, what in wrong:
        if is_so:
            raise UsageFault(what)
    return Wish(
        sort=next(iter(sorts), ""),
        image=given["from_image"],
        allow_env=given["from_webhook_allow_env"],
        remove=remove or everything,
        auto="auto" if auto else "manual" if manual else "",
        rotation="begin" if begin else "end" if end else "",
    )


def _show(ctx: click.Context, which: Targets, given: dict[str, Any]) -> None:
    toolbox: Toolbox = ctx.obj
    form = forms.form_of(given, toolbox.directory)

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, colour=toolbox.colour)
        rows = [("NAME", "TYPE", "VALUE", "AUTO")]
        async for target in changing.objects(connection, which, telling, local=given["local"]):
            content = target.document.content
            if form.name:
                telling.became(target.kind, content, "")
            elif target.kind.name != "BuildConfig":
                telling.fail(setting.not_config(target.kind, content))
            else:
                rows += setting.rows(target.kind, content)
        if len(rows) > 1:
            for line in table.lines(rows):
                telling.line(line)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)
