"""Roles and bindings in two forms: that of Kubernetes, in which they are kept, and OpenShift's.

Bindings of OpenShift's form say who in two ways, as names and as subjects. Of a new one the names
count where there are any; of one that is changed, what was changed counts.

Source: authorization.openshift.io/v1, as OpenShift 3.7 keeps its objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.api.kinds import RBAC
from slipcast.values.causes import Cause, invalid
from slipcast.values.patch import same

BINDINGS: Final = frozenset({"RoleBinding", "ClusterRoleBinding"})
ACCOUNT: Final = "system:serviceaccount:"
_NAMES: Final = ("userNames", "groupNames")
_SYSTEM: Final = {"SystemUser": "User", "SystemGroup": "Group"}
_KEPT: Final = ("rules", "aggregationRule")


def kept(kind: str, content: JSON, before: JSON | None = None) -> JSON:
    """An object of OpenShift's form in that of Kubernetes.

    Shape:  kind is the name, which is the same in both; before is what is replaced, in OpenShift's
            form.
    """
    if kind in BINDINGS:
        said = _bound(content, before)
    else:
        said = {field: content[field] for field in _KEPT if content.get(field) is not None}
        said["rules"] = [each for rule in _some(content.get("rules")) for each in _rules(rule)]
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": kind,
        "metadata": content["metadata"],
        **said,
    }


def shown(kind: str, content: JSON) -> JSON:
    """An object as it is kept in OpenShift's form: without managed fields, which name others."""
    metadata = {
        field: value for field, value in content["metadata"].items() if field != "managedFields"
    }
    if kind in BINDINGS:
        return {"metadata": metadata, **_told(metadata.get("namespace", ""), content)}
    said = {field: content[field] for field in _KEPT if content.get(field) is not None}
    said["rules"] = [rule_shown(rule) for rule in _some(content.get("rules"))]
    return {"metadata": metadata, **said}


def wrong(kind: str, content: JSON) -> tuple[Cause, ...]:
    """What of OpenShift's form cannot be said in that of Kubernetes."""
    if kind not in BINDINGS:
        return tuple(_restricted(_some(content.get("rules"))))
    namespace = (content.get("roleRef") or {}).get("namespace") or ""
    if namespace in {"", content["metadata"].get("namespace", "")}:
        return ()
    what = "must be the namespace of the binding, or empty for a role of the cluster"
    return (invalid("roleRef.namespace", namespace, what),)


def user_of(name: str, namespace: str) -> str:
    """A service account as the user that it is."""
    return f"{ACCOUNT}{namespace}:{name}"


def rule_shown(rule: JSON) -> JSON:
    """A rule as it is kept in OpenShift's form."""
    found: JSON = {
        "verbs": list(rule.get("verbs") or ()),
        "apiGroups": rule.get("apiGroups"),
        "resources": list(rule.get("resources") or ()),
    }
    also = ("resourceNames", "nonResourceURLs")
    return found | {field: list(rule[field]) for field in also if rule.get(field)}


def _some(values: Any) -> list[Any]:
    """A list as it is kept: nothing in it is null."""
    return [each for each in values or () if each is not None]


def _restricted(rules: Iterable[JSON]) -> Iterator[Cause]:
    for number, rule in enumerate(rules):
        restrictions = rule.get("attributeRestrictions")
        if restrictions is not None:
            path = f"rules[{number}].attributeRestrictions"
            yield invalid(path, restrictions, "rules can no longer be restricted by attributes")


def _rules(rule: JSON) -> Iterator[JSON]:
    """A rule as one on resources, one on paths, or both: Kubernetes' are one of them."""
    verbs = _some(rule.get("verbs"))
    resources, paths = rule.get("resources"), rule.get("nonResourceURLs")
    if resources or not paths:
        found: JSON = {
            "verbs": verbs,
            # So the original filled it in.
            "apiGroups": _some(rule.get("apiGroups")) or [""],
            "resources": _some(resources),
        }
        names = rule.get("resourceNames")
        # What is null here stays: a rule without names would be about every object.
        yield found | ({"resourceNames": list(names)} if names else {})
    if paths:
        yield {"verbs": verbs, "nonResourceURLs": _some(paths)}


def _bound(content: JSON, before: JSON | None) -> JSON:
    namespace = content["metadata"].get("namespace", "")
    return {
        "roleRef": _reference(content.get("roleRef") or {}),
        "subjects": [_person(each, namespace) for each in _meant(content, before)],
    }


def _reference(ref: JSON) -> JSON:
    """A role of the cluster, unless it is said otherwise."""
    inside = bool(ref.get("namespace")) or ref.get("kind") == "Role"
    kind = "Role" if inside else "ClusterRole"
    return {"apiGroup": RBAC, "kind": kind, "name": ref.get("name") or ""}


def _meant(content: JSON, before: JSON | None) -> list[JSON]:
    """Who a binding says has the role, as subjects."""
    named = any(content.get(field) is not None for field in _NAMES)
    if not named or (before is not None and _says_same_names(content, before)):
        return _some(content.get("subjects"))
    return [
        *(_of_user(name) for name in _some(content.get("userNames"))),
        *({"kind": "Group", "name": name} for name in _some(content.get("groupNames"))),
    ]


def _says_same_names(content: JSON, before: JSON) -> bool:
    return all(same(content.get(field) or [], before.get(field) or []) for field in _NAMES)


def _of_user(name: str) -> JSON:
    namespace, colon, account = name.removeprefix(ACCOUNT).partition(":")
    if name.startswith(ACCOUNT) and colon:
        return {"kind": "ServiceAccount", "namespace": namespace, "name": account}
    return {"kind": "User", "name": name}


def _person(each: JSON, namespace: str) -> JSON:
    """A subject in Kubernetes' form."""
    kind, name = str(each.get("kind") or ""), str(each.get("name") or "")
    kind = _SYSTEM.get(kind, kind)
    found = _of_user(name) if kind == "User" else {"kind": kind, "name": name}
    if found["kind"] == "ServiceAccount":
        return {"namespace": each.get("namespace") or namespace, **found}
    return {"apiGroup": RBAC, **found}


def _told(namespace: str, content: JSON) -> JSON:
    subjects = [each for each in _some(content.get("subjects")) if isinstance(each, dict)]
    ref: dict[str, Any] = content.get("roleRef") or {}
    of_role = {"namespace": namespace} if ref.get("kind") == "Role" else {}
    users = [
        user_of(str(each.get("name")), str(each.get("namespace") or namespace))
        if each.get("kind") == "ServiceAccount"
        else str(each.get("name"))
        for each in subjects
        if each.get("kind") in {"ServiceAccount", "User"}
    ]
    groups = [str(each.get("name")) for each in subjects if each.get("kind") == "Group"]
    return {
        # Nobody is null, as the original had it: an empty list would count over subjects.
        "userNames": users or None,
        "groupNames": groups or None,
        "subjects": [_shown_subject(each) for each in subjects],
        "roleRef": {**of_role, "name": ref.get("name", "")},
    }


def _shown_subject(each: JSON) -> JSON:
    kind, name = str(each.get("kind", "")), str(each.get("name", ""))
    if kind == "ServiceAccount":
        return {field: each[field] for field in ("kind", "namespace", "name") if field in each}
    is_system = kind in {"User", "Group"} and ":" in name
    return {"kind": f"System{kind}" if is_system else kind, "name": name}
