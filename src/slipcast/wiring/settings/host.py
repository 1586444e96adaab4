"""Settings of the host: where things lie, the container engine, registries elsewhere."""

from __future__ import annotations

from slipcast.ports.distribution import Reaches
from slipcast.wiring import readers
from slipcast.wiring.settings.setting import Setting

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
        "registries.allowed",
        "allowed_registries",
        "SLIPCAST_ALLOWED_REGISTRIES",
        "list of host or host:port; in the environment joined by commas",
        readers.words,
        "Registries that the server takes images from, where `*` and `?` stand for characters."
        " Default: all.",
    ),
    Setting(
        "registries.reach",
        "registry_reach",
        "SLIPCAST_REGISTRY_REACH",
        "anywhere, network or internet",
        readers.one_of(*Reaches),
        "At which addresses registries may be that the server takes images from: network, neither"
        " on this machine nor on its link; internet, in no private network either. Default:"
        " anywhere for a server that answers this machine alone, else"
        " network.",
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
        "server.notice",
        "server_notice",
        "SLIPCAST_SERVER_NOTICE",
        "seconds",
        readers.number(0, 3600),
        "How long a server that is told to end still answers, and says at /readyz that it will not,"
        " for load balancers that look there. Default: a third of a second.",
    ),
)
