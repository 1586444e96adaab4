"""Fields of a pod and amounts of its containers, as variables and files tell them to the pod. Pure.

Source: Kubernetes, the downward API.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import msgspec

from slipcast.api.container import Container
from slipcast.api.env import ObjectFieldSelector, ResourceFieldSelector
from slipcast.api.pod import Pod
from slipcast.values.faults import InvalidFault
from slipcast.values.quantity import Quantity

_SUBSCRIPT: Final = re.compile(r"metadata\.(labels|annotations)\['([^']*)'\]")


def field(pod: Pod, selector: ObjectFieldSelector) -> str | None:
    """A field of a pod; None for one that cannot be told."""
    metadata, spec, status = pod.metadata, pod.spec, pod.status
    match = _SUBSCRIPT.fullmatch(selector.field_path)
    if match is not None:
        words = metadata.labels if match[1] == "labels" else metadata.annotations
        return words.get(match[2], "")
    fields = {
        "metadata.name": metadata.name,
        "metadata.namespace": metadata.namespace,
        "metadata.uid": metadata.uid,
        "metadata.labels": _listed(metadata.labels),
        "metadata.annotations": _listed(metadata.annotations),
        "spec.nodeName": spec.node_name,
        "spec.serviceAccountName": spec.service_account_name,
        "status.hostIP": status.host_ip,
        "status.podIP": status.pod_ip,
    }
    return fields.get(selector.field_path)


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


def _listed(words: Mapping[str, str]) -> str:
    """Labels or annotations: `key="value"`, a line for each."""
    quoted = (f"{key}={msgspec.json.encode(words[key]).decode()}" for key in sorted(words))
    return "\n".join(quoted)
