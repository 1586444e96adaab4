"""What is sent to be built: a directory, a repository, a file, standard input, or what a URL gives.

Ignore files are honoured before anything is sent: `.dockerignore` where a Dockerfile is built,
`.s2iignore` elsewhere.

Source: cli.md section 3.4; user-pain.md UP-3, UP-5, UP-6.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO, Final
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace
from typing_extensions import override

from slipcast.api.build import BuildConfig
from slipcast.cli.local import repository_of
from slipcast.cli.toolbox import Toolbox
from slipcast.dockerfile import ignore
from slipcast.dockerfile.ignore import IgnoreRules
from slipcast.ports.downloads import Download
from slipcast.ports.git import CloneSpec
from slipcast.ports.packing import Packing
from slipcast.values.faults import Fault, GitFault, UsageFault
from slipcast.values.giturl import parse_git_url
from slipcast.values.revision import SourceRevision

STDIN: Final = "-"
PIECE: Final = 1 << 18
MAGIC: Final = ((0, b"PK\x03\x04"), (0, b"\x1f\x9d"), (0, b"\x1f\xa0"), (0, b"BZh"),
                (0, b"\x1f\x8b"), (257, b"ustar"))  # fmt: skip
"""How archives begin (SB-43)."""
HEAD: Final = 280
"""Bytes that have to be seen to tell an archive."""
USUAL: Final = r"(^|/)\.git(/|$)"
"""What is never sent unless asked for (SB-40)."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent.

    Shape:  parameters are those of `instantiatebinary`; told is what people are told before it
            goes; packing counts while a directory goes.
    """

    pieces: Iterable[bytes]
    told: str
    parameters: Mapping[str, str] = {}
    packing: Packing | None = None
    warning: str = ""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says about the source.

    Shape:  exclude None means the usual, empty nothing.
    """

    directory: str = ""
    archive: str = ""
    file: str = ""
    repository: str = ""
    commit: str = ""
    exclude: str | None = None

    @property
    def is_any(self) -> bool:
        """Whether anything is sent at all."""
        return bool(self.directory or self.archive or self.file or self.repository)

    def check(self) -> None:
        """See that the parts go together (SB-1, SB-10, SB-12).

        Errors: UsageFault.
        """
        if sum(map(bool, (self.directory, self.archive, self.file, self.repository))) > 1:
            raise UsageFault(
                "only one of --from-file, --from-repo, --from-archive or --from-dir may be "
                "specified"
            )
        if self.file == STDIN:
            raise UsageFault("--from-file=- is not supported")
        if self.exclude is not None and not self.directory:
            raise UsageFault("--exclude is only supported with --from-dir")
        try:
            re.compile(self.exclude or "")
        except re.error as wrong:
            raise UsageFault(f"--exclude is no regular expression: {wrong}") from wrong


