"""What every namespace and every service account begins with.

A namespace gets its service accounts and the bindings that let them work; a service account gets
its credentials. Done when they are created, and once more by whoever looks after namespaces, so
that a crash in between leaves nothing out.

Source: the namespace and service account controllers of OpenShift 3.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from slipcast.access.bootstrap import SERVICE_ACCOUNTS, namespace_bindings
from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.ports.api import Resource, WriteOptions
from slipcast.store.writing import Writing
from slipcast.values.apifaults import AlreadyExists, ApiFault, Forbidden, NotFound

ACCOUNT: Final = kinds.require("", "ServiceAccount")
SECRET: Final = kinds.require("", "Secret")
BINDING: Final = kinds.require(kinds.RBAC, "RoleBinding")

TOKEN: Final = "kubernetes.io/service-account-token"  # noqa: S105 -- the name of a type
_PULL: Final = frozenset({"kubernetes.io/dockercfg", "kubernetes.io/dockerconfigjson"})
_WRITE: Final = WriteOptions()


class Issuer(Protocol):
    """Makes what service accounts prove themselves with."""

    def credentials(self, namespace: str, name: str, uid: str) -> Sequence[JSON]:
        """The Secrets of a new service account, as objects with a name or a generateName.

        Shape:  those of a registry type become its imagePullSecrets too.
        """
        ...


class NoIssuer:
    """Service accounts without credentials: tokens are asked for when they are needed."""

    def credentials(self, namespace: str, name: str, uid: str) -> Sequence[JSON]:  # noqa: ARG002
        """None."""
        return ()


class Furnishing:
    """Puts into namespaces and service accounts what they begin with."""

    def __init__(self, writing: Writing, issuer: Issuer) -> None:
        self._writing = writing
        self._issuer = issuer

    async def created(self, document: Document) -> None:
        """Furnish what was created, if it is something to be furnished."""
        if document.kind.name == "Namespace":
            await self.namespace(document.names.name)
        elif document.kind is ACCOUNT:
            await self.account(document)

    async def namespace(self, name: str) -> None:
        """Service accounts and bindings of a namespace; those that are there stay as they are."""
        for account in SERVICE_ACCOUNTS:
            document = await self._add(Resource(ACCOUNT, name), {"metadata": {"name": account}})
            if document is not None:
                await self.account(document)
        for binding in namespace_bindings(name):
            await self._add(Resource(BINDING, name), binding)

    async def account(self, document: Document) -> None:
        """Credentials of a service account, unless it has some."""
        content, names = document.content, document.names
        if content.get("secrets"):
            return
        secrets = [{**each} for each in content.get("secrets") or ()]
        pulls = [{**each} for each in content.get("imagePullSecrets") or ()]
        for secret in self._issuer.credentials(names.namespace, names.name, names.uid):
            added = await self._add(Resource(SECRET, names.namespace), secret)
            if added is not None:
                reference = {"name": added.names.name}
                secrets.append(reference)
                pulls += [reference] if secret.get("type") in _PULL else []
        if secrets:
            changed = {**content, "secrets": secrets, "imagePullSecrets": pulls}
            await self._replace(Resource(ACCOUNT, names.namespace, names.name), changed)

    async def _add(self, resource: Resource, content: JSON) -> Document | None:
        """The object that was added; None when it is there, or its namespace is going."""
        try:
            return (await self._writing.create(resource, content, _WRITE)).document
        except (AlreadyExists, Forbidden, NotFound):
            return None

    async def _replace(self, resource: Resource, content: JSON) -> None:
        try:
            await self._writing.update(resource, content, _WRITE)
        except ApiFault:
            # Somebody was faster; whoever looks after namespaces comes by again.
            return
