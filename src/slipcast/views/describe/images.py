"""Images, tags and templates, described.

Source: cli.md section 10; `oc describe`.
"""

from __future__ import annotations

from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.views import age as ages
from slipcast.views.column import NONE, at
from slipcast.views.describe import tracking
from slipcast.views.describe.page import Around, Line, Lines, below, pairs, said
from slipcast.views.describe.tracking import Tag

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
_STEP: Final = 1000


def image(content: JSON, around: Around) -> Lines:
    """What an image is made of, and what runs in it."""
    known: JSON = at(content, "dockerImageMetadata") or {}
    config: JSON = at(known, "Config") or at(known, "ContainerConfig") or {}
    layers = at(content, "dockerImageLayers") or ()
    yield from said("Docker Image:", at(content, "dockerImageReference"))
    yield from said("Image Size:", _size(known, layers))
    yield from said("Image Created:", ages.ago(at(known, "Created"), around.now))
    yield Line("Author:", str(at(known, "Author") or NONE))
    yield from said("Arch:", at(known, "Architecture"))
    yield from said("Entrypoint:", " ".join(at(config, "Entrypoint") or ()))
    yield from said("Command:", " ".join(at(config, "Cmd") or ()))
    yield Line("Working Dir:", str(at(config, "WorkingDir") or NONE))
    yield Line("User:", str(at(config, "User") or NONE))
    yield Line("Exposes Ports:", ", ".join(sorted(at(config, "ExposedPorts") or ())) or NONE)
    yield from below("Docker Labels:", pairs(at(config, "Labels")))
    yield from below("Environment:", [str(each) for each in at(config, "Env") or ()])
    yield from _held("Volumes:", sorted(at(config, "Volumes") or ()))
    yield from _held(
        "Layers:", [f"{size_text(at(each, 'size'))}  {at(each, 'name')}" for each in layers]
    )
    signed = [str(at(each, "metadata", "name")) for each in at(content, "signatures") or ()]
    yield from _held("Image Signatures:", signed)
    yield from _held("Manifests:", list(map(_manifest, at(content, "dockerImageManifests") or ())))


def image_of(content: JSON, around: Around) -> Lines:
    """The image of a tag, or of a stream; of a tag, where it comes from."""
    found: JSON = at(content, "image") or {}
    wish = at(content, "tag")
    if isinstance(wish, dict):
        yield from _source(content, wish, around)
    yield from said("Image Name:", at(found, "metadata", "name"))
    yield from image(found, around)


def template(content: JSON, around: Around) -> Lines:
    """What a template asks for, and what it makes."""
    del around
    for parameter in at(content, "parameters") or ():
        yield from _parameter(parameter)
    yield Line("")
    yield from below("Object Labels:", pairs(at(content, "labels")))
    yield from said("Message:", at(content, "message"))
    made = [
        f"{at(each, 'kind') or ''} {at(each, 'metadata', 'name') or ''}".strip()
        for each in at(content, "objects") or ()
    ]
    yield from below("Objects:", made)


def size_text(size: object) -> str:
    """A number of bytes in the unit that suits it."""
    rest = float(size) if isinstance(size, int) else 0.0
    for unit in _UNITS[:-1]:
        if rest < _STEP:
            return f"{rest:.4g}{unit}"
        rest /= _STEP
    return f"{rest:.4g}{_UNITS[-1]}"


def _source(content: JSON, wish: JSON, around: Around) -> Lines:
    """Where a tag's image comes from, and whether it changes by itself (UP-23)."""
    metadata = at(content, "metadata")
    item = {
        "created": at(metadata, "creationTimestamp"),
        "generation": at(content, "generation"),
    }
    tag = Tag(
        place=(
            str(at(metadata, "namespace") or ""),
            str(at(metadata, "name") or "").partition(":")[0],
        ),
        wish=wish,
        history={"items": [item], "conditions": at(content, "conditions")},
    )
    yield Line("Source:", tracking.origin(tag))
    yield Line("Updates:", tracking.tracking(tag, around.now))
    for why, when in tracking.failed(tag, around.now):
        yield Line("Import:", f"{why}, {when}" if when else why)


def _size(known: JSON, layers: Any) -> str:
    size = at(known, "Size") or sum(int(at(layer, "size") or 0) for layer in layers)
    if not size:
        return ""
    return (
        f"{size_text(size)} in {len(layers)} layer{'s' if len(layers) != 1 else ''}"
        if layers
        else size_text(size)
    )


def _manifest(manifest: JSON) -> str:
    parts = (str(at(manifest, field) or "") for field in ("os", "architecture", "variant"))
    return f"{'/'.join(filter(None, parts))}  {at(manifest, 'digest')}"


def _held(label: str, values: list[str]) -> Lines:
    if values:
        yield from below(label, values)


def _parameter(parameter: JSON) -> Lines:
    yield Line("Parameter:", str(at(parameter, "name")))
    yield from said("Display Name:", at(parameter, "displayName"), 1)
    yield from said("Description:", at(parameter, "description"), 1)
    yield Line("Required:", "true" if at(parameter, "required") else "false", 1)
    if at(parameter, "generate"):
        yield Line("Generated:", f"{at(parameter, 'generate')} from {at(parameter, 'from')}", 1)
    else:
        yield from said("Value:", at(parameter, "value"), 1)
