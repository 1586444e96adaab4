"""ImageFacts and ImageConfig from the documents that images are described by. Pure.

Source: OCI image specification, config.md; the docker v2s2 image configuration has the same names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from slipcast.values.image import ImageConfig, ImageFacts

JSON: TypeAlias = "Mapping[str, JSON] | Sequence[JSON] | str | int | float | bool | None"
Document: TypeAlias = Mapping[str, JSON]


def facts_of(
    image_id: str,
    config: Document,
    *,
    digest: str = "",
    names: Sequence[str] = (),
    size: int = 0,
) -> ImageFacts:
    """What an image's configuration says, with what only the storage knows."""
    return ImageFacts(
        id=image_id.removeprefix("sha256:"),
        digest=digest,
        names=tuple(names),
        config=config_of(_document(config.get("config"))),
        layers=_texts(_document(config.get("rootfs")).get("diff_ids")),
        size=size,
        created=epoch_of(_text(config.get("created"))),
        architecture=_text(config.get("architecture")),
    )


def config_of(config: Document) -> ImageConfig:
    """The run configuration, one variable per name, the last one winning in the first's place."""
    pairs = (entry.partition("=") for entry in _texts(config.get("Env")))
    env = {name: value for name, _, value in pairs if name}
    labels = {name: _text(value) for name, value in _document(config.get("Labels")).items()}
    return ImageConfig(
        env=tuple(env.items()),
        entrypoint=_texts(config.get("Entrypoint")),
        cmd=_texts(config.get("Cmd")),
        user=_text(config.get("User")),
        workdir=_text(config.get("WorkingDir")),
        labels=MappingProxyType(labels),
        exposed_ports=tuple(sorted(_document(config.get("ExposedPorts")))),
        volumes=tuple(sorted(_document(config.get("Volumes")))),
        onbuild=_texts(config.get("OnBuild")),
        stop_signal=_text(config.get("StopSignal")),
    )


def config_document(config: ImageConfig) -> dict[str, JSON]:
    """The same the other way: what is not set is not there."""
    document: dict[str, JSON] = {
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
    return {name: value for name, value in document.items() if value}


def epoch_of(stamp: str) -> int:
    """Seconds since the epoch of an RFC 3339 time, 0 when it is none.

    Units:  fractions of any length are cut off.
    """
    whole, _, rest = stamp.partition(".")
    zone = rest.lstrip("0123456789") if rest else ""
    try:
        return int(datetime.fromisoformat(whole + zone).timestamp())
    except ValueError:
        return 0


def _document(value: JSON | None) -> Document:
    return value if isinstance(value, Mapping) else {}


def _text(value: JSON | None) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: JSON | None) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return ()
    return tuple(item for item in value if isinstance(item, str))
