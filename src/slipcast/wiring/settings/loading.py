"""Reading settings: the file, then the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from slipcast.values.faults import FieldError, InvalidFault
from slipcast.wiring.settings.decided import Settings
from slipcast.wiring.settings.setting import Setting
from slipcast.wiring.settings.table import SETTINGS

CONFIG = "SLIPCAST_CONFIG"
"""The variable that names another file than the user's own."""

HOST_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian and its kin
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # Fedora and its kin
)


def in_force(environment: Mapping[str, str]) -> Settings:
    """The settings of this process, as its user, its directory and a file have them.

    Errors: as load.
    """
    home = Path(environment.get("HOME") or "/")
    # Root of a user namespace keeps what the user would keep.
    root = os.geteuid() == 0 and os.access("/var/lib", os.W_OK)
    return load(environment, home, Path.cwd(), root=root)


def load(environment: Mapping[str, str], home: Path, directory: Path, *, root: bool) -> Settings:
    """The settings in force.

    Errors: InvalidFault with everything that is wrong in file and environment.
    """
    errors: list[FieldError] = []
    path, named = _file_of(environment, home, directory)
    found: dict[str, object] = {}
    for key, value in _flat(_document(path, errors, must_exist=named)):
        setting = next((each for each in SETTINGS if each.key == key), None)
        if setting is None:
            errors.append(FieldError(path=f"{path}: {key}", what="is no setting"))
        else:
            _take(setting, value, path.parent, f"{path}: {key}", found, errors)
    for setting in SETTINGS:
        text = environment.get(setting.variable)
        if text is not None:
            _take(setting, text, directory, f"${setting.variable}", found, errors)
    if errors:
        raise InvalidFault(tuple(errors))
    if not found.get("state"):
        found["state"] = _state(environment, home, root=root)
    if "ca_bundle" not in found:
        found["ca_bundle"] = _host_bundle(environment, str(found.get("docker_url", "")))
    fields: dict[str, Any] = found
    return Settings(**fields)


def _host_bundle(environment: Mapping[str, str], docker_url: str) -> Path | None:
    """What this host trusts; None where an engine elsewhere could not mount it."""
    endpoint = docker_url or environment.get("DOCKER_HOST", "")
    if endpoint and not endpoint.startswith("unix:"):
        return None
    named = environment.get("SSL_CERT_FILE")
    candidates = (Path(named),) if named else HOST_BUNDLES
    return next((path for path in candidates if path.is_file()), None)


def _file_of(environment: Mapping[str, str], home: Path, directory: Path) -> tuple[Path, bool]:
    named = environment.get(CONFIG, "")
    if named:
        return directory / Path(named).expanduser(), True
    below = environment.get("XDG_CONFIG_HOME") or home / ".config"
    return Path(below) / "slipcast" / "config.toml", False


def _state(environment: Mapping[str, str], home: Path, *, root: bool) -> Path:
    if root:
        return Path("/var/lib/slipcast")
    return Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "slipcast"


def _document(path: Path, errors: list[FieldError], *, must_exist: bool) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        import tomllib  # noqa: PLC0415 -- slow, and most have no such file

        return tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        if must_exist:
            errors.append(FieldError(path=f"${CONFIG}", what="names no file", value=str(path)))
    except OSError as fault:
        errors.append(FieldError(path=str(path), what=f"cannot be read: {fault.strerror}"))
    except ValueError as wrong:
        errors.append(FieldError(path=str(path), what=f"is not TOML: {wrong}"))
    return {}


def _flat(document: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    known = {setting.key for setting in SETTINGS}
    for name, value in document.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and key not in known:
            yield from _flat(value, f"{key}.")
        else:
            yield key, value


def _take(
    setting: Setting,
    value: object,
    base: Path,
    place: str,
    found: dict[str, object],
    errors: list[FieldError],
) -> None:
    try:
        found[setting.field] = setting.read(value, base)
    except ValueError as wrong:
        errors.append(FieldError(path=place, what=str(wrong)))
