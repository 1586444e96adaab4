"""What is wrong with Secrets and ConfigMaps.

Values are never quoted.

Source: Kubernetes' validation of core/v1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from slipcast.api.core import ConfigMap, Secret
from slipcast.values.causes import Cause, forbidden, invalid, required, too_long
from slipcast.values.names import data_key

MOST: Final = 1024 * 1024
"""Units: bytes of all values together."""

TOKEN: Final = "kubernetes.io/service-account-token"  # noqa: S105 -- a type, no token
ACCOUNT: Final = "kubernetes.io/service-account.name"
_FIXED: Final = "field is immutable when `immutable` is set"

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
"""THE TABLE of what a Secret of a type must hold."""

_JSON: Final = frozenset({".dockercfg", ".dockerconfigjson"})


def secret(new: Secret, old: Secret | None) -> tuple[Cause, ...]:
    """What is wrong with a Secret."""
    plain = {key: text.encode() for key, text in new.string_data.items()}
    data = {**new.data, **plain}
    causes = [*_keys(data, "data"), *_of_type(new, data)]
    if sum(map(len, data.values())) > MOST:
        causes.append(too_long("data", MOST))
    if old is not None:
        if new.type != old.type:
            causes.append(invalid("type", new.type, "field is immutable"))
        causes.extend(_fixed(old.immutable, new.immutable, {"data": data != old.data}))
    return tuple(causes)


def config_map(new: ConfigMap, old: ConfigMap | None) -> tuple[Cause, ...]:
    """What is wrong with a ConfigMap."""
    causes = [*_keys(new.data, "data"), *_keys(new.binary_data, "binaryData")]
    causes += [
        invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
        for key in new.data
        if key in new.binary_data
    ]
    texts = (text.encode() for text in new.data.values())
    if sum(map(len, (*texts, *new.binary_data.values()))) > MOST:
        causes.append(too_long("[]", MOST))
    if old is not None:
        changed = {
            "data": new.data != old.data,
            "binaryData": new.binary_data != old.binary_data,
        }
        causes.extend(_fixed(old.immutable, new.immutable, changed))
    return tuple(causes)


def _keys(data: Mapping[str, object], path: str) -> Iterator[Cause]:
    for key in data:
        yield from (invalid(f"{path}[{key}]", key, what) for what in data_key(key))


def _of_type(value: Secret, data: Mapping[str, bytes]) -> Iterator[Cause]:
    if value.type == TOKEN and not value.metadata.annotations.get(ACCOUNT):
        yield required(f"metadata.annotations[{ACCOUNT}]")
    if value.type == "kubernetes.io/basic-auth" and not {"username", "password"} & set(data):
        yield required("data[username]")
        yield required("data[password]")
    for key in _NEEDED.get(value.type, ()):
        path = f"data[{key}]"
        if key not in data:
            yield required(path)
        elif key in _JSON and not _is_json_object(data[key]):
            yield invalid(path, "<secret contents redacted>", "must be a JSON object")


def _is_json_object(text: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(text), dict)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False


def _fixed(
    was: bool | None,  # noqa: FBT001 -- a field as it was, no switch
    now: bool | None,  # noqa: FBT001
    changed: Mapping[str, bool],
) -> Iterator[Cause]:
    """What is wrong with a change of what its owner wants unchanged."""
    if not was:
        return
    if not now:
        yield forbidden("immutable", _FIXED)
    yield from (forbidden(path, _FIXED) for path, differs in changed.items() if differs)
