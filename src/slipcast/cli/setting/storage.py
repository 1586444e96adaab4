"""The volumes of pods, and where containers see them: set, taken away and listed.

Source: oc's set volume; the API reference of Volume.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli.setting import parts
from slipcast.values.faults import Fault, UsageFault

TYPES: Final = ("emptyDir", "hostPath", "secret", "configmap", "pvc", "persistentVolumeClaim")
_SHOWN: Final = {
    "emptyDir": "empty directory",
    "hostPath": "host path",
    "secret": "secret",
    "configMap": "configMap",
    "persistentVolumeClaim": "pvc",
}
"""THE TABLE of types, as they are listed."""
_NAMED: Final = {
    "hostPath": "path",
    "secret": "secretName",
    "configMap": "name",
    "persistentVolumeClaim": "claimName",
}
"""Which field of a type says which one it is."""


class Adding(msgspec.Struct, frozen=True, kw_only=True):
    """A volume that is added, and where it is seen.

    Shape:  source is what the API has beside its name; mount without a path: nowhere.
    """

    name: str
    source: JSON
    mount: JSON
    containers: str = "*"
    overwrite: bool = False


def source(given: Mapping[str, Any]) -> JSON:
    """What a volume is made of, as flags say it.

    Errors: UsageFault.
    """
    if given["source"]:
        try:
            content = json.loads(given["source"])
        except ValueError as wrong:
            raise UsageFault(f"--source must be JSON: {wrong}") from wrong
        if not isinstance(content, dict):
            raise UsageFault("--source must be an object")
        return content
    kind = given["type"] or _guessed(given)
    makers: dict[str, Any] = {
        "emptyDir": lambda: {"emptyDir": {}},
        "hostPath": lambda: {"hostPath": {"path": _needed(given, "path", "--path")}},
        "secret": lambda: {
            "secret": {"secretName": _needed(given, "secret_name", "--secret-name"), **_mode(given)}
        },
        "configmap": lambda: {
            "configMap": {
                "name": _needed(given, "configmap_name", "--configmap-name"),
                **_mode(given),
            }
        },
        "pvc": lambda: {
            "persistentVolumeClaim": {"claimName": _needed(given, "claim_name", "--claim-name")}
        },
    }
    made: JSON = makers["pvc" if kind == "persistentVolumeClaim" else kind]()
    return made


def added(kind: Kind, content: JSON, wanted: Adding) -> JSON:
    """An object with a volume, seen by its containers.

    Errors: Fault.
    """
    after = copy.deepcopy(content)
    spec = parts.pod_spec_of(kind, after)
    volumes = [dict(each) for each in spec.get("volumes") or ()]
    there = any(each.get("name") == wanted.name for each in volumes)
    if there and not wanted.overwrite:
        hint = "Use --overwrite to replace it."
        raise Fault(f"volume {wanted.name!r} already exists", hint=hint)
    spec["volumes"] = [
        *(each for each in volumes if each.get("name") != wanted.name),
        {"name": wanted.name, **wanted.source},
    ]
    if wanted.mount.get("mountPath"):
        for container in parts.chosen(kind, after, wanted.containers, inits=False):
            _mount(container, wanted)
    return after


def removed(kind: Kind, content: JSON, name: str, containers: str) -> JSON:
    """An object without a volume, or without all of them; what some containers see goes alone.

    Errors: Fault when there is none of that name.
    """
    after = copy.deepcopy(content)
    spec = parts.pod_spec_of(kind, after)
    every = [each.get("name") for each in spec.get("volumes") or ()]
    if name and name not in every:
        raise Fault(f"volume {name!r} not found")
    gone = {name} if name else set(every)
    for container in parts.chosen(kind, after, containers):
        mounts = [
            each for each in container.get("volumeMounts") or () if each.get("name") not in gone
        ]
        _set(container, "volumeMounts", mounts)
    seen = {
        mount.get("name")
        for container in parts.containers_of(kind, after)
        for mount in container.get("volumeMounts") or ()
    }
    kept = [
        each
        for each in spec.get("volumes") or ()
        if each.get("name") not in gone or each.get("name") in seen
    ]
    _set(spec, "volumes", kept)
    return after


def listed(kind: Kind, content: JSON, name: str = "") -> Iterator[str]:
    """An object's volumes as lines, with where they are seen."""
    yield parts.said(kind, content)
    for volume in parts.pod_spec_of(kind, content).get("volumes") or ():
        if name and volume.get("name") != name:
            continue
        yield f"  {_told(volume)} as {volume.get('name', '')}"
        for container in parts.containers_of(kind, content):
            for mount in container.get("volumeMounts") or ():
                if mount.get("name") == volume.get("name"):
                    yield f"    mounted at {mount.get('mountPath', '')}{_sub(mount)}"


def _sub(mount: Mapping[str, Any]) -> str:
    return f" ({mount['subPath']})" if mount.get("subPath") else ""


def _told(volume: Mapping[str, Any]) -> str:
    for kind, shown in _SHOWN.items():
        if kind in volume:
            which = (volume[kind] or {}).get(_NAMED.get(kind, ""), "")
            return f"{shown}/{which}" if which else shown
    return "unknown"


def _mount(container: dict[str, Any], wanted: Adding) -> None:
    mounts = container.get("volumeMounts") or []
    path = wanted.mount["mountPath"]
    for each in mounts:
        taken = each.get("mountPath") == path and each.get("name") != wanted.name
        if taken and not wanted.overwrite:
            raise Fault(f"volume mount {path!r} already exists for container {container['name']!r}")
    container["volumeMounts"] = [
        *(
            each
            for each in mounts
            if each.get("name") != wanted.name and each.get("mountPath") != path
        ),
        {"name": wanted.name, **wanted.mount},
    ]


def _set(holder: dict[str, Any], field: str, values: list[Any]) -> None:
    if values:
        holder[field] = values
    else:
        holder.pop(field, None)


def _guessed(given: Mapping[str, Any]) -> str:
    """The type that other flags speak of; an empty directory when none does."""
    hints = (
        ("secret_name", "secret"),
        ("configmap_name", "configmap"),
        ("claim_name", "pvc"),
        ("path", "hostPath"),
    )
    return next((kind for flag, kind in hints if given[flag]), "emptyDir")


def _needed(given: Mapping[str, Any], name: str, flag: str) -> str:
    if not given[name]:
        raise UsageFault(f"must provide {flag} for this type of volume")
    text: str = given[name]
    return text


def _mode(given: Mapping[str, Any]) -> JSON:
    text = given["default_mode"]
    if not text:
        return {}
    try:
        return {"defaultMode": int(text, 8)}
    except ValueError as wrong:
        raise UsageFault(f"--default-mode must be octal, such as 0640: {text!r}") from wrong
