"""What a builder's flags and variables say of its engine.

Source: builder-process.md BLD-9, BLD-37, BLD-38, BLD-40.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from slipcast.values.enginechoice import EngineChoice, IdRange
from slipcast.values.faults import UsageFault

FLAGS: Final = MappingProxyType(
    {
        "--isolation": "BUILD_ISOLATION",
        "--oci-runtime": "BUILD_OCI_RUNTIME",
        "--storage-driver": "BUILD_STORAGE_DRIVER",
        "--storage-options": "BUILD_STORAGE_OPTIONS",
        "--uidmap": "BUILD_UIDMAP",
        "--gidmap": "BUILD_GIDMAP",
    }
)
"""THE TABLE of flags with a value, and of the variables that hold their defaults (BLD-9)."""

SWITCHES: Final = MappingProxyType(
    {
        "--use-newuidmap": "BUILD_USE_NEWUIDMAP",
        "--use-newgidmap": "BUILD_USE_NEWGIDMAP",
    }
)
"""THE TABLE of flags without a value; either of them asks for both set-uid programs."""

REGISTRIES: Final = "BUILD_REGISTRIES_CONF_PATH"
REGISTRIES_DIR: Final = "BUILD_REGISTRIES_DIR_PATH"
SIGNATURES: Final = "BUILD_SIGNATURE_POLICY_PATH"
STORAGE: Final = "BUILD_STORAGE_CONF_PATH"
BLOB_CACHE: Final = "BUILD_BLOBCACHE_DIR"
QUIET: Final = "BUILDAH_QUIET"

_CACHE: Final = "/var/cache/blobs"
_ISOLATIONS: Final = ("", "oci", "rootless", "chroot")
_TRUE: Final = "true"


def choice(flags: Mapping[str, str], env: Mapping[str, str], root: Path) -> EngineChoice:
    """How the engine is to work; a flag goes before the variable with its default.

    Shape:  files and directories that are not there are as if they had not been named.
    Errors: UsageFault for what a flag cannot say.
    """
    given = {flag: flags.get(flag, env.get(name, "")) for flag, name in FLAGS.items()}
    switched = {flags.get(flag, env.get(name, "")) for flag, name in SWITCHES.items()}
    if given["--isolation"] not in _ISOLATIONS:
        raise UsageFault(
            f"unrecognized isolation type {given['--isolation']!r}",
            hint="--isolation is oci, rootless or chroot.",
        )
    return EngineChoice(
        isolation=given["--isolation"],
        runtime=given["--oci-runtime"],
        driver=given["--storage-driver"],
        driver_options=_options(given["--storage-options"]),
        uids=_ranges("--uidmap", given["--uidmap"]),
        gids=_ranges("--gidmap", given["--gidmap"]),
        by_helpers=_TRUE in switched,
        registries=_there(env.get(REGISTRIES, ""), root),
        registries_dir=_there(env.get(REGISTRIES_DIR, ""), root),
        signatures=_there(env.get(SIGNATURES, ""), root),
        storage=_there(env.get(STORAGE, ""), root),
        blob_cache=_there(env.get(BLOB_CACHE, _CACHE), root),
        quiet=env.get(QUIET) == _TRUE,
    )


def _options(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    try:
        return tuple(msgspec.json.decode(text, type=list[str]))
    except msgspec.MsgspecError as wrong:
        raise UsageFault(
            f"--storage-options cannot be read: {wrong}",
            hint='Write a list as JSON: ["overlay.mountopt=nodev"].',
        ) from wrong


def _ranges(flag: str, text: str) -> tuple[IdRange, ...]:
    return tuple(_range(flag, part) for part in text.split(",") if part)


def _range(flag: str, text: str) -> IdRange:
    numbers = text.split(":")
    if len(numbers) != 3 or not all(  # noqa: PLR2004  INSIDE:OUTSIDE:COUNT
        number.isascii() and number.isdecimal() for number in numbers
    ):
        raise UsageFault(
            f"{flag} cannot be read: {text!r}", hint=f"Write {flag}=INSIDE:OUTSIDE:COUNT,..."
        )
    inside, outside, count = map(int, numbers)
    return IdRange(inside, outside, count)


def _there(path: str, root: Path) -> Path | None:
    if not path:
        return None
    found = root / path.lstrip("/")
    return found if found.exists() else None
