"""What the settings make of podman."""

from __future__ import annotations

from pathlib import Path

from slipcast.wiring.podmanpods import podman


def environment(tmp_path: Path) -> dict[str, str]:
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
    found = podman(environment(tmp_path))

    state = tmp_path / "state/in-pods"
    assert found.builder_env["SLIPCAST_STATE"] == str(state)
    assert found.builder_env["SLIPCAST_STORAGE_ROOT"] == str(tmp_path / "images")
    assert set(found.shared) >= {state, tmp_path / "images"}


def test_the_builder_is_told_settings_and_nothing_else(tmp_path: Path):
    found = podman(environment(tmp_path))

    assert {name.partition("_")[0] for name in found.builder_env} == {"SLIPCAST"}
    assert not {"SLIPCAST_ROOT", "SLIPCAST_RUN_ROOT"} & found.builder_env.keys()


def test_podman_uses_the_storage_of_the_settings(tmp_path: Path):
    found = podman(environment(tmp_path), ("/run/engine.sock",))

    assert found.words[:3] == ("podman", "--root", str(tmp_path / "images"))
    assert set(found.env) >= {"CONTAINERS_CONF"}
    assert found.sockets == ("/run/engine.sock",)


def test_a_file_of_settings_is_shown_to_the_builder(tmp_path: Path):
    file = tmp_path / ".config/slipcast/config.toml"
    file.parent.mkdir(parents=True)
    file.touch()

    found = podman(environment(tmp_path))

    assert found.builder_env["SLIPCAST_CONFIG"] == str(file)
    assert file in found.shared
