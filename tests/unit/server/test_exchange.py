"""Heads and bodies of requests, as far as they decide nothing about objects."""

from __future__ import annotations

import pytest

from slipcast.server import exchange
from unit.server.conftest import Asking

MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.mark.parametrize("name", ["authorization", "content-type", "host", "impersonate-user"])
def test_a_header_that_is_no_list_is_sent_once(ask: Asking, name: str) -> None:
    answered = ask("GET", MAPS, headers=[(name, "a"), (name, "b")])

    assert (answered.status, answered.document["reason"]) == (400, "BadRequest")
    assert name in answered.document["message"]


def test_a_body_that_is_announced_too_large_is_not_read(ask: Asking) -> None:
    answered = ask("POST", MAPS, b"{", [("content-length", "9" * 30)])

    assert (answered.status, answered.document["reason"]) == (413, "RequestEntityTooLarge")


def test_a_body_that_is_too_large_without_saying_so_is_refused(ask: Asking) -> None:
    answered = ask("POST", MAPS, b" " * (exchange.LARGEST_BODY + 1))

    assert (answered.status, answered.document["reason"]) == (413, "RequestEntityTooLarge")


def test_bodies_on_their_way_are_bounded_together(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "MOST_HELD", 10)

    answered = ask("POST", MAPS, b" " * 11)

    assert (answered.status, answered.headers["retry-after"]) == (503, "1")
    assert exchange.Exchange._held == 0


def test_the_head_of_a_watch_is_not_waited_for(ask: Asking) -> None:
    answered = ask("HEAD", f"{MAPS}?watch=true")

    assert (answered.status, answered.body) == (200, b"")


def test_warnings_are_no_more_than_clients_take(ask: Asking) -> None:
    twice = ",".join(f'"k{number}":1,"k{number}":2' for number in range(1000))
    body = f'{{"kind":"ConfigMap","apiVersion":"v1","metadata":{{"name":"a"}},{twice}}}'

    answered = ask("POST", MAPS, body.encode())

    assert answered.status == 201
    assert len(answered.warnings) == 16
