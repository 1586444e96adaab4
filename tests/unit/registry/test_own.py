"""Images of this registry as imports read them: with the rights of who asks, and no others."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from slipcast.ports.api import Api
from slipcast.ports.distribution import (
    UNAUTHORIZED,
    UNKNOWN,
    UNREACHABLE,
    DistributionFault,
    Login,
    Way,
)
from slipcast.registry.own import AllRegistries
from slipcast.registry.parts import Parts
from slipcast.testing.blobs import MemoryBlobs
from slipcast.testing.registries import FakeRegistries
from slipcast.values.actor import AUTHENTICATED, UNAUTHENTICATED, Actor
from slipcast.values.digest import Digest
from slipcast.values.imageref import ImageRef
from slipcast.values.sensitive import Sensitive
from unit.registry.conftest import (
    ADDRESS,
    FORMER,
    SPACE,
    bind,
    event,
    token_of_anna,
    with_history,
)

pytestmark = pytest.mark.anyio

PULLER = "system:image-puller"
NAME = f"{ADDRESS}/{SPACE}/app"
BEN = Way(actor=Actor(name="ben", groups=(AUTHENTICATED,)))
CONFIG = b'{"architecture": "amd64", "os": "linux"}'


def login(token: str, place: str = ADDRESS) -> Login:
    """What a docker secret says of this registry."""
    return Login(place=place, user="serviceaccount", password=Sensitive(token))


async def kept(blobs: MemoryBlobs, content: bytes) -> Digest:
    """The digest of something that is kept now."""

    async def body() -> AsyncIterator[bytes]:
        yield content

    upload = await blobs.begin(f"{SPACE}/app")
    await blobs.append(upload.id, 0, body())
    return (await blobs.commit(upload.id, Digest.of(content))).digest


@pytest.fixture
def registries(parts: Parts, elsewhere: FakeRegistries) -> AllRegistries:
    made = AllRegistries(elsewhere)
    made.include(parts)
    return made


@pytest.fixture
async def image(api: Api, blobs: MemoryBlobs) -> Digest:
    """An image that is kept here, which a tag of a stream means."""
    config = await kept(blobs, CONFIG)
    piece = {"mediaType": "x/config", "digest": str(config), "size": len(CONFIG)}
    text = json.dumps({"schemaVersion": 2, "config": piece, "layers": []}).encode()
    digest = await kept(blobs, text)
    await with_history(
        api,
        "app",
        far=event(f"far.test/a/b@{Digest.of(b'far')}", Digest.of(b"far")),
        v1=event(f"{NAME}@{digest}", digest),
    )
    return digest


async def refused(registries: AllRegistries, name: str, way: Way) -> DistributionFault:
    """Why an image is not given."""
    with pytest.raises(DistributionFault) as fault:
        await registries.manifest(ImageRef.parse(name), way)
    return fault.value


@pytest.mark.parametrize("host", [ADDRESS, FORMER])
async def test_who_may_pull_may_import_by_every_address_of_ours(
    host: str, registries: AllRegistries, api: Api, image: Digest
) -> None:
    await bind(api, PULLER, "User", "ben")

    found = await registries.manifest(ImageRef.parse(f"{host}/{SPACE}/app:v1"), BEN)

    assert found.digest == image


async def test_blobs_and_tags_are_given_too(
    registries: AllRegistries, api: Api, image: Digest
) -> None:
    await bind(api, PULLER, "User", "ben")
    ref = ImageRef.parse(NAME).with_digest(image)

    pieces = await registries.blob(ref, Digest.of(CONFIG), BEN)

    assert b"".join([piece async for piece in pieces]) == CONFIG
    assert await registries.tags(ref, BEN) == ("far", "v1")


async def test_nothing_is_asked_over_the_network(
    registries: AllRegistries, elsewhere: FakeRegistries, image: Digest
) -> None:
    await refused(registries, f"{NAME}:v1", BEN)

    assert (elsewhere.asked, image.algorithm) == ([], "sha256")


async def test_images_of_others_are_asked_of_them(
    registries: AllRegistries, elsewhere: FakeRegistries
) -> None:
    digest = elsewhere.push("far.test/a/b:1")

    found = await registries.manifest(ImageRef.parse("far.test/a/b:1"), BEN)

    assert found.digest == digest


async def test_who_may_not_is_told_the_same_whether_there_is_something_or_not(
    registries: AllRegistries, image: Digest
) -> None:
    there = await refused(registries, f"{NAME}@{image}", BEN)
    never = await refused(registries, f"{ADDRESS}/{SPACE}/never@{image}", BEN)
    nowhere = await refused(registries, f"{ADDRESS}/a/b/c@{image}", BEN)

    assert {there.reason, never.reason, nowhere.reason} == {UNAUTHORIZED}
    assert there.message.replace("app", "never") == never.message
    assert there.hint == never.hint


@pytest.mark.parametrize("part", ["blob", "tags"])
async def test_who_may_not_gets_no_part_either(
    part: str, registries: AllRegistries, image: Digest
) -> None:
    ref = ImageRef.parse(NAME).with_digest(image)
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "blob": lambda: registries.blob(ref, Digest.of(CONFIG), BEN),
        "tags": lambda: registries.tags(ref, BEN),
    }

    with pytest.raises(DistributionFault) as fault:
        await asked[part]()

    assert fault.value.reason == UNAUTHORIZED


async def test_logins_of_a_namespace_give_somebody_who_asks_nothing(
    registries: AllRegistries, api: Api, image: Digest
) -> None:
    await bind(api, PULLER, "User", "anna")
    way = Way(actor=BEN.actor, logins=(login(await token_of_anna(api)),))

    assert (await refused(registries, f"{NAME}@{image}", way)).reason == UNAUTHORIZED


@pytest.mark.parametrize("place", [ADDRESS, FORMER, f"https://{ADDRESS}/v2/"])
async def test_the_server_itself_asks_with_the_logins_of_the_namespace(
    place: str, registries: AllRegistries, api: Api, image: Digest
) -> None:
    await bind(api, PULLER, "User", "anna")
    way = Way(logins=(login("nonsense"), login(await token_of_anna(api), place)))

    found = await registries.manifest(ImageRef.parse(f"{NAME}:v1"), way)

    assert found.digest == image


async def test_the_server_itself_has_no_rights_of_its_own(
    registries: AllRegistries, api: Api, image: Digest
) -> None:
    await bind(api, PULLER, "User", "anna")
    far = Way(logins=(login(await token_of_anna(api), "far.test"),))

    without = await refused(registries, f"{NAME}@{image}", Way())
    other = await refused(registries, f"{NAME}@{image}", far)

    assert (without.reason, without.anonymous) == (UNAUTHORIZED, True)
    assert (other.reason, other.anonymous) == (UNAUTHORIZED, False)


async def test_what_everybody_may_pull_the_server_imports_without_a_login(
    registries: AllRegistries, api: Api, image: Digest
) -> None:
    await bind(api, PULLER, "Group", UNAUTHENTICATED)

    found = await registries.manifest(ImageRef.parse(f"{NAME}:v1"), Way())

    assert found.digest == image


@pytest.mark.parametrize(("tag", "reason"), [("never", UNKNOWN), ("far", UNREACHABLE)])
async def test_what_is_not_here_whole_is_not_given(
    tag: str, reason: str, registries: AllRegistries, api: Api, image: Digest
) -> None:
    await bind(api, PULLER, "User", "ben")

    fault = await refused(registries, f"{NAME}:{tag}", BEN)

    assert (fault.reason, image.algorithm) == (reason, "sha256")
