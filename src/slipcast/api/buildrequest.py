"""The requests that make Builds, and the options of a build's log.

Source: build-api.md sections 9 and 10.
"""

from __future__ import annotations

from msgspec import field

from slipcast.api.buildcause import BuildTriggerCause
from slipcast.api.buildsource import BinaryBuildSource, SourceRevision
from slipcast.api.env import EnvVar
from slipcast.api.meta import Object, ObjectReference
from slipcast.api.wire import Int64, Time, Wire


class DockerStrategyOptions(Wire, frozen=True, kw_only=True):
    """What a request says about a build by a Dockerfile.

    buildArgs: values of the Dockerfile's ARGs; they stand for those of the same name.
    noCache: whether every step is done again.
    """

    build_args: tuple[EnvVar, ...] = ()
    no_cache: bool | None = None


class SourceStrategyOptions(Wire, frozen=True, kw_only=True):
    """What a request says about a build by a builder image's scripts.

    incremental: whether the previous image's artifacts are used again.
    """

    incremental: bool | None = None


class BuildRequest(Object, frozen=True, kw_only=True):
    """Asks for a Build of a BuildConfig, or for another of an earlier Build.

    revision: the revision of the source.
    triggeredByImage: the image that is the reason.
    from: where that image was noticed.
    binary: says that source is sent along.
    lastVersion: the number that the newest build must have, if that matters.
    env: variables of the build; they stand for those of the same name.
    triggeredBy: why.
    dockerStrategyOptions: for builds by a Dockerfile.
    sourceStrategyOptions: for builds by a builder image's scripts.
    """

    revision: SourceRevision | None = None
    triggered_by_image: ObjectReference | None = None
    from_: ObjectReference | None = field(default=None, name="from")
    binary: BinaryBuildSource | None = None
    last_version: Int64 | None = None
    env: tuple[EnvVar, ...] = ()
    triggered_by: tuple[BuildTriggerCause, ...] = ()
    docker_strategy_options: DockerStrategyOptions | None = None
    source_strategy_options: SourceStrategyOptions | None = None


class BinaryBuildRequestOptions(Object, frozen=True, kw_only=True):
    """What is said in the address when source is sent along.

    asFile: the name under which what is sent becomes one file.
    revision.commit: the commit it is of.
    revision.message: the commit's message.
    revision.authorName: who wrote it.
    revision.authorEmail: the author's address.
    revision.committerName: who committed it.
    revision.committerEmail: the committer's address.
    request: env, dockerStrategyOptions and sourceStrategyOptions of a BuildRequest, as JSON.
    requestLength: how many bytes of the body, at its beginning, are such a request.
    """

    as_file: str = ""
    commit: str = field(default="", name="revision.commit")
    message: str = field(default="", name="revision.message")
    author_name: str = field(default="", name="revision.authorName")
    author_email: str = field(default="", name="revision.authorEmail")
    committer_name: str = field(default="", name="revision.committerName")
    committer_email: str = field(default="", name="revision.committerEmail")
    request: str = ""
    request_length: str = ""


class BuildLog(Object, frozen=True, kw_only=True):
    """The log of a build; it travels as text."""


class BuildLogOptions(Object, frozen=True, kw_only=True):
    """Which part of a build's log, and how.

    container: accepted, without meaning.
    follow: whether to wait for what is still to come.
    previous: whether the build before is meant.
    sinceSeconds: only what is not older.
    sinceTime: only what is not older.
    timestamps: whether each line has its time.
    tailLines: only the last lines.
    limitBytes: the most that is sent.
    nowait: whether to answer at once when the build has not started.
    version: the number of the build, where a BuildConfig is named.
    insecureSkipTLSVerifyBackend: accepted, without meaning here.
    """

    container: str = ""
    follow: bool = False
    previous: bool = False
    since_seconds: Int64 | None = None
    since_time: Time = ""
    timestamps: bool = False
    tail_lines: Int64 | None = None
    limit_bytes: Int64 | None = None
    nowait: bool = False
    version: Int64 | None = None
    insecure_skip_tls_verify_backend: bool = field(
        default=False, name="insecureSkipTLSVerifyBackend"
    )