class _Excluded(IgnoreRules):
    """What a regular expression matches (SB-41)."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    @override
    def ignores(self, path: str, is_directory: bool) -> bool:
        return self._pattern.search(path) is not None

    @override
    def may_prune(self, path: str) -> bool:
        return self.ignores(path, is_directory=True)


@contextmanager
def prepared(
    given: Given, config: BuildConfig | None, toolbox: Toolbox, *, compress: bool
) -> Iterator[Upload]:
    """What the command line says is sent; what was made for it is gone afterwards.

    Errors: UsageFault; Fault.
    """
    place = given.directory or given.archive
    if given.repository:
        with _cloned(given, toolbox) as (tree, within):
            sent = _directory(tree / within, given, config, toolbox, compress=compress)
            revision = toolbox.git.describe(tree)
            told = f'Sending repository "{given.repository}", commit {revision.commit[:7]}'
            warning = f"only the directory {within} of that repository is sent" if within else ""
            parameters = dict(_parameters(revision))
            yield replace(sent, told=told, parameters=parameters, warning=warning)
    elif _is_url(given.file):
        with _fetched(given.file, toolbox) as found:
            name = found.file_name or PurePosixPath(urlsplit(given.file).path).name
            if not name:
                raise UsageFault(f"no file name can be told from {given.file}")
            told = f"Sending what {given.file} gave"
            yield Upload(pieces=found.pieces, told=told, parameters={"asFile": name})
    elif given.file:
        yield _single(given.file, toolbox)
    elif place == STDIN:
        yield _checked(_read(sys.stdin.buffer), "Sending standard input as an archive")
    elif _is_url(place):
        with _fetched(place, toolbox) as found:
            yield _checked(found.pieces, f"Sending what {place} gave")
    else:
        path = _there(place, toolbox)
        if path.is_dir():
            yield _directory(path, given, config, toolbox, compress=compress)
        else:
            with path.open("rb") as file:
                yield _checked(_read(file), f'Sending archive file "{place}"')


def _directory(
    path: Path, given: Given, config: BuildConfig | None, toolbox: Toolbox, *, compress: bool
) -> Upload:
    packing = toolbox.packer.pack(path, _rules(path, given, config), compress=compress)
    revision, dirty = SourceRevision(), ""
    if toolbox.git.available():
        revision = toolbox.git.describe(path)
        state = toolbox.git.state(path)
        dirty = " with uncommitted changes" if state.changed_files else ""
    at = f", commit {revision.commit[:7]}{dirty}" if revision.commit else ""
    return Upload(
        pieces=packing,
        told=f'Sending directory "{path}"{at}',
        parameters=dict(_parameters(revision)),
        packing=packing,
    )


def _parameters(revision: SourceRevision) -> Iterator[tuple[str, str]]:
    """What is said of the commit (SB-44)."""
    if not revision.commit:
        return
    said = {
        "revision.commit": revision.commit,
        "revision.message": revision.message,
        "revision.authorName": revision.author_name,
        "revision.authorEmail": revision.author_email,
        "revision.committerName": revision.committer_name,
        "revision.committerEmail": revision.committer_email,
    }
    yield from ((name, value) for name, value in said.items() if value)


def _rules(path: Path, given: Given, config: BuildConfig | None) -> IgnoreRules | None:
    """What of a directory is not sent (SB-40, UP-6).

    Errors: InvalidFault for an ignore file that cannot be read as one.
    """
    rules: list[IgnoreRules] = []
    pattern = USUAL if given.exclude is None else given.exclude
    if pattern:
        rules.append(_Excluded(pattern))
    is_docker = config is not None and config.spec.strategy.docker_strategy is not None
    name = ".dockerignore" if is_docker else ".s2iignore"
    # Where the source is a part of what is sent, the file lies in that part and is read there.
    whole = config is None or not config.spec.source.context_dir
    file = path / name
    if whole and file.is_file():
        text = file.read_text(errors="surrogateescape")
        if is_docker:
            # Both are needed to build, whatever they say of themselves.
            text = f"{text}\n!Dockerfile\n!Containerfile\n!.dockerignore\n"
            docker = config.spec.strategy.docker_strategy if config is not None else None
            if docker is not None and docker.dockerfile_path:
                text += f"!{docker.dockerfile_path}\n"
        rules.append(ignore.dockerignore(text) if is_docker else ignore.s2iignore(text))
    if not rules:
        return None
    return rules[0] if len(rules) == 1 else ignore.either(*rules)


def _single(word: str, toolbox: Toolbox) -> Upload:
    """A file that stays one (SB-32)."""
    path = _there(word, toolbox)
    if path.is_dir():
        raise UsageFault(f"{word} is a directory", hint="--from-dir sends directories.")
    return Upload(
        pieces=_file(path), told=f'Sending file "{word}"', parameters={"asFile": path.name}
    )


@contextmanager
def _cloned(given: Given, toolbox: Toolbox) -> Iterator[tuple[Path, str]]:
    """A repository's tree at a commit, in a directory that is gone afterwards (SB-35).

    Shape:  and where in it the directory lies that was named, empty for its root.
    Errors: UsageFault; GitFault.
    """
    if not toolbox.git.available():
        raise UsageFault(
            "--from-repo needs git, which is not installed", hint="--from-dir sends a directory."
        )
    word = given.repository
    url, within = parse_git_url(word), ""
    if url is None:
        local = (toolbox.directory / word).resolve()
        root = repository_of(local, toolbox.git)
        if root is None:
            raise UsageFault(f"{word} is not a Git repository")
        within = "" if root == local else str(local.relative_to(root))
        url = parse_git_url(root.as_uri())
    assert url is not None  # noqa: S101 -- a file's URL is one of git's
    place = Path(tempfile.mkdtemp(prefix="slipcast-"))
    try:
        tree = place / "source"
        _clone(CloneSpec(url=url, ref=given.commit, history=True), tree, given, toolbox)
        if not (tree / within).is_dir():
            raise UsageFault(f"{word} is no directory of that commit")
        yield tree, within
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _clone(spec: CloneSpec, tree: Path, given: Given, toolbox: Toolbox) -> None:
    try:
        toolbox.git.clone(spec, tree)
    except GitFault as fault:
        if fault.reason == "RefUnknown":
            raise Fault(
                f"{given.repository} has no branch, tag or commit {given.commit or 'HEAD'}",
                hint="Let --commit be one that the repository has.",
            ) from fault
        raise


def _checked(pieces: Iterator[bytes], told: str) -> Upload:
    """An archive from a stream, with a warning when it looks like none (SB-43)."""
    head = b""
    while len(head) < HEAD and (piece := next(pieces, b"")):
        head += piece
    return Upload(pieces=chain((head,), pieces), told=told, warning=_warning(head))


def _warning(head: bytes) -> str:
    if any(head[at : at + len(mark)] == mark for at, mark in MAGIC):
        return ""
    return "the input does not look like an archive; --from-file sends a single file"


def _file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _read(file)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


@contextmanager
def _fetched(url: str, toolbox: Toolbox) -> Iterator[Download]:
    """What a URL gives (SB-34).

    Errors: Fault; DownloadFault.
    """
    with toolbox.downloads.opened(url) as found:
        if found.status != HTTPStatus.OK:
            raise Fault(f"unable to download file {url}: the server answered {found.status}")
        yield found


def _there(word: str, toolbox: Toolbox) -> Path:
    path = toolbox.directory / word
    if not path.exists():
        raise UsageFault(f"there is no file or directory {word}")
    return path


def _is_url(word: str) -> bool:
    return word.startswith(("http://", "https://"))
