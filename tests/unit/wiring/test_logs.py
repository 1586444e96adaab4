"""The log's lines, as they come out."""

from __future__ import annotations

import asyncio
import io
import json
import logging

import pytest

from slipcast.wiring.logs import JsonLines, Together


@pytest.fixture
def told() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def handler(told: io.StringIO) -> Together:
    handler = Together(told)
    handler.setFormatter(JsonLines())
    return handler


def an_event(name: str) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": name, "levelname": "INFO", "fields": {"status": 200}})


def test_an_event_is_a_line_of_json(handler: Together, told: io.StringIO):
    handler.emit(an_event("request.answered"))

    line = json.loads(told.getvalue())
    assert (line["event"], line["level"], line["status"]) == ("request.answered", "info", 200)


@pytest.mark.anyio
async def test_events_of_one_turn_are_written_together(handler: Together, told: io.StringIO):
    handler.emit(an_event("one"))
    handler.emit(an_event("two"))
    before = told.getvalue()
    await asyncio.sleep(0)

    assert before == ""
    assert [json.loads(line)["event"] for line in told.getvalue().splitlines()] == ["one", "two"]


def test_a_log_that_cannot_be_written_stops_nobody(handler: Together, told: io.StringIO):
    told.close()

    handler.emit(an_event("request.answered"))

    assert told.closed
