"""Cloning by git: shallow where that is safe, submodules along, passwords in a private file.

Source: git-clone(1), git-submodule(1), git-credential-store(1).
"""

from __future__ import annotations

import re
import shlex
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import msgspec

from slipcast.adapters import argv
from slipcast.adapters.gitcall import Call, ask, is_foreign
from slipcast.adapters.gitwords import fault_of
from slipcast.ports.engine import Sink
from slipcast.ports.git import CloneSpec
from slipcast.values import patterns
from slipcast.values.faults import GitFault
from slipcast.values.giturl import GitURL
from slipcast.values.sensitive import redacted

_HEX = patterns.lazy(r"[0-9a-f]{4,64}", re.IGNORECASE)
_WHOLE_COMMIT = patterns.lazy(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
_EXPRESSION = patterns.lazy(r"[~^:]|@\{|-g[0-9a-f]+$|^(?:refs|heads|tags|remotes|origin)/")
_NEVER_RETRIED = frozenset({"Authentication", "RepositoryUnknown", "Unreachable", "NoSpace"})


class Clone(msgspec.Struct, frozen=True, kw_only=True):
    """One clone on its way; every step raises a GitFault."""

    spec: CloneSpec
    into: Path
    log: Sink
    call: Call

    def run(self) -> None:
        """Clone, check out, and bring the submodules along."""
        if self.spec.url.is_local:
            self._local()
        else:
            self._remote()
        if ask(self.into, "rev-parse", "--quiet", "--verify", "HEAD^{commit}").code != 0:
            place = redacted(self.spec.url.url)
            hint = "commit something, or name a branch that has commits"
            raise GitFault(f"{place} has no commits", reason="RepositoryEmpty", hint=hint)
        if self.spec.submodules and (self.into / ".gitmodules").exists():
            self._submodules()

    def _remote(self) -> None:
        if self.spec.history:
            self._whole()
            return
        try:
            self._shallow()
        except GitFault as fault:
            lost = fault.reason == "RefUnknown" and not _may_be_found(self.spec.ref)
            if lost or fault.reason in _NEVER_RETRIED:
                raise
            # Some servers refuse shallow clones or single commits, each in words of its own.
            shutil.rmtree(self.into, ignore_errors=True)
            self._whole()

    def _shallow(self) -> None:
        ref = self.spec.ref
        if ref.startswith("refs/") or _WHOLE_COMMIT.fullmatch(ref):
            self._git("init", "--quiet", "--", str(self.into))
            self._git("remote", "add", "--", "origin", self.spec.url.url, inside=True)
            self._git("fetch", "--quiet", "--depth=1", "origin", "--", ref, inside=True)
            self._git("checkout", "--quiet", "--detach", "FETCH_HEAD", inside=True)
            return
        branch = (f"--branch={ref}",) if ref else ()
        self._git("clone", "--quiet", "--depth=1", "--no-tags", *branch, "--",
                  self.spec.url.url, str(self.into))  # fmt: skip

    def _whole(self) -> None:
        ref = self.spec.ref
        late = ("--no-checkout",) if ref else ()
        self._git("clone", "--quiet", *late, "--", self.spec.url.url, str(self.into))
        if not ref:
            return
        try:
            self._git("checkout", "--quiet", ref, "--", inside=True)
        except GitFault as fault:
            if fault.reason != "RefUnknown":
                raise
            # What no branch leads to is not in a clone, yet most servers hand it out by name.
            self._git("fetch", "--quiet", "origin", "--", ref, inside=True)
            self._git("checkout", "--quiet", "--detach", "FETCH_HEAD", inside=True)

    def _local(self) -> None:
        source, ref = Path(self.spec.url.path), self.spec.ref
        # The file that names the shared objects has one path in a line.
        apart = self.spec.history or "\n" in self.spec.url.path
        own = "--no-hardlinks" if apart else "--shared"
        late = ("--no-checkout",) if ref else ()
        # The path was named by the user, so whose it is does not matter; git needs to be told on
        # the far side too, where no setting of ours arrives.
        far = ("--upload-pack=git -c 'safe.directory=*' upload-pack",) if is_foreign(source) else ()
        self._git("clone", "--quiet", own, *late, *far, "--", str(source), str(self.into))
        if not ref:
            return
        # What starts from a name means in the original what its branches and its past say.
        found = _commit_of(source, ref) if _EXPRESSION.search(ref) else ""
        try:
            self._git("checkout", "--quiet", found or ref, "--", inside=True)
        except GitFault as fault:
            # A name that only the original knows, such as another remote's branch.
            found = found or _commit_of(source, ref)
            if fault.reason != "RefUnknown" or not found:
                raise
            self._fetch_lost(found, is_far=bool(far))

    def _fetch_lost(self, commit: str, *, is_far: bool) -> None:
        """Check out a commit of the original that no branch leads to any more."""
        if ask(self.into, "cat-file", "-e", f"{commit}^{{commit}}").code != 0:
            trust = " -c 'safe.directory=*'" if is_far else ""
            pack = f"--upload-pack=git{trust} -c uploadpack.allowAnySHA1InWant=true upload-pack"
            self._git("fetch", "--quiet", pack, "origin", "--", commit, inside=True)
        self._git("checkout", "--quiet", "--detach", commit, inside=True)

    def _submodules(self) -> None:
        if self.spec.url.is_local:
            self._borrowed(Path(self.spec.url.path), self.into)
        update = ("submodule", "--quiet", "update", "--init", "--recursive")
        if not self.spec.history and not self.spec.url.is_local:
            try:
                self._git(*update, "--depth=1", "--jobs=4", inside=True)
            except GitFault as fault:
                if fault.reason in {"Authentication", "ProtocolForbidden", "NoSpace"}:
                    raise
            else:
                return
        self._git(*update, inside=True)

    def _borrowed(self, source: Path, into: Path) -> None:
        """Submodules that the original has checked out are cloned from there, without network."""
        for name, path in _submodule_paths(into):
            original = source / path
            if not (original / ".git").exists() or not (into / path).is_dir():
                continue
            key = f"submodule.{name}.url"
            self._run(into, "config", "--", key, str(original))
            try:
                self._run(into, "submodule", "--quiet", "update", "--init", "--", path)
            except GitFault:
                # Its commit is not there: back to the address that is committed.
                self._run(into, "submodule", "--quiet", "deinit", "--force", "--", path)
                shutil.rmtree(into / ".git/modules" / name, ignore_errors=True)
                continue
            self._borrowed(original, into / path)

    def _git(self, *words: str, inside: bool = False) -> None:
        self._run(self.into if inside else None, *words)

    def _run(self, inside: Path | None, *words: str) -> None:
        tail = argv.Tail()
        code = argv.stream(
            self.call.argv(*words),
            stdout=tail,
            stderr=tail,
            env=self.call.environment(),
            cwd=inside,
        )
        if code != 0:
            raise fault_of(tail.lines, self.spec.url, self.spec.ref)
        # Only now: the words of an attempt that another one follows would frighten in vain.
        for line in tail.lines:
            self.log(redacted(line).encode() + b"\n")


def _commit_of(tree: Path, revision: str) -> str:
    """The commit that a revision means in a repository of this machine; empty for none."""
    words = ("rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    found = ask(tree, *words)
    return found.text if found.code == 0 else ""


def _submodule_paths(tree: Path) -> Iterator[tuple[str, str]]:
    words = ("config", "--file", ".gitmodules", "-z", "--get-regexp", r"^submodule\..*\.path$")
    for item in ask(tree, *words).text.split("\0"):
        key, _, path = item.partition("\n")
        if path and ".." not in Path(path).parts:
            yield key.removeprefix("submodule.").removesuffix(".path"), path


def _may_be_found(ref: str) -> bool:
    """Whether a name that is neither branch nor tag can still mean a commit."""
    return _HEX.fullmatch(ref) is not None or _EXPRESSION.search(ref) is not None


def variables(spec: CloneSpec) -> tuple[tuple[str, str], ...]:
    """The variables by which git finds its CA bundle, its proxies and what else it was given; they
    may hold passwords.
    """
    given = (
        # The setting of the same meaning yields to this variable, which a host may have set.
        ("GIT_SSL_CAINFO", str(spec.ca_file or "")),
        ("http_proxy", spec.http_proxy),
        ("https_proxy", spec.https_proxy),
        ("HTTPS_PROXY", spec.https_proxy),
        ("no_proxy", spec.no_proxy),
        ("NO_PROXY", spec.no_proxy),
    )
    return (*((name, value) for name, value in given if value), *spec.env)


@contextmanager
def credentials(url: GitURL, near: Path) -> Generator[tuple[GitURL, tuple[str, ...]], None, None]:
    """The URL without its password, and the settings by which git finds it: in a private file."""
    bare = url.without_credentials
    if url.is_local or bare.url == url.url or not url.url.startswith(("http://", "https://")):
        yield bare, ()
        return
    near.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".git-", dir=near) as directory:
        file = Path(directory) / "credentials"
        file.touch(mode=0o600)
        parts = urlsplit(bare.url)
        userinfo = url.url.removeprefix(f"{parts.scheme}://").removesuffix(
            bare.url.removeprefix(f"{parts.scheme}://")
        )
        user, _, password = userinfo.removesuffix("@").partition(":")
        encoded = ":".join(quote(unquote(part), safe="") for part in (user, password))
        host = f"{parts.scheme}://{parts.netloc}"
        file.write_text(f"{parts.scheme}://{encoded}@{parts.netloc}\n", encoding="utf-8")
        key = f"credential.{host}.helper"
        yield bare, (f"{key}=", f"{key}=store --file={shlex.quote(str(file))}")
