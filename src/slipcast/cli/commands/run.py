"""`slipcast run`: an image as a container that answers, until it is stopped."""

from __future__ import annotations

import asyncio
import re
from typing import Any, NamedTuple

import click

from slipcast.cli import answering, flags, following, options, outputs, runnable
from slipcast.cli.answering import Answer
from slipcast.cli.goflags import Command
from slipcast.cli.runnable import Runnable
from slipcast.cli.toolbox import ServerFlags, Toolbox, Tools
from slipcast.ports.engine import PullSpec, RegistryAccess
from slipcast.ports.launcher import Launched, LaunchSpec
from slipcast.values.faults import EngineFault, Fault, InvalidFault, NotFound, UsageFault
from slipcast.values.image import ImageFacts
from slipcast.values.imageref import ImageRef

_UNFIT = re.compile(r"[^a-zA-Z0-9_.-]+")
_HIGHEST = 65535
_LOCAL = "localhost"


def port_pair(text: str) -> tuple[int, int]:
    """`HOST` or `HOST:CONTAINER`; 0 where the container's port was not given.

    Errors: UsageFault.
    """
    host, colon, inside = text.partition(":")
    numbers = [host, inside] if colon else [host]
    if not all(part.isdecimal() and int(part) <= _HIGHEST for part in numbers):
        raise UsageFault(f"{text!r} is neither PORT nor HOST-PORT:CONTAINER-PORT")
    return int(host), int(inside) if colon else 0


@click.command(cls=Command)
@click.argument("image")
@click.option(
    "--port",
    type=options.Parsed("PORT[:PORT]", port_pair),
    help="Port of this host, 0 for any that is free, and of the container where the image "
    "exposes another one. Default: the port the image exposes, or a free one when that is taken.",
)
@click.option("-e", "--env", type=flags.VARIABLE, multiple=True, help="Variable. Repeatable.")
@click.option("-u", "--user", default="", help="User id instead of the image's.")
@click.option("--name", default="", help="Name of the container. Default: from the image.")
@click.option("--public", is_flag=True, help="Answer to other hosts too, not only to this one.")
@click.option("-d", "--detach", is_flag=True, help="Return once it answers. The default.")
@click.option("--follow", is_flag=True, help="Stay, print its output, remove it on Ctrl-C.")
@click.option("--no-wait", is_flag=True, help="Return at once.")
@click.option(
    "--timeout", default=60.0, show_default=True, help="Seconds to wait for the first answer."
)
@click.option("--status", is_flag=True, help="Say whether it runs; status 1 when it does not.")
@click.option("--stop", is_flag=True, help="End it.")
@outputs.form
@flags.engine
@click.option("--kubeconfig", type=options.FILE, help="The kubeconfig to use, for is/NAME.")
@click.option("--context", default="", help="The context of the kubeconfig to use.")
@click.option("-n", "--namespace", default="", help="The namespace of is/NAME.")
@click.pass_context
def run(ctx: click.Context, /, image: str, **given: Any) -> None:
    """Start IMAGE and print the address where it answers; a container it has already is replaced.

    It is pulled if it is not here and its name says from where. is/NAME and istag/NAME:TAG are
    the newest image of an image stream. It runs until `slipcast run IMAGE --stop`.
    """
    toolbox: Toolbox = ctx.obj
    tools = toolbox.tools(flags.engine_flags(given))
    tag = runnable.tag_of(image)
    name = given["name"] or container_name(tag or image)
    mine = [each for each in tools.launcher.list() if _is_meant(each, image, name)]
    if given["stop"]:
        _stop(tools, mine, image)
    elif given["status"]:
        _status(mine, image, as_json=given["output"] == "json")
    elif not tag:
        _start(tools, mine, _gotten(tools, image), name, given)
    else:
        found = _found(toolbox, tag, given)
        with found.access() as access:
            gotten = _gotten(tools, found.image, access)
        _start(tools, mine, gotten, name, given)


def _found(toolbox: Toolbox, tag: str, given: dict[str, Any]) -> Runnable:
    said = ServerFlags(
        kubeconfig=given["kubeconfig"], context=given["context"], namespace=given["namespace"]
    )

    async def asked() -> Runnable:
        async with toolbox.connect(said) as connection:
            return await runnable.find(connection, tag)

    return asyncio.run(asked())


def container_name(image: str) -> str:
    """The name of the container of an image."""
    return "slipcast-" + _UNFIT.sub("-", image.removesuffix(":latest")).strip("-.")


def _is_meant(each: Launched, image: str, name: str) -> bool:
    return each.name in (name, image) or _exact(each.image) == _exact(image)


def _exact(image: str) -> str:
    try:
        return ImageRef.parse(image).exact
    except InvalidFault:
        return image


