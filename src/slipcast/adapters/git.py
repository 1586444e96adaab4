"""The Git port by the git program.

Source: git-status(1), porcelain version 2; git-ls-files(1); git-check-attr(1); git-log(1).
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from typing_extensions import override

from slipcast.adapters import argv
from slipcast.adapters.gitcall import ENVIRONMENT, LOCAL, REMOTE, Call, ask
from slipcast.adapters.gitclone import Clone, credentials, variables
from slipcast.adapters.gitwords import fault_of
from slipcast.ports.engine import Sink, ignore
from slipcast.ports.git import CloneSpec, Committed, Git, WorkingState
from slipcast.values.faults import GitFault, HostFault, InvalidFault
from slipcast.values.giturl import check_ref, parse_git_url
from slipcast.values.revision import SourceRevision
from slipcast.values.sensitive import redacted

# Attributes and settings by which a file in the work tree differs from what is committed.
_CONVERTS = frozenset({"text", "eol", "crlf", "filter", "ident", "working-tree-encoding"})
_HARMLESS = {
    "core.autocrlf": {"false", "no", "off", "0"},
    "core.filemode": {"true", "yes", "on", "1", ""},
    "core.symlinks": {"true", "yes", "on", "1", ""},
    "core.trustctime": {"true", "yes", "on", "1", ""},
    "core.checkstat": {"default"},
    "core.ignorestat": {"false", "no", "off", "0"},
    "core.sparsecheckout": {"false", "no", "off", "0"},
}
_FILE_MODES = frozenset({0o100644, 0o100755, 0o120000})

_FIELDS = "%H%x00%D%x00%an%x00%ae%x00%cn%x00%ce%x00%ad%x00%<(80,trunc)%s%x00%ct"
_FIELD_COUNT = 9


class GitProgram(Git):
    """The Git port, by the git program of this machine."""

    @override
    def available(self) -> bool:
        return argv.find("git") is not None

    @override
    def probe(self, spec: CloneSpec, timeout: float, *, near: Path) -> None:
        with credentials(spec.url, near) as (url, settings):
            call = _call(replace(spec, url=url), settings)
            words = ("ls-remote", "--heads", "--", url.url)
            try:
                ran = argv.run(call.argv(*words), cwd=near, env=call.environment(), timeout=timeout)
            except HostFault as late:
                if late.reason != "Timeout":
                    raise
                raise GitFault(late.message, reason="Timeout", retryable=True) from late
        if ran.code != 0:
            raise fault_of(ran.complaint.splitlines()[-argv.TAIL_LINES :], url)

    @override
    def settings(self, file: Path) -> tuple[tuple[str, str], ...]:
        words = ("config", "--list", "--null", "--no-includes", "--file", str(file))
        ran = argv.run(Call().argv(*words), cwd=file.parent, env=Call().environment())
        if ran.code != 0:
            raise GitFault(f"the settings of git cannot be read: {ran.complaint}")
        items = (item.partition("\n") for item in ran.text.split("\0") if item)
        return tuple((name, value) for name, _, value in items)

    @override
    def clone(self, spec: CloneSpec, into: Path, *, log: Sink = ignore) -> None:
        check_ref(spec.ref)
        with credentials(spec.url, into.parent) as (url, settings):
            clone = Clone(
                spec=replace(spec, url=url),
                into=into,
                log=log,
                call=_call(replace(spec, url=url), settings),
            )
            clone.run()

    @override
    def describe(self, tree: Path, commit: str = "HEAD") -> SourceRevision:
        try:
            ran = ask(tree, "log", "-1", "-s", "--date=default", "--decorate=full",
                       f"--format=tformat:{_FIELDS}", "--end-of-options", commit, "--")  # fmt: skip
            origin = ask(tree, "config", "--get", "remote.origin.url")
        except (GitFault, HostFault):
            return SourceRevision()
        fields = ran.stdout.decode("utf-8", "replace").removesuffix("\n").split("\0")
        location = _without_user(origin.text) if origin.code == 0 else ""
        if ran.code != 0 or len(fields) != _FIELD_COUNT:
            return SourceRevision(location=location)
        found, names, author, author_mail, committer, mail, date, subject, when = fields
        return SourceRevision(
            location=location,
            ref=_branch(names),
            commit=found,
            author_name=author,
            author_email=author_mail,
            committer_name=committer,
            committer_email=mail,
            date=date,
            message=subject.rstrip(),
            timestamp=int(when) if when.isdecimal() else 0,
        )

    @override
    def state(self, tree: Path) -> WorkingState:
        if not (tree / ".git").exists():
            return self._bare_state(tree)
        ran = ask(tree, "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal",
                   "--ignore-submodules=none")  # fmt: skip
        if ran.code != 0:
            return WorkingState()
        records = ran.stdout.split(b"\0")
        headers = {key: value for key, value in map(_header, records) if key}
        commit = headers.get("branch.oid", "")
        ahead = headers.get("branch.ab", "").partition(" ")[0].lstrip("+")
        return WorkingState(
            is_repository=True,
            has_commits=commit != "(initial)",
            commit=commit if commit != "(initial)" else "",
            changed_files=sum(1 for record in records if record[:2] in {b"1 ", b"u ", b"? "}),
            unpushed_commits=int(ahead) if ahead.isdecimal() else _unpushed(tree),
        )

    @override
    def committed(self, tree: Path) -> tuple[Committed, ...] | None:
        if not _is_plain(tree):
            return None
        files: list[Committed] = []
        for record in ask(tree, "ls-files", "-s", "-v", "-z").stdout.split(b"\0")[:-1]:
            facts, _, path = record.decode("utf-8", "surrogateescape").partition("\t")
            tag, mode, _, stage = facts.split(" ")
            if tag != "H" or stage != "0" or int(mode, 8) not in _FILE_MODES:
                return None
            files.append(Committed(path, int(mode, 8)))
        paths = b"\0".join(file.path.encode("utf-8", "surrogateescape") for file in files)
        attributes = ask(tree, "check-attr", "-z", "-a", "--stdin", stdin=paths).stdout
        # Triples of path, attribute and value.
        set_somewhere = {name.decode("utf-8", "replace") for name in attributes.split(b"\0")[1::3]}
        return None if set_somewhere & _CONVERTS else tuple(files)

    def _bare_state(self, tree: Path) -> WorkingState:
        if not (tree / "HEAD").is_file():
            return WorkingState()
        ran = ask(tree, "rev-parse", "--is-bare-repository")
        if ran.text != "true":
            return WorkingState()
        head = ask(tree, "rev-parse", "--quiet", "--verify", "HEAD^{commit}")
        return WorkingState(is_repository=True, has_commits=head.code == 0, commit=head.text)


def _call(spec: CloneSpec, settings: tuple[str, ...]) -> Call:
    return Call(
        settings=settings,
        protocols=LOCAL if spec.url.is_local else REMOTE,
        env=variables(spec),
    )


def _is_plain(tree: Path) -> bool:
    """Whether no setting makes git's idea of a clean work tree a loose one."""
    # Asked without our own settings: theirs wrote the files that lie there.
    ran = argv.run(
        ("git", "-c", "safe.directory=*", "config", "--list", "-z"), cwd=tree, env=ENVIRONMENT
    )
    if ran.code != 0:
        return False
    for item in ran.text.split("\0"):
        name, _, value = item.partition("\n")
        if name in _HARMLESS and value.lower() not in _HARMLESS[name]:
            return False
    return True


