"""What the demonstration needs to know and says: what the machine lacks, what there is now.

Which commands it consists of is in `commands.demo`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from slipcast.api import kinds
from slipcast.builds import naming
from slipcast.cli import buildfollowing
from slipcast.cli.configbuilds import builds_of
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection
from slipcast.ports.engine import Engine
from slipcast.ports.host import Fact, Host, Verdict
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import Fault, HostFault, PortFault

EXAMPLE: Final = "flask-hello"
APPLICATION: Final = "hello"
PROJECT: Final = "slipcast-demo"
"""The project of all that is made; the container is called so, too."""
LANGUAGE: Final = "python"
MARK: Final = f"{kinds.SLIPCAST}/demo"
"""The label of our own project: another one of that name is left alone."""
RUNS: Final = "podman"
"""What doctor can do without, and we cannot: it runs the result."""
NAMESPACE: Final = kinds.require(kinds.CORE, "Namespace")


def lacking(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts of a machine on which an image cannot be built with buildah, or not be run."""
    return tuple(
        fact
        for fact in facts
        if fact.verdict is Verdict.MISSING
        or (fact.name == RUNS and fact.verdict is Verdict.LIMITED)
    )


def check(host: Host, engine: Engine) -> None:
    """See whether the machine can build images and run them.

    Errors: HostFault naming what it lacks; PortFault of an engine behind a socket.
    """
    lacks = lacking(host.facts())
    if engine.name == "docker":
        try:
            engine.check()
        except PortFault:
            if not lacks:
                raise
        else:
            return
    if lacks:
        advice = (f"{fact.name}: {fact.found} -> {fact.advice}" for fact in lacks)
        raise HostFault(
            f"this machine lacks what it takes: {', '.join(fact.name for fact in lacks)}",
            hint="\n".join((*advice, "`slipcast doctor` says everything about the machine.")),
        )


async def made(connection: Connection) -> bool:
    """Have the project there; whether it had to be made.

    Errors: Fault when there is one of that name which is not ours; ApiFault.
    """
    if await there(connection):
        return False
    metadata = {"name": PROJECT, "labels": {MARK: "true"}}
    await connection.api.create(resource_of(NAMESPACE, ""), {"metadata": metadata})
    return True


async def there(connection: Connection) -> bool:
    """Whether the project is there.

    Errors: Fault when there is one of that name which is not ours; ApiFault.
    """
    try:
        found = await connection.api.get(resource_of(NAMESPACE, "", PROJECT))
    except NotFound:
        return False
    if MARK not in (found.content["metadata"].get("labels") or {}):
        raise Fault(
            f"there is a project {PROJECT} which the demonstration has not made",
            hint=f"Have it out of the way: `slipcast delete namespace {PROJECT}`.",
        )
    return True


async def built(connection: Connection) -> str:
    """The name of the newest build, which is over.

    Errors: Fault when it has no image; ApiFault.
    """
    newest = max(
        await builds_of(connection, APPLICATION),
        key=lambda build: naming.number(build) or 0,
        default=None,
    )
    if newest is None:
        raise Fault(f"the BuildConfig {APPLICATION} has no build")
    ended = await buildfollowing.end(connection, newest.metadata.name)
    failure = buildfollowing.failure(await buildfollowing.with_last_words(connection, ended))
    if failure is not None:
        raise failure
    return newest.metadata.name


def shown(program: str, words: Sequence[str]) -> str:
    """A command as it is typed."""
    return f"{program} {shlex.join(words)}"


def how_to_go_on(program: str, tree: Path, way: Sequence[str]) -> tuple[str, ...]:
    """What has been done, and what can be done now, in lines.

    Shape:  way are the words by which the server is found, where it is not found by itself.
    """
    rows = (
        ("see what there is of it", ("get", "all", "-n", PROJECT, *way)),
        ("change it there, then build and run it", ("demo",)),
        ("make an application of yours", ("new-app", "URL|DIRECTORY", *way)),
        ("take it away", ("demo", "--remove")),
        ("end the server, which keeps what it has", ("server", "--stop")),
    )
    width = max(len(wish) for wish, _ in rows) + 1
    return (
        f"{tree} was built as {PROJECT}/{APPLICATION}, and runs as container {PROJECT}.",
        "",
        *(f"  {wish + ':':<{width}}  {program} {' '.join(words)}" for wish, words in rows),
    )
