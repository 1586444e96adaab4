"""The Git port. Synchronous. Adapter: `adapters.git`, the git program."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import msgspec

from slipcast.ports.engine import Sink, ignore
from slipcast.values.giturl import GitURL
from slipcast.values.revision import SourceRevision


class CloneSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What to clone.

    Shape:  ref is a branch, tag or commit, empty for the remote's HEAD; proxies are URLs, empty for
            the process's own environment; ca_file None leaves trust to the host. history asks for
            every commit and for objects of the clone's own; without it a clone may be shallow, or
            lean on the local repository it was made from. env is laid over the process's own, such
            as the key to use or another file of settings.
    """

    url: GitURL
    ref: str = ""
    submodules: bool = True
    history: bool = False
    http_proxy: str = ""
    https_proxy: str = ""
    no_proxy: str = ""
    ca_file: Path | None = None
    env: tuple[tuple[str, str], ...] = ()


class WorkingState(msgspec.Struct, frozen=True, kw_only=True):
    """How a local work tree differs from what a clone of it would hold.

    Shape:  commit is the id of HEAD; an untracked directory counts as one changed file.
    """

    is_repository: bool = False
    has_commits: bool = False
    commit: str = ""
    changed_files: int = 0
    unpushed_commits: int = 0


class Committed(msgspec.Struct, frozen=True):
    """A path of a commit, relative to the work tree, and git's mode of it (`0o100755`)."""

    path: str
    mode: int


class Git(Protocol):
    """What builds need of git."""

    def available(self) -> bool:
        """Whether there is a git to call."""
        ...

    def probe(self, spec: CloneSpec, timeout: float, *, near: Path) -> None:
        """Ask a repository for its branches, to see whether it answers.

        Shape:  near is a directory for what git must read from a file.
        Units:  timeout in seconds.
        Errors: GitFault as for clone; reason `Timeout` when no answer came in time.
        """
        ...

    def settings(self, file: Path) -> tuple[tuple[str, str], ...]:
        """What a file of settings says, names in lower case; includes are not followed.

        Errors: GitFault when it cannot be read.
        """
        ...

    def clone(self, spec: CloneSpec, into: Path, *, log: Sink = ignore) -> None:
        """Clone and check out; into does not exist or is empty.

        Errors: GitFault with reason `Authentication`, `RepositoryUnknown`, `RefUnknown`,
                `Unreachable` where it can be told, naming the host, and git's own words as tail.
        """
        ...

    def describe(self, tree: Path, commit: str = "HEAD") -> SourceRevision:
        """What the checkout is, or another commit of it; never fails.

        Shape:  commit is a whole id; fields are empty where git cannot say.
        """
        ...

    def state(self, tree: Path) -> WorkingState:
        """Whether tree is a repository, and what a clone of it would miss."""
        ...

    def committed(self, tree: Path) -> tuple[Committed, ...] | None:
        """Every path of a clean work tree, if a checkout of HEAD would write the same bytes there.

        Shape:  None when anything (attributes, filters, line ends, submodules, a sparse checkout,
                loose comparison) could make a clean file differ from what is committed. That the
                tree is clean, now and after it was read, is for `state` to say.
        """
        ...
