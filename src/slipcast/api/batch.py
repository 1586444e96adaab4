"""Jobs: pods that run to their end.

Source: the API reference of batch/v1.
"""

from __future__ import annotations

from typing import Annotated

from slipcast.api.meta import Conditions, LabelSelector, Object
from slipcast.api.pod import PodTemplateSpec
from slipcast.api.wire import ATOMIC, SET, Int32, Int64, Time, Wire


class PodFailureOnExitCodes(Wire, frozen=True, kw_only=True):
    """Exit codes that mean something.

    containerName: of which container; of any when absent.
    operator: In or NotIn.
    values: the codes.
    """

    container_name: str | None = None
    operator: str = ""
    values: Annotated[tuple[Int32, ...], SET] = ()


class PodFailureOnCondition(Wire, frozen=True, kw_only=True):
    """A condition of a pod that means something.

    type: the condition.
    status: its status.
    """

    type: str = ""
    status: str = ""


class PodFailureRule(Wire, frozen=True, kw_only=True):
    """What a way of failing means.

    action: FailJob, FailIndex, Ignore or Count.
    onExitCodes: exit codes.
    onPodConditions: conditions of the pod.
    """

    action: str = ""
    on_exit_codes: PodFailureOnExitCodes | None = None
    on_pod_conditions: Annotated[tuple[PodFailureOnCondition, ...], ATOMIC] = ()


class PodFailurePolicy(Wire, frozen=True, kw_only=True):
    """What ways of failing mean.

    rules: the first that fits counts.
    """

    rules: Annotated[tuple[PodFailureRule, ...], ATOMIC] = ()


class SuccessPolicyRule(Wire, frozen=True, kw_only=True):
    """When enough has gone well.

    succeededIndexes: which must have.
    succeededCount: how many must have.
    """

    succeeded_indexes: str | None = None
    succeeded_count: Int32 | None = None


class SuccessPolicy(Wire, frozen=True, kw_only=True):
    """When enough has gone well.

    rules: one of them is enough.
    """

    rules: Annotated[tuple[SuccessPolicyRule, ...], ATOMIC] = ()


class JobSpec(Wire, frozen=True, kw_only=True):
    """What runs, and how often.

    parallelism: how many pods at the same time.
    completions: how many must go well.
    activeDeadlineSeconds: how long it may take.
    podFailurePolicy: what ways of failing mean.
    successPolicy: when enough has gone well.
    backoffLimit: how often it may fail.
    selector: which pods are counted.
    manualSelector: whether the selector was chosen by hand.
    template: what the pods are made from.
    ttlSecondsAfterFinished: how long it is kept after its end.
    completionMode: NonIndexed or Indexed.
    suspend: whether nothing runs for now.
    """

    parallelism: Int32 | None = None
    completions: Int32 | None = None
    active_deadline_seconds: Int64 | None = None
    pod_failure_policy: PodFailurePolicy | None = None
    success_policy: SuccessPolicy | None = None
    backoff_limit: Int32 | None = None
    backoff_limit_per_index: Int32 | None = None
    max_failed_indexes: Int32 | None = None
    selector: LabelSelector | None = None
    manual_selector: bool | None = None
    template: PodTemplateSpec = PodTemplateSpec()
    ttl_seconds_after_finished: Int32 | None = None
    completion_mode: str | None = None
    suspend: bool | None = None
    pod_replacement_policy: str | None = None
    managed_by: str | None = None


class UncountedTerminatedPods(Wire, frozen=True, kw_only=True):
    """Pods that have ended and are not counted yet.

    succeeded: uids of those that went well.
    failed: uids of those that failed.
    """

    succeeded: Annotated[tuple[str, ...], SET] = ()
    failed: Annotated[tuple[str, ...], SET] = ()


class JobStatus(Wire, frozen=True, kw_only=True):
    """How a job is doing.

    conditions: aspects of its state.
    startTime: when it began.
    completionTime: when it ended well.
    active: how many pods run.
    succeeded: how many went well.
    failed: how many failed.
    terminating: how many are ending.
    ready: how many are ready.
    """

    conditions: Conditions = ()
    start_time: Time = ""
    completion_time: Time = ""
    active: Int32 = 0
    succeeded: Int32 = 0
    failed: Int32 = 0
    terminating: Int32 | None = None
    completed_indexes: str = ""
    failed_indexes: str | None = None
    uncounted_terminated_pods: UncountedTerminatedPods | None = None
    ready: Int32 | None = None


class Job(Object, frozen=True, kw_only=True):
    """Pods that run to their end.

    spec: what runs, and how often.
    status: how it is doing.
    """

    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()
