"""THE TABLE of reasons a Build is where it is, and the sentences that go with them.

What the scripts of a builder image can fail with is in `s2i.reasons`.

Source: build-api.md section 8.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Reason(StrEnum):
    """Why a build is in its phase, in a word."""

    CANNOT_CREATE_POD_SPEC = "CannotCreateBuildPodSpec"
    CANNOT_CREATE_POD = "CannotCreateBuildPod"
    INVALID_OUTPUT = "InvalidOutputReference"
    POD_DELETED = "BuildPodDeleted"
    MISSING_PUSH_SECRET = "MissingPushSecret"  # noqa: S105 -- a word, no secret
    POD_EXISTS = "BuildPodExists"
    CANCELLED = "CancelledBuild"
    POST_COMMIT_FAILED = "PostCommitHookFailed"
    PUSH_FAILED = "PushImageToRegistryFailed"
    PULL_BUILDER_FAILED = "PullBuilderImageFailed"
    FETCH_SOURCE_FAILED = "FetchSourceFailed"
    INVALID_CONTEXT_DIR = "InvalidContextDirectory"
    DOCKER_BUILD_FAILED = "DockerBuildFailed"
    GENERIC_FAILED = "GenericBuildFailed"
    NO_CONTAINER_STATUS = "NoBuildContainerStatus"
    FAILED_CONTAINER = "FailedContainer"
    FETCH_IMAGES_FAILED = "FetchImageContentFailed"
    MANAGE_DOCKERFILE_FAILED = "ManageDockerfileFailed"
    UNRESOLVABLE_VARIABLE = "UnresolvableEnvironmentVariable"
    OUT_OF_MEMORY = "OutOfMemoryKilled"
    EVICTED = "BuildPodEvicted"


MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Reason.CANNOT_CREATE_POD_SPEC: "Failed to create pod spec.",
        Reason.CANNOT_CREATE_POD: "Failed creating build pod.",
        Reason.INVALID_OUTPUT: "Output image could not be resolved.",
        Reason.POD_DELETED: "The pod for this build was deleted before the build completed.",
        Reason.MISSING_PUSH_SECRET: "Missing push secret.",
        Reason.POD_EXISTS: "The pod for this build already exists and is older than the build.",
        Reason.CANCELLED: "The build was cancelled by the user.",
        Reason.POST_COMMIT_FAILED: "Build failed because of post commit hook.",
        Reason.PUSH_FAILED: "Failed to push the image to the registry.",
        Reason.PULL_BUILDER_FAILED: "Failed pulling builder image.",
        Reason.FETCH_SOURCE_FAILED: "Failed to fetch the input source.",
        Reason.INVALID_CONTEXT_DIR: "The supplied context directory does not exist.",
        Reason.DOCKER_BUILD_FAILED: "Docker build strategy has failed.",
        Reason.GENERIC_FAILED: "Generic Build failure - check logs for details.",
        Reason.NO_CONTAINER_STATUS: (
            "The pod for this build has no container statuses indicating success or failure."
        ),
        Reason.FAILED_CONTAINER: (
            "The pod for this build has at least one container with a non-zero exit status."
        ),
        Reason.FETCH_IMAGES_FAILED: "Failed to extract image content.",
        Reason.MANAGE_DOCKERFILE_FAILED: "Failed to prepare the dockerfile for the build.",
        Reason.UNRESOLVABLE_VARIABLE: "Unable to resolve build environment variable reference.",
        Reason.OUT_OF_MEMORY: "The build pod was killed due to an out of memory condition.",
        Reason.EVICTED: "The build pod was evicted.",
    }
)
