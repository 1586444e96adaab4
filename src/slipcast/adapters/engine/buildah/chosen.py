"""What was chosen for buildah, in its own flags and variables. Pure.

Source: buildah(1) and its pages build(1), from(1), pull(1), push(1), commit(1).
"""

from __future__ import annotations

from typing import Final

from slipcast.values.enginechoice import EngineChoice

_IMAGES: Final = frozenset({"build", "commit", "from", "pull", "push"})
_TALKING: Final = frozenset({"build", "pull", "push"})
_OWN_RUNTIME: Final = "runc"


def flags(choice: EngineChoice, command: str) -> tuple[list[str], list[str]]:
    """The flags that stand before a command of buildah's, and those that follow it."""
    general = [] if choice.registries_dir is None else ["--registries-conf-dir"]
    general += [] if choice.registries_dir is None else [str(choice.registries_dir)]
    own: list[str] = []
    if choice.signatures is not None and command in _IMAGES:
        own.append(f"--signature-policy={choice.signatures}")
    if choice.blob_cache is not None and command in _IMAGES:
        own.append(f"--blob-cache={choice.blob_cache}")
    if choice.quiet and command in _TALKING:
        own.append("--quiet")
    return general, own


def variables(choice: EngineChoice) -> dict[str, str]:
    """The variables of each call."""
    given = {
        "BUILDAH_RUNTIME": choice.runtime,
        "CONTAINERS_REGISTRIES_CONF": str(choice.registries or ""),
        "CONTAINERS_STORAGE_CONF": str(choice.storage or ""),
    }
    return {name: value for name, value in given.items() if value}


def runs_here(choice: EngineChoice) -> bool:
    """Whether the programs of containers may be run by our own call of the runtime."""
    plain = choice.isolation in {"", "oci"} and not choice.uids and not choice.gids
    return plain and choice.runtime in {"", _OWN_RUNTIME}
