"""Links say which repository has what, since when, and what is about what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from slipcast.ports.blobs import Blobs, Link, Links, NoUpload
from slipcast.testing.api import NOON, StandingClock
from slipcast.values.digest import Digest

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
SHOP = "shop/web"
FARM = "farm/web"
ONE, TWO, THREE = sorted(Digest.of(each) for each in (b"1", b"2", b"3"))


async def names(links: Links) -> list[str]:
    return [name async for name in links.repositories()]


async def sending(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_a_link_is_of_one_repository_and_kind(links: Links) -> None:
    await links.add("blobs", SHOP, ONE)

    assert await links.find("blobs", SHOP, ONE) == Link(repository=SHOP, digest=ONE, made=NOON)
    assert await links.find("blobs", FARM, ONE) is None
    assert await links.find("manifests", SHOP, ONE) is None
    assert await links.find("blobs", SHOP, TWO) is None


async def test_once_more_makes_it_new(links: Links, clock: StandingClock) -> None:
    await links.add("blobs", SHOP, ONE)
    clock.moment += HOUR
    await links.add("blobs", SHOP, ONE)

    found = [link async for link in links.links("blobs", SHOP)]

    assert found == [Link(repository=SHOP, digest=ONE, made=NOON + HOUR)]


async def test_links_come_in_the_order_of_their_digests(links: Links) -> None:
    await links.add("blobs", SHOP, THREE)
    await links.add("blobs", SHOP, ONE)
    await links.add("blobs", SHOP, TWO)

    assert [link.digest async for link in links.links("blobs", SHOP)] == [ONE, TWO, THREE]
    assert [link async for link in links.links("manifests", SHOP)] == []


async def test_what_is_about_another_is_its_referrer(links: Links) -> None:
    await links.add("manifests", SHOP, THREE, ONE)
    await links.add("manifests", SHOP, TWO, ONE)
    await links.add("manifests", FARM, TWO, ONE)

    found = await links.referrers(SHOP, ONE)

    assert [(link.digest, link.subject) for link in found] == [(TWO, ONE), (THREE, ONE)]
    assert await links.find("manifests", SHOP, TWO) == found[0]
    assert await links.referrers(SHOP, TWO) == ()


async def test_what_was_removed_refers_to_nothing(links: Links) -> None:
    await links.add("manifests", SHOP, TWO, ONE)

    was_there = await links.remove("manifests", SHOP, TWO)

    assert was_there
    assert await links.referrers(SHOP, ONE) == ()
    assert not await links.remove("manifests", SHOP, TWO)


async def test_what_was_made_new_is_not_removed_as_old(links: Links, clock: StandingClock) -> None:
    await links.add("blobs", SHOP, ONE)
    await links.add("blobs", SHOP, TWO)
    clock.moment += HOUR
    await links.add("blobs", SHOP, ONE)

    removed = [await links.remove("blobs", SHOP, each, NOON + HOUR) for each in (ONE, TWO)]

    assert removed == [False, True]
    assert [link.digest async for link in links.links("blobs", SHOP)] == [ONE]


async def test_repositories_are_those_with_links(links: Links) -> None:
    await links.add("blobs", SHOP, ONE)
    await links.add("manifests", FARM, ONE)
    before = await names(links)
    await links.remove("manifests", FARM, ONE)

    assert before == [FARM, SHOP]
    assert await names(links) == [SHOP]


async def test_a_repository_is_forgotten_with_all_its_links(links: Links) -> None:
    await links.add("blobs", SHOP, ONE)
    await links.add("manifests", SHOP, TWO, ONE)
    await links.add("blobs", FARM, ONE)

    await links.forget(SHOP)

    assert await names(links) == [FARM]
    assert await links.referrers(SHOP, ONE) == ()


async def test_uploads_that_nobody_went_on_with_are_forgotten(
    blobs: Blobs, links: Links, clock: StandingClock
) -> None:
    idle = await blobs.begin(SHOP)
    lively = await blobs.begin(SHOP)
    clock.moment += HOUR
    await blobs.append(lively.id, 0, sending(b"abc"))

    would = await links.forget_uploads(NOON + HOUR, dry_run=True)
    forgotten = await links.forget_uploads(NOON + HOUR)

    assert would == forgotten == (idle,)
    assert (await blobs.upload(lively.id)).offset == 3
    with pytest.raises(NoUpload):
        await blobs.upload(idle.id)


async def test_several_links_are_looked_for_at_once(links: Links) -> None:
    await links.add("blobs", SHOP, ONE)
    await links.add("blobs", FARM, TWO)
    await links.add("manifests", SHOP, THREE)

    found = await links.those("blobs", SHOP, (ONE, TWO, THREE))

    assert found == {ONE: Link(repository=SHOP, digest=ONE, made=NOON)}
    assert await links.those("blobs", SHOP, ()) == {}
