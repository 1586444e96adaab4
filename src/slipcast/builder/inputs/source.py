"""The source of a build: what it is, how it gets here, and what of it goes into the container.

A local repository whose work tree is exactly its commit is read where it lies; any other is cloned
into the working directory, so that only committed content is built. A plain directory is read where
it lies too. Nothing is copied.

Source: s2i reference, source (S2I-102 to 123).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import msgspec
from msgspec.structs import replace

from slipcast.builder.inputs.beneath import context
from slipcast.builder.inputs.fetched import Fetched, InPlace
from slipcast.builder.inputs.listed import below, has_links
from slipcast.builder.inputs.recognition import (
    Copy,
    LocalClone,
    Nothing,
    Remote,
    SourceKind,
    recognise,
)
from slipcast.builder.inputs.walk import REASON, Links
from slipcast.builder.workspace import Workspace
from slipcast.builds.s2i.request import PreparedSource, S2IRequest
from slipcast.dockerfile.exclude import DEFAULT_EXPRESSION, exclusion
from slipcast.ports.git import CloneSpec, Committed, Git
from slipcast.ports.progress import Progress
from slipcast.values.faults import BuildFault, Fault, GitFault, HostFault
from slipcast.values.giturl import GitURL, local_repository
from slipcast.values.legible import legible
from slipcast.values.revision import SourceRevision

_SHORT = 12


def fetch(request: S2IRequest, git: Git, workspace: Workspace, progress: Progress) -> Fetched:
    """The source of a request, ready to be read.

    Shape:  a prepared source is taken as it lies, unless it is the user's own directory, which may
            have changed since.
    Errors: InvalidFault for a source nobody could fetch; BuildFault FetchSourceFailed.
    """
    fetching = _Fetching(request, git, workspace, progress)
    if request.prepared is not None and request.prepared.is_ours:
        return fetching.prepared(request.prepared)
    try:
        return fetching.fetched(recognise(request, git))
    except (GitFault, HostFault) as fault:
        raise _failed(fault) from fault


class _Fetching(msgspec.Struct, frozen=True):
    request: S2IRequest
    git: Git
    workspace: Workspace
    progress: Progress

    def fetched(self, kind: SourceKind) -> Fetched:
        """Fetch what was recognised."""
        match kind:
            case Nothing():
                return self._made(self.workspace.source, SourceRevision())
            case Copy():
                return self._copy(kind)
            case Remote():
                return self._cloned(kind.url, kind.ref, kind.url.without_credentials.url)
            case LocalClone():
                return self._local(kind)

    def _copy(self, kind: Copy) -> Fetched:
        path = kind.path
        real = path.resolve()
        if self.workspace.root.resolve().is_relative_to(real):
            raise BuildFault(
                f"the working directory {self.workspace.root} lies inside the source {path}",
                reason=REASON,
                hint="move slipcast's state directory out of the source",
            )
        if kind.unused:
            self.progress.warn(f"the ref {kind.unused} is ignored: {path} is built as it is")
        root, name = context(real, self.request.context_dir)
        self.progress.note(f"Source: the directory {legible(str(path))} as it is", level=0)
        links = Links.KEEP if self.request.keep_symlinks else Links.FOLLOW
        revision = SourceRevision(location=str(path), context_dir=name)
        return self._made(root, revision, bounds=real, links=links)

    def _local(self, kind: LocalClone) -> Fetched:
        in_place = self._in_place(kind)
        if in_place is not None:
            return in_place
        changed = kind.state.changed_files
        if changed:
            files = "1 uncommitted change" if changed == 1 else f"{changed} uncommitted changes"
            self.progress.warn(
                f"{files} in {legible(str(kind.path))} will not be built, only what is committed; "
                "--copy builds the directory as it is"
            )
        url = local_repository(PurePosixPath(kind.path))
        fetched = self._cloned(url, kind.ref, str(kind.path))
        fetched.revision = replace(fetched.revision, dirty=bool(changed))
        return fetched

    def _in_place(self, kind: LocalClone) -> Fetched | None:
        """The work tree itself, if reading it is the same as reading a fresh clone."""
        request, path = self.request, kind.path.resolve()
        if kind.ref or kind.state.changed_files or request.exclude == "":
            return None
        files = self.git.committed(path)
        if files is None:
            return None
        root, name = context(path, request.context_dir)
        inside = below(files, str(root.relative_to(path)) if root != path else "")
        # A link out of the context directory is replaced by what it leads to, and that may hold
        # files which are not committed.
        if not inside or (name and has_links(inside)):
            return None
        revision = replace(self.git.describe(path), location=str(kind.path), context_dir=name)
        if revision.commit != kind.state.commit:
            return None
        self._tell(revision)
        place = InPlace(
            tree=path, files=inside, seen=_seen(files), commit=kind.state.commit, git=self.git
        )
        fetched = self._made(root, revision, bounds=path)
        fetched.in_place = place
        return fetched

    def _cloned(self, url: GitURL, ref: str, location: str) -> Fetched:
        prepared = self.request.prepared
        # A survey that read a work tree in place made no clone.
        if prepared and not (url.is_local and prepared.root.is_relative_to(Path(url.path))):
            return self.prepared(prepared)
        into = self.workspace.source
        self._clone(self._spec(url, ref), into)
        bounds = into.resolve()
        root, name = context(bounds, self.request.context_dir)
        revision = replace(self.git.describe(into), location=location, context_dir=name)
        self._tell(revision)
        links = Links.BORROW if name else Links.KEEP
        return self._made(root, revision, bounds=bounds, links=links)

    def _clone(self, spec: CloneSpec, into: Path) -> None:
        given = self.request.source_secret
        if not given:
            self.git.clone(spec, into, log=self._log)
            return
        secret = {name: each.reveal().encode("utf-8", "surrogateescape") for name, each in given}
        from slipcast.builder.credentials.scm import Lender  # noqa: PLC0415 -- for clones only

        lender = Lender(git=self.git, warn=self.progress.warn)
        with lender.lent(spec, secret, self.workspace.root) as lent:
            self.git.clone(lent, into, log=self._log)

    def prepared(self, prepared: PreparedSource) -> Fetched:
        """Take a source that lies there already."""
        root, name = prepared.root.resolve(), prepared.revision.context_dir
        parts = PurePosixPath(name).parts
        if not parts or root.parts[-len(parts) :] != parts:
            return self._made(root, prepared.revision)
        bounds = root.parents[len(parts) - 1]
        return self._made(root, prepared.revision, bounds=bounds, links=Links.BORROW)

    def _spec(self, url: GitURL, ref: str) -> CloneSpec:
        platform = self.request.platform
        given = {name.lower(): value for name, value in platform.env}
        return CloneSpec(
            url=url,
            ref=ref,
            submodules=not self.request.ignore_submodules,
            # Who wants `.git` in the image wants it whole.
            history=self.request.exclude == "",
            http_proxy=given.get("http_proxy", ""),
            https_proxy=given.get("https_proxy", ""),
            no_proxy=given.get("no_proxy", ""),
            ca_file=platform.ca_bundle,
        )

    def _made(
        self,
        root: Path,
        revision: SourceRevision,
        *,
        bounds: Path | None = None,
        links: Links = Links.KEEP,
    ) -> Fetched:
        exclude = self.request.exclude
        expression = DEFAULT_EXPRESSION if exclude is None else exclude
        return Fetched(
            root=root,
            bounds=bounds or root.resolve(),
            revision=revision,
            progress=self.progress,
            links=links,
            excluded=exclusion(expression) if expression else None,
            timestamp=revision.timestamp or None,
        )

    def _tell(self, revision: SourceRevision) -> None:
        at = f" ({revision.ref})" if revision.ref != "HEAD" else ""
        commit = revision.commit[:_SHORT]
        self.progress.note(f"Source: {legible(revision.location)} at {commit}{at}", level=0)

    def _log(self, data: bytes) -> None:
        self.progress.output("stderr", data)


def _seen(files: Sequence[Committed]) -> frozenset[str]:
    """The paths of files and of the directories they lie in."""
    seen: set[str] = set()
    for file in files:
        path = file.path
        while path and path not in seen:
            seen.add(path)
            path = path.rpartition("/")[0]
    return frozenset(seen)


def _failed(fault: Fault) -> BuildFault:
    return BuildFault(
        f"the source cannot be fetched: {fault.message}",
        reason=REASON,
        hint=fault.hint,
        retryable=fault.retryable,
        tail=fault.tail,
    )


__all__ = ["Fetched", "SourceKind", "fetch", "recognise"]
