"""What every installation begins with: its namespaces, cluster roles and the bindings of them.

Made at every start, so that a newer release brings its newer roles; what an administrator has taken
out of our care (annotation rbac.authorization.kubernetes.io/autoupdate: "false") is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from slipcast.access.bootstrap import BUILT_IN, ROLES, shared_binding
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.ports.api import Api, Resource, WriteOptions
from slipcast.store import offers
from slipcast.values.apifaults import AlreadyExists, NotFound

NAMESPACES: Final = ("default", "kube-system", "openshift", "openshift-infra")
_BY_US: Final = WriteOptions(manager="slipcast")


async def prepare(api: Api, shared: Sequence[JSON] = ()) -> None:
    """Make what is not there yet, and bring the roles up to date.

    Shape:  api is of an actor who may do everything; shared are streams of the namespace that
            everybody may use.
    """
    role = kinds.require(kinds.RBAC, "ClusterRole")
    binding = kinds.require(kinds.RBAC, "ClusterRoleBinding")
    for each in ROLES:
        await _keep(api, role, each.document, "rules")
        if each.binding is not None:
            await _keep(api, binding, each.binding, "subjects")
    for name in NAMESPACES:
        await _make(api, kinds.require("", "Namespace"), {"metadata": {"name": name}})
    await _make(api, kinds.require(kinds.RBAC, "RoleBinding"), shared_binding())
    if shared:
        await offers.offer(api, shared)


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
