"""Discovery: what is served, told from THE TABLE of kinds.

Pure. Lists of groups and resources, in the old form and in the aggregated one, at the paths of
Kubernetes and at the legacy ones.

Source: Kubernetes API concepts: discovery API.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from slipcast import __version__
from slipcast.api import kinds
from slipcast.api.kinds import KINDS, Kind, Subresource
from slipcast.values.apifaults import NotServed

JSON = dict[str, Any]
LEGACY = "oapi"
NAMED_GROUPS = tuple(group for group in kinds.groups() if group)


def version() -> JSON:
    """What `/version` answers: the API of Kubernetes that clients may expect, and who we are."""
    return {
        "major": "1",
        "minor": "32",
        "gitVersion": f"v1.32.0+slipcast-{__version__}",
        "gitCommit": "",
        "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "",
        "platform": "linux",
    }


def openshift_version() -> JSON:
    """What `/version/openshift` answers: the contract we keep."""
    return {
        "major": "3",
        "minor": "5",
        "gitCommit": "",
        "gitVersion": f"v3.5.0+slipcast-{__version__}",
        "buildDate": "",
    }


def versions(prefix: str, address: str) -> JSON:
    """What `/api` and `/oapi` answer."""
    clients = [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}]
    found: JSON = {"kind": "APIVersions", "versions": ["v1"]}
    return found if prefix == LEGACY else found | {"serverAddressByClientCIDRs": clients}


def group_list() -> JSON:
    """What `/apis` answers."""
    return {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [_group(name) for name in NAMED_GROUPS],
    }


def group(name: str) -> JSON:
    """What `/apis/GROUP` answers.

    Errors: NotServed.
    """
    if name not in NAMED_GROUPS:
        raise NotServed
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name)}


def _group(name: str) -> JSON:
    versions = [
        {"groupVersion": f"{name}/{version}", "version": version}
        for version in dict.fromkeys(kind.version for kind in KINDS if kind.group == name)
    ]
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def resource_list(group_name: str, group_version: str) -> JSON:
    """What `/apis/GROUP/VERSION` and `/api/v1` answer.

    Errors: NotServed.
    """
    found = [kind for kind in KINDS if (kind.group, kind.version) == (group_name, group_version)]
    if not found:
        raise NotServed
    named = f"{group_name}/{group_version}" if group_name else group_version
    return _resource_list(named, found)


def legacy_resource_list() -> JSON:
    """What `/oapi/v1` answers."""
    return _resource_list("v1", [kind for kind in KINDS if kind.legacy], legacy=True)


def _resource_list(named: str, found: Iterable[Kind], *, legacy: bool = False) -> JSON:
    resources = [row for kind in found for row in _rows(kind, legacy=legacy)]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": named,
        "resources": sorted(resources, key=lambda row: str(row["name"])),
    }


def _rows(kind: Kind, *, legacy: bool) -> Iterable[JSON]:
    row: JSON = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.name,
        "verbs": list(kind.verbs),
    }
    if kind.short:
        row["shortNames"] = list(kind.short)
    if kind.categories:
        row["categories"] = list(kind.categories)
    yield row
    for below in kind.subresources:
        yield _row_below(kind, below, legacy=legacy)


def _row_below(kind: Kind, below: Subresource, *, legacy: bool) -> JSON:
    row: JSON = {
        "name": f"{kind.plural}/{below.name}",
        "singularName": "",
        "namespaced": kind.namespaced,
        "kind": below.kind or kind.name,
        "verbs": list(below.verbs),
    }
    if legacy and below.older:
        older_group, _, older_version = below.older.rpartition("/")
        row |= {"group": older_group, "version": older_version}
    elif below.kind and below.group != kind.group:
        row |= {"group": below.group, "version": below.version}
    return row


def aggregated(prefix: str, form_version: str) -> JSON:
    """What `/api` and `/apis` answer to those who want everything at once."""
    names = ("",) if prefix == "api" else NAMED_GROUPS
    items = []
    for name in names:
        members = [kind for kind in KINDS if kind.group == name]
        found = {
            "version": "v1",
            "resources": [_aggregated(kind) for kind in members],
            "freshness": "Current",
        }
        metadata = {"name": name, "creationTimestamp": None} if name else {}
        items.append({"metadata": metadata, "versions": [found]})
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": f"apidiscovery.k8s.io/{form_version}",
        "metadata": {},
        "items": items,
    }


def _aggregated(kind: Kind) -> JSON:
    row: JSON = {
        "resource": kind.plural,
        "responseKind": _kind(kind.group, kind.version, kind.name),
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": list(kind.verbs),
    }
    if kind.short:
        row["shortNames"] = list(kind.short)
    if kind.categories:
        row["categories"] = list(kind.categories)
    if kind.subresources:
        row["subresources"] = [
            {
                "subresource": below.name,
                "responseKind": _kind(
                    below.group if below.kind else kind.group,
                    below.version or kind.version,
                    below.kind or kind.name,
                ),
                "verbs": list(below.verbs),
            }
            for below in kind.subresources
        ]
    return row


def _kind(group_name: str, kind_version: str, name: str) -> JSON:
    return {"group": group_name, "version": kind_version, "kind": name}


@cache
def paths() -> tuple[str, ...]:
    """What `/` answers: every path that leads somewhere."""
    found = {"/api", "/api/v1", "/apis", "/oapi", "/oapi/v1"}
    for name in NAMED_GROUPS:
        found |= {f"/apis/{name}", f"/apis/{name}/v1"}
    found |= {"/healthz", "/healthz/ping", "/healthz/ready", "/livez", "/readyz", "/metrics"}
    found |= {"/openapi/v2", "/openapi/v3", "/swaggerapi/", "/version", "/version/openshift"}
    return tuple(sorted(found))


def encoded(document: JSON) -> bytes:
    """A discovery document as JSON."""
    return msgspec.json.encode(document)
