"""What is filled in of deployments and jobs.

Source: Kubernetes' defaulting of apps/v1 and batch/v1; API reference of apps.openshift.io/v1.
"""

from __future__ import annotations

from typing import Final, TypeVar

from msgspec.structs import replace

from slipcast.api.apps import Deployment, DeploymentStrategy, RollingUpdateDeployment
from slipcast.api.batch import Job
from slipcast.api.deploymentconfig import (
    DeploymentConfig,
    DeploymentConfigStrategy,
    DeploymentTriggerPolicy,
    RecreateDeploymentStrategyParams,
    RollingDeploymentStrategyParams,
)
from slipcast.api.pod import PodTemplateSpec
from slipcast.api.presets.pods import filled_template

HISTORY: Final = 10
"""How many old states of a deployment are kept."""

PROGRESS: Final = 600
"""Units: seconds."""

SHARE: Final = "25%"
"""How many pods more, or fewer, there may be while a deployment rolls."""

RETRIES: Final = 6
DEADLINE: Final = 21600
"""Units: seconds that the pod of a deployment may take."""

_Value = TypeVar("_Value")


def filled_deployment(deployment: Deployment) -> Deployment:
    """The deployment with everything filled in."""
    spec = deployment.spec
    filled = replace(
        spec,
        replicas=_or(spec.replicas, 1),
        template=filled_template(spec.template),
        strategy=_strategy(spec.strategy),
        revision_history_limit=_or(spec.revision_history_limit, HISTORY),
        progress_deadline_seconds=_or(spec.progress_deadline_seconds, PROGRESS),
    )
    return replace(deployment, spec=filled)


def filled_job(job: Job) -> Job:
    """The job with everything filled in; a job that says nothing runs once."""
    spec = job.spec
    completions = spec.completions
    if completions is None and spec.parallelism is None:
        completions = 1
    filled = replace(
        spec,
        parallelism=_or(spec.parallelism, 1),
        completions=completions,
        backoff_limit=_or(spec.backoff_limit, RETRIES),
        completion_mode=_or(spec.completion_mode, "NonIndexed"),
        suspend=_or(spec.suspend, other=False),
        template=_run_once(job),
    )
    return replace(job, spec=filled)


def filled_deployment_config(config: DeploymentConfig) -> DeploymentConfig:
    """The DeploymentConfig with everything filled in."""
    spec, template = config.spec, config.spec.template
    selector = spec.selector
    if template is not None:
        selector = selector or template.metadata.labels
        template = filled_template(template)
    triggers = spec.triggers
    if triggers is None:
        triggers = (DeploymentTriggerPolicy(type="ConfigChange"),)
    filled = replace(
        spec,
        strategy=_config_strategy(spec.strategy),
        selector=selector,
        template=template,
        triggers=tuple(_trigger(each) for each in triggers),
    )
    return replace(config, spec=filled)


def _or(value: _Value | None, other: _Value) -> _Value:
    return other if value is None else value


def _strategy(strategy: DeploymentStrategy) -> DeploymentStrategy:
    type_, rolling = strategy.type or "RollingUpdate", strategy.rolling_update
    if type_ == "RollingUpdate":
        rolling = rolling or RollingUpdateDeployment()
        rolling = replace(
            rolling,
            max_unavailable=_or(rolling.max_unavailable, SHARE),
            max_surge=_or(rolling.max_surge, SHARE),
        )
    return replace(strategy, type=type_, rolling_update=rolling)


def _run_once(job: Job) -> PodTemplateSpec:
    """The template with everything filled in, but whether pods run again: that must be said."""
    template = job.spec.template
    said = template.spec.restart_policy
    filled = filled_template(template)
    return replace(filled, spec=replace(filled.spec, restart_policy=said))


def _config_strategy(strategy: DeploymentConfigStrategy) -> DeploymentConfigStrategy:
    type_ = strategy.type or "Rolling"
    strategy = replace(
        strategy,
        type=type_,
        active_deadline_seconds=_or(strategy.active_deadline_seconds, DEADLINE),
    )
    if type_ == "Rolling":
        return replace(strategy, rolling_params=_rolling(strategy.rolling_params))
    if type_ == "Recreate":
        params = strategy.recreate_params or RecreateDeploymentStrategyParams()
        params = replace(params, timeout_seconds=_or(params.timeout_seconds, PROGRESS))
        return replace(strategy, recreate_params=params)
    return strategy


def _rolling(given: RollingDeploymentStrategyParams | None) -> RollingDeploymentStrategyParams:
    params = given or RollingDeploymentStrategyParams()
    more, fewer = params.max_surge, params.max_unavailable
    if params.update_percent is None:
        # When one is said, the other is nothing.
        other = SHARE if more is None and fewer is None else 0
        more, fewer = _or(more, other), _or(fewer, other)
    return replace(
        params,
        interval_seconds=_or(params.interval_seconds, 1),
        update_period_seconds=_or(params.update_period_seconds, 1),
        timeout_seconds=_or(params.timeout_seconds, PROGRESS),
        max_surge=more,
        max_unavailable=fewer,
    )


def _trigger(trigger: DeploymentTriggerPolicy) -> DeploymentTriggerPolicy:
    change = trigger.image_change_params
    if change is None or change.from_.kind:
        return trigger
    from_ = replace(change.from_, kind="ImageStreamTag")
    return replace(trigger, image_change_params=replace(change, from_=from_))
