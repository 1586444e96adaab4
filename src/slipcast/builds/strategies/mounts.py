"""The volumes of a build's pod, and where its containers see them.

Source: build-lifecycle.md section 5.3, BL-50, BL-532 to BL-535.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from slipcast.api.build import Build, BuildVolume, EnvVar
from slipcast.api.volumes import (
    ConfigMapVolumeSource,
    EmptyDirVolumeSource,
    HostPathVolumeSource,
    SecretVolumeSource,
    Volume,
    VolumeMount,
)
from slipcast.builds import othersecrets
from slipcast.values.names import LONGEST_LABEL, composed

SECRETS: Final = "/var/run/secrets/openshift.io"
CONFIGS: Final = "/var/run/configs/openshift.io"
VOLUMES: Final = "/var/run/openshift.io/volumes"
WORK: Final = "/tmp/build"  # noqa: S108 -- a path in the container, the contract's
ENGINE_SOCKET: Final = "/var/run/docker.sock"

_PRIVATE: Final = 0o600
"""What programs such as ssh ask of the files they are given secrets in."""


class Mounted(msgspec.Struct, frozen=True, kw_only=True):
    """A volume, where it is seen, and the variable that says so."""

    volume: Volume
    mount: VolumeMount
    env: EnvVar | None = None


def registry_secrets(build: Build) -> Iterator[Mounted]:
    """What images are pushed and pulled with (BL-532 to BL-534)."""
    spec = build.spec
    if spec.output.push_secret is not None:
        name = spec.output.push_secret.name
        yield from _logins(build, othersecrets.PUSH, name, "PUSH_DOCKERCFG_PATH")
    chosen = (
        spec.strategy.source_strategy
        or spec.strategy.docker_strategy
        or spec.strategy.custom_strategy
    )
    if chosen is not None and chosen.pull_secret is not None:
        name = chosen.pull_secret.name
        yield from _logins(build, othersecrets.PULL, name, "PULL_DOCKERCFG_PATH")
    for index, image in enumerate(spec.source.images):
        if image.pull_secret is not None:
            path, name = f"{SECRETS}/source-image/{index}", f"PULL_SOURCE_DOCKERCFG_PATH_{index}"
            yield _secret(image.pull_secret.name, "source-image", path, name)
            purpose, main = othersecrets.for_source(index), image.pull_secret.name
            yield from _others(build, purpose, main, name)


def source_secrets(build: Build) -> Iterator[Mounted]:
    """What the source is fetched with, and the files that belong to it (BL-535, BL-538, BL-540)."""
    source = build.spec.source
    if source.source_secret is not None:
        path = f"{SECRETS}/source"
        yield _secret(source.source_secret.name, "source", path, "SOURCE_SECRET_PATH")
    for secret in source.secrets:
        name = secret.secret.name
        yield _secret(name, "build", f"{SECRETS}/build/{name}")
    for config in source.config_maps:
        name = config.config_map.name
        volume = Volume(
            name=_named(name, "build-config"), config_map=ConfigMapVolumeSource(name=name)
        )
        yield _mounted(volume, f"{CONFIGS}/build/{name}")


def custom_secrets(build: Build) -> Iterator[Mounted]:
    """The secrets a custom build asks for (BL-539)."""
    custom = build.spec.strategy.custom_strategy
    for spec in custom.secrets if custom is not None else ():
        name = spec.secret_source.name
        source = SecretVolumeSource(secret_name=name)
        yield _mounted(Volume(name=_named(name, "secret"), secret=source), spec.mount_path)


def strategy_volumes(build: Build) -> Iterator[Mounted]:
    """The volumes of the strategy, for the builder to show to its steps (BL-542)."""
    chosen = build.spec.strategy.source_strategy or build.spec.strategy.docker_strategy
    for volume in chosen.volumes if chosen is not None else ():
        yield _mounted(_volume(volume, _volume_name(volume)), volume_path(volume))


def volume_path(volume: BuildVolume) -> str:
    """Where the builder finds a volume of the strategy."""
    return f"{VOLUMES}/{_volume_name(volume)}"


def work_area() -> Mounted:
    """Where the containers of a pod hand the source on (BL-543)."""
    volume = Volume(name="buildworkdir", empty_dir=EmptyDirVolumeSource())
    return Mounted(volume=volume, mount=VolumeMount(name=volume.name, mount_path=WORK))


def engine_socket(path: str) -> Mounted:
    """The container engine's socket, for a custom build that asks for it (BL-516, BL-531)."""
    volume = Volume(name="docker-socket", host_path=HostPathVolumeSource(path=path))
    mount = VolumeMount(name=volume.name, mount_path=ENGINE_SOCKET)
    return Mounted(
        volume=volume, mount=mount, env=EnvVar(name="DOCKER_SOCKET", value=ENGINE_SOCKET)
    )


def mounts_of(mounted: Iterable[Mounted]) -> tuple[VolumeMount, ...]:
    """Where a container sees volumes; what is asked for twice is seen once (BL-50)."""
    return tuple({each.mount.mount_path: each.mount for each in mounted}.values())


def _logins(build: Build, purpose: str, name: str, env: str) -> Iterator[Mounted]:
    """The secret that is named for a purpose, and those that are tried after it."""
    yield _secret(name, purpose, f"{SECRETS}/{purpose}", env)
    yield from _others(build, purpose, name, env)


def _others(build: Build, purpose: str, named: str, env: str) -> Iterator[Mounted]:
    """The secrets that are tried, too: each below its name, and where it is there at all."""
    for number, name in enumerate(othersecrets.others(build, purpose, named), 1):
        source = SecretVolumeSource(secret_name=name, default_mode=_PRIVATE, optional=True)
        volume = Volume(name=_named(name, f"{purpose}-too"), secret=source)
        path = f"{SECRETS}/{purpose}-too/{name}"
        yield _mounted(volume, path, EnvVar(name=f"{env}_TOO_{number}", value=path))


def _secret(name: str, purpose: str, path: str, env: str = "") -> Mounted:
    source = SecretVolumeSource(secret_name=name, default_mode=_PRIVATE)
    variable = EnvVar(name=env, value=path) if env else None
    return _mounted(Volume(name=_named(name, purpose), secret=source), path, variable)


def _mounted(volume: Volume, path: str, env: EnvVar | None = None) -> Mounted:
    mount = VolumeMount(name=volume.name, mount_path=path, read_only=True)
    return Mounted(volume=volume, mount=mount, env=env)


def _volume(volume: BuildVolume, name: str) -> Volume:
    source = volume.source
    return Volume(name=name, secret=source.secret, config_map=source.config_map, csi=source.csi)


def _volume_name(volume: BuildVolume) -> str:
    return _named(volume.name, "user-build-volume")


def _named(name: str, purpose: str) -> str:
    """The name of a volume: of what it holds, and for what (BL-50)."""
    return composed(name, purpose, LONGEST_LABEL).replace(".", "-")
