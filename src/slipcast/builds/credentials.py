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
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import DEFAULT_REGISTRY, ImageRef
from slipcast.values.sensitive import Sensitive

DATA_KEYS: Final[Mapping[str, str]] = {
    "kubernetes.io/dockercfg": ".dockercfg",
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
}
"""THE TABLE of types of secrets that registries are logged in with, and where each has its data."""

_HUB: Final = frozenset({DEFAULT_REGISTRY, "index.docker.io", "registry-1.docker.io"})


def with_secrets(build: Build, secrets: Sequence[Secret], output: str = "") -> Build:
    """The build with secrets of its service account, where it names none.

    Shape:  secrets are those the account lists, in its order; those that do not exist are left out
            by whoever reads them (BL-14). output is where the image is pushed, in full.
    """
    spec = build.spec
    given = spec.output
    if given.to is not None and given.push_secret is None and output:
        given = replace(given, push_secret=_chosen(secrets, output))
    images = tuple(_with_secret(each, secrets) for each in spec.source.images)
    spec = replace(
        spec,
        output=given,
        source=replace(spec.source, images=images),
        strategy=_strategy(spec.strategy, secrets),
    )
    return replace(build, spec=spec)


def secret_for(secrets: Sequence[Secret], image: str) -> str:
    """The first secret that fits an image; empty where none does."""
    return next((each.metadata.name for each in secrets if fits(each, image)), "")


def fits(secret: Secret, image: str) -> bool:
    """Whether a secret logs in to the registry, or the part of it, that an image is in (BL-20)."""
    entries = _entries(secret)
    return any(name in entries for name in _names(image))


def login(secret: Secret, image: str) -> tuple[str, Sensitive] | None:
    """Who a secret logs in as to the registry, or the part of it, that an image is in."""
    entries = _documents(secret)
    found = next((entries[name] for name in _names(image) if name in entries), None)
    return _pair(found)


def logins(secret: Secret) -> Iterator[tuple[str, str, Sensitive]]:
    """The logins of a secret: the registry or the part of one, the user, the password."""
    for name, entry in _documents(secret).items():
        pair = _pair(entry)
        if pair is not None:
            yield name, *pair


def _strategy(strategy: BuildStrategy, secrets: Sequence[Secret]) -> BuildStrategy:
    source = strategy.source_strategy
    if source is not None and source.pull_secret is None:
        found = _chosen(secrets, source.from_.name)
        if found is None and source.runtime_image is not None:
            found = _chosen(secrets, source.runtime_image.name)
        source = replace(source, pull_secret=found)
    return replace(
        strategy,
        source_strategy=source,
        docker_strategy=_pulled(strategy.docker_strategy, secrets),
        custom_strategy=_pulled(strategy.custom_strategy, secrets),
    )


_FromImage = TypeVar("_FromImage", DockerBuildStrategy, CustomBuildStrategy)


def _pulled(strategy: _FromImage | None, secrets: Sequence[Secret]) -> _FromImage | None:
    if strategy is None or strategy.pull_secret is not None or strategy.from_ is None:
        return strategy
    return replace(strategy, pull_secret=_chosen(secrets, strategy.from_.name))


def _with_secret(image: ImageSource, secrets: Sequence[Secret]) -> ImageSource:
    if image.pull_secret is not None:
        return image
    return replace(image, pull_secret=_chosen(secrets, image.from_.name))


def _chosen(secrets: Sequence[Secret], image: str) -> LocalObjectReference | None:
    name = secret_for(secrets, image)
    return LocalObjectReference(name=name) if name else None


def _names(image: str) -> Iterator[str]:
    """The names under which an entry may fit an image: parts of its path, then its registry."""
    try:
        ref = ImageRef.parse(image)
    except InvalidFault:
        return
    host = ref.registry_host
    parts = ref.repository.split("/")
    for count in range(len(parts), 0, -1):
        yield f"{host}/{'/'.join(parts[:count])}"
    yield host


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


def _entries(secret: Secret) -> frozenset[str]:
    """The names a secret has entries for (BL-20)."""
    return frozenset(_documents(secret))


def _documents(secret: Secret) -> Mapping[str, Any]:
    """The entries of a secret by name; none where its type or content is another (BL-20)."""
    data = secret.data.get(DATA_KEYS.get(secret.type, ""), b"")
    try:
        document = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    entries = document.get("auths", {}) if secret.type.endswith("json") else document
    if not isinstance(entries, dict):
        return {}
    return {_key(name): entry for name, entry in entries.items()}


def _key(name: str) -> str:
    """An entry's name without what was once written round it: a scheme, and an API's path."""
    _, scheme, rest = name.rpartition("://")
    host, _, path = rest.partition("/")
    path = "" if scheme and path.strip("/") in {"v1", "v2"} else path.strip("/")
    host = DEFAULT_REGISTRY if host in _HUB else host
    return f"{host}/{path}" if path else host
