"""THE TABLE of failure reasons, and the exit codes of a build that failed.

A reason is what programs read, its message what people read; both go into a build's result.

Source: source-to-image, failure reasons and error codes (S2I-62 to 78, S2I-301 to 316).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType

from slipcast.values.faults import BuildFault


class Exit(IntEnum):
    """What the process ends with, by kind of failure."""

    DONE = 0
    FAILED = 1
    PULL = 2
    SAVE_ARTIFACTS = 3
    WORKING_DIRECTORY = 5
    COMMIT = 6
    SCRIPT_DOWNLOAD = 8
    SCRIPTS_MISSING = 11
    SCRIPT_SCHEME = 12
    USER_FORBIDDEN = 15
    EMPTY_REPOSITORY = 16


class Reason(StrEnum):
    """Why a build failed, in a word."""

    ASSEMBLE_FAILED = "AssembleFailed"
    PULL_BUILDER_IMAGE_FAILED = "PullBuilderImageFailed"
    PULL_RUNTIME_IMAGE_FAILED = "PullRuntimeImageFailed"
    PULL_PREVIOUS_IMAGE_FAILED = "PullPreviousImageFailed"
    CONTAINER_COMMIT_FAILED = "ContainerCommitFailed"
    FETCH_SOURCE_FAILED = "FetchSourceFailed"
    IMAGE_BUILD_FAILED = "DockerImageBuildFailed"
    DOCKERFILE_CREATION_FAILED = "DockerFileCreationFailed"
    INVALID_ARTIFACTS_MAPPING = "InvalidArtifactsMapping"
    FETCH_SCRIPTS_FAILED = "FetchScriptsFailed"
    FETCH_RUNTIME_ARTIFACTS_FAILED = "FetchRuntimeArtifactsFailed"
    FILE_SYSTEM_FAILED = "FileSystemOperationFailed"
    INSTALL_SCRIPTS_FAILED = "InstallScriptsFailed"
    GENERIC = "GenericS2IBuildFailed"
    ONBUILD_FORBIDDEN = "OnBuildForbidden"
    USER_FORBIDDEN = "AssembleUserForbidden"
    PUSH_FAILED = "PushImageToRegistryFailed"


MESSAGES: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.ASSEMBLE_FAILED: "Assemble script failed.",
        Reason.PULL_BUILDER_IMAGE_FAILED: "Failed to pull builder image.",
        Reason.PULL_RUNTIME_IMAGE_FAILED: "Failed to pull runtime image.",
        Reason.PULL_PREVIOUS_IMAGE_FAILED: (
            "Failed to pull the previous image for incremental build."
        ),
        Reason.CONTAINER_COMMIT_FAILED: "Failed to commit container.",
        Reason.FETCH_SOURCE_FAILED: "Failed to fetch source for build.",
        Reason.IMAGE_BUILD_FAILED: "Docker image build failed.",
        Reason.DOCKERFILE_CREATION_FAILED: "Failed to create Dockerfile.",
        Reason.INVALID_ARTIFACTS_MAPPING: "Invalid artifacts mapping specified.",
        Reason.FETCH_SCRIPTS_FAILED: "Failed to fetch specified scripts.",
        Reason.FETCH_RUNTIME_ARTIFACTS_FAILED: "Failed to fetch specified runtime artifacts.",
        Reason.FILE_SYSTEM_FAILED: "Failed to perform filesystem operation.",
        Reason.INSTALL_SCRIPTS_FAILED: "Failed to install specified scripts.",
        Reason.GENERIC: "Generic S2I Build failure - check S2I logs for details.",
        Reason.ONBUILD_FORBIDDEN: "ONBUILD instructions not allowed in this context.",
        Reason.USER_FORBIDDEN: "Assemble user for S2I build is forbidden.",
        Reason.PUSH_FAILED: "Failed to push the image to the registry.",
    }
)


def message(reason: str) -> str:
    """The sentence that belongs to a reason; the generic one for any other word."""
    try:
        return MESSAGES[Reason(reason)]
    except ValueError:
        return MESSAGES[Reason.GENERIC]


def failure(
    reason: Reason,
    text: str,
    *,
    exit_code: Exit = Exit.FAILED,
    hint: str = "",
    tail: tuple[str, ...] = (),
) -> BuildFault:
    """A fault that ends a build, with its reason from the table."""
    return BuildFault(text, reason=reason, exit_code=exit_code, hint=hint, tail=tail)
