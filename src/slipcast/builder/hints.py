"""What to do next, said in the words of a BuildConfig.

Builders share their parts with commands that people call with flags; who reads the log of a build
has none to give. Pure.

Source: build-api.md, fields of strategies and sources.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

_FLAG: Final = re.compile(r"(?<![\w-])--[a-z][a-z-]+")

_FIELDS: Final = MappingProxyType(
    {
        "--pull-policy": "Check the name of the image and the strategy's pullSecret; an image that "
        "lies nowhere but on the builder's machine has to be pushed to a registry first.",
        "--assemble-user": "Use an image whose USER is a number that the project allows.",
        "--runtime-artifact": "Correct sourceStrategy.runtimeArtifacts, or make assemble produce "
        "what they name.",
        "--scripts-url": "Put them in .s2i/bin of the source, say in sourceStrategy.scripts where "
        "they are, or use a builder image with the label io.openshift.s2i.scripts-url.",
        "--context-dir": "source.contextDir names a directory below the root of the source.",
        "--keep-symlinks": "Put what the link points to into the source, or leave the link out.",
        "--copy": "Commit what is to be built, and build again.",
        "--ref": "Let source.git.ref be a branch, a tag or a commit of the repository.",
        "--ignore-submodules": "Only http, https, ssh and git are allowed there.",
        "--network": "See what `slipcast doctor` says on the builder's machine.",
    }
)
"""THE TABLE: what a flag that a hint names is in a BuildConfig, as a sentence."""

_LOGIN: Final = "Log in to the registry"
_CREDENTIALS: Final = (
    "Check what the build's secret holds for this registry: output.pushSecret, or pullSecret of "
    "the image; by hand, the docker config file."
)
"""What a refused login is in a build, where nobody logs in."""

_KEPT: Final = frozenset({"--from-dir", "--from-archive", "--from-file", "--source"})
"""Flags of `start-build` and `set build-secret`, by which a build is given its source."""


def of_build(hint: str) -> str:
    """A hint without flags of other commands; empty when nothing else is known to help."""
    if _LOGIN in hint:
        return _CREDENTIALS
    flags = [flag for flag in _FLAG.findall(hint) if flag not in _KEPT]
    if not flags:
        return hint
    return next((_FIELDS[flag] for flag in flags if flag in _FIELDS), "")
