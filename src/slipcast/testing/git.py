"""FakeGit: repositories in memory, by their URL without credentials.

It writes files where it is asked to clone, remembers what it was asked with, and fails where it was
told to.
"""

# ruff: noqa: ARG002 -- all directories are the same

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from slipcast.ports.engine import Sink, ignore
from slipcast.ports.git import CloneSpec, Committed, WorkingState
from slipcast.values.faults import GitFault
from slipcast.values.revision import SourceRevision

REVISION = SourceRevision(
    location="https://git.example/app.git",
    ref="main",
    commit="0123456789abcdef0123456789abcdef01234567",
    author_name="Ada Author",
    author_email="ada@example.com",
    committer_name="Carl Committer",
    committer_email="carl@example.com",
    date="Thu Jan 2 03:04:05 2020 +0000",
    message="First",
    timestamp=1_577_934_245,
)


class FakeGit:
    """A Git in memory.

    Shape:  failures are raised by the next probes, then by the next clones. kept is what lay in the
            files that the environment of a clone named, since those are gone when it has ended.
    """

    def __init__(self, repositories: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.repositories = dict(repositories or {})
        self.revision = REVISION
        self.failures: list[GitFault] = []
        self.configured: dict[str, str] = {}
        self.probed: list[float] = []
        self.cloned: list[CloneSpec] = []
        self.kept: dict[str, str] = {}

    def available(self) -> bool:
        """There is always one."""
        return True

    def probe(self, spec: CloneSpec, timeout: float, *, near: Path) -> None:
        """Answer, or fail as told."""
        self.probed.append(timeout)
        self._fail()
        self._files(spec)

    def settings(self, file: Path) -> tuple[tuple[str, str], ...]:
        """What `configured` says, whatever is in the file."""
        return tuple(self.configured.items())

    def clone(self, spec: CloneSpec, into: Path, *, log: Sink = ignore) -> None:
        """Write the files of a repository."""
        self.cloned.append(spec)
        self._fail()
        for name, value in spec.env:
            if Path(value).is_file():
                self.kept[name] = Path(value).read_text(encoding="utf-8")
        for name, text in self._files(spec).items():
            path = into / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        log(b"cloned\n")

    def describe(self, tree: Path, commit: str = "HEAD") -> SourceRevision:
        """The commit of every clone."""
        return self.revision

    def state(self, tree: Path) -> WorkingState:
        """No directory of this machine is a repository."""
        return WorkingState()

    def committed(self, tree: Path) -> tuple[Committed, ...] | None:
        """No directory of this machine is a repository."""
        return None

    def _files(self, spec: CloneSpec) -> Mapping[str, str]:
        url = spec.url.without_credentials.url
        if url not in self.repositories:
            raise GitFault(f"there is no repository {url}", reason="RepositoryUnknown")
        return self.repositories[url]

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
