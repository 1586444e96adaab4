"""What is filled in of pods and of templates for pods.

Source: Kubernetes' defaulting of core/v1.
"""

from __future__ import annotations

from typing import Final, TypeVar

from msgspec.structs import replace

from slipcast.api.container import Container, EphemeralContainer, HTTPGetAction, Probe
from slipcast.api.env import EnvVar, ResourceRequirements
from slipcast.api.pod import Pod, PodSecurityContext, PodSpec, PodTemplateSpec
from slipcast.api.volumes import EmptyDirVolumeSource, Volume
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import DEFAULT_TAG, ImageRef

GRACE: Final = 30
"""Units: seconds."""

MODE: Final = 0o644
"""Permissions of files made of Secrets and ConfigMaps."""


def filled_pod(pod: Pod) -> Pod:
    """The pod with everything filled in."""
    return replace(pod, spec=filled_spec(pod.spec))


def filled_template(template: PodTemplateSpec) -> PodTemplateSpec:
    """The template with everything filled in."""
    return replace(template, spec=filled_spec(template.spec))


def filled_spec(spec: PodSpec) -> PodSpec:
    """The spec with everything filled in.

    Shape:  serviceAccount is the old name of serviceAccountName; both say the same afterwards.
    """
    account = spec.service_account_name or spec.service_account
    grace = spec.termination_grace_period_seconds
    context = spec.security_context
    return replace(
        spec,
        volumes=tuple(_volume(each) for each in spec.volumes),
        init_containers=tuple(_container(each) for each in spec.init_containers),
        containers=tuple(_container(each) for each in spec.containers),
        ephemeral_containers=tuple(_container(each) for each in spec.ephemeral_containers),
        restart_policy=spec.restart_policy or "Always",
        termination_grace_period_seconds=GRACE if grace is None else grace,
        dns_policy=spec.dns_policy or "ClusterFirst",
        service_account_name=account,
        service_account=account,
        security_context=PodSecurityContext() if context is None else context,
        scheduler_name=spec.scheduler_name or "default-scheduler",
    )


def pull_policy(image: str) -> str:
    """When an image is pulled: always, if its name may mean another one tomorrow."""
    try:
        ref = ImageRef.parse(image)
    except InvalidFault:
        return "IfNotPresent"
    is_moving = ref.digest is None and ref.tag in {"", DEFAULT_TAG}
    return "Always" if is_moving else "IfNotPresent"


_Container = TypeVar("_Container", Container, EphemeralContainer)


def _container(container: _Container) -> _Container:
    ports = (replace(each, protocol=each.protocol or "TCP") for each in container.ports)
    return replace(
        container,
        ports=tuple(ports),
        env=tuple(_variable(each) for each in container.env),
        resources=_resources(container.resources),
        liveness_probe=_probe(container.liveness_probe),
        readiness_probe=_probe(container.readiness_probe),
        startup_probe=_probe(container.startup_probe),
        termination_message_path=container.termination_message_path or "/dev/termination-log",
        termination_message_policy=container.termination_message_policy or "File",
        image_pull_policy=container.image_pull_policy or pull_policy(container.image),
    )


def _variable(variable: EnvVar) -> EnvVar:
    source = variable.value_from
    if source is None or source.field_ref is None or source.field_ref.api_version:
        return variable
    ref = replace(source.field_ref, api_version="v1")
    return replace(variable, value_from=replace(source, field_ref=ref))


def _resources(resources: ResourceRequirements) -> ResourceRequirements:
    """What is allowed is needed too, unless less is said."""
    return replace(resources, requests={**resources.limits, **resources.requests})


def _probe(probe: Probe | None) -> Probe | None:
    if probe is None:
        return None
    return replace(
        probe,
        http_get=_http(probe.http_get),
        timeout_seconds=probe.timeout_seconds or 1,
        period_seconds=probe.period_seconds or 10,
        success_threshold=probe.success_threshold or 1,
        failure_threshold=probe.failure_threshold or 3,
    )


def _http(action: HTTPGetAction | None) -> HTTPGetAction | None:
    if action is None:
        return None
    return replace(action, path=action.path or "/", scheme=action.scheme or "HTTP")


def _volume(volume: Volume) -> Volume:
    sources = (field for field in volume.__struct_fields__ if field != "name")
    if all(getattr(volume, field) is None for field in sources):
        return replace(volume, empty_dir=EmptyDirVolumeSource())
    changes = {}
    for field in ("secret", "config_map", "projected", "downward_api"):
        source = getattr(volume, field)
        if source is not None and source.default_mode is None:
            changes[field] = replace(source, default_mode=MODE)
    return replace(volume, **changes)
