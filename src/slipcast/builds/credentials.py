"""Which of a service account's secrets a build pushes and pulls with, where it does not say.

Secrets are looked at, never shown: what comes out are their names.

Source: build-lifecycle.md BL-14 to BL-17, BL-20.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
from msgspec.structs import replace

from slipcast.api.build import (
    Build,
    BuildStrategy,
    CustomBuildStrategy,
    DockerBuildStrategy,
    ImageSource,
    LocalObjectReference,
)
from slipcast.api.core import Secret
from slipcast.builds import othersecrets
from slipcast.values.registrykeys import fitting, key_of
from slipcast.values.sensitive import Sensitive

DATA_KEYS: Final[Mapping[str, str]] = {
    "kubernetes.io/dockercfg": ".dockercfg",
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
}
"""THE TABLE of types of secrets that registries are logged in with, and where each has its data."""


def with_secrets(build: Build, secrets: Sequence[Secret], output: str = "") -> Build:
    """The build with secrets of its service account, where it names none.

    Shape:  secrets are those the account lists, in its order; those that do not exist are left out
            by whoever reads them (BL-14). output is where the image is pushed, in full.
    """
    spec = build.spec
    given = spec.output
    others: dict[str, list[str]] = {}
    if given.to is not None and given.push_secret is None and output:
        chosen, others[othersecrets.PUSH] = _chosen(secrets, output)
        given = replace(given, push_secret=chosen)
    images: list[ImageSource] = []
    for index, image in enumerate(spec.source.images):
        if image.pull_secret is None:
            chosen, others[othersecrets.for_source(index)] = _chosen(secrets, image.from_.name)
            images.append(replace(image, pull_secret=chosen))
        else:
            images.append(image)
    strategy, others[othersecrets.PULL] = _strategy(spec.strategy, secrets)
    source = replace(spec.source, images=tuple(images))
    spec = replace(spec, output=given, source=source, strategy=strategy)
    return othersecrets.noted(replace(build, spec=spec), others)


def secret_for(secrets: Sequence[Secret], image: str) -> str:
    """The first secret that fits an image; empty where none does."""
    return next((each.metadata.name for each in secrets if fits(each, image)), "")


def fits(secret: Secret, image: str) -> bool:
    """Whether a secret logs in to the registry, or the part of it, that an image is in (BL-20)."""
    return bool(fitting((name for name, _ in _entries(secret)), image))


def login(secret: Secret, image: str) -> tuple[str, Sensitive] | None:
    """Who a secret logs in as to the registry, or the part of it, that an image is in."""
    entries = dict(_entries(secret))
    return next((_pair(entries[name]) for name in fitting(entries, image)), None)


def logins(secret: Secret) -> Iterator[tuple[str, str, Sensitive]]:
    """The logins of a secret: the registry or the part of one, the user, the password."""
    for name, entry in _entries(secret):
        pair = _pair(entry)
        if pair is not None:
            yield name, *pair


def _strategy(
    strategy: BuildStrategy, secrets: Sequence[Secret]
) -> tuple[BuildStrategy, list[str]]:
    source, others = strategy.source_strategy, list[str]()
    if source is not None and source.pull_secret is None:
        runtime = source.runtime_image.name if source.runtime_image is not None else ""
        found, others = _chosen(secrets, source.from_.name, runtime)
        source = replace(source, pull_secret=found)
    docker, for_docker = _pulled(strategy.docker_strategy, secrets)
    custom, for_custom = _pulled(strategy.custom_strategy, secrets)
    strategy = replace(
        strategy, source_strategy=source, docker_strategy=docker, custom_strategy=custom
    )
    return strategy, [*others, *for_docker, *for_custom]


_FromImage = TypeVar("_FromImage", DockerBuildStrategy, CustomBuildStrategy)


def _pulled(
    strategy: _FromImage | None, secrets: Sequence[Secret]
) -> tuple[_FromImage | None, list[str]]:
    if strategy is None or strategy.pull_secret is not None or strategy.from_ is None:
        return strategy, []
    found, others = _chosen(secrets, strategy.from_.name)
    return replace(strategy, pull_secret=found), others


def _chosen(
    secrets: Sequence[Secret], *images: str
) -> tuple[LocalObjectReference | None, list[str]]:
    """The first secret that fits the first of the images that any fits; the others that fit one."""
    fit = dict.fromkeys(
        each.metadata.name for image in images for each in secrets if fits(each, image)
    )
    first, *others = fit or [""]
    return LocalObjectReference(name=first) if first else None, others


def _pair(entry: object) -> tuple[str, Sensitive] | None:
    """User and password of an entry; None where it has none."""
    if not isinstance(entry, dict):
        return None
    user, password = entry.get("username"), entry.get("password")
    if not user and isinstance(entry.get("auth"), str):
        user, password = _decoded(entry["auth"])
    if not (isinstance(user, str) and user and isinstance(password, str)):
        return None
    return user, Sensitive(password)


def _decoded(auth: str) -> tuple[str, str]:
    """User and password as docker writes them in one; empty where it is not so."""
    try:
        user, _, password = base64.b64decode(auth).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def _entries(secret: Secret) -> tuple[tuple[str, Any], ...]:
    """The entries of a secret by name; none where its type or content is another (BL-20)."""
    data = secret.data.get(DATA_KEYS.get(secret.type, ""), b"")
    try:
        document = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ()
    entries = document.get("auths", {}) if secret.type.endswith("json") else document
    if not isinstance(entries, dict):
        return ()
    return tuple((key_of(name), entry) for name, entry in entries.items())
