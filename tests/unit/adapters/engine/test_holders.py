"""Which repositories have a layer."""

from __future__ import annotations

import json
from pathlib import Path

from slipcast.adapters.engine.buildah import holders
from slipcast.adapters.engine.buildah.holders import Holders


def test_the_last_repository_that_had_it_comes_first(tmp_path: Path) -> None:
    known = Holders(tmp_path)

    known.add("sha256:a", "r/shop/one")
    known.add("sha256:a", "r/shop/two")
    known.add("sha256:a", "r/shop/one")

    assert Holders(tmp_path).of("sha256:a") == ("r/shop/one", "r/shop/two")


def test_a_layout_is_no_repository(tmp_path: Path) -> None:
    Holders(tmp_path).add("sha256:a", "")

    assert Holders(tmp_path).of("sha256:a") == ()
    assert list(tmp_path.iterdir()) == []


def test_only_so_many_are_remembered(tmp_path: Path) -> None:
    known = Holders(tmp_path)

    (tmp_path / holders.FILE).write_text(json.dumps({"sha256:a": ["r/1", "r/2", "r/3", "r/4"]}))

    known.add("sha256:a", "r/5")

    assert known.of("sha256:a") == ("r/5", "r/1", "r/2", "r/3")


def test_notes_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    (tmp_path / holders.FILE).write_text("{")

    assert Holders(tmp_path).of("sha256:a") == ()
