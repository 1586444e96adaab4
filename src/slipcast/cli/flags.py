"""Flags that several commands share, and the types of their values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import click

from slipcast.builds.s2i import environment, injections, users
from slipcast.builds.s2i.request import Injection, UidRange
from slipcast.cli.options import FILE, Parsed, together
from slipcast.cli.toolbox import EngineFlags
from slipcast.values.container import Mount, PullPolicy
from slipcast.values.faults import InvalidFault, UsageFault

_MOUNT_PARTS = 3


def variable(text: str) -> tuple[str, str]:
    """`NAME=VALUE`, blanks around both cut (S2I-175).

    Errors: UsageFault.
    """
    try:
        return environment.parse_assignment(text)
    except InvalidFault as fault:
        wrong = fault.errors[0]
        raise UsageFault(f"{wrong.value!r} {wrong.what}") from fault


def volume(text: str) -> Mount:
    """`SOURCE:TARGET[:OPTIONS]`, options joined by commas (S2I-43).

    Errors: UsageFault.
    """
    source, *rest = text.split(":", _MOUNT_PARTS - 1)
    if not source or not rest or not rest[0].startswith("/"):
        raise UsageFault(f"{text!r} is not of the form SOURCE:/TARGET[:OPTIONS]")
    options = tuple(word for word in rest[1].split(",") if word) if len(rest) > 1 else ()
    return Mount(
        source=source,
        target=rest[0],
        read_only="ro" in options,
        options=tuple(word for word in options if word not in ("ro", "rw")),
    )


def expression(text: str) -> str:
    """A regular expression that can be read (S2I-33).

    Errors: UsageFault.
    """
    try:
        re.compile(text)
    except re.error as wrong:
        raise UsageFault(f"{text!r} is not a regular expression: {wrong}") from wrong
    return text


def host_address(text: str) -> str:
    """`HOST:IP` (S2I-46).

    Errors: UsageFault.
    """
    host, colon, address = text.partition(":")
    if not colon or not host or not address:
        raise UsageFault(f"{text!r} is not of the form HOST:IP")
    return text


VARIABLE: Final = Parsed("NAME=VALUE", variable)
VOLUME: Final = Parsed("SPEC", volume)
UIDS: Final = Parsed("LIST", users.parse_allowed_uids)
EXPRESSION: Final = Parsed("REGEXP", expression)
ADDRESS: Final = Parsed("HOST:IP", host_address)
POLICY: Final = click.Choice([str(policy) for policy in PullPolicy])


def policy(value: str) -> PullPolicy:
    """The pull policy a word stands for."""
    return PullPolicy(value)


def uid_ranges(value: tuple[UidRange, ...] | None) -> tuple[UidRange, ...]:
    """The ranges given, none for no rule."""
    return value or ()


def injected(values: Iterable[str], directory: Path) -> tuple[Injection, ...]:
    """Injections, their sources counted from directory.

    Errors: UsageFault.
    """
    return tuple(each for value in values for each in injections.parse(value, directory))


engine = together(
    click.option(
        "--engine",
        type=click.Choice(["buildah", "docker"]),
        help="Container engine: buildah, or docker for a Docker API socket. Default: the "
        "settings', else docker when -U or $DOCKER_HOST is given, else what is there.",
    ),
    click.option("-U", "--url", default="", help="Docker API endpoint. Default: $DOCKER_HOST."),
    click.option("--cert", type=FILE, help="Client certificate for the endpoint."),
    click.option("--key", type=FILE, help="Key of the client certificate."),
    click.option("--ca", type=FILE, help="Certificate authority of the endpoint."),
    click.option("--tls/--no-tls", default=None, help="Use TLS without verifying the endpoint."),
    click.option("--tlsverify/--no-tlsverify", default=None, help="Use TLS and verify it."),
)
"""Which engine, and how it is reached (S2I-10 to 13)."""

loglevel = click.option(
    "--loglevel", type=click.IntRange(0, 5), default=0, show_default=True, help="Detail, 0 to 5."
)

credentials = click.option(
    "--dockercfg-path",
    type=FILE,
    help="Registry credentials. Default: ~/.docker/config.json.",
)


def engine_flags(given: dict[str, Any]) -> EngineFlags:
    """What the flags `engine`, `loglevel` and `credentials` said."""
    return EngineFlags(
        engine=given.get("engine") or "",
        url=given.get("url") or "",
        cert=given.get("cert"),
        key=given.get("key"),
        ca=given.get("ca"),
        tls=given.get("tls"),
        tls_verify=given.get("tlsverify"),
        credentials=given.get("dockercfg_path"),
    )
