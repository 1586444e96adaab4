"""How registries are reached: credentials of the user's files, trust of the settings."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from slipcast.adapters.credentials import Credentials
from slipcast.ports.engine import ANONYMOUS, Credential
from slipcast.values.sensitive import Sensitive
from slipcast.wiring.registries import Own, Registries, namesakes


@pytest.fixture
def registries(tmp_path: Path) -> Registries:
    """Credentials for one registry, and another that has no TLS."""
    path = tmp_path / "config.json"
    auth = base64.b64encode(b"me:secret").decode()
    path.write_text(json.dumps({"auths": {"r.example": {"auth": auth}}}))
    return Registries(
        credentials=Credentials([path]), insecure=("plain.example:5000",), ca_file=Path("/ca")
    )


def test_the_credential_is_that_of_the_images_registry_s2i_142(registries: Registries) -> None:
    credential = registries.access("r.example/app:1").credential

    assert credential is not None
    assert (credential.username, credential.password.reveal()) == ("me", "secret")


def test_other_registries_are_anonymous_s2i_142(registries: Registries) -> None:
    assert registries.access("python").credential is None


def test_who_has_no_credential_knows_what_to_do_about_it(registries: Registries) -> None:
    assert "--dockercfg-path" in registries.access("other.example/app").hint
    assert registries.access("r.example/app").hint == ""


def test_trust_comes_from_the_settings(registries: Registries) -> None:
    plain = registries.access("plain.example:5000/x")

    assert (plain.insecure, plain.ca_file) == (True, Path("/ca"))
    assert registries.access("r.example/x").insecure is False


@pytest.mark.parametrize("image", ["oci:directory", "Not A Reference"])
def test_what_lies_in_no_registry_needs_nothing(registries: Registries, image: str) -> None:
    assert registries.access(image) == ANONYMOUS


def test_the_servers_own_registry_is_trusted_by_its_authority_and_no_other_is() -> None:
    own = Own(addresses=("127.0.0.1:8443",), authority=Path("/own"))
    registries = Registries(credentials=Credentials([]), ca_file=Path("/ca"), own=own)

    ours, other = registries.access("127.0.0.1:8443/shop/app"), registries.access("r.example/x")

    assert (ours.ca_file, ours.insecure) == (Path("/own"), False)
    assert (other.ca_file, other.insecure) == (Path("/ca"), False)


def test_only_who_may_pull_from_the_servers_registry_uses_what_is_here() -> None:
    own = Own(addresses=("127.0.0.1:8443",), plain=("127.0.0.1:5000",))
    registries = Registries(credentials=Credentials([]), own=own)

    assert registries.access("127.0.0.1:8443/shop/app").guarded
    assert not registries.access("r.example/shop/app").guarded


def test_where_it_has_no_tls_nothing_is_verified() -> None:
    registries = Registries(credentials=Credentials([]), own=Own(plain=("127.0.0.1:5000",)))

    plain = registries.access("127.0.0.1:5000/shop/app")

    assert (plain.insecure, plain.guarded) == (True, True)


@pytest.mark.parametrize(("plain", "via"), [("127.0.0.1:5000", "127.0.0.1:5000"), ("r:5000", "")])
def test_what_stays_on_this_machine_needs_no_tls(plain: str, via: str) -> None:
    own = Own(addresses=("images.shop:8443",), plain=(plain,))
    registries = Registries(credentials=Credentials([]), own=own)

    assert registries.access("images.shop:8443/shop/app").via == via
    assert registries.access("other.example/shop/app").via == ""


@pytest.mark.parametrize(
    ("address", "others"),
    [
        ("127.0.0.1:5000", ("localhost:5000",)),
        ("localhost:5000", ("127.0.0.1:5000",)),
        ("images.shop:443", ()),
        ("", ()),
    ],
)
def test_this_machine_has_several_names(address: str, others: tuple[str, ...]) -> None:
    assert namesakes(address) == others


def test_the_pods_account_counts_for_the_servers_registry_and_no_other(tmp_path: Path) -> None:
    account = Credential(username="serviceaccount", password=Sensitive("token"))
    own = Own(addresses=("127.0.0.1:8443", "r.example"), credential=account)
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"auths": {"r.example": {"auth": "bWU6c2VjcmV0"}}}))

    registries = Registries(credentials=Credentials([path]), own=own)

    said = registries.access("r.example/app").credential
    assert registries.access("127.0.0.1:8443/shop/app").credential == account
    assert registries.access("other.example/shop/app").credential is None
    assert said is not None
    assert said.username == "me"
