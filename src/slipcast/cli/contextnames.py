"""How contexts, clusters and users are called, as oc calls them; and what of them may be shown.

Source: oc login, oc project; kubectl config view, tried out.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from slipcast.api import kubeconfig
from slipcast.api.document import JSON
from slipcast.api.kubeconfig import Access

_PORTS: Final = {"https": 443, "http": 80}
_OMITTED: Final = ("certificate-authority-data", "client-certificate-data", "client-key-data")
_REDACTED: Final = ("token", "password")


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What a way to a server is called in a kubeconfig."""

    cluster: str
    user: str

    @classmethod
    def of(cls, server: str, user: str) -> Names:
        """`HOST:PORT`, its dots as dashes; and the user there."""
        parts = urlsplit(server)
        port = parts.port or _PORTS.get(parts.scheme, 443)
        cluster = f"{(parts.hostname or '').replace('.', '-')}:{port}"
        return cls(cluster=cluster, user=f"{user}/{cluster}")

    def context(self, namespace: str) -> str:
        """`NAMESPACE/CLUSTER/USER`."""
        return f"{namespace}/{self.cluster}/{self.user.partition('/')[0]}"


def logged_in(config: JSON, way: Access, user: str, namespace: str) -> JSON:
    """The document with a new way in it, which is the current one."""
    names = Names.of(way.server, user)
    context = names.context(namespace)
    kept = msgspec.structs.replace(way, context=context, namespace=namespace)
    changed = kubeconfig.with_access(config, kept, cluster=names.cluster, user=names.user)
    return kubeconfig.with_current(changed, context)


def in_project(config: JSON, context: str, namespace: str) -> JSON:
    """The document with the same way as that of a context, in another project."""
    joins = kubeconfig.joined(config, context) or {}
    cluster, user = str(joins.get("cluster", "")), str(joins.get("user", ""))
    name = f"{namespace}/{cluster}/{user.partition('/')[0]}"
    held = {"cluster": cluster, "user": user, "namespace": namespace}
    return kubeconfig.with_current(kubeconfig.with_context(config, name, held), name)


def minified(config: JSON, context: str) -> JSON:
    """The document with one context, and what it joins."""
    joins = kubeconfig.joined(config, context) or {}
    wanted = {"contexts": context, "clusters": joins.get("cluster"), "users": joins.get("user")}
    small = {**config, "current-context": context}
    for section, name in wanted.items():
        small[section] = [each for each in config.get(section) or () if each.get("name") == name]
    return small


def redacted(config: JSON) -> JSON:
    """The document without anything secret."""
    shown = dict(config)
    for section, inner in (("clusters", "cluster"), ("users", "user")):
        shown[section] = [
            {**each, inner: _hidden(each.get(inner) or {})} for each in config.get(section) or ()
        ]
    return shown


def _hidden(held: dict[str, Any]) -> dict[str, Any]:
    omitted = {field: "DATA+OMITTED" for field in _OMITTED if held.get(field)}
    return {**held, **omitted, **{field: "REDACTED" for field in _REDACTED if held.get(field)}}
