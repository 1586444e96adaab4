"""Images, streams and templates, described.

Source: cli.md section 10; `oc describe`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.views import age as ages
from slipcast.views.column import NONE, at
from slipcast.views.describe.builds import reference
from slipcast.views.describe.page import Around, Line, Lines, below, pairs, said
from slipcast.views.imagecolumns import importance, repository

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
_STEP: Final = 1000


def stream(content: JSON, around: Around) -> Lines:
    """The tags of a stream, and which images they have had."""
    histories = {str(at(tag, "tag")): tag for tag in at(content, "status", "tags") or ()}
    wanted = {str(at(tag, "name")): tag for tag in at(content, "spec", "tags") or ()}
    images = {at(item, "image") for tag in histories.values() for item in at(tag, "items") or ()}
    yield Line("Image Repository:", str(repository(content, around.now)) or NONE)
    local = bool(at(content, "spec", "lookupPolicy", "local"))
    yield Line("Image Lookup:", f"local={'true' if local else 'false'}")
    yield Line("Unique Images:", str(len(images - {None, ""})))
    yield Line("Tags:", str(len({*histories, *wanted})))
    for name in sorted({*histories, *wanted}, key=importance):
        yield Line("")
        yield Line(name)
        yield from _wish(wanted.get(name, {}))
        yield from _history(histories.get(name, {}), around)


def image(content: JSON, around: Around) -> Lines:
    """What an image is made of, and what runs in it."""
    known: JSON = at(content, "dockerImageMetadata") or {}
    config: JSON = at(known, "Config") or at(known, "ContainerConfig") or {}
    layers = at(content, "dockerImageLayers") or ()
    yield from said("Docker Image:", at(content, "dockerImageReference"))
    yield from said("Image Size:", _size(known, layers))
    yield from said("Image Created:", ages.ago(at(known, "Created"), around.now))
    yield from said("Author:", at(known, "Author"))
    yield from said("Arch:", at(known, "Architecture"))
    yield from said("Entrypoint:", " ".join(at(config, "Entrypoint") or ()))
    yield from said("Command:", " ".join(at(config, "Cmd") or ()))
    yield from said("Working Dir:", at(config, "WorkingDir"))
    yield from said("User:", at(config, "User"))
    yield from said("Exposes Ports:", ", ".join(sorted(at(config, "ExposedPorts") or ())))
    yield from _held("Docker Labels:", pairs(at(config, "Labels")))
    yield from _held("Environment:", [str(each) for each in at(config, "Env") or ()])
    yield from _held("Volumes:", sorted(at(config, "Volumes") or ()))
    yield from _held(
        "Layers:", [f"{size_text(at(each, 'size'))}  {at(each, 'name')}" for each in layers]
    )
    signed = [str(at(each, "metadata", "name")) for each in at(content, "signatures") or ()]
    yield from _held("Image Signatures:", signed)
    yield from _held("Manifests:", list(map(_manifest, at(content, "dockerImageManifests") or ())))


def image_of(content: JSON, around: Around) -> Lines:
    """The image of a tag, or of a stream."""
    found: JSON = at(content, "image") or {}
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


def _wish(tag: JSON) -> Lines:
    """What a tag shall be."""
    annotations: Mapping[str, Any] = at(tag, "annotations") or {}
    if tag:
        yield Line("", f"  {''.join(_origin(tag))}", bare=True)
    if at(tag, "importPolicy", "insecure"):
        yield Line("", "    will use insecure HTTPS or HTTP connections", bare=True)
    if at(tag, "referencePolicy", "type") == "Local":
        yield Line("", "    prefer registry pullthrough when referencing this tag", bare=True)
    yield from said("Description:", annotations.get("description"), 1)
    yield from said("Tags:", annotations.get("tags"), 1)
    yield from said("Supports:", annotations.get("supports"), 1)
    yield from said("Example Repo:", annotations.get("sampleRepo"), 1)


def _origin(tag: JSON) -> Iterator[str]:
    followed = at(tag, "from")
    if not followed:
        yield "pushed image"
        return
    if at(tag, "reference"):
        yield f"reference to {reference(followed)}"
        return
    scheduled = at(tag, "importPolicy", "scheduled")
    yield "updates automatically from " if scheduled else "tagged from "
    yield reference(followed)


def _history(tag: JSON, around: Around) -> Lines:
    """The images that a tag has had, the newest first, marked by a star."""
    for condition in at(tag, "conditions") or ():
        if at(condition, "type") == "ImportSuccess" and at(condition, "status") == "False":
            when = ages.ago(at(condition, "lastTransitionTime"), around.now)
            told = (
                f"  ! error: Import failed ({at(condition, 'reason')}): {at(condition, 'message')}"
            )
            yield Line("", told, bare=True)
            yield Line("", f"      {when}", bare=True)
    for place, item in enumerate(at(tag, "items") or ()):
        mark = " " if place else "*"
        yield Line("", f"  {mark} {at(item, 'dockerImageReference')}", bare=True)
        yield Line("", f"      {ages.ago(at(item, 'created'), around.now)}", bare=True)


def _size(known: JSON, layers: Any) -> str:
    size = at(known, "Size") or sum(int(at(layer, "size") or 0) for layer in layers)
    if not size:
        return ""
    return f"{size_text(size)} in {len(layers)} layers" if layers else size_text(size)


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
