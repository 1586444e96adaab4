"""Settings: one frozen value from a TOML file, then the environment; flags come on top of it.

THE TABLE of settings is read by the code, by the tests and by docs/reference/settings.md. Unknown
keys of the file are errors with their path, all at once.
"""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from slipcast.builds.s2i.request import Platform
from slipcast.ports.daemon import Identification
from slipcast.values.faults import FieldError, InvalidFault

CONFIG = "SLIPCAST_CONFIG"
"""The variable that names another file than the user's own."""

HOST_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian and its kin
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # Fedora and its kin
)

Reader = Callable[[object, Path], object]
"""Reads a value as the file or the environment holds it; relative paths count from the path."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an installation has decided.

    Shape:  storage_root and run_root None mean the engine's own; engine empty means what is there;
            docker_url empty means the usual socket.
    """

    state: Path
    storage_root: Path | None = None
    run_root: Path | None = None
    engine: str = ""
    docker_url: str = ""
    ca_bundle: Path | None = None
    build_env: tuple[tuple[str, str], ...] = ()
    builders: str = "own"
    insecure_registries: tuple[str, ...] = ()
    registry_ca_file: Path | None = None
    compression: Literal["gzip", "zstd"] = "gzip"
    debian_suite: str = ""
    htpasswd: Path | None = None
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_username_claim: str = "sub"
    oidc_username_prefix: str | None = None
    oidc_groups_claim: str = ""
    oidc_groups_prefix: str = ""
    oidc_ca_file: Path | None = None
    oidc_required_claims: tuple[tuple[str, str], ...] = ()
    registry_addresses: tuple[str, ...] = ("docker-registry.default.svc:5000",)

    @property
    def identification(self) -> Identification:
        """Who the server lets in."""
        return Identification(
            htpasswd=self.htpasswd,
            oidc_issuer=self.oidc_issuer,
            oidc_client_id=self.oidc_client_id,
            oidc_username_claim=self.oidc_username_claim,
            oidc_username_prefix=self.oidc_username_prefix,
            oidc_groups_claim=self.oidc_groups_claim,
            oidc_groups_prefix=self.oidc_groups_prefix,
            oidc_ca_file=self.oidc_ca_file,
            oidc_required_claims=self.oidc_required_claims,
            registries=self.registry_addresses,
        )

    @property
    def platform(self) -> Platform:
        """What every build is given."""
        return Platform(ca_bundle=self.ca_bundle, env=self.build_env)


class Setting(msgspec.Struct, frozen=True):
    """A setting: key in the file, field, variable, form of its value, and what it means."""

    key: str
    field: str
    variable: str
    form: str
    read: Reader
    meaning: str


def _text(value: object, _: Path) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")  # noqa: TRY004 -- one kind of complaint for all readers
    return value


def _path(value: object, base: Path) -> Path | None:
    text = _text(value, base)
    return base / Path(text).expanduser() if text else None


def _file(value: object, base: Path) -> Path | None:
    path = _path(value, base)
    if path is not None and not path.is_file():
        raise ValueError(f"there is no file {path}")
    return path


def _words(value: object, _: Path) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("must be a list of texts")
    return tuple(value)


def _variables(value: object, _: Path) -> tuple[tuple[str, str], ...]:
    if isinstance(value, str):
        pairs = [word.partition("=") for word in shlex.split(value)]
        if not all(name and equals for name, equals, _ in pairs):
            raise ValueError("must be NAME=VALUE words, quoted as in a shell")
        return tuple((name, text) for name, _, text in pairs)
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ValueError("must be a table of texts")
    return tuple(value.items())


def _one_of(*choices: str) -> Reader:
    def read(value: object, base: Path) -> str:
        text = _text(value, base)
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(filter(None, choices))}")
        return text

    return read


