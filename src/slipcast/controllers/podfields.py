"""Fields of a pod and amounts of its containers, as variables and files tell them to the pod. Pure.

Source: Kubernetes, the downward API.
"""

from __future__ import annotations

import math
from fractions import Fraction

from slipcast.api.container import Container
from slipcast.api.env import ObjectFieldSelector, ResourceFieldSelector
from slipcast.api.metafields import metadata_field
from slipcast.api.pod import Pod
from slipcast.values.faults import InvalidFault
from slipcast.values.quantity import Quantity


def field(pod: Pod, selector: ObjectFieldSelector) -> str | None:
    """A field of a pod; None for one that cannot be told."""
    spec, status = pod.spec, pod.status
    fields = {
        "spec.nodeName": spec.node_name,
        "spec.serviceAccountName": spec.service_account_name,
        "status.hostIP": status.host_ip,
        "status.podIP": status.pod_ip,
    }
    path = selector.field_path
    return fields[path] if path in fields else metadata_field(pod.metadata, path)


def amount(pod: Pod, own: Container | None, selector: ResourceFieldSelector) -> str | None:
    """A limit or request of a container, in the unit that is asked for; None: it cannot be told.

    Shape:  own is the container that asks, which may say another's name; nothing is limited to 0.
    """
    name = selector.container_name
    every = (*pod.spec.init_containers, *pod.spec.containers)
    container = next((each for each in every if each.name == name), None) if name else own
    which, _, resource = selector.resource.partition(".")
    if container is None or which not in {"limits", "requests"}:
        return None
    resources = container.resources
    amounts = resources.limits if which == "limits" else resources.requests
    try:
        unit = Quantity.parse(str(selector.divisor or "1")).amount or Fraction(1)
        found = Quantity.parse(str(amounts.get(resource, "0"))).amount
    except InvalidFault:
        return None
    return str(math.ceil(found / unit))