def _unpushed(tree: Path) -> int:
    if _has_no_remote_branch(tree):
        return 0
    if not ask(tree, "for-each-ref", "--count=1", "refs/remotes").stdout:
        return 0
    text = ask(tree, "rev-list", "--count", "HEAD", "--not", "--remotes").text
    return int(text) if text.isdecimal() else 0


def _has_no_remote_branch(tree: Path) -> bool:
    """Whether a look at the files tells that nothing of another repository is known.

    Shape:  False in doubt: git itself knows, and takes longer.
    Source: gitrepository-layout(5).
    """
    home = tree / ".git"
    is_plain = (home / "refs" / "heads").is_dir() and not (home / "reftable").exists()
    if not is_plain or (home / "refs" / "remotes").exists():
        return False
    try:
        return b" refs/remotes/" not in (home / "packed-refs").read_bytes()
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _header(record: bytes) -> tuple[str, str]:
    if not record.startswith(b"# "):
        return "", ""
    key, _, value = record[2:].decode("utf-8", "replace").partition(" ")
    return key, value


def _branch(names: str) -> str:
    head = names.split(", ", 1)[0]
    return head.removeprefix("HEAD -> ").removeprefix("refs/heads/") if "->" in head else "HEAD"


def _without_user(location: str) -> str:
    try:
        url = parse_git_url(location)
    except InvalidFault:
        return redacted(location)
    return location if url is None else redacted(url.without_credentials.url)
