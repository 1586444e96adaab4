"""What the settings make of podman."""

from __future__ import annotations

from pathlib import Path

from slipcast.wiring.podmanpods import podman
from slipcast.wiring.settings import load

AUTHORITY = Path("/pki/ca.crt")


def given(tmp_path: Path) -> dict[str, str]:
    """A host whose storage and state lie in a directory."""
    return {
        "HOME": str(tmp_path),
        "SLIPCAST_STATE": str(tmp_path / "state"),
        "SLIPCAST_STORAGE_ROOT": str(tmp_path / "images"),
        "SLIPCAST_RUN_ROOT": str(tmp_path / "run"),
        "SLIPCAST_ROOT": "/nowhere",
        "PASSWORD": "secret",
    }


def test_the_builder_shares_the_images_and_has_a_state_of_its_own(tmp_path: Path):
    found = podman(given(tmp_path), AUTHORITY)

    state = tmp_path / "state/in-pods"
    assert found.builder_env["SLIPCAST_STATE"] == str(state)
    assert found.builder_env["SLIPCAST_STORAGE_ROOT"] == str(tmp_path / "images")
    assert set(found.shared) >= {state, tmp_path / "images"}


def test_podman_uses_the_storage_of_the_settings(tmp_path: Path):
    found = podman(given(tmp_path), AUTHORITY, ("/run/engine.sock",))

    assert found.words[:3] == ("podman", "--root", str(tmp_path / "images"))
    assert set(found.env) >= {"CONTAINERS_CONF"}
    assert found.sockets == ("/run/engine.sock",)


def test_the_builder_is_told_the_settings_that_it_heeds(tmp_path: Path):
    authority = tmp_path / "ca.crt"
    authority.touch()
    environment = {
        **given(tmp_path),
        "SLIPCAST_REGISTRY_CA_FILE": str(authority),
        "SLIPCAST_INSECURE_REGISTRIES": "one:5000,two:5000",
        "SLIPCAST_BUILD_ENV": "A='b c' D=e",
        "SLIPCAST_PODS": "podman",
        "SLIPCAST_REGISTRY_ADDRESS": "127.0.0.1:8443",
        "SLIPCAST_REGISTRY_ADDRESSES": "localhost:8443,registry:5000",
    }

    found = podman(environment, AUTHORITY)

    heeded = load(found.builder_env, tmp_path, tmp_path, root=True)
    assert heeded.registry_ca_file == authority
    assert heeded.insecure_registries == ("one:5000", "two:5000")
    assert heeded.build_env == (("A", "b c"), ("D", "e"))
    assert heeded.registry_address == "127.0.0.1:8443"
    assert heeded.registry_addresses == ("localhost:8443", "registry:5000")
    assert authority in found.shared
    assert not {"SLIPCAST_PODS", "SLIPCAST_ROOT", "SLIPCAST_RUN_ROOT", "PASSWORD"} & set(
        found.builder_env
    )


def test_podman_knows_the_servers_registry_and_what_vouches_for_it(tmp_path: Path):
    environment = {**given(tmp_path), "SLIPCAST_REGISTRY_ADDRESS": "127.0.0.1:8443"}

    own = podman(environment, AUTHORITY).own

    assert own.has("127.0.0.1:8443/shop/app")
    assert not own.has("docker.io/shop/app")
    assert own.authority == AUTHORITY
