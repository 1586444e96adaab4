"""Images that buildah finds by their digest alone."""

from __future__ import annotations

import pytest

from slipcast.adapters.engine.buildah.engine import _is_of

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("image", "name", "same"),
    [
        (f"r:1/shop/app@{DIGEST}", f"r:1/shop/app@{DIGEST}", True),
        (f"r:1/shop/app@{DIGEST}", "r:1/shop/app:latest", True),
        (f"r:1/other/app@{DIGEST}", "r:1/shop/app:latest", False),
        (f"other/app@{DIGEST}", "r:1/shop/app:latest", False),
        (f"python@{DIGEST}", "docker.io/library/python:3", True),
        (f"slipcast/python@{DIGEST}", "localhost/slipcast/python:3", True),
        ("a" * 64, "r:1/shop/app:latest", True),
    ],
)
def test_an_image_is_called_by_names_of_its_own_only(image: str, name: str, *, same: bool) -> None:
    assert _is_of(image, [name]) is same
