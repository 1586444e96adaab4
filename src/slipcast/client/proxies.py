"""Whether a proxy may stand between us and a host, as the environment has it.

In doubt it does: who then carries the request looks closely.

Source: the variables that curl reads.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

NAMES: Final = frozenset({"http_proxy", "https_proxy", "all_proxy"})
_WITH_SETTINGS: Final = frozenset({"darwin", "win32"})
"""Systems that have such settings elsewhere, too."""


def may_stand_before(host: str, environment: Mapping[str, str]) -> bool:
    """Whether requests to a host may go to a proxy."""
    said = {name.lower(): value for name, value in environment.items()}
    if not any(said.get(name) for name in NAMES) and not _set_in_the_system():
        return False
    spared = (each.strip().lower() for each in said.get("no_proxy", "").split(","))
    return not any(_covers(each, host.lower()) for each in spared if each)


def _covers(spared: str, host: str) -> bool:
    """Whether an entry of $no_proxy plainly means a host."""
    return spared in {"*", host} or host.endswith(f".{spared.lstrip('.')}")


def _set_in_the_system() -> bool:
    if sys.platform not in _WITH_SETTINGS:
        return False
    from urllib.request import getproxies  # noqa: PLC0415 -- slow, and not needed on Linux

    return bool(getproxies())
