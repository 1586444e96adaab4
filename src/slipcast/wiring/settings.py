"""Settings: one frozen value from a TOML file, then the environment; flags come on top of it.

THE TABLE of settings is read by the code, by the tests and by docs/reference/settings.md. Unknown
keys of the file are errors with their path, all at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from slipcast import __version__
from slipcast.builds.overrides import BuildDefaults, BuildOverrides
from slipcast.builds.s2i.request import Platform
from slipcast.builds.strategies.plan import Cluster
from slipcast.ports.daemon import Building, Identification
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.wiring import readers

CONFIG = "SLIPCAST_CONFIG"
"""The variable that names another file than the user's own."""

HOST_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian and its kin
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # Fedora and its kin
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an installation has decided.

    Shape:  storage_root and run_root None mean the engine's own; engine empty means what is there;
            docker_url empty means the usual socket.
    Units:  layer_cache in bytes.
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
    layer_cache: int = 10 << 30
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
    builder_image: str = "slipcast/builder"
    engine_socket: str = ""
    build_workers: int = 4
    build_pods: str = "process"
    builds_at_once: int = 0
    builder_program: tuple[str, ...] = ()
    largest_upload: int = 16 << 30
    build_defaults: BuildDefaults = BuildDefaults()
    build_overrides: BuildOverrides = BuildOverrides()

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
    def building(self) -> Building:
        """How the server has builds run."""
        cluster = Cluster(
            builder_image=self.builder_image,
            version=__version__,
            engine_socket=self.engine_socket,
            defaults=self.build_defaults,
            overrides=self.build_overrides,
        )
        return Building(
            cluster=cluster,
            workers=self.build_workers,
            pods=self.build_pods,
            at_once=self.builds_at_once,
            program=self.builder_program,
            largest_upload=self.largest_upload,
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
    read: readers.Reader
    meaning: str


SETTINGS = (
    Setting(
        "state",
        "state",
        "SLIPCAST_STATE",
        "directory",
        readers.path,
        "Where slipcast keeps what it needs between calls. Default: /var/lib/slipcast for root, "
        "else ~/.local/share/slipcast.",
    ),
    Setting(
        "engine",
        "engine",
        "SLIPCAST_ENGINE",
        "buildah or docker",
        readers.one_of("", "buildah", "docker"),
        "The container engine. Default: docker when an endpoint is given, else buildah where it is "
        "installed, else docker.",
    ),
    Setting(
        "storage.root",
        "storage_root",
        "SLIPCAST_STORAGE_ROOT",
        "directory",
        readers.path,
        "Where buildah keeps images. Default: its own place, which podman shares.",
    ),
    Setting(
        "storage.run_root",
        "run_root",
        "SLIPCAST_RUN_ROOT",
        "directory",
        readers.path,
        "Where buildah keeps what a restart may lose. Default: its own place.",
    ),
    Setting(
        "docker.url",
        "docker_url",
        "SLIPCAST_DOCKER_URL",
        "unix:///path, tcp://host:port",
        readers.text,
        "Endpoint of the Docker API. Default: $DOCKER_HOST, else unix:///var/run/docker.sock.",
    ),
    Setting(
        "builds.ca_bundle",
        "ca_bundle",
        "SLIPCAST_CA_BUNDLE",
        "file",
        readers.file,
        "Certificate authorities that every build trusts; they do not get into the image. Default: "
        "what this host trusts; empty: what the builder image trusts.",
    ),
    Setting(
        "builds.env",
        "build_env",
        "SLIPCAST_BUILD_ENV",
        "table of texts; in the environment NAME=VALUE words",
        readers.variables,
        "Variables that every build is given; they do not get into the image.",
    ),
    Setting(
        "builds.builder_image",
        "builder_image",
        "SLIPCAST_BUILDER_IMAGE",
        "image",
        readers.text,
        "The image that the server's Source and Docker builds run in, where they run in containers."
        " Default: slipcast/builder.",
    ),
    Setting(
        "builds.engine_socket",
        "engine_socket",
        "SLIPCAST_ENGINE_SOCKET",
        "path",
        readers.text,
        "The container engine's socket, for Custom builds that ask for it; whoever has it rules"
        " the host. Default: none, and such builds are refused.",
    ),
    Setting(
        "builds.layer_cache",
        "layer_cache",
        "SLIPCAST_LAYER_CACHE",
        "size, such as 10Gi; 0: any",
        readers.amount,
        "How much buildah's Dockerfile builds may leave for later ones, besides images with names;"
        " what was longest of no use goes first. Default: 10Gi.",
    ),
    Setting(
        "builds.workers",
        "build_workers",
        "SLIPCAST_BUILD_WORKERS",
        "number",
        readers.number(1, 64),
        "How many builds the server decides about at once; how many run is another matter."
        " Default: 4.",
    ),
    Setting(
        "builds.pods",
        "build_pods",
        "SLIPCAST_PODS",
        "process, podman or none",
        readers.one_of("process", "podman", "none"),
        "What runs the server's builds: process, as processes of this machine; podman, in"
        " containers of the image that `slipcast builders build builder` makes, as root; none,"
        " nothing here. Default: process.",
    ),
    Setting(
        "builds.at_once",
        "builds_at_once",
        "SLIPCAST_BUILDS_AT_ONCE",
        "number",
        readers.number(1, 1000),
        "How many of the server's builds run at once on this machine. Default: as many as it has"
        " processors, and at least 2.",
    ),
    Setting(
        "builds.program",
        "builder_program",
        "SLIPCAST_BUILDER_PROGRAM",
        "list of texts",
        readers.words,
        "What is run in place of slipcast-builder; the role stands behind it. Default: our own.",
    ),
    Setting(
        "builds.largest_upload",
        "largest_upload",
        "SLIPCAST_LARGEST_UPLOAD",
        "size, such as 10Gi",
        readers.amount,
        "How much may be sent to be built at once. Default: 16Gi.",
    ),
    Setting(
        "builds.defaults",
        "build_defaults",
        "SLIPCAST_BUILD_DEFAULTS",
        "table of BuildDefaults; in the environment JSON",
        readers.struct(BuildDefaults),
        "What the server's builds have when they do not say otherwise: gitHTTPProxy, env,"
        " imageLabels, resources and so on.",
    ),
    Setting(
        "builds.overrides",
        "build_overrides",
        "SLIPCAST_BUILD_OVERRIDES",
        "table of BuildOverrides; in the environment JSON",
        readers.struct(BuildOverrides),
        "What the server's builds have whatever they say: forcePull, imageLabels, nodeSelector,"
        " annotations, tolerations.",
    ),
    Setting(
        "builders",
        "builders",
        "SLIPCAST_BUILDERS",
        "own or public",
        readers.one_of("own", "public"),
        "Whether the catalogue's names mean our own builder images or the well-known public ones. "
        "Default: own.",
    ),
    Setting(
        "registries.insecure",
        "insecure_registries",
        "SLIPCAST_INSECURE_REGISTRIES",
        "list of host:port; in the environment joined by commas",
        readers.words,
        "Registries that are reached without TLS, or without verifying it.",
    ),
    Setting(
        "registries.ca_file",
        "registry_ca_file",
        "SLIPCAST_REGISTRY_CA_FILE",
        "file",
        readers.file,
        "Certificate authority of private registries.",
    ),
    Setting(
        "registries.compression",
        "compression",
        "SLIPCAST_COMPRESSION",
        "gzip or zstd",
        readers.one_of("gzip", "zstd"),
        "How buildah's images are compressed on their way to a registry. zstd is faster and "
        "smaller; older registries and engines know gzip only. Default: gzip.",
    ),
    Setting(
        "debian.suite",
        "debian_suite",
        "SLIPCAST_DEBIAN_SUITE",
        "name",
        readers.text,
        "Debian release of the base image. Default: the catalogue's.",
    ),
    Setting(
        "identity.htpasswd",
        "htpasswd",
        "SLIPCAST_HTPASSWD",
        "file",
        readers.file,
        "Users of the server and their passwords, as `htpasswd -B` writes them; read anew when "
        "it changes.",
    ),
    Setting(
        "oidc.issuer",
        "oidc_issuer",
        "SLIPCAST_OIDC_ISSUER",
        "https URL",
        readers.text,
        "OpenID Connect provider whose ID tokens the server takes as bearer tokens.",
    ),
    Setting(
        "oidc.client_id",
        "oidc_client_id",
        "SLIPCAST_OIDC_CLIENT_ID",
        "name",
        readers.text,
        "The client for which the tokens must be made.",
    ),
    Setting(
        "oidc.username_claim",
        "oidc_username_claim",
        "SLIPCAST_OIDC_USERNAME_CLAIM",
        "name",
        readers.text,
        "The claim that holds the user's name. Default: sub.",
    ),
    Setting(
        "oidc.username_prefix",
        "oidc_username_prefix",
        "SLIPCAST_OIDC_USERNAME_PREFIX",
        "text",
        readers.text,
        "What is put before names; empty: nothing. Default: the issuer and a #, and nothing for"
        " the claim email.",
    ),
    Setting(
        "oidc.groups_claim",
        "oidc_groups_claim",
        "SLIPCAST_OIDC_GROUPS_CLAIM",
        "name",
        readers.text,
        "The claim that holds the user's groups. Default: none.",
    ),
    Setting(
        "oidc.groups_prefix",
        "oidc_groups_prefix",
        "SLIPCAST_OIDC_GROUPS_PREFIX",
        "text",
        readers.text,
        "What is put before groups. Default: nothing.",
    ),
    Setting(
        "oidc.ca_file",
        "oidc_ca_file",
        "SLIPCAST_OIDC_CA_FILE",
        "file",
        readers.file,
        "Certificate authority of the provider. Default: what this host trusts.",
    ),
    Setting(
        "oidc.required_claims",
        "oidc_required_claims",
        "SLIPCAST_OIDC_REQUIRED_CLAIMS",
        "table of texts; in the environment NAME=VALUE words",
        readers.variables,
        "Claims that tokens must have, with these values.",
    ),
    Setting(
        "registry.addresses",
        "registry_addresses",
        "SLIPCAST_REGISTRY_ADDRESSES",
        "list of host:port; in the environment joined by commas",
        readers.words,
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
