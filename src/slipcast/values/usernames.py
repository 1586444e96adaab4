"""Under which name a person is kept: User objects are part of paths, names of people need not be.

What others call their people may be a URL. A name that cannot be part of a path is kept as `b64:`
and the name in base64; nothing else may begin so.

Source: the `b64:` names of OpenShift.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from slipcast.values import names

CODED: Final = "b64:"


def kept_as(name: str) -> str:
    """The name of the User that stands for somebody."""
    if name and not names.path_segment(name) and not name.startswith(CODED):
        return name
    return CODED + base64.urlsafe_b64encode(name.encode()).rstrip(b"=").decode()


def read(kept: str) -> str:
    """Whom a User of that name stands for; empty when nobody's name is kept so."""
    if not kept.startswith(CODED):
        return kept
    coded = kept.removeprefix(CODED)
    try:
        name = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return name if kept_as(name) == kept else ""
