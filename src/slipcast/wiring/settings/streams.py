"""Settings of image streams: the integrated registry, and what is imported from others."""

from __future__ import annotations

from slipcast.wiring import readers
from slipcast.wiring.settings.setting import Setting

SETTINGS = (
    Setting(
        "registry.enabled",
        "registry_enabled",
        "SLIPCAST_REGISTRY_ENABLED",
        "true or false",
        readers.switch,
        "Whether the server has a registry of its own, which keeps the images of streams. Default:"
        " true.",
    ),
    Setting(
        "registry.address",
        "registry_address",
        "SLIPCAST_REGISTRY_ADDRESS",
        "host:port",
        readers.endpoint,
        "The integrated registry's address, under which streams know it and builds reach it."
        " Default: the API server's own.",
    ),
    Setting(
        "registry.public_address",
        "registry_public_address",
        "SLIPCAST_REGISTRY_PUBLIC_ADDRESS",
        "host:port",
        readers.endpoint,
        "The address that people outside reach the integrated registry at. Default: none is told.",
    ),
    Setting(
        "registry.addresses",
        "registry_addresses",
        "SLIPCAST_REGISTRY_ADDRESSES",
        "list of host:port; in the environment joined by commas",
        readers.words,
        "Further addresses of the integrated registry, for which service accounts get credentials,"
        " too. Default: docker-registry.default.svc:5000.",
    ),
    Setting(
        "registry.directory",
        "registry_directory",
        "SLIPCAST_REGISTRY_DIRECTORY",
        "directory",
        readers.path,
        "Where the integrated registry keeps what images consist of. Default: registry in the"
        " server's state directory.",
    ),
    Setting(
        "registry.plain_listen",
        "registry_plain_listen",
        "SLIPCAST_REGISTRY_PLAIN_LISTEN",
        "host:port",
        readers.endpoint,
        "Where the integrated registry, and nothing else of the server, answers without TLS, too:"
        " a loopback address. Default: nowhere.",
    ),
    Setting(
        "registry.plain_anywhere",
        "registry_plain_anywhere",
        "SLIPCAST_REGISTRY_PLAIN_ANYWHERE",
        "true or false",
        readers.switch,
        "Whether registry.plain_listen may be an address that other machines reach: passwords and"
        " images are then read by whoever is on the way. Default: false.",
    ),
    Setting(
        "streams.offered",
        "offered",
        "SLIPCAST_OFFERED",
        "true or false",
        readers.switch,
        "Whether the server puts streams of its builder images into the namespace openshift, at"
        " every start those that are new. Default: true.",
    ),
    Setting(
        "streams.imported_at_once",
        "imported_at_once",
        "SLIPCAST_IMPORTED_AT_ONCE",
        "number; -1: all",
        readers.number(-1, 10_000),
        "How many tags of a repository one import of it takes. Default: 5.",
    ),
    Setting(
        "streams.scheduled_imports",
        "scheduled_imports",
        "SLIPCAST_SCHEDULED_IMPORTS",
        "true or false",
        readers.switch,
        "Whether tags whose import policy says scheduled are looked at again and again. Default:"
        " true.",
    ),
    Setting(
        "streams.import_interval",
        "import_interval",
        "SLIPCAST_IMPORT_INTERVAL",
        "seconds",
        readers.number(1, 1_000_000),
        "How long a scheduled tag is left alone at least. Default: 900.",
    ),
    Setting(
        "streams.imports_per_minute",
        "imports_per_minute",
        "SLIPCAST_IMPORTS_PER_MINUTE",
        "number",
        readers.number(1, 10_000),
        "How many scheduled imports begin in a minute at most. Default: 60.",
    ),
)
