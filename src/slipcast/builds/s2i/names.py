"""Names of the containers of a build (S2I-199)."""

from __future__ import annotations

import re


def container_name(image: str, tag: str) -> str:
    """The name of a container made from image; tag is eight hex digits, new each time."""
    return f"s2i_{re.sub('[^0-9A-Za-z]', '_', image)}_{tag}"
