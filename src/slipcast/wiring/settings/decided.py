"""What an installation has decided, as the programs of this package ask for it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from slipcast import __version__
from slipcast.builds.cluster import Cluster
from slipcast.builds.overrides import BuildDefaults, BuildOverrides
from slipcast.builds.s2i.request import Platform
from slipcast.ports.daemon import Building, Identification, Importing, Registering, Streams
from slipcast.ports.distribution import Reaches
from slipcast.values.sensitive import Sensitive


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an installation has decided.

    Shape:  storage_root and run_root None mean the engine's own; engine empty means what is there;
            docker_url empty means the usual socket.
    Units:  layer_cache in bytes, import_interval and server_notice in seconds.
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
    allowed_registries: tuple[str, ...] = ()
    registry_reach: str = ""
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
    oidc_client_secret: Sensitive | None = None
    oidc_client_secret_file: Path | None = None
    oidc_name: str = ""
    oidc_extra_scopes: tuple[str, ...] = ()
    registry_addresses: tuple[str, ...] = ("docker-registry.default.svc:5000",)
    builder_image: str = "slipcast/builder"
    engine_socket: str = ""
    registry_enabled: bool = True
    registry_address: str = ""
    registry_public_address: str = ""
    registry_directory: Path | None = None
    registry_plain_listen: str = ""
    registry_plain_anywhere: bool = False
    imported_at_once: int = 5
    scheduled_imports: bool = True
    import_interval: int = 900
    imports_per_minute: int = 60
    offered: bool = True
    server_notice: float = 0.3
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
            oidc_client_secret=self.oidc_client_secret,
            oidc_client_secret_file=self.oidc_client_secret_file,
            oidc_name=self.oidc_name,
            oidc_extra_scopes=self.oidc_extra_scopes,
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
    def streams(self) -> Streams:
        """What image streams rest on."""
        return Streams(
            offered=self.offered,
            registry=Registering(
                enabled=self.registry_enabled,
                address=self.registry_address,
                public=self.registry_public_address,
                directory=self.registry_directory,
                plain_listen=self.registry_plain_listen,
                plain_anywhere=self.registry_plain_anywhere,
            ),
            importing=Importing(
                at_once=self.imported_at_once,
                scheduled=self.scheduled_imports,
                interval=self.import_interval,
                per_minute=self.imports_per_minute,
                ca_file=self.registry_ca_file,
                allowed=self.allowed_registries,
                reach=Reaches(self.registry_reach) if self.registry_reach else None,
            ),
        )

    @property
    def platform(self) -> Platform:
        """What every build is given."""
        return Platform(ca_bundle=self.ca_bundle, env=self.build_env)
