"""Environment variables and resources of containers, as pods, builds and deployments have them.

Source: the API reference of core/v1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from slipcast.api.meta import KeySelector
from slipcast.api.wire import Quantity, Whole, Wire, mapped, merged


class ObjectFieldSelector(Whole, frozen=True, kw_only=True):
    """A field of the pod itself.

    apiVersion: the version in which the field is named; v1.
    fieldPath: the field, such as metadata.name.
    """

    api_version: str = ""
    field_path: str = ""


class ResourceFieldSelector(Whole, frozen=True, kw_only=True):
    """A limit or request of a container.

    containerName: the container; its own where the variable is.
    resource: the amount, such as limits.cpu.
    divisor: the unit in which it is said.
    """

    container_name: str = ""
    resource: str = ""
    divisor: Quantity = ""


class EnvVarSource(Wire, frozen=True, kw_only=True):
    """Where a variable's value comes from; one of its fields is set.

    fieldRef: a field of the pod.
    resourceFieldRef: a limit or request of a container.
    configMapKeyRef: a value in a ConfigMap.
    secretKeyRef: a value in a Secret.
    """

    field_ref: ObjectFieldSelector | None = None
    resource_field_ref: ResourceFieldSelector | None = None
    config_map_key_ref: KeySelector | None = None
    secret_key_ref: KeySelector | None = None


class EnvVar(Wire, frozen=True, kw_only=True):
    """An environment variable.

    name: its name.
    value: its value; $(NAME) stands for the value of a variable set before.
    valueFrom: where its value comes from, when it is not written here.
    """

    name: str = ""
    value: str = ""
    value_from: EnvVarSource | None = None


class EnvSource(Wire, frozen=True, kw_only=True):
    """A Secret or ConfigMap all of whose entries become variables.

    name: its name.
    optional: whether it may be missing.
    """

    name: str = ""
    optional: bool | None = None


class EnvFromSource(Wire, frozen=True, kw_only=True):
    """Variables taken from the entries of a Secret or ConfigMap.

    prefix: put before each name.
    configMapRef: the ConfigMap.
    secretRef: the Secret.
    """

    prefix: str = ""
    config_map_ref: EnvSource | None = None
    secret_ref: EnvSource | None = None


class ResourceClaim(Wire, frozen=True, kw_only=True):
    """A claim of the pod that a container uses.

    name: the claim's name in the pod.
    request: the request of the claim, if not all of it.
    """

    name: str = ""
    request: str = ""


class ResourceRequirements(Wire, frozen=True, kw_only=True):
    """What a container needs, and what it may use at most.

    limits: the most it may use.
    requests: what it needs to start.
    claims: claims of the pod that it uses.
    """

    limits: Mapping[str, Quantity] = {}
    requests: Mapping[str, Quantity] = {}
    claims: Annotated[tuple[ResourceClaim, ...], mapped("name")] = ()


Env = Annotated[tuple[EnvVar, ...], merged("name")]
"""Variables of a container: told apart by name."""
