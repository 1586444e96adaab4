"""BuildConfig and Build. The parts they are made of, and requests, can be had from here too.

Who fills in what is in `builds.defaults`, what is refused in `builds.validate`.

Source: build-api.md; the API reference of build.openshift.io/v1.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import field

from slipcast.api.buildcause import BuildTriggerCause, GenericWebHookCause, ImageChangeCause
from slipcast.api.buildrequest import (
    BinaryBuildRequestOptions,
    BuildLog,
    BuildLogOptions,
    BuildRequest,
    DockerStrategyOptions,
    SourceStrategyOptions,
)
from slipcast.api.buildsource import (
    BinaryBuildSource,
    BuildSource,
    ConfigMapBuildSource,
    GitBuildSource,
    GitSourceRevision,
    ImageSource,
    ImageSourcePath,
    SecretBuildSource,
    SourceControlUser,
    SourceRevision,
)
from slipcast.api.buildstrategy import (
    BuildStrategy,
    BuildVolume,
    BuildVolumeMount,
    BuildVolumeSource,
    CustomBuildStrategy,
    DockerBuildStrategy,
    JenkinsPipelineBuildStrategy,
    SecretSpec,
    SourceBuildStrategy,
)
from slipcast.api.env import EnvVar, ResourceRequirements
from slipcast.api.meta import Conditions, LocalObjectReference, Object, ObjectReference
from slipcast.api.wire import Int32, Int64, Time, Wire

__all__ = [
    "BinaryBuildRequestOptions",
    "BinaryBuildSource",
    "Build",
    "BuildConfig",
    "BuildConfigSpec",
    "BuildConfigStatus",
    "BuildLog",
    "BuildLogOptions",
    "BuildOutput",
    "BuildPostCommitSpec",
    "BuildRequest",
    "BuildSource",
    "BuildSpec",
    "BuildStatus",
    "BuildStatusOutput",
    "BuildStatusOutputTo",
    "BuildStrategy",
    "BuildTriggerCause",
    "BuildTriggerPolicy",
    "BuildVolume",
    "BuildVolumeMount",
    "BuildVolumeSource",
    "CommonSpec",
    "ConfigMapBuildSource",
    "CustomBuildStrategy",
    "DockerBuildStrategy",
    "DockerStrategyOptions",
    "EnvVar",
    "GenericWebHookCause",
    "GitBuildSource",
    "GitSourceRevision",
    "ImageChangeCause",
    "ImageChangeTrigger",
    "ImageChangeTriggerStatus",
    "ImageLabel",
    "ImageSource",
    "ImageSourcePath",
    "ImageStreamTagReference",
    "JenkinsPipelineBuildStrategy",
    "LocalObjectReference",
    "ObjectReference",
    "ResourceRequirements",
    "SecretBuildSource",
    "SecretLocalReference",
    "SecretSpec",
    "SourceBuildStrategy",
    "SourceControlUser",
    "SourceRevision",
    "SourceStrategyOptions",
    "StageInfo",
    "StepInfo",
    "WebHookTrigger",
]


class ImageLabel(Wire, frozen=True, kw_only=True):
    """A label of the image.

    name: its name.
    value: its value.
    """

    name: str = ""
    value: str = ""


class BuildOutput(Wire, frozen=True, kw_only=True):
    """What becomes of the image.

    to: where it is pushed; nothing is pushed when absent.
    pushSecret: what it is pushed with.
    imageLabels: labels it is given.
    """

    to: ObjectReference | None = None
    push_secret: LocalObjectReference | None = None
    image_labels: tuple[ImageLabel, ...] = ()


class BuildPostCommitSpec(Wire, frozen=True, kw_only=True):
    """What is run in the new image before it is pushed; if it fails, so does the build.

    command: the command, instead of the image's entrypoint.
    args: arguments of the command, the script or the entrypoint.
    script: a script for /bin/sh.
    """

    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    script: str = ""


class CommonSpec(Wire, frozen=True, kw_only=True):
    """What a BuildConfig and its Builds have in common.

    serviceAccount: whose rights and secrets the build has.
    source: what is built.
    revision: the revision of the source.
    strategy: how it is built.
    output: what becomes of the image.
    resources: what the build needs, and what it may use at most.
    postCommit: what is run in the new image before it is pushed.
    completionDeadlineSeconds: how long the build may take, from when its pod starts.
    nodeSelector: labels of the nodes where the build may run; a set of none means anywhere, absence
      means the cluster's default.
    mountTrustedCA: whether the build trusts the authorities that the cluster trusts.
    """

    service_account: str = ""
    source: BuildSource = BuildSource()
    revision: SourceRevision | None = None
    strategy: BuildStrategy = BuildStrategy()
    output: BuildOutput = BuildOutput()
    resources: ResourceRequirements = ResourceRequirements()
    post_commit: BuildPostCommitSpec = BuildPostCommitSpec()
    completion_deadline_seconds: Int64 | None = None
    node_selector: Mapping[str, str] | None = None
    mount_trusted_ca: bool | None = field(default=None, name="mountTrustedCA")


class BuildSpec(CommonSpec, frozen=True, kw_only=True):
    """One build: what it makes of what.

    triggeredBy: why it was started.
    """

    triggered_by: tuple[BuildTriggerCause, ...] = ()


class StepInfo(Wire, frozen=True, kw_only=True):
    """A step of a stage.

    name: its name.
    startTime: when it began.
    durationMilliseconds: how long it took.
    """

    name: str = ""
    start_time: Time = ""
    duration_milliseconds: Int64 = 0


class StageInfo(Wire, frozen=True, kw_only=True):
    """A stage of a build.

    name: its name.
    startTime: when it began.
    durationMilliseconds: how long it took, from the first step to the last.
    steps: its steps.
    """

    name: str = ""
    start_time: Time = ""
    duration_milliseconds: Int64 = 0
    steps: tuple[StepInfo, ...] = ()


class BuildStatusOutputTo(Wire, frozen=True, kw_only=True):
    """What was pushed.

    imageDigest: the digest of the image as the registry has it.
    """

    image_digest: str = ""


class BuildStatusOutput(Wire, frozen=True, kw_only=True):
    """What became of the image.

    to: what was pushed.
    """

    to: BuildStatusOutputTo | None = None


class BuildStatus(Wire, frozen=True, kw_only=True):
    """How a build goes.

    phase: New, Pending, Running, Complete, Failed, Error or Cancelled.
    cancelled: whether somebody wants it to stop.
    reason: why it is so, in a word for programs.
    message: why it is so, in a sentence for people.
    startTimestamp: when it began to run.
    completionTimestamp: when it ended.
    duration: how long it took, in nanoseconds.
    outputDockerImageReference: where the image is pushed, in full.
    config: the BuildConfig it came from.
    output: what became of the image.
    stages: how long each part took.
    logSnippet: the last lines of the log, when it failed.
    conditions: each phase it has been in.
    """

    phase: str = ""
    cancelled: bool = False
    reason: str = ""
    message: str = ""
    start_timestamp: Time = ""
    completion_timestamp: Time = ""
    duration: Int64 = 0
    output_docker_image_reference: str = ""
    config: ObjectReference | None = None
    output: BuildStatusOutput = BuildStatusOutput()
    stages: tuple[StageInfo, ...] = ()
    log_snippet: str = ""
    conditions: Conditions = ()


class Build(Object, frozen=True, kw_only=True):
    """One build of an image, from when it was asked for to its end.

    spec: what it makes of what; does not change.
    status: how it goes.
    """

    spec: BuildSpec = BuildSpec()
    status: BuildStatus = BuildStatus()


class SecretLocalReference(Wire, frozen=True, kw_only=True):
    """A Secret in the same namespace.

    name: its name.
    """

    name: str = ""


class WebHookTrigger(Wire, frozen=True, kw_only=True):
    """A webhook that starts builds.

    secret: what a caller must know.
    allowEnv: whether a caller may set variables of the build.
    secretReference: a Secret that holds what a caller must know, under WebHookSecretKey.
    """

    secret: str = ""
    allow_env: bool = False
    secret_reference: SecretLocalReference | None = None


class ImageChangeTrigger(Wire, frozen=True, kw_only=True):
    """A new image that starts builds.

    lastTriggeredImageID: the image that last did.
    from: the tag that is watched; that of the strategy when absent.
    paused: whether new images start nothing for now.
    """

    last_triggered_image_id: str = field(default="", name="lastTriggeredImageID")
    from_: ObjectReference | None = field(default=None, name="from")
    paused: bool = False


class BuildTriggerPolicy(Wire, frozen=True, kw_only=True):
    """What starts builds.

    type: GitHub, GitLab, Bitbucket, Generic, ImageChange or ConfigChange.
    github: a webhook of GitHub.
    generic: a webhook that anybody may call who knows its secret.
    imageChange: a new image.
    gitlab: a webhook of GitLab.
    bitbucket: a webhook of Bitbucket.
    """

    type: str = ""
    github: WebHookTrigger | None = None
    generic: WebHookTrigger | None = None
    image_change: ImageChangeTrigger | None = None
    gitlab: WebHookTrigger | None = None
    bitbucket: WebHookTrigger | None = None


class BuildConfigSpec(CommonSpec, frozen=True, kw_only=True):
    """How Builds are made, and when.

    triggers: what starts builds; only requests do when empty.
    runPolicy: Serial, SerialLatestOnly or Parallel; which builds may run at the same time.
    successfulBuildsHistoryLimit: how many completed builds are kept; all when absent.
    failedBuildsHistoryLimit: how many other finished builds are kept; all when absent.
    """

    triggers: tuple[BuildTriggerPolicy, ...] = ()
    run_policy: str = ""
    successful_builds_history_limit: Int32 | None = None
    failed_builds_history_limit: Int32 | None = None


class ImageStreamTagReference(Wire, frozen=True, kw_only=True):
    """A tag of an image stream.

    namespace: where the stream is; here when empty.
    name: stream and tag, with a colon between.
    """

    namespace: str = ""
    name: str = ""


class ImageChangeTriggerStatus(Wire, frozen=True, kw_only=True):
    """What an image change trigger last did.

    lastTriggeredImageID: the image that last started a build.
    from: the tag that is watched.
    lastTriggerTime: when.
    """

    last_triggered_image_id: str = field(default="", name="lastTriggeredImageID")
    from_: ImageStreamTagReference = field(default=ImageStreamTagReference(), name="from")
    last_trigger_time: Time = ""


class BuildConfigStatus(Wire, frozen=True, kw_only=True):
    """What a BuildConfig has done.

    lastVersion: the number of its newest build.
    imageChangeTriggers: what each image change trigger last did.
    """

    last_version: Int64 = 0
    image_change_triggers: tuple[ImageChangeTriggerStatus, ...] = ()


class BuildConfig(Object, frozen=True, kw_only=True):
    """How images are built from source: a template for Builds, and what starts them.

    spec: how Builds are made, and when.
    status: what it has done.
    """

    spec: BuildConfigSpec = BuildConfigSpec()
    status: BuildConfigStatus = BuildConfigStatus()
