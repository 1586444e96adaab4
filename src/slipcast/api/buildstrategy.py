"""How it is built: the strategies of a build.

Environment variables and build arguments are replaced whole by patches, as OpenShift has them.

Source: build-api.md section 5; the API reference of build.openshift.io/v1, and of Origin 1.5 for
fields that have gone since (runtimeImage, runtimeArtifacts).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import field

from slipcast.api.buildsource import ImageSourcePath
from slipcast.api.env import EnvVar
from slipcast.api.meta import LocalObjectReference, ObjectReference
from slipcast.api.volumes import ConfigMapVolumeSource, CSIVolumeSource, SecretVolumeSource
from slipcast.api.wire import Wire, merged


class BuildVolumeSource(Wire, frozen=True, kw_only=True):
    """What a volume of a build holds.

    type: Secret, ConfigMap or CSI; which of the others is set.
    secret: a Secret as files.
    configMap: a ConfigMap as files.
    csi: a volume that a storage driver makes.
    """

    type: str = ""
    secret: SecretVolumeSource | None = None
    config_map: ConfigMapVolumeSource | None = None
    csi: CSIVolumeSource | None = None


class BuildVolumeMount(Wire, frozen=True, kw_only=True):
    """Where a build sees a volume.

    destinationPath: the path.
    """

    destination_path: str = ""


class BuildVolume(Wire, frozen=True, kw_only=True):
    """Files that a build can see and that stay out of the image.

    name: how the volume is called.
    source: what it holds.
    mounts: where the build sees it.
    """

    name: str = ""
    source: BuildVolumeSource = BuildVolumeSource()
    mounts: Annotated[tuple[BuildVolumeMount, ...], merged("destinationPath")] = ()


BuildVolumes = Annotated[tuple[BuildVolume, ...], merged("name")]


class SourceBuildStrategy(Wire, frozen=True, kw_only=True):
    """Source to image: a builder image whose scripts make an image of the source.

    from: the builder image.
    pullSecret: what it is pulled with.
    env: variables of the build, kept in the image.
    scripts: where the scripts are, if not in the source or the builder image.
    incremental: whether the previous image's artifacts are used again.
    forcePull: whether the builder image is pulled even when it is there.
    runtimeImage: the image that artifacts are put into, instead of keeping the builder image.
    runtimeArtifacts: what is put there.
    volumes: files that the build can see.
    """

    from_: ObjectReference = field(default=ObjectReference(), name="from")
    pull_secret: LocalObjectReference | None = None
    env: tuple[EnvVar, ...] = ()
    scripts: str = ""
    incremental: bool | None = None
    force_pull: bool = False
    runtime_image: ObjectReference | None = None
    runtime_artifacts: tuple[ImageSourcePath, ...] = ()
    volumes: BuildVolumes = ()


class DockerBuildStrategy(Wire, frozen=True, kw_only=True):
    """A build by a Dockerfile.

    from: the image that stands for the last FROM of the Dockerfile.
    pullSecret: what images are pulled with.
    noCache: whether every step is done again.
    env: variables set after each FROM, kept in the image.
    forcePull: whether images are pulled even when they are there.
    dockerfilePath: the Dockerfile below the context directory.
    buildArgs: values of the Dockerfile's ARGs.
    imageOptimizationPolicy: None, SkipLayers or SkipLayersAndWarn; how many layers the image has.
    volumes: files that the build can see.
    """

    from_: ObjectReference | None = field(default=None, name="from")
    pull_secret: LocalObjectReference | None = None
    no_cache: bool = False
    env: tuple[EnvVar, ...] = ()
    force_pull: bool = False
    dockerfile_path: str = ""
    build_args: tuple[EnvVar, ...] = ()
    image_optimization_policy: str | None = None
    volumes: BuildVolumes = ()


class SecretSpec(Wire, frozen=True, kw_only=True):
    """A Secret that a custom build sees as files.

    secretSource: the Secret.
    mountPath: where.
    """

    secret_source: LocalObjectReference = LocalObjectReference()
    mount_path: str = ""


class CustomBuildStrategy(Wire, frozen=True, kw_only=True):
    """A build by an image of one's own.

    from: the image that runs as the build.
    pullSecret: what it is pulled with.
    env: variables it is given.
    exposeDockerSocket: whether it may speak to the container engine.
    forcePull: whether it is pulled even when it is there.
    secrets: Secrets it sees as files.
    buildAPIVersion: the version in which it is given the Build.
    """

    from_: ObjectReference = field(default=ObjectReference(), name="from")
    pull_secret: LocalObjectReference | None = None
    env: tuple[EnvVar, ...] = ()
    expose_docker_socket: bool = False
    force_pull: bool = False
    secrets: tuple[SecretSpec, ...] = ()
    build_api_version: str = field(default="", name="buildAPIVersion")


class JenkinsPipelineBuildStrategy(Wire, frozen=True, kw_only=True):
    """A build by a Jenkins pipeline.

    jenkinsfilePath: the Jenkinsfile below the context directory.
    jenkinsfile: a Jenkinsfile written here.
    env: parameters of the pipeline.
    """

    jenkinsfile_path: str = ""
    jenkinsfile: str = ""
    env: tuple[EnvVar, ...] = ()


class BuildStrategy(Wire, frozen=True, kw_only=True):
    """How it is built; exactly one strategy is set.

    type: which one: Source, Docker, Custom or JenkinsPipeline; follows from what is set.
    dockerStrategy: by a Dockerfile.
    sourceStrategy: by a builder image's scripts.
    customStrategy: by an image of one's own.
    jenkinsPipelineStrategy: by a Jenkins pipeline.
    """

    type: str = ""
    docker_strategy: DockerBuildStrategy | None = None
    source_strategy: SourceBuildStrategy | None = None
    custom_strategy: CustomBuildStrategy | None = None
    jenkins_pipeline_strategy: JenkinsPipelineBuildStrategy | None = None
