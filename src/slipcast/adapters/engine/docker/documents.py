"""Images as the Engine API describes them, and the documents we make of that. Pure.

Source: Docker Engine API, ImageInspect; Docker image specification v1.2; OCI image specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from slipcast.adapters.imageconfig import config_document, config_of, epoch_of, stamp_of
from slipcast.values.image import ImageConfig, ImageFacts

Document = Mapping[str, Any]


def facts_of(inspected: Document, onbuild: tuple[str, ...] = ()) -> ImageFacts:
    """What an inspection says; onbuild stands in for what the engine does not tell."""
    digests = (name.partition("@")[2] for name in inspected.get("RepoDigests") or ())
    names = (name for name in inspected.get("RepoTags") or () if not name.startswith("<none>"))
    config = config_of(inspected.get("Config") or {})
    return ImageFacts(
        id=inspected["Id"].removeprefix("sha256:"),
        digest=next((digest for digest in digests if digest), ""),
        names=tuple(names),
        config=config if config.onbuild else replace(config, onbuild=onbuild),
        layers=tuple((inspected.get("RootFS") or {}).get("Layers") or ()),
        size=int(inspected.get("Size") or 0),
        created=epoch_of(inspected.get("Created") or ""),
        architecture=inspected.get("Architecture") or "",
    )


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
