"""What is told of quotas."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

from msgspec.structs import replace

from slipcast.api.limits import ResourceQuota, ResourceQuotaSpec, ResourceQuotaStatus
from slipcast.api.meta import ObjectMeta
from slipcast.builds.quotas import STREAMS
from slipcast.reconcile.actions import Change
from slipcast.reconcile.quotas import QUOTA, QuotaView, is_counted, reconcile

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HARD = {STREAMS: "5", "example.com/things": "3"}
TOLD = ResourceQuotaStatus(hard={STREAMS: "5"}, used={STREAMS: "2"})


def a_quota(**status: dict[str, str]) -> ResourceQuota:
    """A quota that tells something."""
    return ResourceQuota(spec=ResourceQuotaSpec(hard=HARD), status=ResourceQuotaStatus(**status))


def test_what_is_counted_is_told_and_what_is_not_is_not():
    quota = a_quota()

    actions = reconcile(QuotaView(quota=quota, used={STREAMS: Fraction(2)}), NOW)

    after = replace(quota, status=TOLD)
    assert actions == (Change(kind=QUOTA, before=quota, after=after, subresource="status"),)


def test_what_was_told_is_not_told_again():
    quota = a_quota(hard={STREAMS: "5"}, used={STREAMS: "2"})

    assert reconcile(QuotaView(quota=quota, used={STREAMS: Fraction(2)}), NOW) == ()


def test_a_quota_that_goes_is_told_nothing():
    quota = replace(a_quota(), metadata=ObjectMeta(deletion_timestamp="2026-11-23T00:00:00Z"))

    assert reconcile(QuotaView(quota=quota, used={STREAMS: Fraction(2)}), NOW) == ()


def test_a_quota_that_no_longer_limits_what_it_told_is_looked_at_once_more():
    quota = replace(a_quota(hard={STREAMS: "5"}), spec=ResourceQuotaSpec())

    assert is_counted(quota)
    assert not is_counted(replace(quota, status=ResourceQuotaStatus()))
