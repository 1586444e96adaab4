"""What is wrong with containers.

Source: Kubernetes' validation of core/v1.
"""

from __future__ import annotations

from collections.abc import Container as Collection
from collections.abc import Iterator
from typing import Final

from slipcast.api.container import Container, ContainerPort
from slipcast.api.env import EnvFromSource, EnvVar, EnvVarSource, ResourceRequirements
from slipcast.api.validity.amounts import is_more, port, quantities
from slipcast.api.validity.services import PROTOCOLS, port_name
from slipcast.api.volumes import VolumeMount
from slipcast.values.causes import (
    Cause,
    duplicate,
    invalid,
    not_found,
    not_supported,
    required,
)
from slipcast.values.names import data_key, dns_label, dns_subdomain, variable_name

PULLS: Final = ("Always", "IfNotPresent", "Never")


def container(value: Container, path: str, volumes: Collection[str]) -> Iterator[Cause]:
    """What is wrong with a container of a pod that has such volumes."""
    if not value.name:
        yield required(f"{path}.name")
    else:
        yield from (invalid(f"{path}.name", value.name, what) for what in dns_label(value.name))
    if not value.image:
        yield required(f"{path}.image")
    if value.image_pull_policy and value.image_pull_policy not in PULLS:
        yield not_supported(f"{path}.imagePullPolicy", value.image_pull_policy, PULLS)
    yield from _ports(value.ports, f"{path}.ports")
    yield from environment(value.env, f"{path}.env")
    yield from _sources(value.env_from, f"{path}.envFrom")
    yield from _mounts(value.volume_mounts, f"{path}.volumeMounts", volumes)
    yield from resources(value.resources, f"{path}.resources")


def environment(variables: tuple[EnvVar, ...], path: str) -> Iterator[Cause]:
    """What is wrong with variables of a container."""
    for number, variable in enumerate(variables):
        where = f"{path}[{number}]"
        if not variable.name:
            yield required(f"{where}.name")
        else:
            wrong = variable_name(variable.name)
            yield from (invalid(f"{where}.name", variable.name, what) for what in wrong)
        if variable.value_from is not None:
            yield from _value_from(variable, variable.value_from, f"{where}.valueFrom")


def resources(value: ResourceRequirements, path: str) -> Iterator[Cause]:
    """What is wrong with what is needed and allowed: nothing needs more than it may use."""
    yield from quantities(value.limits, f"{path}.limits")
    yield from quantities(value.requests, f"{path}.requests")
    for name in value.requests.keys() & value.limits.keys():
        needed, most = value.requests[name], value.limits[name]
        if is_more(needed, most):
            what = f"must be less than or equal to {name} limit of {most}"
            yield invalid(f"{path}.requests", needed, what)


def _value_from(variable: EnvVar, source: EnvVarSource, path: str) -> Iterator[Cause]:
    refs = (source.field_ref, source.resource_field_ref)
    keys = {"configMapKeyRef": source.config_map_key_ref, "secretKeyRef": source.secret_key_ref}
    count = sum(ref is not None for ref in (*refs, *keys.values()))
    if count == 0:
        what = (
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or"
            " `secretKeyRef`"
        )
        yield invalid(path, "", what)
    elif variable.value:
        yield invalid(path, "", "may not be specified when `value` is not empty")
    elif count > 1:
        yield invalid(path, "", "may not have more than one field specified at a time")
    for field, ref in keys.items():
        if ref is None:
            continue
        if not ref.name:
            yield required(f"{path}.{field}.name")
        if not ref.key:
            yield required(f"{path}.{field}.key")
        else:
            wrong = data_key(ref.key)
            yield from (invalid(f"{path}.{field}.key", ref.key, what) for what in wrong)
    if source.field_ref is not None and not source.field_ref.field_path:
        yield required(f"{path}.fieldRef.fieldPath")


def _sources(sources: tuple[EnvFromSource, ...], path: str) -> Iterator[Cause]:
    for number, source in enumerate(sources):
        where = f"{path}[{number}]"
        refs = {"configMapRef": source.config_map_ref, "secretRef": source.secret_ref}
        given = {field: ref for field, ref in refs.items() if ref is not None}
        if not given:
            yield invalid(where, "", "must specify one of: `configMapRef` or `secretRef`")
        elif len(given) > 1:
            yield invalid(where, "", "may not have more than one field specified at a time")
        for field, ref in given.items():
            if not ref.name:
                yield required(f"{where}.{field}.name")
            else:
                wrong = dns_subdomain(ref.name)
                yield from (invalid(f"{where}.{field}.name", ref.name, what) for what in wrong)


def _ports(ports: tuple[ContainerPort, ...], path: str) -> Iterator[Cause]:
    names: set[str] = set()
    for number, each in enumerate(ports):
        where = f"{path}[{number}]"
        if each.name:
            yield from port_name(each.name, f"{where}.name")
            if each.name in names:
                yield duplicate(f"{where}.name", each.name)
            names.add(each.name)
        if not each.container_port:
            yield required(f"{where}.containerPort")
        else:
            yield from port(each.container_port, f"{where}.containerPort")
        if each.host_port:
            yield from port(each.host_port, f"{where}.hostPort")
        if each.protocol and each.protocol not in PROTOCOLS:
            yield not_supported(f"{where}.protocol", each.protocol, PROTOCOLS)


def _mounts(
    mounts: tuple[VolumeMount, ...], path: str, volumes: Collection[str]
) -> Iterator[Cause]:
    places: set[str] = set()
    for number, mount in enumerate(mounts):
        where = f"{path}[{number}]"
        if not mount.name:
            yield required(f"{where}.name")
        elif mount.name not in volumes:
            yield not_found(f"{where}.name", mount.name)
        if not mount.mount_path:
            yield required(f"{where}.mountPath")
        elif mount.mount_path in places:
            yield invalid(f"{where}.mountPath", mount.mount_path, "must be unique")
        places.add(mount.mount_path)
        for field, part in (("subPath", mount.sub_path), ("subPathExpr", mount.sub_path_expr)):
            if part.startswith("/"):
                yield invalid(f"{where}.{field}", part, "must be a relative path")
            if ".." in part.split("/"):
                yield invalid(f"{where}.{field}", part, "must not contain '..'")
