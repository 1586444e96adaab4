"""What Secrets and ConfigMaps may hold."""

from base64 import b64encode
from typing import Any

import pytest

from slipcast.api.core import ConfigMap, Secret
from slipcast.api.validity.data import ACCOUNT, TOKEN, config_map, secret
from verdicts import of, of_change, seen

MEGABYTE = 1024 * 1024


def encoded(text: str) -> str:
    """A text as a Secret has it."""
    return b64encode(text.encode()).decode()


def test_keys_are_file_names() -> None:
    wrong = of(secret, Secret, data={"a b": "", "a.b_C-1": ""}, stringData={"..": ""})

    assert wrong == ["data[a b] Invalid", "data[..] Invalid"]


def test_a_secret_holds_at_most_a_megabyte() -> None:
    assert of(secret, Secret, stringData={"a": "x" * MEGABYTE}) == []
    assert of(secret, Secret, data={"a": encoded("x" * (MEGABYTE + 1))}) == ["data TooLong"]


@pytest.mark.parametrize(
    ("type_", "wrong"),
    [
        (TOKEN, [f"metadata.annotations[{ACCOUNT}] Required"]),
        ("kubernetes.io/dockercfg", ["data[.dockercfg] Required"]),
        ("kubernetes.io/dockerconfigjson", ["data[.dockerconfigjson] Required"]),
        ("kubernetes.io/basic-auth", ["data[username] Required", "data[password] Required"]),
        ("kubernetes.io/ssh-auth", ["data[ssh-privatekey] Required"]),
        ("kubernetes.io/tls", ["data[tls.crt] Required", "data[tls.key] Required"]),
        ("example.com/own", []),
    ],
)
def test_a_secret_of_a_type_holds_what_the_type_needs(type_: str, wrong: list[str]) -> None:
    assert of(secret, Secret, type=type_) == wrong


def test_a_token_says_whose_it_is() -> None:
    metadata = {"annotations": {ACCOUNT: "builder"}}

    assert of(secret, Secret, type=TOKEN, metadata=metadata) == []


@pytest.mark.parametrize("text", ["{", "[]", "\udcff".encode("utf-8", "surrogateescape")])
def test_registry_credentials_are_json(text: str | bytes) -> None:
    data = b64encode(text if isinstance(text, bytes) else text.encode()).decode()

    wrong = of(secret, Secret, type="kubernetes.io/dockercfg", data={".dockercfg": data})

    assert wrong == ["data[.dockercfg] Invalid"]


def test_registry_credentials_are_taken() -> None:
    kind = "kubernetes.io/dockerconfigjson"

    assert of(secret, Secret, type=kind, stringData={".dockerconfigjson": "{}"}) == []


def test_the_type_of_a_secret_never_changes() -> None:
    assert of_change(secret, seen(Secret, type="Opaque"), type="other") == ["type Invalid"]


@pytest.mark.parametrize(
    ("new", "wrong"),
    [
        ({"immutable": True, "data": {"a": "YQ=="}}, []),
        ({"immutable": True, "data": {"a": "Yg=="}}, ["data Forbidden"]),
        ({"data": {"a": "YQ=="}}, ["immutable Forbidden"]),
    ],
)
def test_a_secret_that_is_fixed_stays_as_it_is(new: dict[str, Any], wrong: list[str]) -> None:
    old = seen(Secret, immutable=True, data={"a": "YQ=="})

    assert of_change(secret, old, **new) == wrong
    assert of_change(secret, seen(Secret), **new) == []


def test_a_config_map_has_each_key_once() -> None:
    wrong = of(config_map, ConfigMap, data={"a": "", "b/c": ""}, binaryData={"a": "", "é": ""})

    assert wrong == ["data[b/c] Invalid", "binaryData[é] Invalid", "data[a] Invalid"]


def test_a_config_map_holds_at_most_a_megabyte() -> None:
    assert of(config_map, ConfigMap, data={"a": "x" * (MEGABYTE + 1)}) == ["[] TooLong"]


def test_a_config_map_that_is_fixed_stays_as_it_is() -> None:
    old = seen(ConfigMap, immutable=True, data={"a": "1"})

    wrong = of_change(config_map, old, immutable=True, binaryData={"a": "YQ=="})

    assert wrong == ["data Forbidden", "binaryData Forbidden"]
