"""What every object has, and how objects refer to each other.

Source: API conventions of Kubernetes; the API reference of meta/v1, and references of core/v1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from slipcast.api.wire import (
    ATOMIC,
    MERGED_SET,
    Anything,
    Int64,
    Time,
    Whole,
    Wire,
    merged,
)


class OwnerReference(Whole, frozen=True, kw_only=True):
    """The object without which this one makes no sense; both are in the same namespace.

    apiVersion: the version of the owner's API.
    kind: the owner's kind.
    name: the owner's name.
    uid: the owner's uid; another object of the same name is another owner.
    controller: whether the owner is the one that manages this object.
    blockOwnerDeletion: whether the owner waits for this object when it is deleted in the
      foreground.
    """

    api_version: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class ManagedFieldsEntry(Wire, frozen=True, kw_only=True):
    """Which fields of an object one writer looks after.

    manager: who writes, as it calls itself.
    operation: Apply, or Update for every other way of writing.
    apiVersion: the version in which the fields are named.
    time: when the entry last changed.
    fieldsType: the form of the fields; only FieldsV1 exists.
    fieldsV1: the fields, as a tree of their names.
    subresource: the subresource that was written through, if any.
    """

    manager: str = ""
    operation: str = ""
    api_version: str = ""
    time: Time = ""
    fields_type: str = ""
    fields_v1: Mapping[str, Anything] | None = field(default=None, name="fieldsV1")
    subresource: str = ""


class ObjectMeta(Wire, frozen=True, kw_only=True):
    """What every object has.

    name: unique in the namespace among objects of the kind; never changes.
    generateName: the beginning of a name that the server completes, when no name is given.
    namespace: the space in which the name is unique; empty for kinds without namespaces.
    selfLink: the path of the object; given to clients of the legacy paths only.
    uid: unique in time and space; given by the server.
    resourceVersion: changes with each write; a write that names an older one is a conflict.
    generation: rises with each change of what is wanted.
    creationTimestamp: when the object was created; given by the server.
    deletionTimestamp: when deletion was asked for; the object goes when its finalizers are gone.
    deletionGracePeriodSeconds: how long the object may take to end after that.
    labels: words by which objects are selected.
    annotations: words for programs and people, never selected by.
    ownerReferences: the objects this one goes with.
    finalizers: names of those who must agree before the object goes.
    managedFields: which fields each writer looks after; kept by the server.
    """

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    self_link: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: Int64 = 0
    creation_timestamp: Time = ""
    deletion_timestamp: Time = ""
    deletion_grace_period_seconds: Int64 | None = None
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    owner_references: Annotated[tuple[OwnerReference, ...], merged("uid")] = ()
    finalizers: Annotated[tuple[str, ...], MERGED_SET] = ()
    managed_fields: Annotated[tuple[ManagedFieldsEntry, ...], ATOMIC] = ()


class Object(Wire, frozen=True, kw_only=True):
    """An object: apiVersion and kind, which are not fields here, and metadata.

    metadata: its name, labels, and what the server knows about it.
    """

    metadata: ObjectMeta = ObjectMeta()


class ListMeta(Wire, frozen=True, kw_only=True):
    """What every list has.

    selfLink: the path of the list; given to clients of the legacy paths only.
    resourceVersion: the revision at which the list is true; watches begin after it.
    continue: what to send for the next page; empty at the end.
    remainingItemCount: how many items are still to come, where that is known.
    """

    self_link: str = ""
    resource_version: str = ""
    continue_: str = field(default="", name="continue")
    remaining_item_count: Int64 | None = None


class Preconditions(Wire, frozen=True, kw_only=True):
    """What must be true of an object for it to be deleted.

    uid: the uid it must have.
    resourceVersion: the resourceVersion it must have.
    """

    uid: str | None = None
    resource_version: str | None = None


class DeleteOptions(Wire, frozen=True, kw_only=True):
    """How to delete.

    gracePeriodSeconds: how long the object may take to end; 0 means at once.
    preconditions: what must be true of the object.
    orphanDependents: old form of propagationPolicy.
    propagationPolicy: Orphan, Background or Foreground; what becomes of owned objects.
    dryRun: All, when nothing is to happen.
    ignoreStoreReadErrorWithClusterBreakingPotential: accepted, without meaning here.
    """

    grace_period_seconds: Int64 | None = None
    preconditions: Preconditions | None = None
    orphan_dependents: bool | None = None
    propagation_policy: str | None = None
    dry_run: Annotated[tuple[str, ...], ATOMIC] = ()
    ignore_store_read_error_with_cluster_breaking_potential: bool | None = None


class ObjectReference(Whole, frozen=True, kw_only=True):
    """An object, named from anywhere.

    kind: the kind of the object.
    namespace: the namespace of the object; empty often means that of the object that refers.
    name: the name of the object.
    uid: the uid of the object.
    apiVersion: the version of the object's API.
    resourceVersion: the version of the object that is meant, if one is.
    fieldPath: a part of the object, such as spec.containers{name}.
    """

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    api_version: str = ""
    resource_version: str = ""
    field_path: str = ""


class LocalObjectReference(Whole, frozen=True, kw_only=True):
    """An object of a known kind in the same namespace.

    name: its name.
    """

    name: str = ""


class TypedLocalObjectReference(Whole, frozen=True, kw_only=True):
    """An object in the same namespace.

    apiGroup: the group of its kind; absent for the core group.
    kind: its kind.
    name: its name.
    """

    api_group: str | None = None
    kind: str = ""
    name: str = ""


class TypedObjectReference(Wire, frozen=True, kw_only=True):
    """An object, in this or another namespace.

    apiGroup: the group of its kind; absent for the core group.
    kind: its kind.
    name: its name.
    namespace: its namespace; absent for that of the object that refers.
    """

    api_group: str | None = None
    kind: str = ""
    name: str = ""
    namespace: str | None = None


class KeySelector(Whole, frozen=True, kw_only=True):
    """One value in a Secret or ConfigMap of the same namespace.

    name: the name of the Secret or ConfigMap.
    key: the key whose value is meant.
    optional: whether it may be missing.
    """

    name: str = ""
    key: str = ""
    optional: bool | None = None


class LabelSelectorRequirement(Wire, frozen=True, kw_only=True):
    """A condition on one label.

    key: the label.
    operator: In, NotIn, Exists or DoesNotExist.
    values: the values for In and NotIn.
    """

    key: str = ""
    operator: str = ""
    values: Annotated[tuple[str, ...], ATOMIC] = ()


class LabelSelector(Whole, frozen=True, kw_only=True):
    """A choice of objects by their labels; all conditions must hold.

    matchLabels: labels and the values they must have.
    matchExpressions: conditions on labels.
    """

    match_labels: Mapping[str, str] = {}
    match_expressions: Annotated[tuple[LabelSelectorRequirement, ...], ATOMIC] = ()


class Condition(Wire, frozen=True, kw_only=True):
    """One aspect of an object's state.

    type: the aspect, such as Ready.
    status: True, False or Unknown.
    observedGeneration: the generation that was looked at.
    lastProbeTime: when it was last looked at.
    lastUpdateTime: when the condition was last written.
    lastTransitionTime: when the status last changed.
    reason: why, in a word for programs.
    message: why, in a sentence for people.
    """

    type: str = ""
    status: str = ""
    observed_generation: Int64 = 0
    last_probe_time: Time = ""
    last_update_time: Time = ""
    last_transition_time: Time = ""
    reason: str = ""
    message: str = ""


Conditions = Annotated[tuple[Condition, ...], merged("type")]
