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
from types import MappingProxyType
from typing import Final

from slipcast.values.faults import PodFault

ROOT: Final = "SLIPCAST_ROOT"
"""Where the paths of the container begin."""

CONTAINER: Final = "SLIPCAST_CONTAINER"
"""The container of somebody's image, as JSON, with the values of its variables."""

PULL_SECRET: Final = "SLIPCAST_PULL_SECRET"  # noqa: S105 -- where one is, no secret
"""The directory with the credentials for that image, where there are any."""

FILES: Final = MappingProxyType(
    {"BUILD": "SLIPCAST_BUILD_FILE", CONTAINER: "SLIPCAST_CONTAINER_FILE"}
)
"""Variables of the builder that may be files, and the variables that say where those are."""

_LONGEST: Final = 128 * 1024 - 1

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_CONTRACT: Final = re.compile(
    r"BUILD|BUILD_\w+|SOURCE_\w+|OUTPUT_\w+|ORIGIN_VERSION|DOCKER_SOCKET|KUBERNETES_\w+"
    r"|(PUSH_|PULL_|PULL_SOURCE_)DOCKERCFG_PATH(_\d+)?(_TOO_\d+)?|ALLOWED_UIDS|DROP_CAPS"
    r"|GIT_SSL_NO_VERIFY|GIT_LFS_SKIP_SMUDGE|LANG|(?i:https?_proxy|no_proxy)",
    re.ASCII,
)
"""The names that the builder's contract knows."""

_HOSTS: Final = re.compile(
    r"BUILD_(ISOLATION|OCI_RUNTIME|STORAGE_\w+|UIDMAP|GIDMAP|USE_NEW[UG]IDMAP|REGISTRIES_\w+"
    r"|SIGNATURE_POLICY_PATH|BLOBCACHE_DIR)",
    re.ASCII,
)
"""Those of them that say how the engine works, which here is the host's own."""


def of_contract(given: Mapping[str, str]) -> dict[str, str]:
    """The variables of a pod that its contract with the builder knows."""
    return {
        name: value
        for name, value in given.items()
        if _CONTRACT.fullmatch(name) and not _HOSTS.fullmatch(name) and "\0" not in value
    }


def is_long(name: str, value: str) -> bool:
    """Whether the kernel gives no program such a variable.

    Source: execve(2), MAX_ARG_STRLEN.
    """
    return len(f"{name}={value}".encode("utf-8", "surrogateescape")) > _LONGEST


def parted(env: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Variables that a builder's program is given, and those that it is given as files.

    Errors: PodFault when one of them can be given in neither way.
    """
    long = {name: value for name, value in env.items() if is_long(name, value)}
    for name in long.keys() - FILES.keys():
        raise PodFault(
            f"the variable {name} is longer than a program can be given",
            reason="InvalidEnv",
            hint="Give it as a file, such as one of a secret.",
        )
    return {name: value for name, value in env.items() if name not in long}, long


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
