"""Images as the Engine API describes them, and the configuration documents we make. Pure.

Source: Docker Engine API, ImageInspect; Docker image specification v1.2; OCI image specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from slipcast.values.image import ImageConfig, ImageFacts

Document = Mapping[str, Any]


def facts_of(inspected: Document, onbuild: tuple[str, ...] = ()) -> ImageFacts:
    """What an inspection says; onbuild stands in for what the engine does not tell."""
    digests = (name.partition("@")[2] for name in inspected.get("RepoDigests") or ())
    names = (name for name in inspected.get("RepoTags") or () if not name.startswith("<none>"))
    return ImageFacts(
        id=inspected["Id"].removeprefix("sha256:"),
        digest=next((digest for digest in digests if digest), ""),
        names=tuple(names),
        config=config_of(inspected.get("Config") or {}, onbuild),
        layers=tuple((inspected.get("RootFS") or {}).get("Layers") or ()),
        size=int(inspected.get("Size") or 0),
        created=epoch_of(inspected.get("Created") or ""),
        architecture=inspected.get("Architecture") or "",
    )


def config_of(document: Document, onbuild: tuple[str, ...] = ()) -> ImageConfig:
    """The run configuration; of a repeated variable the last value counts."""
    pairs = (text.partition("=") for text in _texts(document, "Env"))
    return ImageConfig(
        env=tuple({name: value for name, _, value in pairs if name}.items()),
        entrypoint=_texts(document, "Entrypoint"),
        cmd=_texts(document, "Cmd"),
        user=document.get("User") or "",
        workdir=document.get("WorkingDir") or "",
        labels=MappingProxyType(dict(document.get("Labels") or {})),
        exposed_ports=tuple(sorted(document.get("ExposedPorts") or ())),
        volumes=tuple(sorted(document.get("Volumes") or ())),
        onbuild=_texts(document, "OnBuild") or onbuild,
        stop_signal=document.get("StopSignal") or "",
    )


def config_document(config: ImageConfig) -> dict[str, Any]:
    """A run configuration as the image formats write it; what is not set is not there."""
    document: dict[str, Any] = {
        "Env": [f"{name}={value}" for name, value in config.env],
        "Entrypoint": list(config.entrypoint),
        "Cmd": list(config.cmd),
        "User": config.user,
        "WorkingDir": config.workdir,
        "Labels": dict(sorted(config.labels.items())),
        "ExposedPorts": {port: {} for port in sorted(config.exposed_ports)},
        "Volumes": {volume: {} for volume in sorted(config.volumes)},
        "OnBuild": list(config.onbuild),
        "StopSignal": config.stop_signal,
    }
    return {key: value for key, value in document.items() if value}


def image_document(
    inspected: Document,
    config: ImageConfig,
    *,
    created: int,
    comment: str,
    history: Sequence[Document],
) -> dict[str, Any]:
    """The configuration of an image with the layers of an inspected one, and nothing else of it.

    Shape:  history is that of the layers below the top one, as the API lists it: newest first.
    Units:  created in seconds since the epoch.
    """
    layers = list((inspected.get("RootFS") or {}).get("Layers") or ())
    newest = {"created": stamp_of(created), "created_by": "slipcast", "comment": comment}
    document: dict[str, Any] = {
        "architecture": inspected.get("Architecture") or "amd64",
        "os": inspected.get("Os") or "linux",
        "created": stamp_of(created),
        "config": config_document(config),
        "rootfs": {"type": "layers", "diff_ids": layers},
        "history": [*_history(history, len(layers) - 1), newest],
    }
    if inspected.get("Variant"):
        document["variant"] = inspected["Variant"]
    return document


def differences(wanted: ImageConfig, got: ImageConfig) -> tuple[str, ...]:
    """What an image was to have and has not, or has and was not to: names of instructions."""
    pairs = (
        ("CMD", wanted.cmd, got.cmd),
        ("ENTRYPOINT", wanted.entrypoint, got.entrypoint),
        ("ENV", dict(wanted.env), dict(got.env)),
        ("USER", wanted.user, got.user),
        ("WORKDIR", wanted.workdir or "/", got.workdir or "/"),
        ("LABEL", dict(wanted.labels), dict(got.labels)),
        ("EXPOSE", set(wanted.exposed_ports), set(got.exposed_ports)),
        ("VOLUME", set(wanted.volumes), set(got.volumes)),
        ("ONBUILD", wanted.onbuild, got.onbuild),
        ("STOPSIGNAL", wanted.stop_signal, got.stop_signal),
    )
    return tuple(name for name, one, other in pairs if one != other)


def epoch_of(stamp: str) -> int:
    """Seconds since the epoch of an RFC 3339 time, 0 when it is none; fractions are cut off."""
    whole, _, rest = stamp.partition(".")
    try:
        return int(datetime.fromisoformat(whole + rest.lstrip("0123456789")).timestamp())
    except ValueError:
        return 0


def stamp_of(seconds: int) -> str:
    """The RFC 3339 time of seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _history(listed: Sequence[Document], layers: int) -> Iterable[Document]:
    """History entries of the layers below; the API does not say which of them made no layer.

    Shape:  taken over when exactly as many have a size as there are layers, else one per layer.
    """
    oldest_first = list(reversed(listed))
    if sum(bool(entry.get("Size")) for entry in oldest_first) != layers:
        return [{"created": stamp_of(0)} for _ in range(layers)]
    return [
        {
            "created": stamp_of(int(entry.get("Created") or 0)),
            "created_by": entry.get("CreatedBy") or "",
            **({"comment": entry["Comment"]} if entry.get("Comment") else {}),
            **({} if entry.get("Size") else {"empty_layer": True}),
        }
        for entry in oldest_first
    ]


def _texts(document: Document, key: str) -> tuple[str, ...]:
    value = document.get(key)
    return (value,) if isinstance(value, str) else tuple(value or ())
