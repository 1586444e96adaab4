"""The Git port. Synchronous. Adapter: `adapters.git`, the git program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from slipcast.ports.engine import Sink, ignore
from slipcast.values.giturl import GitURL
from slipcast.values.revision import SourceRevision


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneSpec:
    """What to clone.

    Shape:  ref is a branch, tag or commit, empty for the remote's HEAD; proxies are URLs, empty for
            the process's own environment.
    """

    url: GitURL
    ref: str = ""
    submodules: bool = True
    http_proxy: str = ""
    https_proxy: str = ""
    no_proxy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingState:
    """How a local work tree differs from what a clone of it would hold."""

    is_repository: bool = False
    has_commits: bool = False
    changed_files: int = 0
    unpushed_commits: int = 0


class Git(Protocol):
    """What builds need of git."""

    def available(self) -> bool:
        """Whether there is a git to call."""
        ...

    def clone(self, spec: CloneSpec, into: Path, *, log: Sink = ignore) -> None:
        """Clone and check out; into does not exist or is empty.

        Errors: GitFault with reason `Authentication`, `RepositoryUnknown`, `RefUnknown`,
                `Unreachable` where it can be told, naming the host, and git's own words as tail.
        """
        ...

    def describe(self, tree: Path) -> SourceRevision:
        """What the checkout is; empty fields where git cannot say. Never fails."""
        ...

    def state(self, tree: Path) -> WorkingState:
        """Whether tree is a repository, and what a clone of it would miss."""
        ...
