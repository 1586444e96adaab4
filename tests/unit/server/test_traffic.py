"""Requests that another application answers are counted and logged."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from slipcast.ports.accounts import ACCOUNT
from slipcast.server.traffic import Traffic

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def metrics() -> CollectorRegistry:
    return CollectorRegistry()


async def answer(scope: Any, receive: Any, send: Any) -> None:
    """Answer with what was sent."""
    scope[ACCOUNT].kind, scope[ACCOUNT].user = "blobs", "anna"
    message = await receive()
    await send({"type": "http.response.start", "status": 201, "headers": []})
    await send({"type": "http.response.body", "body": message["body"] * 2})


@pytest.fixture
async def client(metrics: CollectorRegistry) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=Traffic(answer, metrics))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as asking:
        yield asking


def of(metrics: CollectorRegistry, name: str, **labels: str) -> float | None:
    return metrics.get_sample_value(f"slipcast_registry_{name}", labels)


async def test_requests_and_bytes_are_counted(
    client: httpx.AsyncClient, metrics: CollectorRegistry
) -> None:
    await client.put("/v2/x", content=b"12345")

    assert of(metrics, "request_total", method="PUT", kind="blobs", code="201") == 1
    assert of(metrics, "request_duration_seconds_count", method="PUT", kind="blobs") == 1
    assert of(metrics, "bytes_total", direction="received") == 5
    assert of(metrics, "bytes_total", direction="sent") == 10
    assert of(metrics, "current_requests") == 0


async def test_methods_that_nobody_knows_are_counted_as_one(
    client: httpx.AsyncClient, metrics: CollectorRegistry
) -> None:
    await client.request("PROPFIND", "/v2/x")
    await client.request("WHATEVER", "/v2/x")

    assert of(metrics, "request_total", method="other", kind="blobs", code="201") == 2


async def test_each_request_has_an_id_that_the_log_names(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "slipcast.access")

    first = await client.put("/v2/x", content=b"1", headers={"user-agent": "podman"})
    second = await client.put("/v2/y")

    fields: Any = caplog.records[0]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert fields.fields["request"] == first.headers["x-request-id"]
    told = {"user": "anna", "path": "/v2/x", "status": 201, "agent": "podman", "sent": 2}
    assert told.items() <= fields.fields.items()


async def test_who_goes_away_unanswered_is_counted(metrics: CollectorRegistry) -> None:
    async def broken(*_: Any) -> None:
        raise ConnectionResetError

    transport = httpx.ASGITransport(app=Traffic(broken, metrics))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        with pytest.raises(ConnectionResetError):
            await client.get("/v2/x")

    assert of(metrics, "request_total", method="GET", kind="other", code="499") == 1
