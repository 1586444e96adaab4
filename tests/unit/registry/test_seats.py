"""One who asks for much leaves some to others."""

from __future__ import annotations

from contextlib import ExitStack

import httpx
import pytest

from slipcast.registry.faults import RegistryFault
from slipcast.registry.parts import Parts
from slipcast.registry.seats import Seats
from unit.registry.conftest import ANNA, basic


def taken(seats: Seats, *users: str) -> ExitStack:
    """Seats that somebody has taken."""
    held = ExitStack()
    for user in users:
        held.enter_context(seats.seat(user))
    return held


def test_nobody_has_more_than_his_own() -> None:
    seats = Seats(10, 2)

    with taken(seats, "anna", "anna"), pytest.raises(RegistryFault, match="too much at once"):
        taken(seats, "anna")

    assert seats.taken == {}


def test_when_all_are_taken_who_has_little_gets_one_and_who_has_much_none() -> None:
    seats = Seats(4, 4)

    with taken(seats, "anna", "anna", "anna", "bert"):
        taken(seats, "bert").close()
        taken(seats, "carl").close()
        with pytest.raises(RegistryFault, match="too much at once"):
            taken(seats, "anna")


@pytest.mark.anyio
@pytest.mark.usefixtures("api")
async def test_who_asks_too_much_at_once_is_asked_to_wait(
    client: httpx.AsyncClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.asking, "each", 1)
    client.headers.update(basic(*ANNA))

    with parts.asking.seat("anna"):
        refused = await client.get("/v2/")
    answered = await client.get("/v2/")

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert answered.status_code == 200
