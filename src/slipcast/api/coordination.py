"""Leases: who leads.

Source: the API reference of coordination.k8s.io/v1.
"""

from __future__ import annotations

from slipcast.api.meta import Object
from slipcast.api.wire import Int32, Time, Wire


class LeaseSpec(Wire, frozen=True, kw_only=True):
    """Who holds a lease, and for how long.

    holderIdentity: who holds it.
    leaseDurationSeconds: how long the others wait after it was last renewed.
    acquireTime: since when it is held.
    renewTime: when it was last renewed.
    leaseTransitions: how often it changed hands.
    strategy: how the holder is chosen.
    preferredHolder: who should hold it next.
    """

    holder_identity: str | None = None
    lease_duration_seconds: Int32 | None = None
    acquire_time: Time = ""
    renew_time: Time = ""
    lease_transitions: Int32 | None = None
    strategy: str | None = None
    preferred_holder: str | None = None


class Lease(Object, frozen=True, kw_only=True):
    """Something that one at a time can hold.

    spec: who holds it, and for how long.
    """

    spec: LeaseSpec = LeaseSpec()
