"""Kubeconfig documents: clusters, users and the contexts that join them.

Pure functions over a document as the file has it, so that what we do not know in it stays.

Source: Kubernetes' kubeconfig (v1 Config) reference.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON

EMPTY: Final[Mapping[str, Any]] = {
    "apiVersion": "v1",
    "kind": "Config",
    "preferences": {},
    "clusters": [],
    "users": [],
    "contexts": [],
    "current-context": "",
}


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """The way to a server: all that one context says.

    Shape:  authority, certificate and key as PEM; a path of a file instead where the document says
            so (`..._file`). namespace empty means `default`.
    """

    context: str = ""
    server: str = ""
    namespace: str = ""
    authority: bytes = b""
    authority_file: str = ""
    insecure: bool = False
    user: str = ""
    token: str = ""
    token_file: str = ""
    username: str = ""
    password: str = ""
    certificate: bytes = b""
    certificate_file: str = ""
    key: bytes = b""
    key_file: str = ""
    impersonate: str = ""
    impersonate_groups: tuple[str, ...] = ()
    server_name: str = ""


def access(config: JSON, context: str = "") -> Access | None:
    """The way that a context says, by default the current one; None when there is none."""
    name = context or config.get("current-context") or ""
    joined = _named(config, "contexts", "context", name)
    if joined is None:
        return None
    cluster = _named(config, "clusters", "cluster", str(joined.get("cluster", ""))) or {}
    user = _named(config, "users", "user", str(joined.get("user", ""))) or {}
    return Access(
        context=name,
        server=_text(cluster, "server"),
        namespace=_text(joined, "namespace"),
        authority=_data(cluster, "certificate-authority-data"),
        authority_file=_text(cluster, "certificate-authority"),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
        server_name=_text(cluster, "tls-server-name"),
        user=_text(joined, "user"),
        token=_text(user, "token"),
        token_file=_text(user, "tokenFile"),
        username=_text(user, "username"),
        password=_text(user, "password"),
        certificate=_data(user, "client-certificate-data"),
        certificate_file=_text(user, "client-certificate"),
        key=_data(user, "client-key-data"),
        key_file=_text(user, "client-key"),
        impersonate=_text(user, "as"),
        impersonate_groups=tuple(user.get("as-groups") or ()),
    )


def contexts(config: JSON) -> tuple[str, ...]:
    """The names of the contexts, in the document's order."""
    return tuple(str(each.get("name", "")) for each in config.get("contexts") or ())


def with_access(config: JSON, way: Access, *, cluster: str, user: str) -> JSON:
    """The document with a way in it, under these names; it becomes current when none is."""
    held: JSON = {"server": way.server}
    if way.authority:
        held["certificate-authority-data"] = _coded(way.authority)
    if way.insecure:
        held["insecure-skip-tls-verify"] = True
    changed = _with(config, "clusters", "cluster", cluster, held)
    changed = _with(changed, "users", "user", user, _credentials(way))
    joined: JSON = {"cluster": cluster, "user": user}
    if way.namespace:
        joined["namespace"] = way.namespace
    changed = _with(changed, "contexts", "context", way.context, joined)
    if not changed.get("current-context"):
        changed["current-context"] = way.context
    return changed


def with_current(config: JSON, context: str) -> JSON:
    """The document with another current context."""
    return {**EMPTY, **config, "current-context": context}


def joined(config: JSON, context: str) -> JSON | None:
    """What a context joins: cluster, user, namespace; None when there is no such context."""
    return _named(config, "contexts", "context", context)


def with_context(config: JSON, context: str, joins: JSON) -> JSON:
    """The document with a context that joins cluster, user and namespace."""
    return _with(config, "contexts", "context", context, joins)


def without_context(config: JSON, context: str) -> JSON:
    """The document without a context; what it joined stays."""
    rest = [each for each in config.get("contexts") or () if each.get("name") != context]
    return {**EMPTY, **config, "contexts": rest}


def without_token(config: JSON, user: str) -> JSON:
    """The document without what lets a user in again."""
    held = dict(_named(config, "users", "user", user) or {})
    held.pop("token", None)
    return _with(config, "users", "user", user, held)


def merged(configs: list[JSON]) -> JSON:
    """Several files as one: the first entry of a name, and the first current context, count."""
    result: JSON = {**EMPTY}
    for config in configs:
        for section in ("clusters", "users", "contexts"):
            known = {each["name"] for each in result[section]}
            added = [each for each in config.get(section) or () if each.get("name") not in known]
            result[section] = [*result[section], *added]
        result["current-context"] = result["current-context"] or config.get("current-context", "")
    return result


def _credentials(way: Access) -> JSON:
    held: JSON = {}
    if way.token:
        held["token"] = way.token
    if way.certificate:
        held["client-certificate-data"] = _coded(way.certificate)
        held["client-key-data"] = _coded(way.key)
    if way.username:
        held |= {"username": way.username, "password": way.password}
    return held


def _named(config: JSON, section: str, inner: str, name: str) -> JSON | None:
    for each in config.get(section) or ():
        if isinstance(each, dict) and each.get("name") == name:
            found = each.get(inner)
            return found if isinstance(found, dict) else {}
    return None


def _with(config: JSON, section: str, inner: str, name: str, held: JSON) -> JSON:
    rest = [each for each in config.get(section) or () if each.get("name") != name]
    return {**EMPTY, **config, section: [*rest, {"name": name, inner: held}]}


def _text(holder: JSON, field: str) -> str:
    value = holder.get(field)
    return value if isinstance(value, str) else ""


def _data(holder: JSON, field: str) -> bytes:
    try:
        return base64.b64decode(_text(holder, field), validate=True)
    except ValueError:
        return b""


def _coded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
