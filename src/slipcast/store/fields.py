"""THE TABLE of fields by which objects can be selected.

Every kind knows metadata.name and metadata.namespace; OpenShift's kinds know `name` for the former
on the legacy paths, where their clients say it.

Source: BA-7; the field label conversions of Kubernetes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind, by_plural
from slipcast.values.apifaults import BadRequest
from slipcast.values.selector import FieldRequirement, FieldSelector

Path = tuple[str, ...]

NAME: Final = "metadata.name"
NAMESPACE: Final = "metadata.namespace"

_POD_NAME: Final = ("metadata", "annotations", "openshift.io/build.pod-name")
_INVOLVED: Final = (
    *("apiVersion", "fieldPath", "kind", "name", "namespace", "resourceVersion", "uid"),
)

_OF_TOKENS: Final[Mapping[str, Path]] = {
    field: (field,) for field in ("clientName", "userName", "userUID", "authorizeToken")
}

FIELDS: Final[Mapping[tuple[str, str], Mapping[str, Path]]] = {
    ("build.openshift.io", "builds"): {
        "status": ("status", "phase"),
        "podName": _POD_NAME,
    },
    ("image.openshift.io", "imagestreams"): {
        "spec.dockerImageRepository": ("spec", "dockerImageRepository"),
        "status.dockerImageRepository": ("status", "dockerImageRepository"),
    },
    ("", "pods"): {
        "spec.nodeName": ("spec", "nodeName"),
        "spec.restartPolicy": ("spec", "restartPolicy"),
        "spec.schedulerName": ("spec", "schedulerName"),
        "spec.serviceAccountName": ("spec", "serviceAccountName"),
        "status.phase": ("status", "phase"),
        "status.podIP": ("status", "podIP"),
        "status.nominatedNodeName": ("status", "nominatedNodeName"),
    },
    ("", "events"): {
        **{f"involvedObject.{field}": ("involvedObject", field) for field in _INVOLVED},
        "reason": ("reason",),
        "reportingComponent": ("reportingComponent",),
        "source": ("source", "component"),
        "type": ("type",),
    },
    ("", "secrets"): {"type": ("type",)},
    ("", "namespaces"): {"status.phase": ("status", "phase"), "name": ("metadata", "name")},
    ("project.openshift.io", "projects"): {"status.phase": ("status", "phase")},
    ("", "services"): {
        "spec.clusterIP": ("spec", "clusterIP"),
        "spec.type": ("spec", "type"),
    },
    ("oauth.openshift.io", "oauthaccesstokens"): _OF_TOKENS,
    ("batch", "jobs"): {"status.successful": ("status", "succeeded")},
    ("route.openshift.io", "routes"): {
        "spec.host": ("spec", "host"),
        "spec.path": ("spec", "path"),
        "spec.to.name": ("spec", "to", "name"),
    },
}
"""THE TABLE: group and plural to the fields beyond the names, and where they stand."""

_EVERYWHERE: Final[Mapping[str, Path]] = {
    NAME: ("metadata", "name"),
    NAMESPACE: ("metadata", "namespace"),
}


@cache
def paths(kind: Kind) -> Mapping[str, Path]:
    """The fields of a kind, and where they stand."""
    assert by_plural(kind.group, kind.plural) is kind  # noqa: S101 -- the cache is bounded by it
    return {**_EVERYWHERE, **FIELDS.get((kind.group, kind.plural), {})}


def parsed(kind: Kind, text: str) -> FieldSelector:
    """The selector a text is for a kind, `name` taken as metadata.name where OpenShift does.

    Errors: BadRequest, for a field that the kind cannot be selected by too.
    """
    selector = FieldSelector.parse(text)
    known = paths(kind)
    requirements = []
    for requirement in selector.requirements:
        field = requirement.field
        if field == "name" and kind.legacy:
            field = NAME
        if field not in known:
            raise BadRequest(f"field label not supported: {field}")
        requirements.append(FieldRequirement(field, requirement.value, requirement.negated))
    return FieldSelector(tuple(requirements))


def values(kind: Kind, content: JSON) -> Mapping[str, str]:
    """The fields of an object that selectors may speak of."""
    return {field: _at(content, path) for field, path in paths(kind).items()}


def _at(content: JSON, path: Path) -> str:
    value: Any = content
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return "" if value is None else str(value)
