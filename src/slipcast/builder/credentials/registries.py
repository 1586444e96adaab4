"""Who a builder is to registries: which files of secrets count, and for which image.

What such a file says is read elsewhere. Without a secret we are nobody, unless a person runs the
builder by hand: the host that build pods share lends its credentials to none of them.

Source: builder-process.md section 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from slipcast.api.build import LocalObjectReference
from slipcast.builder.job import Credentials
from slipcast.builder.task import Held, Task
from slipcast.builds import othersecrets
from slipcast.values.faults import HostFault

FILES: Final = (".dockerconfigjson", ".dockercfg", "config.json")
"""The first of these counts (BLD-77)."""

_NAMED: Final = "DOCKERCFG_PATH"


def pull(task: Task) -> Credentials:
    """How registries are reached to pull what the strategy builds on.

    Errors: HostFault when there is a secret with no such file in it (BLD-80).
    """
    strategy = task.build.spec.strategy
    chosen = strategy.source_strategy or strategy.docker_strategy or strategy.custom_strategy
    return _access(task, "PULL_DOCKERCFG_PATH", chosen.pull_secret if chosen else None)


def push(task: Task) -> Credentials:
    """How registries are reached to push, and to pull what was pushed before (BLD-79).

    Errors: as pull.
    """
    return _access(task, "PUSH_DOCKERCFG_PATH", task.build.spec.output.push_secret)


def source_image(task: Task, index: int) -> Credentials:
    """How registries are reached to pull the image that is a source (BLD-70).

    Errors: as pull.
    """
    images = task.build.spec.source.images
    named = images[index].pull_secret if index < len(images) else None
    return _access(task, f"PULL_SOURCE_DOCKERCFG_PATH_{index}", named)


def _access(task: Task, variable: str, named: LocalObjectReference | None) -> Credentials:
    directory = task.named_by(variable)
    if directory is not None:
        # Where the host keeps it is nobody's business.
        file = file_in(directory, task.env[variable])
        first = Held(path=file, secret=named.name if named is not None else "")
        return task.registries((first, *_others(task, variable)))
    own = _own(task) if task.is_by_hand else None
    return task.registries((Held(path=own),) if own is not None else ())


def _others(task: Task, variable: str) -> Iterator[Held]:
    """The secrets that are tried, too: those that are there, with such a file in them."""
    for number in range(1, othersecrets.MOST + 1):
        name = f"{variable}_TOO_{number}"
        directory = task.named_by(name)
        if directory is None:
            return
        file = _first_in(directory)
        if file is not None:
            yield Held(path=file, secret=Path(task.env[name]).name)


def file_in(directory: Path, called: str = "") -> Path:
    """The file of a secret that counts (BLD-77).

    Shape:  called is what the directory is called to people, where not by its own name.
    Errors: HostFault when there is none (BLD-80).
    """
    found = _first_in(directory)
    if found is None:
        raise HostFault(
            f"no docker config file found in '{called or directory}'",
            hint="A secret for a registry is of type kubernetes.io/dockerconfigjson.",
        )
    return found


def _first_in(directory: Path) -> Path | None:
    return next((path for name in FILES if (path := directory / name).is_file()), None)


def _own(task: Task) -> Path | None:
    """The credentials of the person who runs a builder by hand."""
    named = task.named_by(_NAMED)
    if named is not None:
        return file_in(named) if named.is_dir() else named
    home = task.env.get("HOME")
    return Path(home, ".docker", "config.json") if home else None
