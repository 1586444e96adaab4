"""Names of variables that mean something to the programs that start containers. Pure.

What a user calls so does not reach those programs by their environment: no word of a build steers
what runs on the host.

Source: ld.so(8); podman(1), buildah(1), containers.conf(5), environment; Go's runtime.
"""

from __future__ import annotations

import re
from typing import Final

_HEEDED: Final = re.compile(
    r"(LD|GCONV|GLIBC|MALLOC|GO|_?CONTAINERS?|_?PODMAN|STORAGE|_?BUILDAH|REGISTR(Y|IES)|DOCKER|XDG"
    r"|DBUS|SSL|NOTIFY|LISTEN|TMP|CNI|NETAVARK|_?OCI|_?LIBPOD|SLIPCAST|LC|LANG|LOC|NLS|RES)\w*"
    r"|PATH|HOME|USER|SHELL|TZ\w*|SSH_AUTH_SOCK|GNUPGHOME|BASH_ENV",
    re.ASCII | re.IGNORECASE,
)
_PROXIES: Final = re.compile(r"HTTPS?_PROXY|NO_PROXY|ALL_PROXY|FTP_PROXY", re.IGNORECASE)


def is_heeded(name: str) -> bool:
    """Whether programs that start containers work differently when it is set."""
    return _HEEDED.fullmatch(name) is not None


def is_proxy(name: str) -> bool:
    """Whether it says by which way the network is reached."""
    return _PROXIES.fullmatch(name) is not None
