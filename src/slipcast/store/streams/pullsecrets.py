"""The logins that a namespace has for registries elsewhere: those of its docker secrets.

Source: image-streams.md IS-82.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.core import Secret
from slipcast.builds.credentials import logins as logins_of
from slipcast.ports.api import ListOptions, Resource
from slipcast.ports.distribution import Login
from slipcast.store.reading import Reading
from slipcast.store.typed import seen

SECRET: Final = kinds.require(kinds.CORE, "Secret")
EXCLUDED: Final = "openshift.io/image.excludeSecret"
"""The annotation of secrets that are not used for images elsewhere."""

_TYPE: Final = b"kubernetes.io/dockerc"


async def logins(reading: Reading, namespace: str) -> tuple[Login, ...]:
    """The logins of a namespace; what cannot be read is none.

    Errors: whatever reading them raises.
    """
    listing = await reading.list(Resource(SECRET, namespace), ListOptions())
    secrets: list[Secret] = [
        seen(SECRET, document) for document in listing.documents if _TYPE in document.body
    ]
    return tuple(
        Login(place=place, user=user, password=password, secret=secret.metadata.name)
        for secret in secrets
        if secret.metadata.annotations.get(EXCLUDED) != "true"
        for place, user, password in logins_of(secret)
    )
