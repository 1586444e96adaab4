"""DeploymentConfigs: pods that are kept running, and replaced when an image changes.

Source: the API reference of apps.openshift.io/v1.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import field

from slipcast.api.env import EnvVar, ResourceRequirements
from slipcast.api.meta import Conditions, Object, ObjectReference
from slipcast.api.pod import PodTemplateSpec
from slipcast.api.wire import Int32, Int64, IntOrString, Wire


class CustomDeploymentStrategyParams(Wire, frozen=True, kw_only=True):
    """A deployer of one's own.

    image: the image that deploys.
    environment: variables it is given.
    command: what runs in it.
    """

    image: str = ""
    environment: tuple[EnvVar, ...] = ()
    command: tuple[str, ...] = ()


class ExecNewPodHook(Wire, frozen=True, kw_only=True):
    """A command in a pod of its own.

    command: the command.
    env: variables it is given.
    containerName: the container whose image is used.
    volumes: volumes of the pod that it sees.
    """

    command: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    container_name: str = ""
    volumes: tuple[str, ...] = ()


class TagImageHook(Wire, frozen=True, kw_only=True):
    """A tag for an image that was deployed.

    containerName: the container whose image it is.
    to: the tag.
    """

    container_name: str = ""
    to: ObjectReference = ObjectReference()


class LifecycleHook(Wire, frozen=True, kw_only=True):
    """What is done at a moment of a deployment.

    failurePolicy: Abort, Retry or Ignore.
    execNewPod: a command in a pod of its own.
    tagImages: tags for images.
    """

    failure_policy: str = ""
    exec_new_pod: ExecNewPodHook | None = None
    tag_images: tuple[TagImageHook, ...] = ()


class RecreateDeploymentStrategyParams(Wire, frozen=True, kw_only=True):
    """How pods are replaced all at once.

    timeoutSeconds: how long it may take.
    pre: what is done before.
    mid: what is done when the old ones are gone.
    post: what is done after.
    """

    timeout_seconds: Int64 | None = None
    pre: LifecycleHook | None = None
    mid: LifecycleHook | None = None
    post: LifecycleHook | None = None


class RollingDeploymentStrategyParams(Wire, frozen=True, kw_only=True):
    """How pods are replaced little by little.

    updatePeriodSeconds: how long to wait between pods.
    intervalSeconds: how long to wait between looks.
    timeoutSeconds: how long it may take.
    maxUnavailable: how many may be missing meanwhile, as a number or a share.
    maxSurge: how many may be too many meanwhile, as a number or a share.
    pre: what is done before.
    post: what is done after.
    """

    update_period_seconds: Int64 | None = None
    interval_seconds: Int64 | None = None
    timeout_seconds: Int64 | None = None
    max_unavailable: IntOrString | None = None
    max_surge: IntOrString | None = None
    update_percent: Int32 | None = None
    pre: LifecycleHook | None = None
    post: LifecycleHook | None = None


class DeploymentConfigStrategy(Wire, frozen=True, kw_only=True):
    """How pods are replaced.

    type: Recreate, Rolling or Custom.
    customParams: by a deployer of one's own.
    recreateParams: all at once.
    rollingParams: little by little.
    resources: what the deployer needs, and what it may use at most.
    labels: labels of the deployer's pods.
    annotations: annotations of the deployer's pods.
    activeDeadlineSeconds: how long the deployer's pods may run.
    """

    type: str = ""
    custom_params: CustomDeploymentStrategyParams | None = None
    recreate_params: RecreateDeploymentStrategyParams | None = None
    rolling_params: RollingDeploymentStrategyParams | None = None
    resources: ResourceRequirements = ResourceRequirements()
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    active_deadline_seconds: Int64 | None = None


class DeploymentTriggerImageChangeParams(Wire, frozen=True, kw_only=True):
    """A new image that starts a deployment.

    automatic: whether it does.
    containerNames: containers whose image it becomes.
    from: the tag that is watched.
    lastTriggeredImage: the image that last did.
    """

    automatic: bool = False
    container_names: tuple[str, ...] = ()
    from_: ObjectReference = field(default=ObjectReference(), name="from")
    last_triggered_image: str = ""


class DeploymentTriggerPolicy(Wire, frozen=True, kw_only=True):
    """What starts a deployment.

    type: ConfigChange or ImageChange.
    imageChangeParams: a new image.
    """

    type: str = ""
    image_change_params: DeploymentTriggerImageChangeParams | None = None


class DeploymentConfigSpec(Wire, frozen=True, kw_only=True):
    """Which pods there should be.

    strategy: how they are replaced.
    minReadySeconds: how long a new pod must be well to count.
    triggers: what starts a deployment; a change of the template when absent.
    replicas: how many.
    revisionHistoryLimit: how many earlier templates are kept.
    test: whether pods run only while they are deployed.
    paused: whether nothing is deployed for now.
    selector: labels of the pods that are counted.
    template: what they are made from.
    """

    strategy: DeploymentConfigStrategy = DeploymentConfigStrategy()
    min_ready_seconds: Int32 = 0
    triggers: tuple[DeploymentTriggerPolicy, ...] | None = None
    replicas: Int32 = 0
    revision_history_limit: Int32 | None = None
    test: bool = False
    paused: bool = False
    selector: Mapping[str, str] = {}
    template: PodTemplateSpec | None = None


class DeploymentCauseImageTrigger(Wire, frozen=True, kw_only=True):
    """A new image started the deployment.

    from: where it was noticed.
    """

    from_: ObjectReference = field(default=ObjectReference(), name="from")


class DeploymentCause(Wire, frozen=True, kw_only=True):
    """Why a deployment was started.

    type: ConfigChange, ImageChange or Manual.
    imageTrigger: a new image.
    """

    type: str = ""
    image_trigger: DeploymentCauseImageTrigger | None = None


class DeploymentDetails(Wire, frozen=True, kw_only=True):
    """Why the newest deployment was started.

    message: why, in a sentence.
    causes: why.
    """

    message: str = ""
    causes: tuple[DeploymentCause, ...] = ()


class DeploymentConfigStatus(Wire, frozen=True, kw_only=True):
    """Which pods there are.

    latestVersion: the number of the newest deployment.
    observedGeneration: the generation that was looked at.
    replicas: how many.
    updatedReplicas: how many of the newest template.
    availableReplicas: how many count.
    unavailableReplicas: how many are missing.
    details: why the newest deployment was started.
    conditions: aspects of its state.
    readyReplicas: how many are ready.
    """

    latest_version: Int64 = 0
    observed_generation: Int64 = 0
    replicas: Int32 = 0
    updated_replicas: Int32 = 0
    available_replicas: Int32 = 0
    unavailable_replicas: Int32 = 0
    details: DeploymentDetails | None = None
    conditions: Conditions = ()
    ready_replicas: Int32 = 0


class DeploymentConfig(Object, frozen=True, kw_only=True):
    """Pods that are kept running, and replaced when their template or an image changes.

    spec: which pods there should be.
    status: which pods there are.
    """

    spec: DeploymentConfigSpec = DeploymentConfigSpec()
    status: DeploymentConfigStatus = DeploymentConfigStatus()
