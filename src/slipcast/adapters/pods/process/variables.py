"""The variables of a program that runs for a pod.

A program of ours runs on the host itself, so what a pod says must not decide how it is loaded,
where it looks for things or whom it runs (LD_PRELOAD, PYTHONPATH, GIT_SSH_COMMAND ...): only names
that the builder's contract knows reach it, and those of the host go on top. Pure.

Source: builder-process.md section 2; build-lifecycle.md section 5.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

ROOT: Final = "SLIPCAST_ROOT"
"""Where the paths of the container begin."""

CONTAINER: Final = "SLIPCAST_CONTAINER"
"""The container of somebody's image, as JSON, with the values of its variables."""

PULL_SECRET: Final = "SLIPCAST_PULL_SECRET"  # noqa: S105 -- where one is, no secret
"""The directory with the credentials for that image, where there are any."""

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_CONTRACT: Final = re.compile(
    r"BUILD|BUILD_\w+|SOURCE_\w+|OUTPUT_\w+|ORIGIN_VERSION|DOCKER_SOCKET|KUBERNETES_\w+"
    r"|(PUSH|PULL)_DOCKERCFG_PATH|PULL_SOURCE_DOCKERCFG_PATH_\d+|ALLOWED_UIDS|DROP_CAPS"
    r"|GIT_SSL_NO_VERIFY|GIT_LFS_SKIP_SMUDGE|LANG|(?i:https?_proxy|no_proxy)",
    re.ASCII,
)
"""The names that the builder's contract knows."""


def of_contract(given: Mapping[str, str]) -> dict[str, str]:
    """The variables of a pod that its contract with the builder knows."""
    return {
        name: value
        for name, value in given.items()
        if _CONTRACT.fullmatch(name) and "\0" not in value
    }


def complete(
    given: Mapping[str, str], host: Mapping[str, str], place: PurePath, root: PurePath
) -> dict[str, str]:
    """All variables of a program: its pod's, then the host's, then where things lie."""
    return {
        **given,
        "PATH": PATH,
        **host,
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "tmp"),
        ROOT: str(root),
    }
