"""What is wrong with metadata: names, namespaces, labels, owners, finalizers.

What every object has is looked at here, once for all kinds; the rest of an object is the business
of its kind.

Source: Kubernetes' validation of ObjectMeta; build-api.md BA-20.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from slipcast.api.kinds import (
    CORE,
    IMAGE,
    OAUTH,
    PROJECT,
    RBAC,
    USER,
    Kind,
)
from slipcast.api.meta import ManagedFieldsEntry, ObjectMeta, OwnerReference
from slipcast.values.causes import Cause, forbidden, invalid, required, too_long
from slipcast.values.names import (
    dns_label,
    dns_label_1035,
    dns_subdomain,
    label_value,
    path_segment,
    qualified_name,
)

Rule = Callable[[str], tuple[str, ...]]

MOST_ANNOTATIONS: Final = 256 * 1024
"""Units: bytes of all keys and values together."""

NAMES: Final[Mapping[tuple[str, str], Rule]] = {
    (CORE, "Namespace"): dns_label,
    (CORE, "Service"): dns_label_1035,
    (PROJECT, "Project"): dns_label,
    (PROJECT, "ProjectRequest"): dns_label,
    (RBAC, "Role"): path_segment,
    (RBAC, "RoleBinding"): path_segment,
    (RBAC, "ClusterRole"): path_segment,
    (RBAC, "ClusterRoleBinding"): path_segment,
    (USER, "User"): path_segment,
    (USER, "Group"): path_segment,
    (USER, "Identity"): path_segment,
    (OAUTH, "OAuthAccessToken"): path_segment,
    (IMAGE, "Image"): path_segment,
    (IMAGE, "ImageStream"): path_segment,
    (IMAGE, "ImageStreamTag"): path_segment,
    (IMAGE, "ImageStreamImage"): path_segment,
    (IMAGE, "ImageStreamMapping"): path_segment,
    (IMAGE, "ImageStreamImport"): path_segment,
}
"""THE TABLE of name rules; every other kind is named by a DNS subdomain."""

_FREE_FINALIZERS: Final = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
_MANAGER_LENGTH: Final = 128
_FORGOTTEN: Final = (ManagedFieldsEntry(),)
"""What a client sends so that all managed fields are forgotten."""
_IMMUTABLE: Final = "field is immutable"
_EITHER: Final = "finalizer orphan and finalizer foregroundDeletion cannot be both set"
_UNQUALIFIED: Final = "name is neither a standard finalizer name nor is it fully qualified"


def created(meta: ObjectMeta, kind: Kind) -> tuple[Cause, ...]:
    """What is wrong with the metadata of a new object."""
    return (
        *_name(meta, NAMES.get((kind.group, kind.name), dns_subdomain)),
        *_namespace(meta, kind),
        *_generation(meta),
        *_contents(meta),
    )


def updated(meta: ObjectMeta, stored: ObjectMeta, kind: Kind) -> tuple[Cause, ...]:
    """What is wrong with the metadata of an object that replaces a stored one.

    Shape:  of the kinds of OpenShift, wrong labels are told three times, since their clients were
            told so; clients show equal causes once.
    """
    labels = labels_of(meta.labels, "metadata.labels") if kind.legacy else ()
    return (*_changes(meta, stored), *labels, *labels, *created(meta, kind))


def labels_of(labels: Mapping[str, str], path: str) -> tuple[Cause, ...]:
    """What is wrong with a set of labels, wherever it stands."""
    return tuple(
        invalid(path, given, what)
        for key, value in labels.items()
        for given, wrong in ((key, qualified_name(key)), (value, label_value(value)))
        for what in wrong
    )


def annotations_of(annotations: Mapping[str, str], path: str) -> Iterator[Cause]:
    """What is wrong with a set of annotations, wherever it stands."""
    for key in annotations:
        # Only their form in lower case has to be a name.
        yield from (invalid(path, key, what) for what in qualified_name(key.lower()))
    texts = (text for pair in annotations.items() for text in pair)
    if sum(len(text.encode()) for text in texts) > MOST_ANNOTATIONS:
        yield too_long(path, MOST_ANNOTATIONS)


def _name(meta: ObjectMeta, rule: Rule) -> Iterator[Cause]:
    if meta.generate_name:
        # What the server puts behind it begins with a letter or digit, so a dash may come before.
        base = meta.generate_name
        ended = base[:-1] + "a" if base.endswith("-") else base
        yield from (invalid("metadata.generateName", base, what) for what in rule(ended))
    if not meta.name:
        yield required("metadata.name", "name or generateName is required")
    else:
        yield from (invalid("metadata.name", meta.name, what) for what in rule(meta.name))


def _namespace(meta: ObjectMeta, kind: Kind) -> Iterator[Cause]:
    path = "metadata.namespace"
    if not kind.namespaced:
        if meta.namespace:
            yield forbidden(path, "not allowed on this type")
    elif not meta.namespace:
        yield required(path)
    else:
        yield from (invalid(path, meta.namespace, what) for what in dns_label(meta.namespace))


def _generation(meta: ObjectMeta) -> Iterator[Cause]:
    if meta.generation < 0:
        what = "must be greater than or equal to 0"
        yield invalid("metadata.generation", meta.generation, what)


def _contents(meta: ObjectMeta) -> Iterator[Cause]:
    # Most objects have few of them, and each is created often.
    if meta.labels:
        yield from labels_of(meta.labels, "metadata.labels")
    if meta.annotations:
        yield from annotations_of(meta.annotations, "metadata.annotations")
    if meta.owner_references:
        yield from _owners(meta.owner_references, "metadata.ownerReferences")
    if meta.finalizers:
        yield from _finalizers(meta.finalizers, "metadata.finalizers")
    if meta.managed_fields != _FORGOTTEN:
        yield from _managed(meta.managed_fields, "metadata.managedFields")


def _owners(owners: tuple[OwnerReference, ...], path: str) -> Iterator[Cause]:
    controllers = []
    for owner in owners:
        yield from _owner(owner, path)
        if owner.controller:
            controllers.append(f"{owner.kind}/{owner.name}")
    for other in controllers[1:]:
        what = (
            'Only one reference can have Controller set to true. Found "true" in references for'
            f" {controllers[0]} and {other}"
        )
        yield invalid(path, owners, what)


def _owner(owner: OwnerReference, path: str) -> Iterator[Cause]:
    # Paths have no number here, as clients know them.
    if not owner.api_version.rpartition("/")[2]:
        yield invalid(f"{path}.apiVersion", owner.api_version, "version must not be empty")
    for field, text in (("kind", owner.kind), ("name", owner.name), ("uid", owner.uid)):
        if not text:
            yield invalid(f"{path}.{field}", text, "must not be empty")
    if (owner.api_version, owner.kind) == ("v1", "Event"):
        yield invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner")


def _finalizers(finalizers: tuple[str, ...], path: str) -> Iterator[Cause]:
    for finalizer in finalizers:
        wrong = qualified_name(finalizer)
        yield from (invalid(path, finalizer, what) for what in wrong)
        if not wrong and "/" not in finalizer and finalizer not in _FREE_FINALIZERS:
            yield invalid(path, finalizer, _UNQUALIFIED)
    if {"orphan", "foregroundDeletion"} <= set(finalizers):
        yield invalid(path, finalizers, _EITHER)


def _managed(entries: tuple[ManagedFieldsEntry, ...], path: str) -> Iterator[Cause]:
    for number, entry in enumerate(entries):
        where = f"{path}[{number}]"
        if entry.operation not in {"Apply", "Update"}:
            yield invalid(f"{where}.operation", entry.operation, "must be `Apply` or `Update`")
        if entry.fields_type not in {"", "FieldsV1"}:
            yield invalid(f"{where}.fieldsType", entry.fields_type, "must be `FieldsV1`")
        if len(entry.manager.encode()) > _MANAGER_LENGTH:
            yield too_long(f"{where}.manager", _MANAGER_LENGTH)


def _changes(meta: ObjectMeta, stored: ObjectMeta) -> Iterator[Cause]:
    new = [each for each in meta.finalizers if each not in stored.finalizers]
    if stored.deletion_timestamp and new:
        what = "no new finalizers can be added if the object is being deleted, found new finalizers"
        yield forbidden("metadata.finalizers", f"{what} {', '.join(new)}")
    if meta.generation < stored.generation:
        yield invalid("metadata.generation", meta.generation, "must not be decremented")
    for field in (
        *("name", "namespace", "uid", "creation_timestamp"),
        *("deletion_timestamp", "deletion_grace_period_seconds"),
    ):
        value = getattr(meta, field)
        if value != getattr(stored, field):
            yield invalid(f"metadata.{_WIRE[field]}", value, _IMMUTABLE)


_WIRE: Final = dict(
    zip(ObjectMeta.__struct_fields__, ObjectMeta.__struct_encode_fields__, strict=True)
)
