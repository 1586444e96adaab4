"""The Daemon port: the server as a program that is started, looked at and stopped. Synchronous."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from slipcast.builds.cluster import Cluster
from slipcast.ports.distribution import Reaches
from slipcast.ports.running import Running
from slipcast.values.sensitive import Sensitive


class Identification(msgspec.Struct, frozen=True, kw_only=True):
    """Who is let in, beside service accounts and those with a certificate of ours.

    Shape:  empty and None mean not said. htpasswd is a file of users and hashed passwords. Without
            oidc_issuer there is no OpenID Connect. An oidc_username_prefix of None means the
            issuer's URL and `#`, unless the claim is `email`. With a client secret, or a file that
            holds it and goes before it, people log in at the provider with a browser: oidc_name is
            what they call it. registries are the addresses of the
            integrated registry, for which service accounts get credentials.
    """

    htpasswd: Path | None = None
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_username_claim: str = ""
    oidc_username_prefix: str | None = None
    oidc_groups_claim: str = ""
    oidc_groups_prefix: str = ""
    oidc_ca_file: Path | None = None
    oidc_required_claims: tuple[tuple[str, str], ...] = ()
    oidc_client_secret: Sensitive | None = None
    oidc_client_secret_file: Path | None = None
    oidc_name: str = ""
    oidc_extra_scopes: tuple[str, ...] = ()
    registries: tuple[str, ...] = ()

    def over(self, usual: Identification) -> Identification:
        """This, with what is not said as usual."""
        said = {
            field: value
            for field, value in msgspec.structs.asdict(self).items()
            if value not in (None, "", ())
        }
        return msgspec.structs.replace(usual, **said)


class Building(msgspec.Struct, frozen=True, kw_only=True):
    """How builds are run.

    Shape:  workers is how many of them are decided about at once; pods is what runs them,
            `process`, `podman` or `none`; at_once is how many run, 0 for as many as there are
            processors; program is what is run in place of our own builder.
    Units:  largest_upload in bytes.
    """

    cluster: Cluster = Cluster(builder_image="slipcast/builder")
    workers: int = 4
    pods: str = "process"
    at_once: int = 0
    program: tuple[str, ...] = ()
    largest_upload: int = 16 << 30


class Registering(msgspec.Struct, frozen=True, kw_only=True):
    """The integrated registry.

    Shape:  address is `host:port`, under which streams know it, empty for the server's own;
            public is what people outside are told; directory None means one of the state's;
            plain_listen is where it answers without TLS, empty for nowhere, and a loopback address
            unless plain_anywhere.
    """

    enabled: bool = True
    address: str = ""
    public: str = ""
    directory: Path | None = None
    plain_listen: str = ""
    plain_anywhere: bool = False


class Importing(msgspec.Struct, frozen=True, kw_only=True):
    """What is imported from other registries: tags of one import, -1 for all; and by itself.

    Shape:  ca_file vouches for them, beside what this host trusts; allowed names them, all when
            empty; reach None leaves it to whether the server is for one machine alone.
    Units:  interval in seconds.
    """

    at_once: int = 5
    scheduled: bool = True
    interval: int = 900
    per_minute: int = 60
    ca_file: Path | None = None
    allowed: tuple[str, ...] = ()
    reach: Reaches | None = None


class Streams(msgspec.Struct, frozen=True, kw_only=True):
    """What image streams rest on; offered says that those of builder images are there."""

    offered: bool = True
    registry: Registering = Registering()
    importing: Importing = Importing()


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """How to serve.

    Shape:  state None means the user's own place; port 0 any that is free; kubeconfig None means a
            file in the state directory; store is `sqlite`, `memory` or the URL of a PostgreSQL
            database.
    Units:  notice in seconds between saying that it stops and stopping.
    """

    state: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8443
    kubeconfig: Path | None = None
    store: str = "sqlite"
    identity: Identification = Identification()
    building: Building = Building()
    streams: Streams = Streams()
    notice: float = 0.3


class Daemon(Protocol):
    """The server, one for each state directory."""

    def serve(self, wanted: Serving, started: Callable[[Running], None]) -> None:
        """Serve until a signal comes; `started` is called when the first request can be answered.

        Errors: PortFault when the address is taken, or the state directory is another server's;
                InvalidFault for settings that cannot be.
        """
        ...

    def start(self, wanted: Serving) -> Running:
        """Start a server that outlives this process, and wait until it answers.

        Errors: as `serve`; PortFault with the last lines of its log when it does not come up.
        """
        ...

    def status(self, state: Path | None) -> Running | None:
        """The server of a state directory, None when none runs."""
        ...

    def stop(self, state: Path | None) -> Running | None:
        """Stop the server of a state directory and wait for its end; what it was, None: none ran.

        Errors: PortFault when it does not end.
        """
        ...
