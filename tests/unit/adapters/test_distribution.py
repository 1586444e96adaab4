"""Pushing to a registry: what it has, in whatever repository, is not sent again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from slipcast.adapters.distribution import Elsewhere, Registry
from slipcast.ports.engine import RegistryAccess
from slipcast.values.faults import EngineFault
from slipcast.values.imageref import ImageRef
from unit.adapters.shelf import Shelf, open_shelf

LAYER = f"sha256:{'a' * 64}"
OWN = RegistryAccess(insecure=True, guarded=True)
OTHERS = RegistryAccess(insecure=True)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A registry whose repository base/python has a layer."""
    with open_shelf() as shelf:
        shelf.held["base/python"] = {LAYER}
        yield shelf


@pytest.fixture
def base(shelf: Shelf) -> tuple[str, ...]:
    """Where else the layer is."""
    return (f"{shelf.address}/base/python",)


def repository(shelf: Shelf, access: RegistryAccess = OWN) -> Registry:
    return Registry(ImageRef.parse(f"{shelf.address}/shop/app:1"), access)


def test_a_layer_of_another_repository_is_taken_over(shelf: Shelf, base: tuple[str, ...]) -> None:
    with closing(repository(shelf)) as app:
        assert app.has(LAYER, base)

    assert shelf.held["shop/app"] == {LAYER}


def test_what_is_there_is_not_asked_for_elsewhere(shelf: Shelf, base: tuple[str, ...]) -> None:
    shelf.held["shop/app"] = {LAYER}

    with closing(repository(shelf)) as app:
        assert app.has(LAYER, base)

    assert shelf.sent() == []


def test_what_may_not_be_taken_over_is_sent_by_the_upload_that_was_begun(
    shelf: Shelf, base: tuple[str, ...]
) -> None:
    shelf.mounts = False

    with closing(repository(shelf)) as app:
        assert not app.has(LAYER, base)
        app._finish(app._begin(), LAYER, b"layer")

    assert [each.partition(" ")[0] for each in shelf.sent()] == ["POST", "PUT"]


def test_an_upload_that_was_begun_for_nothing_is_taken_back(
    shelf: Shelf, base: tuple[str, ...]
) -> None:
    shelf.mounts = False

    with closing(repository(shelf)) as app:
        app.has(LAYER, base)

    assert [each.partition(" ")[0] for each in shelf.sent()] == ["POST", "DELETE"]


@pytest.mark.parametrize("elsewhere", ["other.example/base/python", "127.0.0.1:1/base/python"])
def test_repositories_of_other_registries_are_none_of_its_own(shelf: Shelf, elsewhere: str) -> None:
    with closing(repository(shelf)) as app:
        assert not app.has(LAYER, (elsewhere, f"{shelf.address}/shop/app"))

    assert shelf.sent() == []


def test_registries_of_others_are_asked_for_nothing_of_the_kind(
    shelf: Shelf, base: tuple[str, ...]
) -> None:
    with closing(repository(shelf, OTHERS)) as app:
        assert not app.has(LAYER, base)

    assert shelf.sent() == []


def test_an_image_that_we_may_not_have_is_told_of_as_missing(shelf: Shelf) -> None:
    with closing(repository(shelf)) as app, pytest.raises(EngineFault) as refused:
        app.check(LAYER)

    assert refused.value.reason == "ImageUnknown"


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "[::1]:5000", "localhost:5000", "localhost"])
def test_this_machine_is_reached_without_a_proxy(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")

    Registry(ImageRef(registry=host, namespace="shop", name="app"), OWN)


def test_a_registry_behind_a_proxy_is_for_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")

    with pytest.raises(Elsewhere, match="through a proxy"):
        Registry(ImageRef(registry="images.example", namespace="shop", name="app"), OTHERS)


def test_the_layers_of_an_image_of_the_registry_are_known_by_their_diff_ids(shelf: Shelf) -> None:
    layer = {"digest": LAYER, "size": 5, "mediaType": "application/vnd.oci.image.layer.v1.tar"}
    shelf.texts = {
        "base/python/manifests/1": {"config": {"digest": "sha256:c"}, "layers": [layer]},
        "base/python/blobs/sha256:c": {"rootfs": {"diff_ids": ["sha256:d"]}},
    }

    with closing(repository(shelf)) as app:
        found = app.layers_of(ImageRef.parse(f"{shelf.address}/base/python:1"))

    assert found == {"sha256:d": (LAYER, 5, layer["mediaType"])}


@pytest.mark.parametrize("image", ["other.example/base/python:1", "{}/base/python:gone"])
def test_of_what_cannot_be_read_no_layers_are_known(shelf: Shelf, image: str) -> None:
    with closing(repository(shelf)) as app:
        assert app.layers_of(ImageRef.parse(image.format(shelf.address))) == {}


def test_a_registry_is_reached_by_a_nearer_way_under_its_own_name(shelf: Shelf) -> None:
    near = RegistryAccess(guarded=True, via=shelf.address)
    shelf.held["shop/app"] = {LAYER}

    with closing(Registry(ImageRef.parse("images.shop:8443/shop/app:1"), near)) as app:
        assert app.has(LAYER)
        assert app.name == "images.shop:8443/shop/app"

    assert shelf.hosts == {"images.shop:8443"}
