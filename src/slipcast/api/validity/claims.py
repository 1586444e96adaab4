"""What is wrong with claims on storage.

Source: Kubernetes' validation of core/v1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from slipcast.api.limits import PersistentVolumeClaim
from slipcast.api.validity.amounts import amount, is_more, quantities
from slipcast.api.volumes import PersistentVolumeClaimSpec
from slipcast.values.causes import Cause, forbidden, invalid, not_supported, required

MODES: Final = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
VOLUME_MODES: Final = ("Block", "Filesystem")
_FIXED: Final = (
    "spec is immutable after creation except resources.requests and"
    " volumeAttributesClassName for bound claims"
)


def claim(new: PersistentVolumeClaim, old: PersistentVolumeClaim | None) -> tuple[Cause, ...]:
    """What is wrong with a claim: of a stored one, only the size may change, upwards."""
    changes = _changes(new, old) if old is not None else ()
    return (*claim_spec(new.spec, "spec"), *changes)


def claim_spec(spec: PersistentVolumeClaimSpec, path: str) -> Iterator[Cause]:
    """What is wrong with what is claimed."""
    if not spec.access_modes:
        yield required(f"{path}.accessModes", "at least one access mode is required")
    for mode in spec.access_modes:
        if mode not in MODES:
            yield not_supported(f"{path}.accessModes", mode, MODES)
    if spec.volume_mode is not None and spec.volume_mode not in VOLUME_MODES:
        yield not_supported(f"{path}.volumeMode", spec.volume_mode, VOLUME_MODES)
    size, where = spec.resources.requests.get("storage"), f"{path}.resources[storage]"
    if size is None:
        yield required(where)
        return
    yield from quantities({"storage": size}, f"{path}.resources")
    found = amount(size)
    if found is not None and found.amount == 0:
        yield invalid(where, size, "must be greater than zero")


def _changes(new: PersistentVolumeClaim, old: PersistentVolumeClaim) -> Iterator[Cause]:
    # The volume is written in by whoever finds it.
    found = new.spec.volume_name if not old.spec.volume_name else old.spec.volume_name
    kept = replace(
        old.spec,
        volume_name=found,
        resources=replace(old.spec.resources, requests=new.spec.resources.requests),
        volume_attributes_class_name=new.spec.volume_attributes_class_name,
    )
    if new.spec != kept:
        yield forbidden("spec", _FIXED)
    was, now = (each.spec.resources.requests.get("storage", 0) for each in (old, new))
    if is_more(was, now):
        yield forbidden(
            "spec.resources.requests.storage", "field can not be less than previous value"
        )
