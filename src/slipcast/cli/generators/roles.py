"""Roles, and who has them.

Source: kubectl create role and rolebinding, tried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import KINDS
from slipcast.cli import resources
from slipcast.values.faults import UsageFault

API_VERSION: Final = f"{kinds.RBAC}/v1"


class Subjects(msgspec.Struct, frozen=True, kw_only=True):
    """Who is meant.

    Shape:  accounts are service accounts as `NAMESPACE:NAME`.
    """

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    @property
    def content(self) -> list[JSON]:
        """The subjects of a binding.

        Errors: UsageFault.
        """
        return [
            *(_person("User", name) for name in self.users),
            *(_person("Group", name) for name in self.groups),
            *(_account(text) for text in self.accounts),
        ]


def rules(
    verbs: Sequence[str], types: Sequence[str], names: Sequence[str], urls: Sequence[str] = ()
) -> list[JSON]:
    """The rules of a role: one for each group of resources, one for paths.

    Shape:  a type is `RESOURCE[.GROUP][/SUBRESOURCE]`.
    Errors: UsageFault.
    """
    if not verbs:
        raise UsageFault("at least one verb must be specified")
    if not types and not urls:
        raise UsageFault("at least one resource must be specified")
    verbs = ["*"] if "*" in verbs else list(dict.fromkeys(verbs))
    groups: dict[str, list[str]] = {}
    for text in dict.fromkeys(types):
        group, resource = served(text)
        groups.setdefault(group, []).append(resource)
    found: list[JSON] = [
        {"verbs": list(verbs), "apiGroups": [group], "resources": list(dict.fromkeys(some))}
        | ({"resourceNames": list(names)} if names else {})
        for group, some in groups.items()
    ]
    if urls:
        found.append({"verbs": list(verbs), "nonResourceURLs": list(urls)})
    return found


def served(text: str) -> tuple[str, str]:
    """Group and resource of `RESOURCE[.GROUP][/SUBRESOURCE]`.

    Errors: UsageFault for a type that is not served.
    """
    word, slash, below = text.partition("/")
    if word == "*":
        return "*", text
    kind = resources.kind_of(word)
    return kind.group, f"{kind.plural}{slash}{below}"


def role(name: str, some: list[JSON]) -> JSON:
    """A role of a namespace."""
    return {"apiVersion": API_VERSION, "kind": "Role", "metadata": {"name": name}, "rules": some}


def cluster_role(name: str, some: list[JSON], aggregated: Iterable[tuple[str, str]] = ()) -> JSON:
    """A role of the cluster; aggregated means of all roles with these labels."""
    head: JSON = {"apiVersion": API_VERSION, "kind": "ClusterRole", "metadata": {"name": name}}
    labels = dict(aggregated)
    if labels:
        selectors = [{"matchLabels": labels}]
        return {**head, "rules": None, "aggregationRule": {"clusterRoleSelectors": selectors}}
    return {**head, "rules": some}


def binding(name: str, subjects: list[JSON], *, cluster_role: str = "", role: str = "") -> JSON:
    """A role given in a namespace.

    Errors: UsageFault unless one role is named.
    """
    if bool(cluster_role) == bool(role):
        raise UsageFault("exactly one of clusterrole or role must be specified")
    kind = "ClusterRole" if cluster_role else "Role"
    return _bound("RoleBinding", name, subjects, kind, cluster_role or role)


def cluster_binding(name: str, subjects: list[JSON], cluster_role: str) -> JSON:
    """A role given everywhere."""
    return _bound("ClusterRoleBinding", name, subjects, "ClusterRole", cluster_role)


def is_known_verb(verb: str) -> bool:
    """Whether anything that is served knows the verb."""
    known = {each for kind in KINDS for each in kind.verbs}
    return verb in known | {"*", "use", "bind", "escalate", "impersonate", "approve", "sign"}


def _bound(kind: str, name: str, subjects: list[JSON], ref_kind: str, ref: str) -> JSON:
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": name},
        "subjects": subjects,
        "roleRef": {"apiGroup": kinds.RBAC, "kind": ref_kind, "name": ref},
    }


def _person(kind: str, name: str) -> JSON:
    return {"kind": kind, "apiGroup": kinds.RBAC, "name": name}


def _account(text: str) -> JSON:
    namespace, colon, name = text.partition(":")
    if not colon or not namespace or not name:
        raise UsageFault("serviceaccount must be <namespace>:<name>")
    return {"kind": "ServiceAccount", "namespace": namespace, "name": name}
