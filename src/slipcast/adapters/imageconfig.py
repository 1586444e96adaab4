"""Run configurations of images as the formats and the engines write them, read and written. Pure.

Source: OCI image specification, config.md; Docker image specification v1.2, whose names are the
same; Docker Engine API, ImageInspect, which repeats them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeAlias

from slipcast.values.image import ImageConfig

JSON: TypeAlias = "Mapping[str, JSON] | Sequence[JSON] | str | int | float | bool | None"
Document: TypeAlias = Mapping[str, JSON]


def config_of(config: Document) -> ImageConfig:
    """The run configuration, one variable per name, the last one winning in the first's place."""
    pairs = (entry.partition("=") for entry in texts(config.get("Env")))
    env = {name: value for name, _, value in pairs if name}
    labels = {name: text(value) for name, value in document(config.get("Labels")).items()}
    return ImageConfig(
        env=tuple(env.items()),
        entrypoint=texts(config.get("Entrypoint")),
        cmd=texts(config.get("Cmd")),
        user=text(config.get("User")),
        workdir=text(config.get("WorkingDir")),
        labels=MappingProxyType(labels),
        exposed_ports=tuple(sorted(document(config.get("ExposedPorts")))),
        volumes=tuple(sorted(document(config.get("Volumes")))),
        onbuild=texts(config.get("OnBuild")),
        stop_signal=text(config.get("StopSignal")),
    )


def config_document(config: ImageConfig) -> dict[str, JSON]:
    """The same the other way: what is not set is not there."""
    written: dict[str, JSON] = {
        "User": config.user,
        "ExposedPorts": {port: {} for port in sorted(config.exposed_ports)},
        "Env": [f"{name}={value}" for name, value in config.env],
        "Entrypoint": list(config.entrypoint),
        "Cmd": list(config.cmd),
        "Volumes": {volume: {} for volume in sorted(config.volumes)},
        "WorkingDir": config.workdir,
        "Labels": dict(sorted(config.labels.items())),
        "StopSignal": config.stop_signal,
        "OnBuild": list(config.onbuild),
    }
    return {name: value for name, value in written.items() if value}


def epoch_of(stamp: str) -> int:
    """Seconds since the epoch of an RFC 3339 time, 0 when it is none.

    Units:  fractions of any length are cut off.
    """
    whole, _, rest = stamp.partition(".")
    try:
        return int(datetime.fromisoformat(whole + rest.lstrip("0123456789")).timestamp())
    except ValueError:
        return 0


def stamp_of(seconds: int) -> str:
    """The RFC 3339 time of seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def document(value: JSON | None) -> Document:
    """A document, empty when it is none."""
    return value if isinstance(value, Mapping) else {}


def text(value: JSON | None) -> str:
    """A text, empty when it is none."""
    return value if isinstance(value, str) else ""


def texts(value: JSON | None) -> tuple[str, ...]:
    """Texts, none when they are none; one alone counts as a list of it."""
    if isinstance(value, str):
        return (value,) if value else ()
    if not isinstance(value, Sequence):
        return ()
    return tuple(item for item in value if isinstance(item, str))
