"""What every installation begins with: its namespaces, cluster roles and the bindings of them.

Made at every start, so that a newer release brings its newer roles; what an administrator has taken
out of our care (annotation rbac.authorization.kubernetes.io/autoupdate: "false") is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from slipcast.access.bootstrap import BUILT_IN, ROLES, SHARED, shared_binding
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.ports.api import Api, Resource, WriteOptions
from slipcast.values.apifaults import AlreadyExists, NotFound

NAMESPACES: Final = ("default", "kube-system", "openshift", "openshift-infra")
OFFERED: Final = "slipcast.dev/offered"
"""Says of the shared namespace that it has what it begins with."""
_BY_US: Final = WriteOptions(manager="slipcast")


async def prepare(api: Api, shared: Sequence[JSON] = ()) -> None:
    """Make what is not there yet, and bring the roles up to date.

    Shape:  api is of an actor who may do everything; shared are objects of the namespace that
            everybody may use. They are made once: who removes one does not get it again.
    """
    role = kinds.require(kinds.RBAC, "ClusterRole")
    binding = kinds.require(kinds.RBAC, "ClusterRoleBinding")
    for each in ROLES:
        await _keep(api, role, each.document, "rules")
        if each.binding is not None:
            await _keep(api, binding, each.binding, "subjects")
    for name in NAMESPACES:
        await _make(api, kinds.require("", "Namespace"), {"metadata": {"name": name}})
    await _share(api, shared)


async def _share(api: Api, shared: Sequence[JSON]) -> None:
    """Let everybody use the shared namespace, and put objects into it, the first time."""
    await _make(api, kinds.require(kinds.RBAC, "RoleBinding"), shared_binding())
    space = Resource(kinds.require("", "Namespace"), "", SHARED)
    held = (await api.get(space)).content
    annotations = held["metadata"].get("annotations") or {}
    if not shared or annotations.get(OFFERED):
        return
    for each in shared:
        kind = kinds.of(each["apiVersion"], each["kind"])
        if kind is not None:
            await _make(api, kind, {**each, "metadata": {**each["metadata"], "namespace": SHARED}})
    metadata = {**held["metadata"], "annotations": {**annotations, OFFERED: "true"}}
    await api.update(space, {**held, "metadata": metadata}, _BY_US)


async def _make(api: Api, kind: Kind, content: dict[str, Any]) -> None:
    namespace = content["metadata"].get("namespace", "")
    try:
        await api.get(Resource(kind, namespace, content["metadata"]["name"]))
    except NotFound:
        try:
            await api.create(Resource(kind, namespace), content, _BY_US)
        except AlreadyExists:
            return


async def _keep(api: Api, kind: Kind, wanted: dict[str, Any], field: str) -> None:
    """Make an object, or give it our newest word on one field."""
    resource = Resource(kind, "", wanted["metadata"]["name"])
    try:
        held = (await api.get(resource)).content
    except NotFound:
        await _make(api, kind, wanted)
        return
    kept = (held["metadata"].get("annotations") or {}).get(BUILT_IN, "true") == "true"
    if kept and held.get(field) != wanted[field]:
        await api.update(resource, {**held, field: wanted[field]}, _BY_US)
