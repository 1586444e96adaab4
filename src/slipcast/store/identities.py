"""Which User an Identity is: `useridentitymappings`, a view of identities.

Source: the API reference of user.openshift.io/v1.
"""

from __future__ import annotations

from typing import Final

from typing_extensions import override

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.ports.api import Resource
from slipcast.store.authorize import Guard
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual
from slipcast.values.apifaults import NotFound

IDENTITY: Final = kinds.require(kinds.USER, "Identity")
MAPPING: Final = kinds.require(kinds.USER, "UserIdentityMapping")


class Mappings(Virtual):
    """Identities with the User of each, where it has one."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    @override
    async def get(self, guard: Guard, resource: Resource) -> Document:
        """The mapping of an identity, by its name.

        Errors: Forbidden; NotFound also for an identity that is nobody's here.
        """
        await guard.check("get", resource)
        found = await self._verbs.rows.get(IDENTITY, "", resource.name)
        user = {} if found is None else found.content.get("user") or {}
        if found is None or not user.get("name"):
            raise NotFound(MAPPING.plural, MAPPING.group, resource.name)
        names = found.names
        content: JSON = {
            "metadata": {"name": names.name, "uid": names.uid},
            "identity": {"name": names.name, "uid": names.uid},
            "user": {field: user[field] for field in ("name", "uid") if user.get(field)},
        }
        return Document.of(MAPPING, content, found.revision)
