"""What is wrong with namespaces, events and leases.

Source: Kubernetes' validation of core/v1 and coordination.k8s.io/v1.
"""

from __future__ import annotations

from slipcast.api.coordination import Lease
from slipcast.api.core import Event, Namespace
from slipcast.api.validity.amounts import not_negative, positive
from slipcast.values.causes import Cause, invalid, required
from slipcast.values.names import qualified_name


def namespace(new: Namespace, old: Namespace | None) -> tuple[Cause, ...]:
    """What is wrong with a namespace."""
    del old
    return tuple(
        invalid("spec.finalizers", finalizer, what)
        for finalizer in new.spec.finalizers
        for what in qualified_name(finalizer)
    )


def event(new: Event, old: Event | None) -> tuple[Cause, ...]:
    """What is wrong with an event: it is where the object is that it tells of."""
    del old
    place = new.involved_object.namespace or "default"
    if new.metadata.namespace == place:
        return ()
    given = new.involved_object.namespace
    return (invalid("involvedObject.namespace", given, "does not match event.namespace"),)


def lease(new: Lease, old: Lease | None) -> tuple[Cause, ...]:
    """What is wrong with a lease."""
    del old
    spec = new.spec
    holder = (required("spec.holderIdentity"),) if spec.holder_identity == "" else ()
    return (
        *holder,
        *positive(spec.lease_duration_seconds, "spec.leaseDurationSeconds"),
        *not_negative(spec.lease_transitions, "spec.leaseTransitions"),
    )
