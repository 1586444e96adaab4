"""What a build needs of its namespace before it can begin: Secrets, ConfigMaps, values in them.

The push secret is none of it: a build without one begins and says what it lacks (BL-70).

Source: build-lifecycle.md BL-46, BL-47, and the mounts of section 5.3.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from slipcast.api.build import Build, BuildConfig, BuildVolume
from slipcast.api.meta import KeySelector
from slipcast.builds.options import env_of

SECRET = "Secret"  # noqa: S105 -- the name of a kind
CONFIG_MAP = "ConfigMap"


class Need(msgspec.Struct, frozen=True):
    """An object that must be there, of a kind that is SECRET or CONFIG_MAP."""

    kind: str
    name: str


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A value that a variable is made of; one that is optional may be missing."""

    variable: str
    need: Need
    key: str
    optional: bool


def objects(build: Build | BuildConfig) -> tuple[Need, ...]:
    """The objects that the pod of a build, or of one of a configuration, mounts, each once."""
    found = (*_secrets(build), *_config_maps(build))
    return tuple(dict.fromkeys(each for each in found if each.name))


def values(build: Build | BuildConfig) -> tuple[Value, ...]:
    """The values that the strategy's variables refer to."""
    return tuple(_values(build))


def _secrets(build: Build | BuildConfig) -> Iterator[Need]:
    spec = build.spec
    source, custom = spec.source, spec.strategy.custom_strategy
    chosen = spec.strategy.source_strategy or spec.strategy.docker_strategy or custom
    referred = [
        chosen.pull_secret if chosen is not None else None,
        *(each.pull_secret for each in source.images),
        source.source_secret,
        *(each.secret for each in source.secrets),
        *(each.secret_source for each in (custom.secrets if custom is not None else ())),
    ]
    yield from (Need(SECRET, each.name) for each in referred if each is not None)
    for volume in _volumes(build):
        secret = volume.source.secret
        if secret is not None and not secret.optional:
            yield Need(SECRET, secret.secret_name)


def _config_maps(build: Build | BuildConfig) -> Iterator[Need]:
    yield from (Need(CONFIG_MAP, each.config_map.name) for each in build.spec.source.config_maps)
    for volume in _volumes(build):
        config = volume.source.config_map
        if config is not None and not config.optional:
            yield Need(CONFIG_MAP, config.name)


def _volumes(build: Build | BuildConfig) -> tuple[BuildVolume, ...]:
    strategy = build.spec.strategy
    chosen = strategy.source_strategy or strategy.docker_strategy
    return chosen.volumes if chosen is not None else ()


def _values(build: Build | BuildConfig) -> Iterator[Value]:
    for each in env_of(build.spec.strategy):
        if each.value_from is None:
            continue
        referred: tuple[tuple[str, KeySelector | None], ...] = (
            (SECRET, each.value_from.secret_key_ref),
            (CONFIG_MAP, each.value_from.config_map_key_ref),
        )
        for kind, ref in referred:
            if ref is not None:
                yield Value(
                    variable=each.name,
                    need=Need(kind, ref.name),
                    key=ref.key,
                    optional=bool(ref.optional),
                )
