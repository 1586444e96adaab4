"""What every namespace and every service account begins with.

A namespace gets its service accounts and the bindings that let them work; a service account gets
its credentials. Done when they are created, and once more by whoever looks after namespaces, so
that a crash in between leaves nothing out.

Source: the namespace and service account controllers of OpenShift 3.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from slipcast.access.bootstrap import SERVICE_ACCOUNTS, namespace_bindings
from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.ports.api import Resource, WriteOptions
from slipcast.ports.issuer import Account, Issuer, Wanted
from slipcast.store.rows import Rows
from slipcast.store.writing import Writing
from slipcast.values.apifaults import AlreadyExists, ApiFault, Forbidden, NotFound, NotServed

ACCOUNT: Final = kinds.require("", "ServiceAccount")
SECRET: Final = kinds.require("", "Secret")
BINDING: Final = kinds.require(kinds.RBAC, "RoleBinding")

TOKEN: Final = "kubernetes.io/service-account-token"  # noqa: S105 -- the name of a type
_PULL: Final = frozenset({"kubernetes.io/dockercfg", "kubernetes.io/dockerconfigjson"})
_WRITE: Final = WriteOptions()
_PREFIX: Final = 58
"""Letters that are left of a long name before its random suffix."""

ACCOUNT_NAME: Final = "kubernetes.io/service-account.name"
ACCOUNT_UID: Final = "kubernetes.io/service-account.uid"
TRIES: Final = 3
"""How often the list of an account's secrets is written anew when somebody was faster."""


class NoIssuer:
    """Service accounts without credentials, and no tokens."""

    audience = ""

    def credentials(self, account: Account) -> Sequence[JSON]:  # noqa: ARG002 -- an Issuer
        """None."""
        return ()

    def completed(self, secret: JSON, account: Account) -> JSON:  # noqa: ARG002
        """As it is."""
        return secret

    def readdressed(self, secret: JSON) -> JSON:
        """As it is."""
        return secret

    def token(self, wanted: Wanted) -> str:  # noqa: ARG002
        """There are none."""
        raise NotServed


class Furnishing:
    """Puts into namespaces and service accounts what they begin with."""

    def __init__(self, rows: Rows, writing: Writing, issuer: Issuer) -> None:
        self._rows = rows
        self._writing = writing
        self._issuer = issuer
        self._busy: set[str] = set()
        """Uids of accounts that are being furnished: several may come by at once."""

    async def created(self, document: Document) -> None:
        """Furnish what was created, if it is something to be furnished."""
        if document.kind.name == "Namespace":
            await self.namespace(document.names.name)
        elif document.kind is ACCOUNT:
            await self.account(document)
        elif document.kind is SECRET:
            await self.secret(document)

    async def namespace(self, name: str) -> None:
        """Service accounts and bindings of a namespace; those that are there stay as they are."""
        for account in SERVICE_ACCOUNTS:
            await self.usual_account(name, account)
        for binding in namespace_bindings(name):
            if await self._rows.get(BINDING, name, binding["metadata"]["name"]) is None:
                await self._add(Resource(BINDING, name), binding)

    async def usual_account(self, namespace: str, name: str) -> None:
        """An account that every namespace has."""
        found = await self._rows.get(ACCOUNT, namespace, name)
        if found is None:
            found = await self._add(Resource(ACCOUNT, namespace), {"metadata": {"name": name}})
        if found is not None:
            await self.account(found)

    async def account(self, document: Document) -> None:
        """Credentials of a service account, unless it has some."""
        if not _has_credentials(document.names.name, document.content):
            await self.anew(document, unless_there=True)

    async def anew(self, document: Document, *, unless_there: bool = False) -> None:
        """New credentials of a service account."""
        names = document.names
        if names.uid in self._busy:
            return
        self._busy.add(names.uid)
        try:
            found = await self._rows.get(ACCOUNT, names.namespace, names.name)
            has_some = found is not None and _has_credentials(names.name, found.content)
            if found is not None and not (has_some and unless_there):
                await self._furnish(found)
        finally:
            self._busy.discard(names.uid)

    async def _furnish(self, document: Document) -> None:
        names = document.names
        secrets: list[JSON] = []
        pulls: list[JSON] = []
        for secret in self._issuer.credentials(Account(names.namespace, names.name, names.uid)):
            added = await self._add(Resource(SECRET, names.namespace), secret)
            if added is not None:
                reference = {"name": added.names.name}
                secrets.append(reference)
                pulls += [reference] if secret.get("type") in _PULL else []
        if secrets:
            await self._list_credentials(document, secrets, pulls)

    async def secret(self, document: Document) -> None:
        """The token in a Secret that was made for one, if its account is there.

        Source: Kubernetes, manually create a long-lived API token for a ServiceAccount.
        """
        content, names = document.content, document.names
        if content.get("type") != TOKEN or (content.get("data") or {}).get("token"):
            return
        annotations = content["metadata"].get("annotations") or {}
        account = await self._rows.get(
            ACCOUNT, names.namespace, annotations.get(ACCOUNT_NAME) or "-"
        )
        wanted = annotations.get(ACCOUNT_UID)
        place = Resource(SECRET, names.namespace, names.name)
        if account is None or (wanted and wanted != account.names.uid):
            return
        who = Account(names.namespace, account.names.name, account.names.uid)
        await self._replace(place, self._issuer.completed(content, who))

    async def _list_credentials(
        self, document: Document, secrets: list[JSON], pulls: list[JSON]
    ) -> None:
        names = document.names
        place = Resource(ACCOUNT, names.namespace, names.name)
        for _ in range(TRIES):
            found = await self._rows.get(ACCOUNT, names.namespace, names.name)
            if found is None or found.names.uid != names.uid:
                return
            content = found.content
            changed = {
                **content,
                "secrets": [*(content.get("secrets") or ()), *secrets],
                "imagePullSecrets": [*(content.get("imagePullSecrets") or ()), *pulls],
            }
            if await self._replace(place, changed):
                return

    async def _add(self, resource: Resource, content: JSON) -> Document | None:
        """The object that was added; None when it is there, or its namespace is going."""
        try:
            return (await self._writing.create(resource, content, _WRITE)).document
        except (AlreadyExists, Forbidden, NotFound):
            return None

    async def _replace(self, resource: Resource, content: JSON) -> bool:
        """Whether nobody was faster; whoever looks after namespaces comes by again."""
        try:
            await self._writing.update(resource, content, _WRITE)
        except ApiFault:
            return False
        return True


def is_made_for(account: str, secret: str, suffix: str = "") -> bool:
    """Whether a secret has a name as those that are made for a service account.

    Shape:  suffix is `token` or `dockercfg`; empty means either.
    """
    suffixes = (suffix,) if suffix else ("token", "dockercfg")
    return secret.startswith(tuple(f"{account}-{each}-"[:_PREFIX] for each in suffixes))


def _has_credentials(name: str, account: JSON) -> bool:
    """Whether a service account lists a token or a registry secret that was made for it."""
    listed = [str(each.get("name", "")) for each in account.get("secrets") or ()]
    return any(is_made_for(name, each) for each in listed)
