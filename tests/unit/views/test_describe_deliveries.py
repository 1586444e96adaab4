"""Deliveries of webhooks, described."""

from __future__ import annotations

from datetime import UTC, datetime

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.views.describe import description
from slipcast.views.describe.page import Around

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DELIVERY: JSON = {
    "metadata": {"name": "app-1f", "namespace": "shop", "resourceVersion": "7"},
    "buildConfig": "app",
    "type": "GitHub",
    "event": "push",
    "deliveryID": "72d3162e",
    "receivedAt": "2026-11-22T11:59:48Z",
    "ref": "refs/heads/main",
    "commit": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
    "outcome": "Started",
    "build": "app-1",
    "message": "build app-1 was started",
}


def told(kind: kinds.Kind, content: JSON, *deliveries: JSON) -> str:
    """A description."""
    around = Around(now=NOON, deliveries=deliveries)
    return description.described(kind, content, around, events=False)


def test_a_delivery_is_told_with_what_came_of_it() -> None:
    text = told(kinds.require(kinds.SLIPCAST, "WebhookDelivery"), DELIVERY)

    assert [line.split(maxsplit=1) for line in text.splitlines()[4:]] == [
        ["BuildConfig:", "app"],
        ["Webhook:", "GitHub"],
        ["Event:", "push"],
        ["Delivery:", "72d3162e"],
        ["Received:", "12 seconds ago"],
        ["Ref:", "refs/heads/main"],
        ["Commit:", "6113728f27ae82c7b1a177c8d03f9e96e0adf246"],
        ["Outcome:", "Started app-1"],
        ["Message:", "build app-1 was started"],
    ]


def test_a_config_tells_its_newest_deliveries_up_15() -> None:
    config: JSON = {"metadata": {"name": "app", "namespace": "shop"}, "spec": {}}
    older: list[JSON] = [
        {
            **DELIVERY,
            "metadata": {"resourceVersion": str(number)},
            "event": "ping",
            "outcome": "Ignored",
            "build": "",
            "message": f"pong {number}",
        }
        for number in range(6)
    ]

    text = told(kinds.require(kinds.BUILD, "BuildConfig"), config, *older, DELIVERY)

    lines = text.split("Webhook ", 1)[1].splitlines()[2:]
    assert lines[0].split() == [
        *("GitHub", "push", "12", "seconds", "ago", "Started", "app-1"),
        *("build", "app-1", "was", "started"),
    ]
    assert [line.split()[-1] for line in lines[1:]] == ["5", "4", "3", "2"]
