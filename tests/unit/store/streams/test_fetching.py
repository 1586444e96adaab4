"""What one import looks up: bounded, verified, with the logins that are needed."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api.status import Status
from slipcast.images.imports import Found, Result, Source
from slipcast.ports.distribution import UNAUTHORIZED, DistributionFault, Login
from slipcast.store.streams import fetching
from slipcast.store.streams.fetching import Fetching, repository
from slipcast.testing.registries import FakeRegistries
from slipcast.values.apifaults import Unavailable
from slipcast.values.imageref import ImageRef
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.anyio

HOST = "registry.example.com"
WEB = f"{HOST}/acme/web"
LOGIN = Login(place=HOST, user="ada", password=Sensitive("right"))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def elsewhere() -> FakeRegistries:
    return FakeRegistries()


async def nobody() -> tuple[Login, ...]:
    """No logins."""
    return ()


async def ada() -> tuple[Login, ...]:
    """The right login."""
    return (LOGIN,)


async def locked() -> tuple[Login, ...]:
    """Logins that cannot be read."""
    raise Unavailable("the disk is full")


def a_source(tag: str = "1", **more: Any) -> Source:
    """An image that is looked up."""
    return Source(ref=ImageRef.parse(f"{WEB}:{tag}"), **more)


async def message(elsewhere: FakeRegistries, source: Source) -> str:
    """Why an image is not given."""
    found = await Fetching(elsewhere, nobody).image(source)
    assert isinstance(found, Status)
    return found.message


def is_found(result: Result) -> bool:
    """Whether an image was given."""
    return isinstance(result, Found)


async def test_secrets_that_cannot_be_read_are_told_is_82(elsewhere: FakeRegistries):
    elsewhere.passwords[HOST] = ("ada", "right")

    found = await Fetching(elsewhere, locked).image(a_source())

    assert isinstance(found, Status)
    assert found.reason == UNAUTHORIZED
    assert found.message.startswith(
        "Unable to load secrets for this image: the disk is full; (you may not have access"
    )


async def test_logins_are_tried_also_where_a_registry_says_that_there_is_nothing_is_82(
    elsewhere: FakeRegistries,
):
    fetch = Fetching(elsewhere, ada)

    await fetch.image(a_source())

    assert elsewhere.asked == [f"{WEB}:1", f"{WEB}:1"]


async def test_logins_for_other_registries_are_not_tried_is_82(elsewhere: FakeRegistries):
    async def others() -> tuple[Login, ...]:
        return (Login(place="other.example.com", user="ada", password=Sensitive("x")),)

    await Fetching(elsewhere, others).image(a_source())

    assert len(elsewhere.asked) == 1


async def test_logins_are_known_once_they_were_needed(elsewhere: FakeRegistries):
    elsewhere.push(f"{WEB}:1")
    elsewhere.passwords[HOST] = ("ada", "right")
    fetch = Fetching(elsewhere, ada)

    results = [await fetch.image(a_source()), await fetch.image(a_source())]

    assert [is_found(each) for each in results] == [True, True]
    assert len(elsewhere.asked) == 5


async def test_tags_are_listed_with_a_login_too(elsewhere: FakeRegistries):
    elsewhere.push(f"{WEB}:1")
    elsewhere.passwords[HOST] = ("ada", "right")

    found = await Fetching(elsewhere, ada).tags(repository(WEB), insecure=False)

    assert found == ("1",)


async def test_a_configuration_that_is_too_large_is_not_read(
    elsewhere: FakeRegistries, monkeypatch: pytest.MonkeyPatch
):
    elsewhere.push(f"{WEB}:1", {"User": "x" * 2000})
    monkeypatch.setattr(fetching, "LARGEST_CONFIG", 1000)

    assert "is too large" in await message(elsewhere, a_source())


async def test_one_import_brings_so_much_and_no_more(
    elsewhere: FakeRegistries, monkeypatch: pytest.MonkeyPatch
):
    elsewhere.push(f"{WEB}:1", {"User": "x" * 2000})
    monkeypatch.setattr(fetching, "LARGEST", 3000)
    fetch = Fetching(elsewhere, nobody)

    results = [await fetch.image(a_source()), await fetch.image(a_source())]

    assert [is_found(each) for each in results] == [True, False]


async def test_an_image_stands_for_so_many_and_no_more(
    elsewhere: FakeRegistries, monkeypatch: pytest.MonkeyPatch
):
    digest = elsewhere.push(f"{WEB}:amd")
    elsewhere.push_index(f"{WEB}:1", amd64=digest, arm64=digest)
    monkeypatch.setattr(fetching, "MOST_PLATFORMS", 1)

    assert "more than 1 images" in await message(elsewhere, a_source(is_original=True))


async def test_an_index_without_images_is_none(elsewhere: FakeRegistries):
    elsewhere.push_index(f"{WEB}:1")

    assert "stands for no image" in await message(elsewhere, a_source())


async def test_a_host_that_broke_once_is_not_asked_again(elsewhere: FakeRegistries):
    elsewhere.broken[HOST] = DistributionFault("gone", retryable=True)
    fetch = Fetching(elsewhere, nobody)

    await fetch.image(a_source("1"))
    await fetch.image(a_source("2"))

    assert elsewhere.asked == [f"{WEB}:1"]


async def test_one_broken_image_is_not_the_whole_host(elsewhere: FakeRegistries):
    elsewhere.put(f"{WEB}:1", b"<html>", "text/html")
    elsewhere.push(f"{WEB}:2")
    fetch = Fetching(elsewhere, nobody)

    results = await fetch.images([a_source("1"), a_source("2")])

    assert [is_found(each) for each in results.values()] == [False, True]


def test_a_repository_has_nothing_left_to_defaults_and_no_tag():
    assert str(repository("ruby")) == "docker.io/library/ruby"
