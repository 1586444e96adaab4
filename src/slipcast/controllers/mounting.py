"""The files of a pod's volumes: of Secrets, ConfigMaps, tokens, and what the pod knows of itself.

Empty directories and paths of the host are for the runner to make.

Source: the API reference of core/v1, Volume.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import msgspec

from slipcast.api.pod import Pod
from slipcast.api.volumes import (
    DownwardAPIVolumeFile,
    KeyToPath,
    ServiceAccountTokenProjection,
    Volume,
    VolumeProjection,
)
from slipcast.controllers import podfields
from slipcast.controllers.lookup import Data, Lookup, unfit
from slipcast.ports.pods import MountedFile
from slipcast.values.sensitive import Sensitive

MODE: Final = 0o644
_PUBLIC: Final = frozenset({"ca.crt", "known_hosts", "namespace", "tls.crt", "username"})
"""Keys of Secrets whose values are none: logs may show them."""

Tokens = Callable[[str, int | None], Awaitable[str]]
"""A token of the pod's account, for an audience, for as many seconds; None: as is usual."""


class Mounting(msgspec.Struct, frozen=True, kw_only=True):
    """What the volumes of a pod are filled from."""

    lookup: Lookup
    pod: Pod
    token: Tokens

    async def files(self, volume: Volume) -> tuple[MountedFile, ...] | None:
        """The files of a volume; None: it is not made of files that we know.

        Errors: PodFault.
        """
        found: Iterable[MountedFile]
        if volume.secret is not None:
            secret = volume.secret
            data = await self.lookup.secret(secret.secret_name, optional=bool(secret.optional))
            told = f"Secret {self.lookup.namespace}/{secret.secret_name}"
            mode, optional = secret.default_mode, bool(secret.optional)
            self._hide(data, secret.items)
            found = self._entries(data, secret.items, mode, "" if optional else told)
        elif volume.config_map is not None:
            config = volume.config_map
            data = await self.lookup.config_map(config.name, optional=bool(config.optional))
            told = f"ConfigMap {self.lookup.namespace}/{config.name}"
            mode, optional = config.default_mode, bool(config.optional)
            found = self._entries(data, config.items, mode, "" if optional else told)
        elif volume.downward_api is not None:
            found = self._facts(volume.downward_api.items, volume.downward_api.default_mode)
        elif volume.projected is not None:
            found = await self._projected(volume.projected.sources, volume.projected.default_mode)
        else:
            return None
        # Of two files of one path the later counts.
        return tuple({_checked(each.path, volume.name): each for each in found}.values())

    async def _projected(
        self, sources: Sequence[VolumeProjection], mode: int | None
    ) -> tuple[MountedFile, ...]:
        found: list[MountedFile] = []
        for source in sources:
            found += await self._source(source, mode)
        return tuple(found)

    async def _source(self, source: VolumeProjection, mode: int | None) -> tuple[MountedFile, ...]:
        if source.downward_api is not None:
            return self._facts(source.downward_api.items, mode)
        if source.service_account_token is not None:
            return await self._token(source.service_account_token, mode)
        ref = source.secret or source.config_map
        if ref is None:
            raise unfit("a projected volume has a source that nobody here knows")
        optional = bool(ref.optional)
        if source.secret is not None:
            kind, data = "Secret", await self.lookup.secret(ref.name, optional=optional)
            self._hide(data, ref.items)
        else:
            kind, data = "ConfigMap", await self.lookup.config_map(ref.name, optional=optional)
        told = "" if optional else f"{kind} {self.lookup.namespace}/{ref.name}"
        return self._entries(data, ref.items, mode, told)

    async def _token(
        self, wanted: ServiceAccountTokenProjection, mode: int | None
    ) -> tuple[MountedFile, ...]:
        token = await self.token(wanted.audience, wanted.expiration_seconds)
        return (_file(wanted.path, token, mode),)

    def _entries(
        self, data: Data | None, items: Sequence[KeyToPath], mode: int | None, told: str
    ) -> tuple[MountedFile, ...]:
        """Entries as files; of those that are missing is told, unless told is empty."""
        if data is None:
            return ()
        if not items:
            return tuple(_file(key, text_of(data[key]), mode) for key in sorted(data))
        found: list[MountedFile] = []
        for item in items:
            if item.key in data:
                chosen = mode if item.mode is None else item.mode
                found.append(_file(item.path, text_of(data[item.key]), chosen))
            elif told:
                self.lookup.miss(f"couldn't find key {item.key} in {told}")
        return tuple(found)

    def _hide(self, data: Data | None, items: Sequence[KeyToPath]) -> None:
        """Have no log show what is mounted of a Secret, but for what is known of it anyway."""
        mounted = {item.key for item in items} or {*(data or ())}
        for key in mounted - _PUBLIC:
            if data is not None and key in data:
                self.lookup.hide(data[key])

    def _facts(
        self, items: Sequence[DownwardAPIVolumeFile], mode: int | None
    ) -> tuple[MountedFile, ...]:
        found: list[MountedFile] = []
        for item in items:
            value: str | None = None
            if item.field_ref is not None:
                value = podfields.field(self.pod, item.field_ref)
            elif item.resource_field_ref is not None:
                value = podfields.amount(self.pod, None, item.resource_field_ref)
            if value is None:
                raise unfit(f"the file {item.path} of a volume refers to nothing")
            found.append(_file(item.path, value, mode if item.mode is None else item.mode))
        return tuple(found)


def _file(path: str, content: str, mode: int | None) -> MountedFile:
    return MountedFile(path=path, content=Sensitive(content), mode=MODE if mode is None else mode)


def _checked(path: str, volume: str) -> str:
    """The path, which stays in its volume.

    Errors: PodFault.
    """
    parts = path.split("/")
    if path.startswith("/") or "\0" in path or not {"", ".", ".."}.isdisjoint(parts):
        raise unfit(f"the path {path!r} leads out of volume {volume}")
    return path


def text_of(data: bytes) -> str:
    """Bytes as text that leads back to them, whatever they are."""
    return data.decode("utf-8", "surrogateescape")