SETTINGS = (
    Setting(
        "state",
        "state",
        "SLIPCAST_STATE",
        "directory",
        _path,
        "Where slipcast keeps what it needs between calls. Default: /var/lib/slipcast for root, "
        "else ~/.local/share/slipcast.",
    ),
    Setting(
        "engine",
        "engine",
        "SLIPCAST_ENGINE",
        "buildah or docker",
        _one_of("", "buildah", "docker"),
        "The container engine. Default: docker when an endpoint is given, else buildah where it is "
        "installed, else docker.",
    ),
    Setting(
        "storage.root",
        "storage_root",
        "SLIPCAST_STORAGE_ROOT",
        "directory",
        _path,
        "Where buildah keeps images. Default: its own place, which podman shares.",
    ),
    Setting(
        "storage.run_root",
        "run_root",
        "SLIPCAST_RUN_ROOT",
        "directory",
        _path,
        "Where buildah keeps what a restart may lose. Default: its own place.",
    ),
    Setting(
        "docker.url",
        "docker_url",
        "SLIPCAST_DOCKER_URL",
        "unix:///path, tcp://host:port",
        _text,
        "Endpoint of the Docker API. Default: $DOCKER_HOST, else unix:///var/run/docker.sock.",
    ),
    Setting(
        "builds.ca_bundle",
        "ca_bundle",
        "SLIPCAST_CA_BUNDLE",
        "file",
        _file,
        "Certificate authorities that every build trusts; they do not get into the image. Default: "
        "what this host trusts; empty: what the builder image trusts.",
    ),
    Setting(
        "builds.env",
        "build_env",
        "SLIPCAST_BUILD_ENV",
        "table of texts; in the environment NAME=VALUE words",
        _variables,
        "Variables that every build is given; they do not get into the image.",
    ),
    Setting(
        "builders",
        "builders",
        "SLIPCAST_BUILDERS",
        "own or public",
        _one_of("own", "public"),
        "Whether the catalogue's names mean our own builder images or the well-known public ones. "
        "Default: own.",
    ),
    Setting(
        "registries.insecure",
        "insecure_registries",
        "SLIPCAST_INSECURE_REGISTRIES",
        "list of host:port; in the environment joined by commas",
        _words,
        "Registries that are reached without TLS, or without verifying it.",
    ),
    Setting(
        "registries.ca_file",
        "registry_ca_file",
        "SLIPCAST_REGISTRY_CA_FILE",
        "file",
        _file,
        "Certificate authority of private registries.",
    ),
    Setting(
        "registries.compression",
        "compression",
        "SLIPCAST_COMPRESSION",
        "gzip or zstd",
        _one_of("gzip", "zstd"),
        "How buildah's images are compressed on their way to a registry. zstd is faster and "
        "smaller; older registries and engines know gzip only. Default: gzip.",
    ),
    Setting(
        "debian.suite",
        "debian_suite",
        "SLIPCAST_DEBIAN_SUITE",
        "name",
        _text,
        "Debian release of the base image. Default: the catalogue's.",
    ),
    Setting(
        "identity.htpasswd",
        "htpasswd",
        "SLIPCAST_HTPASSWD",
        "file",
        _file,
        "Users of the server and their passwords, as `htpasswd -B` writes them; read anew when "
        "it changes.",
    ),
    Setting(
        "oidc.issuer",
        "oidc_issuer",
        "SLIPCAST_OIDC_ISSUER",
        "https URL",
        _text,
        "OpenID Connect provider whose ID tokens the server takes as bearer tokens.",
    ),
    Setting(
        "oidc.client_id",
        "oidc_client_id",
        "SLIPCAST_OIDC_CLIENT_ID",
        "name",
        _text,
        "The client for which the tokens must be made.",
    ),
    Setting(
        "oidc.username_claim",
        "oidc_username_claim",
        "SLIPCAST_OIDC_USERNAME_CLAIM",
        "name",
        _text,
        "The claim that holds the user's name. Default: sub.",
    ),
    Setting(
        "oidc.username_prefix",
        "oidc_username_prefix",
        "SLIPCAST_OIDC_USERNAME_PREFIX",
        "text",
        _text,
        "What is put before names; empty: nothing. Default: the issuer and a #, and nothing for"
        " the claim email.",
    ),
    Setting(
        "oidc.groups_claim",
        "oidc_groups_claim",
        "SLIPCAST_OIDC_GROUPS_CLAIM",
        "name",
        _text,
        "The claim that holds the user's groups. Default: none.",
    ),
    Setting(
        "oidc.groups_prefix",
        "oidc_groups_prefix",
        "SLIPCAST_OIDC_GROUPS_PREFIX",
        "text",
        _text,
        "What is put before groups. Default: nothing.",
    ),
    Setting(
        "oidc.ca_file",
        "oidc_ca_file",
        "SLIPCAST_OIDC_CA_FILE",
        "file",
        _file,
        "Certificate authority of the provider. Default: what this host trusts.",
    ),
    Setting(
        "oidc.required_claims",
        "oidc_required_claims",
        "SLIPCAST_OIDC_REQUIRED_CLAIMS",
        "table of texts; in the environment NAME=VALUE words",
        _variables,
        "Claims that tokens must have, with these values.",
    ),
    Setting(
        "registry.addresses",
        "registry_addresses",
        "SLIPCAST_REGISTRY_ADDRESSES",
        "list of host:port; in the environment joined by commas",
        _words,
        "Addresses of the integrated registry, for which service accounts get credentials. "
        "Default: docker-registry.default.svc:5000.",
    ),
)
"""THE TABLE of settings. The package archive is always the one that this host's apt uses."""


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
        return tomllib.loads(path.read_text(encoding="utf-8"))
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
