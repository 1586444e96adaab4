"""`slipcast server`: the API server, in the foreground or in the background."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from slipcast.cli import identityflags, outputs
from slipcast.cli.toolbox import Toolbox
from slipcast.ports.daemon import Serving
from slipcast.ports.running import Running
from slipcast.values.faults import UsageFault

ADDRESS = re.compile(r"(?:(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]*):)?(?P<port>[0-9]{1,5})")
NONE_RUNS = 3
"""Exit code of --status when no server runs, as service managers have it."""


@click.command()
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="SLIPCAST_STATE_DIR",
    help="Where the server keeps everything. Default: `server` in the state directory of slipcast.",
)
@click.option(
    "--listen",
    default="127.0.0.1:8443",
    show_default=True,
    metavar="ADDRESS:PORT",
    help="Where to answer; port 0 takes any that is free.",
)
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that gets the administrator's context. Default: admin.kubeconfig in the state "
    "directory.",
)
@click.option(
    "--store",
    default="sqlite",
    show_default=True,
    envvar="SLIPCAST_STORE",
    metavar="sqlite|postgresql://…",
    help="Where objects are kept: embedded, or in a PostgreSQL database.",
)
@identityflags.options
@click.option("--background", is_flag=True, help="Return when the server answers; it goes on.")
@click.option("--status", is_flag=True, help="Say whether a server runs, and where.")
@click.option("--stop", is_flag=True, help="Stop the server that runs.")
@outputs.form
@click.pass_context
def server(  # noqa: PLR0913 -- one parameter an option
    ctx: click.Context,
    /,
    state_dir: Path | None,
    listen: str,
    kubeconfig: Path | None,
    store: str,
    output: str,
    *,
    background: bool,
    status: bool,
    stop: bool,
    **identity: Any,
) -> None:
    """Serve the API, with everything it needs, from one command."""
    toolbox: Toolbox = ctx.obj
    if background + status + stop > 1:
        raise UsageFault("--background, --status and --stop exclude each other")
    state = state_dir.absolute() if state_dir else None
    if status or stop:
        running = toolbox.daemon.stop(state) if stop else toolbox.daemon.status(state)
        _tell_end(running, output, stopped=stop)
        ctx.exit(NONE_RUNS if running is None and status else 0)
    host, port = parse_address(listen)
    wanted = Serving(
        state=state,
        host=host,
        port=port,
        kubeconfig=kubeconfig.absolute() if kubeconfig else None,
        store=store,
        identity=identityflags.identification(identity),
    )
    if background:
        _tell(toolbox.daemon.start(wanted), output)
    else:
        toolbox.daemon.serve(wanted, lambda running: _tell(running, output))


def parse_address(text: str) -> tuple[str, int]:
    """Host and port of a listening address; without a host this machine alone is meant.

    Errors: UsageFault.
    """
    found = ADDRESS.fullmatch(text)
    if found is None or int(found["port"]) > 65535:  # noqa: PLR2004 -- the largest port
        raise UsageFault(
            f"--listen {text!r} is no address", hint="Write ADDRESS:PORT, such as 127.0.0.1:8443."
        )
    return (found["host"] or "127.0.0.1").strip("[]"), int(found["port"])


def _tell(running: Running, output: str) -> None:
    if output == "json":
        outputs.emit(_document(running))
        return
    click.echo(f"slipcast serves at {running.address} (process {running.pid})")
    click.echo(f"  slipcast get projects                  # uses {running.kubeconfig}")
    click.echo(f"  kubectl --kubeconfig {running.kubeconfig} get namespaces")
    if running.log is not None:
        click.echo(f"  log: {running.log}; `slipcast server --stop` ends it")


def _tell_end(running: Running | None, output: str, *, stopped: bool) -> None:
    if output == "json":
        outputs.emit(_document(running))
    elif running is None:
        click.echo("no server runs")
    elif stopped:
        click.echo(f"the server, process {running.pid} at {running.address}, has ended")
    else:
        state = "answers" if running.ready else "runs and does not answer yet"
        click.echo(f"the server, process {running.pid} at {running.address}, {state}")


def _document(running: Running | None) -> dict[str, object]:
    schema: dict[str, object] = {"schema": "slipcast.server/1"}
    if running is None:
        return schema | {"running": False}
    return schema | {
        "running": True,
        "ready": running.ready,
        "pid": running.pid,
        "address": running.address,
        "kubeconfig": str(running.kubeconfig),
        "state": str(running.state),
    }
