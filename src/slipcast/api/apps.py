"""Deployments: pods that are kept running.

Source: the API reference of apps/v1. OpenShift's own are in `deploymentconfig`.
"""

from __future__ import annotations

from typing import Annotated

from slipcast.api.meta import Conditions, LabelSelector, Object
from slipcast.api.pod import PodTemplateSpec
from slipcast.api.wire import RETAINED, Int32, Int64, IntOrString, Wire


class RollingUpdateDeployment(Wire, frozen=True, kw_only=True):
    """How pods are replaced little by little.

    maxUnavailable: how many may be missing meanwhile, as a number or a share.
    maxSurge: how many may be too many meanwhile, as a number or a share.
    """

    max_unavailable: IntOrString | None = None
    max_surge: IntOrString | None = None


class DeploymentStrategy(Wire, frozen=True, kw_only=True):
    """How pods are replaced.

    type: Recreate or RollingUpdate.
    rollingUpdate: how, little by little.
    """

    type: str = ""
    rolling_update: RollingUpdateDeployment | None = None


class DeploymentSpec(Wire, frozen=True, kw_only=True):
    """Which pods there should be.

    replicas: how many; one when absent.
    selector: which pods are counted.
    template: what they are made from.
    strategy: how they are replaced when the template changes.
    minReadySeconds: how long a new pod must be well to count.
    revisionHistoryLimit: how many earlier templates are kept.
    paused: whether nothing is replaced for now.
    progressDeadlineSeconds: how long replacing may take.
    """

    replicas: Int32 | None = None
    selector: LabelSelector | None = None
    template: PodTemplateSpec = PodTemplateSpec()
    strategy: Annotated[DeploymentStrategy, RETAINED] = DeploymentStrategy()
    min_ready_seconds: Int32 = 0
    revision_history_limit: Int32 | None = None
    paused: bool = False
    progress_deadline_seconds: Int32 | None = None


class DeploymentStatus(Wire, frozen=True, kw_only=True):
    """Which pods there are.

    observedGeneration: the generation that was looked at.
    replicas: how many.
    updatedReplicas: how many of the newest template.
    readyReplicas: how many are ready.
    availableReplicas: how many count.
    unavailableReplicas: how many are missing.
    conditions: aspects of its state.
    collisionCount: how often a name was taken.
    """

    observed_generation: Int64 = 0
    replicas: Int32 = 0
    updated_replicas: Int32 = 0
    ready_replicas: Int32 = 0
    available_replicas: Int32 = 0
    unavailable_replicas: Int32 = 0
    terminating_replicas: Int32 | None = None
    conditions: Conditions = ()
    collision_count: Int32 | None = None


class Deployment(Object, frozen=True, kw_only=True):
    """Pods that are kept running.

    spec: which pods there should be.
    status: which pods there are.
    """

    spec: DeploymentSpec = DeploymentSpec()
    status: DeploymentStatus = DeploymentStatus()
