"""From the flags of an s2i command line to an S2IRequest.

Source: s2i command reference (S2I-16 to 53); deprecated spellings win over the new ones and warn.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from slipcast.builds.s2i import environment as variables
from slipcast.builds.s2i.request import S2IRequest
from slipcast.cli import flags
from slipcast.cli.options import FILE, Decorator, split_list, together
from slipcast.cli.toolbox import Toolbox

Warn = Callable[[str], None]

quiet = click.option("-q", "--quiet", is_flag=True, help="Hide the standard output of scripts.")

shared: Decorator = together(
    quiet,
    click.option("--incremental", is_flag=True, help="Reuse artifacts of the previous image."),
    click.option(
        "--rm", is_flag=True, help="Remove the previous image after an incremental build."
    ),
    click.option("--callback-url", default="", help="POST the outcome as JSON to this URL."),
    click.option(
        "-p",
        "--pull-policy",
        type=flags.POLICY,
        default="if-not-present",
        show_default=True,
        help="When to pull the builder image.",
    ),
    click.option(
        "--incremental-pull-policy",
        type=flags.POLICY,
        default="if-not-present",
        show_default=True,
        help="When to pull the previous image.",
    ),
    click.option(
        "--runtime-pull-policy",
        type=flags.POLICY,
        default="if-not-present",
        show_default=True,
        help="When to pull the runtime image.",
    ),
    click.option("--force-pull", is_flag=True, help="Deprecated: --pull-policy always."),
    click.option("--save-temp-dir", is_flag=True, help="Keep the working directory."),
    flags.credentials,
    click.option("-d", "--destination", default="", help="Directory in the container for uploads."),
    flags.engine,
    flags.loglevel,
)
"""Flags of build, rebuild and usage."""

location = click.option(
    "-l", "--location", default="", help="Deprecated: --destination.", metavar="DIR"
)

environment = click.option(
    "-e",
    "--env",
    type=flags.VARIABLE,
    multiple=True,
    help="Variable for the build and the image. Repeatable.",
)

scripts_url = click.option(
    "-s", "--scripts-url", default="", help="First place to look for scripts."
)

assemble_user = click.option("--assemble-user", default="", help="User that runs assemble.")

assemble_runtime_user = click.option(
    "--assemble-runtime-user", default="", help="User that runs assemble-runtime."
)

source: Decorator = together(
    environment,
    click.option("-E", "--environment-file", type=FILE, help="File with more variables."),
    click.option("-r", "--ref", default="", help="Branch, tag or commit to check out."),
    click.option("--context-dir", default="", help="Sub-directory that becomes the source."),
    click.option("-c", "--copy", is_flag=True, help="Copy the directory instead of cloning it."),
    click.option("--ignore-submodules", is_flag=True, help="Do not check out submodules."),
    click.option(
        "--exclude",
        type=flags.EXPRESSION,
        default=None,
        help=r"Paths left out of the upload. Default: (^|/)\.git(/|$).",
    ),
    click.option("--keep-symlinks", is_flag=True, help="Copy links as links."),
    scripts_url,
    click.option("--scripts", default="", help="Deprecated: --scripts-url.", metavar="URL"),
    click.option(
        "--image-scripts-url",
        default="image:///usr/libexec/s2i",
        show_default=True,
        help="Last place to look for scripts (--as-dockerfile).",
    ),
    location,
    assemble_user,
    assemble_runtime_user,
    click.option(
        "-u",
        "--allowed-uids",
        type=flags.UIDS,
        default=None,
        help="User ids that may run: N, N-, -N, N-M, joined by commas.",
    ),
    click.option(
        "-i", "--inject", multiple=True, metavar="SRC:DST", help="Files for assemble only."
    ),
    click.option("-v", "--volume", type=flags.VOLUME, multiple=True, help="Bind mount."),
    click.option("--cap-drop", multiple=True, metavar="LIST", help="Capabilities to drop."),
    click.option("--network", default="", metavar="MODE", help="Network of the containers."),
    click.option("--add-host", type=flags.ADDRESS, multiple=True, help="Entry for the hosts file."),
    click.option("--runtime-image", default="", help="Second image of a two-image build."),
    click.option(
        "-a",
        "--runtime-artifact",
        multiple=True,
        metavar="SRC[:DST]",
        help="What the runtime image receives. Repeatable.",
    ),
    click.option("-n", "--application-name", default="", help="Display name. Default: the tag."),
    click.option("--description", default="", help="Description of the application."),
)
"""Flags of build alone that say what is built, and how."""


def request(toolbox: Toolbox, given: dict[str, Any], warn: Warn, **fields: Any) -> S2IRequest:
    """The request that flags and arguments make; fields are given as they are.

    Errors: UsageFault.
    """
    base = toolbox.directory
    return S2IRequest(
        directory=base,
        platform=toolbox.platform,
        ref=given.get("ref", ""),
        context_dir=given.get("context_dir", ""),
        copy=given.get("copy", False),
        ignore_submodules=given.get("ignore_submodules", False),
        exclude=given.get("exclude"),
        keep_symlinks=given.get("keep_symlinks", False),
        env=_variables(given.get("env", ()), warn),
        environment_file=_below(base, given.get("environment_file")),
        scripts_url=_renamed(given, "scripts", "scripts_url", warn),
        image_scripts_url=given.get("image_scripts_url", "image:///usr/libexec/s2i"),
        destination=_renamed(given, "location", "destination", warn),
        assemble_user=given.get("assemble_user", ""),
        assemble_runtime_user=given.get("assemble_runtime_user", ""),
        allowed_uids=flags.uid_ranges(given.get("allowed_uids")),
        injections=flags.injected(given.get("inject", ()), base),
        volumes=given.get("volume", ()),
        cap_drop=split_list(given.get("cap_drop", ())),
        network=given.get("network", ""),
        add_hosts=given.get("add_host", ()),
        runtime_image=given.get("runtime_image", ""),
        runtime_artifacts=given.get("runtime_artifact", ()),
        display_name=given.get("application_name", ""),
        description=given.get("description", ""),
        **_shared(given, warn),
        **fields,
    )


def _shared(given: dict[str, Any], warn: Warn) -> dict[str, Any]:
    pull = flags.policy(given.get("pull_policy", "if-not-present"))
    if given.get("force_pull"):
        warn("--force-pull is deprecated, use --pull-policy always")
        pull = flags.policy("always")
    return {
        "pull_policy": pull,
        "incremental_pull_policy": flags.policy(
            given.get("incremental_pull_policy", "if-not-present")
        ),
        "runtime_pull_policy": flags.policy(given.get("runtime_pull_policy", "if-not-present")),
        "incremental": given.get("incremental", False),
        "remove_previous": given.get("rm", False),
        "callback_url": given.get("callback_url", ""),
        "save_temp_dir": given.get("save_temp_dir", False),
        "quiet": given.get("quiet", False),
    }


def _renamed(given: dict[str, Any], old: str, new: str, warn: Warn) -> str:
    was, now = given.get(old, ""), given.get(new, "")
    if was:
        warn(f"--{old} is deprecated, use --{new.replace('_', '-')}")
    return str(was or now)


def _variables(env: tuple[tuple[str, str], ...], warn: Warn) -> tuple[tuple[str, str], ...]:
    for name, value in env:
        if variables.looks_like_several(value):
            warn(
                f"the value of {name} holds a comma and another '='; it is one value, "
                "use -e again for another variable"
            )
    return tuple(env)


def _below(base: Path, path: Path | None) -> Path | None:
    return None if path is None else base / path
