"""The controller of quotas: how much of what is limited there is.

Only what the server refuses to have more of is counted; of the rest the status says nothing.

Source: image-streams.md section 13; Kubernetes, resource quotas.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.kinds import Kind
from slipcast.api.limits import ResourceQuota, ResourceQuotaStatus
from slipcast.builds import quotas
from slipcast.builds.limitranges import text_of
from slipcast.reconcile.actions import Action, Change

QUOTA: Final = kinds.require(kinds.CORE, "ResourceQuota")


class QuotaView(msgspec.Struct, frozen=True, kw_only=True):
    """A quota, and how much there is in its namespace of what is counted."""

    quota: ResourceQuota
    used: Mapping[str, Fraction]


def reconcile(view: QuotaView, now: datetime) -> tuple[Action, ...]:  # noqa: ARG001 -- as all are
    """What is to be told of a quota; nothing when it is told already."""
    quota = view.quota
    if quota.metadata.deletion_timestamp:
        return ()
    hard = {name: most for name, most in quota.spec.hard.items() if name in view.used}
    told = ResourceQuotaStatus(hard=hard, used={name: text_of(view.used[name]) for name in hard})
    if told == quota.status:
        return ()
    after = replace(quota, status=told)
    return (Change(kind=QUOTA, before=quota, after=after, subresource="status"),)


def counted(quota: ResourceQuota) -> frozenset[Kind]:
    """The kinds whose objects a quota counts."""
    return frozenset(means.kind for means in quotas.limited(quota).values())


def is_counted(quota: ResourceQuota) -> bool:
    """Whether a quota limits anything that is counted, or says that it does."""
    return bool(quotas.limited(quota) or quota.status.hard)
