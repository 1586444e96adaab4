"""Source out of a Git repository: asked whether it answers, cloned, and said which commit it is.

Source: builder-process.md 4.2, BLD-57 to BLD-64; section 12.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from msgspec.structs import replace

from slipcast.api.build import (
    GitBuildSource,
    GitSourceRevision,
    SourceControlUser,
)
from slipcast.api.build import SourceRevision as Reported
from slipcast.builder.credentials import scm
from slipcast.builder.failures import failure
from slipcast.builder.inputs import githints
from slipcast.builder.task import Task
from slipcast.builds.reasons import Reason
from slipcast.builds.stages import Stage, Step
from slipcast.ports.git import CloneSpec
from slipcast.values.faults import BuildFault, GitFault, InvalidFault, PortFault
from slipcast.values.giturl import GitURL, local_repository, parse_git_url
from slipcast.values.revision import SourceRevision
from slipcast.values.sensitive import redacted

_FIRST_WAIT: Final = 16
_LONGER: Final = 4


def fetch(task: Task, into: Path) -> SourceRevision:
    """Clone the repository of a task into an empty directory; which commit that is.

    Errors: BuildFault FetchSourceFailed.
    """
    source = task.build.spec.source.git or GitBuildSource()
    task.progress.note(f'Cloning "{redacted(source.uri)}" ...', level=0)
    try:
        url = _url(task, source.uri)
        with scm.environment(task, url) as spec:
            if not url.is_local:
                _await(task, spec, source.uri)
            _clone(task, spec, into)
    except (PortFault, InvalidFault) as fault:
        raise _failed(fault.message, _hint(task, fault, source.uri), fault.tail) from fault
    revision = task.git.describe(into)
    _show(task, revision)
    context = task.build.spec.source.context_dir.strip("/")
    return replace(
        revision,
        location=url.without_credentials.url,
        context_dir="" if context == "." else context,
    )


def tell(task: Task, revision: SourceRevision) -> None:
    """Report which commit is built (BLD-152 to BLD-156)."""
    if not revision.commit:
        return
    author = SourceControlUser(name=revision.author_name, email=revision.author_email)
    committer = SourceControlUser(name=revision.committer_name, email=revision.committer_email)
    commit = GitSourceRevision(
        commit=revision.commit, author=author, committer=committer, message=revision.message
    )
    task.record.revision(Reported(type="Git", git=commit))


def _url(task: Task, uri: str) -> GitURL:
    """What git is given. A repository of this machine is built by hand only: in a pod it is none
    of the user's.
    """
    try:
        url = parse_git_url(uri)
        if url is None and PurePosixPath(uri).is_absolute():
            url = local_repository(PurePosixPath(uri))
    except InvalidFault as fault:
        raise _illegal(uri, str(fault)) from fault
    if url is None:
        raise _illegal(uri, "Give a URL, or user@host:path.")
    if url.is_local and not task.is_by_hand:
        raise _illegal(uri, "Push the repository to a server that build pods can reach.")
    return url


def _await(task: Task, spec: CloneSpec, uri: str) -> None:
    """Wait until the server answers; only the end of the pod ends that (BLD-59)."""
    wait = _FIRST_WAIT
    while True:
        try:
            task.git.probe(spec, wait, near=task.work)
        except GitFault as fault:
            if fault.reason != "Timeout":
                raise _asked_in_vain(task, fault, uri) from fault
            wait *= _LONGER
            text = f"timed out waiting for git server, will wait {_duration(wait)}"
            task.progress.warn(text)
        else:
            return


def _clone(task: Task, spec: CloneSpec, into: Path) -> None:
    asked = task.build.spec
    given = asked.revision.git if asked.revision is not None else None
    named = asked.source.git.ref if asked.source.git is not None else ""
    ref = (given.commit if given is not None else "") or named or spec.url.ref
    with task.progress.stage(
        Stage.FETCH_INPUTS, Step.FETCH_GIT_SOURCE, f"Cloning {spec.url.without_credentials}"
    ):
        task.git.clone(
            replace(spec, ref=ref, history=bool(ref)),
            into,
            log=partial(task.progress.output, "stderr"),
        )


def _show(task: Task, revision: SourceRevision) -> None:
    """The three lines that people look for (BLD-63)."""
    tell_ = partial(task.progress.note, level=0)
    if not revision.commit:
        tell_("error: Unable to retrieve Git info: git cannot say which commit this is")
        return
    tell_(f"\tCommit:\t{revision.commit} ({revision.message})")
    tell_(f"\tAuthor:\t{revision.author_name} <{revision.author_email}>")
    tell_(f"\tDate:\t{revision.date}")


def _asked_in_vain(task: Task, fault: GitFault, uri: str) -> BuildFault:
    """What a repository's refusal means (BLD-60)."""
    shown = redacted(uri)
    texts = {
        "Authentication": f'failed to fetch requested repository "{shown}" with provided '
        "credentials",
        "RepositoryUnknown": f'requested repository "{shown}" not found',
    }
    return _failed(texts.get(fault.reason, fault.message), _hint(task, fault, uri), fault.tail)


def _hint(task: Task, fault: PortFault | InvalidFault, uri: str) -> str:
    if task.is_by_hand or isinstance(fault, InvalidFault):
        return fault.hint
    return githints.of_pod(fault, task.build, scm.why_unfit(task, uri))


def _illegal(uri: str, hint: str) -> BuildFault:
    return _failed(f"Invalid git source url: {redacted(uri)}", hint)


def _failed(text: str, hint: str = "", tail: tuple[str, ...] = ()) -> BuildFault:
    return failure(Reason.FETCH_SOURCE_FAILED, text, hint=hint, tail=tail)


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return (
        f"{hours}h{minutes}m{rest}s" if hours else f"{minutes}m{rest}s" if minutes else f"{rest}s"
    )
