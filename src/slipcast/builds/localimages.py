"""Names of images that only the store of a node knows: no registry is ever asked for them.

Source: builder-process.md BLD-14; decision 12.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

LOCAL: Final = "localhost"
"""The host in such names."""

_DIGITS: Final = 32
_COPY: Final = re.compile(rf"{LOCAL}/[a-z0-9-]+/pushed:[0-9a-f]{{{_DIGITS}}}", re.ASCII)


def pushed_copy(project: str, destination: str) -> str:
    """What the copy of a pushed image is called: the same for each output of a project."""
    digest = hashlib.sha256(destination.encode()).hexdigest()
    return f"{LOCAL}/{project}/pushed:{digest[:_DIGITS]}"


def is_pushed_copy(name: str) -> bool:
    """Whether it is a name of such a copy: a registry has the image, too."""
    return _COPY.fullmatch(name) is not None
