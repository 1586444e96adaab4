"""What is wrong with pods, and with the pods that other objects make.

Source: Kubernetes' validation of core/v1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from slipcast.api.container import Container
from slipcast.api.metadata import annotations_of, labels_of
from slipcast.api.pod import Pod, PodSpec, PodTemplateSpec
from slipcast.api.validity.amounts import not_negative, positive
from slipcast.api.validity.containers import container
from slipcast.api.volumes import Volume
from slipcast.values.causes import (
    Cause,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from slipcast.values.names import dns_label, dns_subdomain

RESTARTS: Final = ("Always", "OnFailure", "Never")
DNS: Final = ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")
_FIXED: Final = (
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only"
    " additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set"
    " to 1 if it was previously negative)"
)


def pod(new: Pod, old: Pod | None) -> tuple[Cause, ...]:
    """What is wrong with a pod: of a stored one, little may change."""
    changes = _changes(new.spec, old.spec) if old is not None else ()
    return (*pod_spec(new.spec, "spec"), *_padded(new.spec), *changes)


def _padded(spec: PodSpec) -> Iterator[Cause]:
    """Images with blanks around them; templates may have them, for triggers to fill in."""
    what = "must not have leading or trailing whitespace"
    for field, containers in (
        ("containers", spec.containers),
        ("initContainers", spec.init_containers),
    ):
        for number, each in enumerate(containers):
            if each.image.strip() != each.image:
                yield invalid(f"spec.{field}[{number}].image", each.image, what)


def pod_template(template: PodTemplateSpec, path: str) -> Iterator[Cause]:
    """What is wrong with a template that pods are made of."""
    yield from labels_of(template.metadata.labels, f"{path}.metadata.labels")
    yield from annotations_of(template.metadata.annotations, f"{path}.metadata.annotations")
    yield from pod_spec(template.spec, f"{path}.spec")


def pod_spec(spec: PodSpec, path: str) -> Iterator[Cause]:
    """What is wrong with what a pod shall be."""
    volumes: set[str] = set()
    for number, volume in enumerate(spec.volumes):
        where = f"{path}.volumes[{number}]"
        yield from _volume(volume, where)
        if volume.name in volumes:
            yield duplicate(f"{where}.name", volume.name)
        volumes.add(volume.name)
    if not spec.containers:
        yield required(f"{path}.containers")
    yield from _containers(spec, path, volumes)
    yield from _manner(spec, path)
    yield from _names(spec, path)
    yield from labels_of(spec.node_selector, f"{path}.nodeSelector")


def _containers(spec: PodSpec, path: str, volumes: set[str]) -> Iterator[Cause]:
    names: set[str] = set()
    for field, containers in (
        ("containers", spec.containers),
        ("initContainers", spec.init_containers),
    ):
        for number, each in enumerate(containers):
            where = f"{path}.{field}[{number}]"
            yield from container(each, where, volumes)
            if each.name and each.name in names:
                yield duplicate(f"{where}.name", each.name)
            names.add(each.name)


def _manner(spec: PodSpec, path: str) -> Iterator[Cause]:
    if spec.restart_policy and spec.restart_policy not in RESTARTS:
        yield not_supported(f"{path}.restartPolicy", spec.restart_policy, RESTARTS)
    if spec.dns_policy and spec.dns_policy not in DNS:
        yield not_supported(f"{path}.dnsPolicy", spec.dns_policy, DNS)
    yield from positive(spec.active_deadline_seconds, f"{path}.activeDeadlineSeconds")
    grace = spec.termination_grace_period_seconds
    yield from not_negative(grace, f"{path}.terminationGracePeriodSeconds")


def _names(spec: PodSpec, path: str) -> Iterator[Cause]:
    for field, name, rule in (
        ("serviceAccountName", spec.service_account_name, dns_subdomain),
        ("nodeName", spec.node_name, dns_subdomain),
        ("hostname", spec.hostname, dns_label),
        ("subdomain", spec.subdomain, dns_label),
    ):
        if name:
            yield from (invalid(f"{path}.{field}", name, what) for what in rule(name))
    for number, secret in enumerate(spec.image_pull_secrets):
        if not secret.name:
            yield required(f"{path}.imagePullSecrets[{number}].name")


def _volume(volume: Volume, path: str) -> Iterator[Cause]:
    if not volume.name:
        yield required(f"{path}.name")
    else:
        yield from (invalid(f"{path}.name", volume.name, what) for what in dns_label(volume.name))
    sources = [
        field
        for field in volume.__struct_fields__
        if field != "name" and getattr(volume, field) is not None
    ]
    if not sources:
        yield required(path, "must specify a volume type")
    elif len(sources) > 1:
        yield forbidden(path, "may not specify more than 1 volume type")
    yield from _source(volume, path)


def _source(volume: Volume, path: str) -> Iterator[Cause]:
    claim = volume.persistent_volume_claim
    if volume.secret is not None and not volume.secret.secret_name:
        yield required(f"{path}.secret.secretName")
    if volume.config_map is not None and not volume.config_map.name:
        yield required(f"{path}.configMap.name")
    if claim is not None and not claim.claim_name:
        yield required(f"{path}.persistentVolumeClaim.claimName")
    if volume.host_path is not None:
        if not volume.host_path.path:
            yield required(f"{path}.hostPath.path")
        elif ".." in volume.host_path.path.split("/"):
            yield invalid(f"{path}.hostPath.path", volume.host_path.path, "must not contain '..'")


def _changes(new: PodSpec, old: PodSpec) -> Iterator[Cause]:
    if len(new.containers) != len(old.containers):
        yield forbidden("spec.containers", "pod updates may not add or remove containers")
        return
    deadline, grace = new.active_deadline_seconds, new.termination_grace_period_seconds
    kept = replace(
        new,
        containers=_with_images(new.containers, old.containers),
        init_containers=_with_images(new.init_containers, old.init_containers),
        active_deadline_seconds=old.active_deadline_seconds,
        termination_grace_period_seconds=old.termination_grace_period_seconds,
        tolerations=old.tolerations,
        # A scheduler says where the pod runs.
        node_name=new.node_name if old.node_name else "",
    )
    is_worse = grace not in {old.termination_grace_period_seconds, 1}
    if kept != old or is_worse:
        yield forbidden("spec", _FIXED)
    before = old.active_deadline_seconds
    if before is not None and (deadline is None or deadline > before):
        what = "must be less than or equal to previous value"
        yield invalid("spec.activeDeadlineSeconds", deadline, what)


def _with_images(
    containers: tuple[Container, ...], images: tuple[Container, ...]
) -> tuple[Container, ...]:
    """The containers with the images of others."""
    if len(containers) != len(images):
        return containers
    pairs = zip(containers, images, strict=True)
    return tuple(replace(each, image=other.image) for each, other in pairs)