def _stop(tools: Tools, mine: list[Launched], image: str) -> None:
    if not mine:
        raise NotFound(f"nothing started by slipcast runs {image}")
    for each in mine:
        tools.launcher.stop(each.name)
        click.echo(f"Stopped {each.name}", err=True)


def _status(mine: list[Launched], image: str, *, as_json: bool) -> None:
    running = [each for each in mine if each.running]
    if not running:
        state = "has ended" if mine else "was not started"
        raise Fault(f"the container of {image} {state}", reason="NotRunning")
    _print(running[0], _address(running[0], Answer.HTTP), as_json=as_json)


class _Gotten(NamedTuple):
    """An image that is here, and what it was called."""

    image: str
    facts: ImageFacts


def _gotten(tools: Tools, image: str, access: RegistryAccess | None = None) -> _Gotten:
    """The image; one that is not here is pulled if its name says from where.

    Errors: NotFound; what the engine raises.
    """
    facts = tools.engine.inspect(image)
    if facts is not None:
        return _Gotten(image, facts)
    registry = ImageRef.parse(image).registry
    if registry in {"", _LOCAL}:
        raise NotFound(
            f"there is no image {image} in the storage of {tools.engine.name}",
            hint="Build it first: slipcast build SOURCE --tag NAME.",
        )
    click.echo(f"Pulling {image}", err=True)
    spec = PullSpec(image=image, access=access or tools.access(image))
    return _Gotten(image, tools.engine.pull(spec))


def _start(
    tools: Tools, mine: list[Launched], gotten: _Gotten, name: str, given: dict[str, Any]
) -> None:
    replaced = [each for each in mine if each.name == name]
    for each in replaced:
        tools.launcher.stop(each.name)
        if each.running:
            click.echo(f"Replacing {each.name}, which was running", err=True)
    exposed = following.tcp_ports(gotten.facts.config)
    spec = LaunchSpec(
        image=gotten.image,
        name=name,
        ports=_ports(exposed, given["port"], _held(tools)),
        env=given["env"],
        user=given["user"],
        public=given["public"],
    )
    started = tools.launcher.start(spec)
    if started.note:
        click.echo(f"WARNING: {started.note}", err=True)
    if given["follow"]:
        for address, port in following.addresses(started):
            click.echo(f"Port {port} answers at {address}", err=True)
        following.follow(tools, started)
        return
    answer = Answer.HTTP if given["no_wait"] else _answered(tools, started, given["timeout"])
    _print(started, _address(started, answer), as_json=given["output"] == "json")


def _held(tools: Tools) -> frozenset[int]:
    """Ports of this host that containers have, also where nobody listens for them."""
    running = (each for each in tools.launcher.list() if each.running)
    return frozenset(host for each in running for host, _ in each.ports)


def _ports(
    exposed: tuple[int, ...], asked: tuple[int, int] | None, held: frozenset[int]
) -> tuple[tuple[int, int], ...]:
    if asked is not None:
        host, inside = asked
        return ((host, inside or (exposed[0] if exposed else host)),)
    free = (port not in held and answering.is_free(port) for port in exposed)
    return tuple(
        (port if is_free else 0, port) for port, is_free in zip(exposed, free, strict=True)
    )


def _answered(tools: Tools, started: Launched, timeout: float) -> Answer:
    """Wait for an answer; a container that does not give one is ended, and its last words told."""
    if not started.ports:
        return Answer.NOTHING
    port = started.ports[0][0]
    try:
        answer = answering.wait(port, timeout, lambda: _runs(tools, started.name))
    except BaseException:
        tools.launcher.stop(started.name)
        raise
    if answer is not Answer.NOTHING:
        return answer
    alive = _runs(tools, started.name)
    tail = tuple(tools.launcher.tail(started.name).splitlines())
    tools.launcher.stop(started.name)
    if alive:
        raise EngineFault(
            f"{started.image} did not answer on port {started.ports[0][1]} within {timeout:g} s",
            reason="NoAnswer",
            hint="Give the port it listens on with --port HOST:CONTAINER, or more --timeout.",
            tail=tail,
        )
    raise EngineFault(f"{started.image} ended before it answered", reason="RunFailed", tail=tail)


def _runs(tools: Tools, name: str) -> bool:
    return any(each.name == name and each.running for each in tools.launcher.list())


def _address(started: Launched, answer: Answer) -> str:
    if not started.ports:
        return ""
    place = f"{answering.LOOPBACK}:{started.ports[0][0]}"
    return f"http://{place}/" if answer is Answer.HTTP else place


def _print(started: Launched, address: str, *, as_json: bool) -> None:
    if as_json:
        outputs.emit(
            {
                "schema": "slipcast.run/1",
                "name": started.name,
                "image": started.image,
                "address": address,
                "ports": [{"host": host, "container": port} for host, port in started.ports],
            }
        )
        return
    if not address:
        click.echo(f"{started.name} runs and exposes no port", err=True)
        return
    click.echo(address)
