"""What a pod refers to in its namespace, looked up once each; and what of it is not there.

Everything that is missing is told at once, so that nobody has to find it out piece by piece.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from slipcast.api import kinds
from slipcast.api.core import ConfigMap, Secret, ServiceAccount
from slipcast.api.lens import read
from slipcast.ports.api import Api, Resource
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import PodFault

SECRET: Final = kinds.require(kinds.CORE, "Secret")
CONFIG_MAP: Final = kinds.require(kinds.CORE, "ConfigMap")
ACCOUNT: Final = kinds.require(kinds.CORE, "ServiceAccount")

UNCONFIGURED: Final = "CreateContainerConfigError"
"""Why a container waits that something is missing for."""

Data = Mapping[str, bytes]


class Lookup:
    """The Secrets and ConfigMaps of a namespace, as one pod needs them."""

    def __init__(self, api: Api, namespace: str) -> None:
        self.api = api
        self.namespace = namespace
        self._secrets: dict[str, Secret | None] = {}
        self._configs: dict[str, Data | None] = {}
        self._missing: dict[str, None] = {}
        self._hidden: dict[bytes, None] = {}

    async def secret(self, name: str, *, optional: bool = False) -> Data | None:
        """The data of a Secret; None: it is not there."""
        found = await self.secret_itself(name)
        if found is None and not optional:
            self.miss(f'secret "{name}" not found')
        return None if found is None else found.data

    async def secret_itself(self, name: str) -> Secret | None:
        """A Secret, which may be missing."""
        if name not in self._secrets:
            try:
                document = await self.api.get(Resource(SECRET, self.namespace, name))
                self._secrets[name] = read(document, Secret)
            except NotFound:
                self._secrets[name] = None
        return self._secrets[name]

    async def config_map(self, name: str, *, optional: bool = False) -> Data | None:
        """The data of a ConfigMap; None: it is not there."""
        if name not in self._configs:
            try:
                document = await self.api.get(Resource(CONFIG_MAP, self.namespace, name))
                found = read(document, ConfigMap)
                texts = {key: text.encode() for key, text in found.data.items()}
                self._configs[name] = {**texts, **found.binary_data}
            except NotFound:
                self._configs[name] = None
        if self._configs[name] is None and not optional:
            self.miss(f'configmap "{name}" not found')
        return self._configs[name]

    async def account(self, name: str) -> ServiceAccount | None:
        """A service account; None: it is not there, which is told."""
        try:
            return read(await self.api.get(Resource(ACCOUNT, self.namespace, name)), ServiceAccount)
        except NotFound:
            self.miss(f'serviceaccount "{name}" not found')
            return None

    def hide(self, value: bytes) -> None:
        """Remember that the pod is given a value which no log is to show."""
        self._hidden[value] = None

    @property
    def hidden(self) -> tuple[bytes, ...]:
        """What no log is to show."""
        return tuple(self._hidden)

    def miss(self, what: str) -> None:
        """Remember that something is not there."""
        self._missing[what] = None

    def check(self) -> None:
        """Nothing, when everything was there.

        Errors: PodFault, retryable, with all that is missing.
        """
        if self._missing:
            raise PodFault(
                "; ".join(self._missing),
                reason=UNCONFIGURED,
                hint="Create what is missing: the pod is started then.",
                retryable=True,
            )


def unfit(message: str) -> PodFault:
    """A pod that cannot be started as it is written, now or later."""
    return PodFault(message, reason="InvalidPodSpec")
