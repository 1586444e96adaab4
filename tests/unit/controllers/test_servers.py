"""The servers of one database hear of each other, and share a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.controllers.servers import FORGOTTEN, LASTS, LEASE, SPACE, Address, Servers
from slipcast.ports.api import Resource
from unit.controllers.agency import Agency, an_agency

pytestmark = pytest.mark.anyio


@pytest.fixture
async def agency(tmp_path: Path) -> Agency:
    return await an_agency(tmp_path)


def a_server(agency: Agency, name: str) -> Servers:
    own = Address(name=name, address=f"https://{name}:8443", authority=f"PEM of {name}")
    return Servers(agency.api, agency.clock, own)


async def leases(agency: Agency) -> list[str]:
    """The leases that there are."""
    page = await agency.api.list(Resource(LEASE, SPACE))
    return [each.content["metadata"]["name"] for each in page.documents]


async def test_servers_hear_where_the_others_are(agency: Agency) -> None:
    one, other = a_server(agency, "one"), a_server(agency, "other")

    await one.look()
    await other.look()
    await one.look()

    assert [each.address for each in one.others()] == ["https://other:8443"]
    assert [each.authority for each in other.others()] == ["PEM of one"]


async def test_who_has_come_just_now_is_known_to_who_asks(agency: Agency) -> None:
    one, other = a_server(agency, "one"), a_server(agency, "other")
    await one.look()
    await other.look()

    found = await one.present()

    assert [each.name for each in found] == ["other"]


async def test_a_server_that_is_silent_for_long_is_gone(agency: Agency) -> None:
    one, other = a_server(agency, "one"), a_server(agency, "other")
    await other.look()
    await one.look()

    agency.clock.move(seconds=LASTS.total_seconds())
    await one.look()

    assert not one.is_there("other")
    assert one.others() == ()
    assert one.is_there("one")


async def test_a_server_that_speaks_again_is_there_again(agency: Agency) -> None:
    one, other = a_server(agency, "one"), a_server(agency, "other")
    await other.look()
    await one.look()
    agency.clock.move(seconds=LASTS.total_seconds())

    await other.look()
    await one.look()

    assert one.is_there("other")


async def test_what_a_server_has_left_that_is_gone_for_good_goes_too(agency: Agency) -> None:
    one, other = a_server(agency, "one"), a_server(agency, "other")
    await other.look()
    await one.look()

    agency.clock.move(seconds=FORGOTTEN.total_seconds())
    await one.look()

    assert await leases(agency) == ["server-one"]
    assert not one.is_there("other")


async def test_and_if_it_comes_again_all_the_same_it_is_heard(agency: Agency) -> None:
    one, other = a_server(agency, "one"), a_server(agency, "other")
    await other.look()
    await one.look()
    agency.clock.move(seconds=FORGOTTEN.total_seconds())
    await one.look()

    await other.look()
    await one.look()

    assert one.is_there("other")


async def test_a_server_nobody_heard_of_is_waited_for(agency: Agency) -> None:
    one = a_server(agency, "one")

    before = one.is_there("unheard")
    agency.clock.move(seconds=LASTS.total_seconds())

    assert before
    assert not one.is_there("unheard")


async def test_all_servers_know_one_word(agency: Agency) -> None:
    one, other = a_server(agency, "one"), a_server(agency, "other")

    word = await one.word()

    assert word
    assert await other.word() == word
