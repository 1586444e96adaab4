"""Files of the cluster that a build can see.

Source: build-api.md section 5.5.
"""

from __future__ import annotations

from collections.abc import Iterator

from slipcast.api.build import BuildVolume, BuildVolumeMount, BuildVolumeSource
from slipcast.builds.paths import leads_out
from slipcast.values.causes import Cause, duplicate, invalid, required
from slipcast.values.names import dns_label, dns_subdomain


def volumes(values: tuple[BuildVolume, ...], path: str) -> Iterator[Cause]:
    """What is wrong with a strategy's volumes."""
    names: set[str] = set()
    places: set[str] = set()
    for number, volume in enumerate(values):
        where = f"{path}[{number}]"
        if not volume.name:
            yield required(f"{where}.name")
        elif volume.name in names:
            yield duplicate(f"{where}.name", volume.name)
        else:
            yield from (invalid(f"{where}.name", volume.name, w) for w in dns_label(volume.name))
        names.add(volume.name)
        yield from _source(volume.source, f"{where}.source")
        if not volume.mounts:
            yield required(f"{where}.mounts", "must supply at least one mount")
        yield from _mounts(volume.mounts, f"{where}.mounts", places)


def _source(source: BuildVolumeSource, path: str) -> Iterator[Cause]:
    if not source.type:
        yield required(f"{path}.type", "must not be blank")
    given = {
        "Secret": (source.secret, "secret.secretName"),
        "ConfigMap": (source.config_map, "configMap.name"),
        "CSI": (source.csi, "csi.driver"),
    }
    kinds = [kind for kind, (value, _) in given.items() if value is not None]
    if not kinds:
        yield invalid(path, source, "must specify one volume source")
    elif len(kinds) > 1:
        yield invalid(path, source, "only one volume source is allowed")
    elif source.type and source.type != kinds[0]:
        yield invalid(f"{path}.type", source.type, "source type and specified type must match")
    for kind in kinds:
        yield from _name(_name_of(source, kind), f"{path}.{given[kind][1]}")


def _name_of(source: BuildVolumeSource, kind: str) -> str:
    if kind == "Secret" and source.secret is not None:
        return source.secret.secret_name
    if kind == "ConfigMap" and source.config_map is not None:
        return source.config_map.name
    return source.csi.driver if source.csi is not None else ""


def _name(name: str, path: str) -> Iterator[Cause]:
    if not name:
        yield required(path)
    else:
        yield from (invalid(path, name, what) for what in dns_subdomain(name))


def _mounts(mounts: tuple[BuildVolumeMount, ...], path: str, places: set[str]) -> Iterator[Cause]:
    for number, mount in enumerate(mounts):
        place, where = mount.destination_path, f"{path}[{number}].destinationPath"
        if not place:
            # Without the number, since clients know it so.
            yield required(f"{path}.destinationPath")
        elif place in places:
            yield duplicate(where, place)
        else:
            yield from _place(place, where)
        places.add(place)


def _place(place: str, path: str) -> Iterator[Cause]:
    if ":" in place:
        yield invalid(path, place, "must not contain ':'")
    if not place.startswith("/"):
        yield invalid(path, place, "must be an absolute path")
    if leads_out(place):
        yield invalid(path, place, "must not start with '..'")
