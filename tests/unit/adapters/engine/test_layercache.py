"""What builds leave for later ones: whose it is, and what goes when it is too much."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from slipcast.adapters.engine.buildah.layercache import Hits, LayerCache
from slipcast.adapters.engine.buildah.storage import Storage
from slipcast.builds.localimages import pushed_copy

DAY = 86_400.0


class Store:
    """A store of images with one layer each, and the notes of builds on it."""

    def __init__(self, directory: Path, limit: int, most: int = 100) -> None:
        self.storage = Storage(directory)
        self.storage.images.mkdir()
        self.storage.layers.mkdir()
        self.time = 0.0
        self.images: list[dict[str, Any]] = []
        self.layers: list[dict[str, Any]] = []
        self.cache = LayerCache(
            directory / "notes.json",
            self.storage,
            self.remove,
            limit=limit,
            most=most,
            now=lambda: self.time,
        )

    def add(
        self, id_: str, size: int, parent: str = "", more: dict[str, Any] | None = None
    ) -> None:
        self.images.append({"id": id_, "layer": f"layer-{id_}", **(more or {})})
        self.layers.append(
            {"id": f"layer-{id_}", "parent": parent and f"layer-{parent}", "diff-size": size}
        )
        self._write()

    def remove(self, id_: str) -> None:
        self.images = [image for image in self.images if image["id"] != id_]
        self._write()

    def built(self, *ids: str, used: tuple[str, ...] = (), size: int = 10, made: str = "") -> None:
        """A build that leaves images; a day goes by."""
        before = self.cache.images()
        for id_ in ids:
            self.add(id_, size)
        self.cache.keep(before, used, made)
        self.time += DAY

    @property
    def there(self) -> list[str]:
        return [image["id"] for image in self.images]

    def _write(self) -> None:
        (self.storage.images / "images.json").write_text(json.dumps(self.images))
        (self.storage.layers / "layers.json").write_text(json.dumps(self.layers))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store whose cache may hold 25 bytes."""
    return Store(tmp_path, 25)


def test_what_was_longest_of_no_use_goes_first(store: Store) -> None:
    store.built("a", "b")
    store.built("c", used=("a",))
    store.built("d", used=("a",))

    assert store.there == ["a", "d"]


def test_within_the_limit_everything_stays(store: Store) -> None:
    store.built("a")
    store.built("b")

    assert store.there == ["a", "b"]


def test_what_a_build_may_still_stand_on_stays(store: Store) -> None:
    store.built("a", "b", "c", "d")

    assert store.there == ["a", "b", "c", "d"]


def test_images_of_anybody_else_are_not_touched(store: Store) -> None:
    store.add("theirs", 1000)
    store.add("named-once", 1000, more={"names-history": ["x"]})
    store.built("a")
    store.built("b")

    assert store.there == ["theirs", "named-once", "a", "b"]


def test_what_has_a_name_stays_until_it_has_lost_it(store: Store) -> None:
    before = store.cache.images()
    store.add("app", 100, more={"names": ["localhost/app:1"]})
    store.cache.keep(before, (), "app")
    store.time += DAY
    store.built("a")

    named = store.there
    store.images[0]["names"] = []
    store.built("b")

    assert named == ["app", "a"]
    assert store.there == ["a", "b"]


def test_the_copy_of_a_pushed_image_goes_like_what_has_no_name(store: Store) -> None:
    for each in ("first", "second"):
        store.add(each, 20, more={"names": [pushed_copy("shop", each)]})
        store.cache.add(each)
        store.time += DAY
    store.cache.add("second")

    assert store.there == ["second"]


def test_a_copy_that_somebody_gave_a_name_stays(store: Store) -> None:
    names = [pushed_copy("shop", "first"), "localhost/mine:1"]
    store.add("first", 100, more={"names": names})
    store.cache.add("first")
    store.time += DAY
    store.built("a")

    assert store.there == ["first", "a"]


def test_what_was_called_something_only_while_it_was_written_is_the_builds(store: Store) -> None:
    before = store.cache.images()
    passing = f"docker.io/library/{'a' * 64}-tmp:latest"
    store.add("step", 100, more={"names-history": [passing]})
    store.cache.keep(before, ())
    store.time += DAY
    store.built("a")

    assert store.there == ["a"]


def test_steps_of_no_size_are_not_kept_without_end(tmp_path: Path) -> None:
    store = Store(tmp_path, 25, most=2)

    store.built("a", "b", "c", size=0)
    store.built("d", size=0)

    assert store.there == ["c", "d"]


def test_layers_that_others_need_cost_nothing(store: Store) -> None:
    before = store.cache.images()
    store.add("step", 1000)
    store.add("app", 1, parent="step", more={"names": ["localhost/app:1"]})
    store.cache.keep(before, (), "app")
    store.time += DAY
    store.built("a")

    assert store.there == ["step", "app", "a"]


def test_without_a_limit_everything_stays(tmp_path: Path) -> None:
    store = Store(tmp_path, 0)

    store.built("a", size=1 << 40)
    store.built("b", size=1 << 40)

    assert store.there == ["a", "b"]


def test_broken_notes_are_begun_anew(store: Store, tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text("{")

    store.built("a")

    assert json.loads((tmp_path / "notes.json").read_text()) == {"a": 0.0}


def test_the_log_tells_what_was_used_again() -> None:
    shown = bytearray()
    hits = Hits(shown.extend)
    one, two = "1" * 64, "2" * 64

    hits(f"STEP 1\n--> Using cache {one[:30]}".encode())
    hits(f"{one[30:]}\n--> Using cache {two}\nSTEP 3\n--> Using cache short\n".encode())

    assert hits.found == [one, two]
    assert shown.count(b"\n") == 5
