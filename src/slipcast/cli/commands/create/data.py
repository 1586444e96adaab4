"""`slipcast create configmap` and `slipcast create secret`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from slipcast.cli import goflags, serverflags
from slipcast.cli.commands.create import making
from slipcast.cli.generators import data
from slipcast.cli.generators.data import Registry
from slipcast.cli.options import FILE, together
from slipcast.cli.toolbox import Toolbox
from slipcast.values.faults import UsageFault

hashing = click.option("--append-hash", is_flag=True, help="Put a hash of the data in the name.")
pairs = together(
    click.option("--from-literal", metavar="KEY=VALUE", multiple=True, help="A key and its value."),
    click.option(
        "--from-file",
        metavar="[KEY=]PATH",
        multiple=True,
        help="A file, or the files of a directory; the key is the name unless it is said.",
    ),
    click.option(
        "--from-env-file", metavar="PATH", multiple=True, help="A file of lines KEY=VALUE."
    ),
    hashing,
)


@click.command(cls=serverflags.Command)
@making.name
@pairs
@making.options
def configmap(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Create a config map from keys, files and lines."""
    content = data.config_map(name, _pairs(ctx, given), append_hash=given["append_hash"])
    making.from_flags(ctx, given, content)


@click.group(cls=goflags.Group)
def secret() -> None:
    """Create a secret."""


@secret.command(cls=serverflags.Command)
@making.name
@click.option("--type", "sort", default="", metavar="TYPE", help="The secret's type.")
@pairs
@making.options
def generic(ctx: click.Context, /, name: str, sort: str, **given: Any) -> None:
    """Create a secret from keys, files and lines."""
    content = data.secret(name, _pairs(ctx, given), sort=sort, append_hash=given["append_hash"])
    making.from_flags(ctx, given, content)


@secret.command("docker-registry", cls=serverflags.Command)
@making.name
@click.option("--docker-username", default="", metavar="NAME", help="The user at the registry.")
@click.option("--docker-password", default="", metavar="PASSWORD", help="The password there.")
@click.option("--docker-email", default="", metavar="ADDRESS", help="The user's e-mail address.")
@click.option(
    "--docker-server",
    default=data.DOCKER_HUB,
    show_default=True,
    metavar="URL",
    help="The registry.",
)
@click.option(
    "--from-file", metavar="PATH", multiple=True, help="A file as Docker keeps its credentials in."
)
@hashing
@making.options
def docker_registry(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Create a secret with which images are pulled and pushed."""
    if given["from_file"]:
        given["from_literal"], given["from_env_file"] = (), ()
        found = [(".dockerconfigjson", value) for _, value in _pairs(ctx, given)]
    else:
        missing = [
            f"--docker-{part}" for part in ("username", "password") if not given[f"docker_{part}"]
        ]
        if missing:
            raise UsageFault(
                f"{', '.join(missing)} must be said", hint="Or name a file with --from-file."
            )
        registry = Registry(
            server=given["docker_server"],
            username=given["docker_username"],
            password=given["docker_password"],
            email=given["docker_email"],
        )
        found = [(".dockerconfigjson", registry.text.encode())]
    content = data.secret(
        name, found, sort="kubernetes.io/dockerconfigjson", append_hash=given["append_hash"]
    )
    making.from_flags(ctx, given, content)


@secret.command(cls=serverflags.Command)
@making.name
@click.option("--cert", type=FILE, required=True, help="The certificate, as PEM.")
@click.option("--key", type=FILE, required=True, help="Its private key, as PEM.")
@hashing
@making.options
def tls(ctx: click.Context, /, name: str, cert: Path, key: Path, **given: Any) -> None:
    """Create a secret of a certificate and its key."""
    toolbox: Toolbox = ctx.obj
    found = [
        ("tls.crt", _read(toolbox.directory / cert, str(cert))),
        ("tls.key", _read(toolbox.directory / key, str(key))),
    ]
    content = data.secret(name, found, sort="kubernetes.io/tls", append_hash=given["append_hash"])
    making.from_flags(ctx, given, content)


def _pairs(ctx: click.Context, given: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Keys and values from all the sources.

    Errors: UsageFault.
    """
    toolbox: Toolbox = ctx.obj
    if given["from_env_file"] and (given["from_literal"] or given["from_file"]):
        raise UsageFault("from-env-file cannot be combined with from-file or from-literal")
    for text in given["from_file"]:
        yield from _files(toolbox.directory, *data.file_source(text))
    for text in given["from_literal"]:
        yield data.literal(text)
    for text in given["from_env_file"]:
        body = _read(toolbox.directory / text, text)
        try:
            yield from data.variables(body.decode(), toolbox.environment)
        except UnicodeDecodeError as wrong:
            raise UsageFault(f"env file {text} contains invalid utf8 bytes") from wrong


def _files(directory: Path, key: str, text: str) -> Iterator[tuple[str, bytes]]:
    path = directory / text
    if not path.is_dir():
        yield key or path.name, _read(path, text)
        return
    if key:
        raise UsageFault("cannot give a key name for a directory path")
    for each in sorted(path.iterdir()):
        if each.is_file():
            yield each.name, _read(each, str(each))


def _read(path: Path, said: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as missing:
        raise UsageFault(f"error reading {said}: no such file or directory") from missing
    except OSError as fault:
        raise UsageFault(f"error reading {said}: {fault.strerror}") from fault
