"""What is wrong with deployments and jobs.

Source: Kubernetes' validation of apps/v1 and batch/v1; API reference of apps.openshift.io/v1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from slipcast.api.apps import Deployment, DeploymentStrategy
from slipcast.api.batch import Job, JobSpec
from slipcast.api.deploymentconfig import (
    DeploymentConfig,
    DeploymentConfigSpec,
    DeploymentTriggerPolicy,
)
from slipcast.api.meta import LabelSelector
from slipcast.api.metadata import labels_of
from slipcast.api.pod import PodTemplateSpec
from slipcast.api.validity.amounts import not_negative, positive
from slipcast.api.validity.pods import pod_template
from slipcast.api.validity.selectors import chooses, is_empty, selector
from slipcast.values.causes import Cause, forbidden, invalid, not_supported, required

STRATEGIES: Final = ("Recreate", "RollingUpdate")
CONFIG_STRATEGIES: Final = ("Custom", "Recreate", "Rolling")
COMPLETIONS: Final = ("Indexed", "NonIndexed")
_IMMUTABLE: Final = "field is immutable"
_UNMATCHED: Final = "`selector` does not match template `labels`"
_TEMPLATE: Final = "spec.template"
_RESTART: Final = f"{_TEMPLATE}.spec.restartPolicy"
_PERCENT = re.compile(r"[0-9]+%")


def deployment(new: Deployment, old: Deployment | None) -> tuple[Cause, ...]:
    """What is wrong with a deployment: whom it selects never changes."""
    spec = new.spec
    causes = [
        *not_negative(spec.replicas, "spec.replicas"),
        *_selector(spec.selector, spec.template),
        *pod_template(spec.template, _TEMPLATE),
        *_always(spec.template),
        *_strategy(spec.strategy),
        *not_negative(spec.min_ready_seconds, "spec.minReadySeconds"),
        *not_negative(spec.revision_history_limit, "spec.revisionHistoryLimit"),
        *_progress(spec.progress_deadline_seconds, spec.min_ready_seconds),
    ]
    if old is not None and spec.selector != old.spec.selector:
        causes.append(invalid("spec.selector", spec.selector, _IMMUTABLE))
    return tuple(causes)


def job(new: Job, old: Job | None) -> tuple[Cause, ...]:
    """What is wrong with a job: what it runs never changes."""
    spec = new.spec
    return (
        *not_negative(spec.parallelism, "spec.parallelism"),
        *not_negative(spec.completions, "spec.completions"),
        *positive(spec.active_deadline_seconds, "spec.activeDeadlineSeconds"),
        *not_negative(spec.backoff_limit, "spec.backoffLimit"),
        *not_negative(spec.ttl_seconds_after_finished, "spec.ttlSecondsAfterFinished"),
        *_completion(spec),
        *_job_selector(spec),
        *pod_template(spec.template, _TEMPLATE),
        *_once(spec.template),
        *(_job_changes(spec, old.spec) if old is not None else ()),
    )


def deployment_config(new: DeploymentConfig, old: DeploymentConfig | None) -> tuple[Cause, ...]:
    """What is wrong with a DeploymentConfig."""
    del old
    spec = new.spec
    causes = [*not_negative(spec.replicas, "spec.replicas"), *_config_template(spec)]
    if spec.strategy.type and spec.strategy.type not in CONFIG_STRATEGIES:
        causes.append(not_supported("spec.strategy.type", spec.strategy.type, CONFIG_STRATEGIES))
    custom = spec.strategy.custom_params
    if spec.strategy.type == "Custom" and (custom is None or not custom.image):
        causes.append(required("spec.strategy.customParams.image"))
    for number, trigger in enumerate(spec.triggers or ()):
        causes.extend(_config_trigger(trigger, f"spec.triggers[{number}]"))
    return tuple(causes)


def _selector(value: LabelSelector | None, template: PodTemplateSpec) -> Iterator[Cause]:
    if value is None:
        yield required("spec.selector")
        return
    yield from selector(value, "spec.selector")
    if is_empty(value):
        yield invalid("spec.selector", value, "empty selector is invalid for deployment")
    elif not chooses(value, template.metadata.labels):
        yield invalid(f"{_TEMPLATE}.metadata.labels", template.metadata.labels, _UNMATCHED)


def _always(template: PodTemplateSpec) -> Iterator[Cause]:
    if template.spec.restart_policy not in {"", "Always"}:
        yield not_supported(_RESTART, template.spec.restart_policy, ["Always"])
    if template.spec.active_deadline_seconds is not None:
        what = "activeDeadlineSeconds in ReplicaSet is not Supported"
        yield forbidden(f"{_TEMPLATE}.spec.activeDeadlineSeconds", what)


def _strategy(strategy: DeploymentStrategy) -> Iterator[Cause]:
    path, rolling = "spec.strategy", strategy.rolling_update
    if strategy.type and strategy.type not in STRATEGIES:
        yield not_supported(f"{path}.type", strategy.type, STRATEGIES)
    if rolling is None:
        return
    if strategy.type == "Recreate":
        what = "may not be specified when strategy `type` is 'Recreate'"
        yield forbidden(f"{path}.rollingUpdate", what)
        return
    for field, amount in (
        ("maxUnavailable", rolling.max_unavailable),
        ("maxSurge", rolling.max_surge),
    ):
        yield from _share(amount, f"{path}.rollingUpdate.{field}")
    if _is_nothing(rolling.max_unavailable) and _is_nothing(rolling.max_surge):
        what = "may not be 0 when `maxSurge` is 0"
        yield invalid(f"{path}.rollingUpdate.maxUnavailable", rolling.max_unavailable, what)


def _share(amount: str | int | None, path: str) -> tuple[Cause, ...]:
    """What is wrong with a number of pods, or a percentage of them."""
    if isinstance(amount, str):
        if _PERCENT.fullmatch(amount):
            return ()
        what = "a valid percent string must be a numeric string followed by an ending '%'"
        return (invalid(path, amount, what),)
    return not_negative(amount, path)


def _is_nothing(amount: str | int | None) -> bool:
    return amount == 0 or (isinstance(amount, str) and bool(re.fullmatch("0+%", amount)))


def _progress(deadline: int | None, ready: int) -> Iterator[Cause]:
    path = "spec.progressDeadlineSeconds"
    yield from not_negative(deadline, path)
    if deadline is not None and deadline <= ready:
        yield invalid(path, deadline, "must be greater than minReadySeconds")


def _completion(spec: JobSpec) -> Iterator[Cause]:
    mode = spec.completion_mode
    if mode is not None and mode not in COMPLETIONS:
        yield not_supported("spec.completionMode", mode, COMPLETIONS)
    if mode == "Indexed" and spec.completions is None:
        yield required("spec.completions", "when completion mode is Indexed")


def _job_selector(spec: JobSpec) -> Iterator[Cause]:
    if spec.selector is None:
        return
    yield from selector(spec.selector, "spec.selector")
    labels = spec.template.metadata.labels
    if not chooses(spec.selector, labels):
        yield invalid(f"{_TEMPLATE}.metadata.labels", labels, _UNMATCHED)


def _once(template: PodTemplateSpec) -> Iterator[Cause]:
    if template.spec.restart_policy not in {"OnFailure", "Never"}:
        yield required(_RESTART, 'valid values: "OnFailure", "Never"')


def _job_changes(new: JobSpec, old: JobSpec) -> Iterator[Cause]:
    for field, now, was in (
        ("completions", new.completions, old.completions),
        ("selector", new.selector, old.selector),
        ("completionMode", new.completion_mode, old.completion_mode),
        ("podFailurePolicy", new.pod_failure_policy, old.pod_failure_policy),
    ):
        if now != was:
            yield invalid(f"spec.{field}", now, _IMMUTABLE)
    template = new.template
    if new.suspend or old.suspend:
        # Who schedules a job that does not run yet says where.
        scheduled = replace(template.spec, node_selector=old.template.spec.node_selector)
        template = replace(template, spec=scheduled)
    if template != old.template:
        yield invalid(_TEMPLATE, "", _IMMUTABLE)


def _config_template(spec: DeploymentConfigSpec) -> Iterator[Cause]:
    if spec.template is None:
        yield required(_TEMPLATE)
        return
    yield from labels_of(spec.selector, "spec.selector")
    labels = spec.template.metadata.labels
    chosen = spec.selector or labels
    if not chosen:
        yield required("spec.selector")
    elif any(labels.get(key) != text for key, text in chosen.items()):
        yield invalid(f"{_TEMPLATE}.metadata.labels", labels, _UNMATCHED)
    yield from pod_template(_with_images(spec), _TEMPLATE)
    yield from _always(spec.template)


def _with_images(spec: DeploymentConfigSpec) -> PodTemplateSpec:
    """The template with some image wherever a trigger will bring one."""
    assert spec.template is not None  # noqa: S101 -- asked before
    brought = {
        name
        for trigger in spec.triggers or ()
        if trigger.image_change_params is not None
        for name in trigger.image_change_params.container_names
    }
    containers = tuple(
        replace(each, image=each.image.strip() or "brought") if each.name in brought else each
        for each in spec.template.spec.containers
    )
    return replace(spec.template, spec=replace(spec.template.spec, containers=containers))


def _config_trigger(trigger: DeploymentTriggerPolicy, path: str) -> Iterator[Cause]:
    if not trigger.type:
        yield required(f"{path}.type")
    if trigger.type != "ImageChange":
        return
    change = trigger.image_change_params
    if change is None:
        yield required(f"{path}.imageChangeParams")
        return
    where = f"{path}.imageChangeParams"
    if not change.from_.name:
        yield required(f"{where}.from.name")
    if change.from_.kind not in {"", "ImageStreamTag"}:
        what = "kind must be 'ImageStreamTag'"
        yield invalid(f"{where}.from.kind", change.from_.kind, what)
    if not change.container_names:
        yield required(f"{where}.containerNames")
