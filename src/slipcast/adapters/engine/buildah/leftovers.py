"""Working containers of Dockerfile builds that never came to their end.

buildah names them after the image they begin with, as anybody's are, and knows no label for them.
But it records with each container the secrets that its build was given; so every build of ours is
given an empty one that nothing mounts, whose id says whose it is.

Source: buildah 1.28, buildah.json of a working container, `common-build-opts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from slipcast.adapters import ownership

_RECORDS = "*-containers/*/userdata/buildah.json"
_MARK = re.compile(rb'"id=(%s[0-9a-z_-]+),src=/dev/null"' % ownership.MARK.encode())


def flag(mark: str) -> str:
    """The flag of `buildah build` that marks what the build makes."""
    return f"--secret=id={mark},src=/dev/null"


def of_builds(store: Path, is_wanted: Callable[[str], bool]) -> list[str]:
    """The ids of the working containers in a store whose build's mark is wanted."""
    found = []
    for path in store.glob(_RECORDS):
        # Others may end theirs meanwhile.
        with suppress(OSError):
            mark = _MARK.search(path.read_bytes())
            if mark and is_wanted(mark[1].decode()):
                found.append(path.parent.parent.name)
    return found
