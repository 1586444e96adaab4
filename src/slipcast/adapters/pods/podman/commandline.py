"""The command line of podman that runs a container of a pod. Pure.

A container has the streams of the program that runs it, and no log of podman's. The builder works
on the host's own images with the host's processes in sight, so it has the host's namespaces, but
its own files; an image of somebody's has only what its pod says.

Source: podman-run(1); the API reference of core/v1 for what a container's words mean.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from slipcast.adapters.pods.process.box import PID
from slipcast.adapters.pods.process.cgroups import OURS
from slipcast.adapters.pods.process.place import Place
from slipcast.adapters.pods.process.plan import Limits, is_ours, limits_of
from slipcast.api.container import Container, SecurityContext
from slipcast.api.pod import Pod, PodSecurityContext
from slipcast.ports.engine import ANONYMOUS, RegistryAccess
from slipcast.values.faults import InvalidFault, PodFault
from slipcast.values.imageref import ImageRef

LABEL: Final = "io.slipcast.pod"
"""The label of a container that says of which pod it is."""

_HOST: Final = ("--pid=host", "--uts=host", "--ipc=host")
_CGROUPS: Final = "/sys/fs/cgroup"
_TRUST: Final = "SSL_CERT_FILE"
_PERIOD: Final = 100_000
_LEAST_QUOTA: Final = 1_000
_LEAST_SHARES: Final = 2
_SHARES: Final = 1024
_PULL: Final = {"Always": "always", "Never": "never"}
_NOTHING: Mapping[str, str] = {}


class OwnRegistry(msgspec.Struct, frozen=True, kw_only=True):
    """The registry of the server whose pods these are.

    Shape:  addresses and plain, where it has no TLS, are `host:port`; authority is a file.
    """

    addresses: tuple[str, ...] = ()
    plain: str = ""
    authority: Path | None = None

    def has(self, image: str) -> bool:
        """Whether an image is of it."""
        return bool(host := _host(image)) and host in (*self.addresses, self.plain)

    def is_plain(self, image: str) -> bool:
        """Whether it has no TLS where an image is pulled from."""
        return bool(self.plain) and _host(image) == self.plain


class Podman(msgspec.Struct, frozen=True, kw_only=True):
    """Podman on this host, and what the builder sees of the host in its container.

    Shape:  words are the program with its flags; env are its variables. builder_env is laid over
            the variables of the builder's containers, shared are paths that they see where the
            host has them, builder_network is their network: the host's, since the server may be
            reached nowhere else. network is that of other containers, empty for podman's own.
            sockets are paths of the host that pods may see. own is the server's registry.
    """

    words: tuple[str, ...] = ("podman",)
    env: Mapping[str, str] = _NOTHING
    builder_env: Mapping[str, str] = _NOTHING
    shared: tuple[Path, ...] = ()
    builder_network: str = "host"
    network: str = ""
    sockets: Collection[str] = ()
    own: OwnRegistry = OwnRegistry()


class Bind(msgspec.Struct, frozen=True, kw_only=True):
    """A path of the host that a container sees."""

    source: Path
    target: str
    read_only: bool = False


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A container that is to be run.

    Shape:  inherited are names of variables that podman takes from its own. grouped says whether
            there are control groups of ours.
    """

    place: Place
    pod: Pod
    container: Container
    binds: tuple[Bind, ...] = ()
    inherited: tuple[str, ...] = ()
    access: RegistryAccess = ANONYMOUS
    grouped: bool = False


def env_file(place: Place, container: str) -> Path:
    """Where the variables of a container lie that podman reads."""
    return place.path / f"given-{container}"


def login(place: Place, container: str) -> Path:
    """The directory with the credentials for a container's image."""
    return place.path / "pull" / container


def box(place: Place, container: str) -> Path:
    """Where podman tells of a container."""
    return place.path / f"box-{container}"


def clearing(podman: Podman, uid: str) -> tuple[str, ...]:
    """The command line that takes away every container of a pod."""
    rm = ("rm", "--force", "--volumes", "--time=0", f"--filter=label={LABEL}={uid}")
    return (*podman.words, "--cgroup-manager=cgroupfs", *rm)


def running(podman: Podman, run: Run) -> tuple[str, ...]:
    """The command line that runs a container, and ends as it does.

    Errors: PodFault for what podman cannot be told.
    """
    container, place = run.container, run.place
    entrypoint, words = _program(container)
    return (
        *podman.words,
        # Groups lie where we look for them, whoever manages those of the host.
        "--cgroup-manager=cgroupfs",
        "run",
        "--rm",
        # What an earlier run has left because it was killed.
        "--replace",
        "--log-driver=passthrough",
        "--http-proxy=false",
        f"--name=slipcast-{place.uid}-{container.name}",
        f"--label={LABEL}={place.uid}",
        f"--pidfile={box(place, container.name) / PID}",
        *_pulling(podman, run),
        *_surroundings(podman, run),
        *_limits(limits_of(container)),
        *_rights(container.security_context or SecurityContext(), run.pod),
        f"--env-file={env_file(place, container.name)}",
        *(f"--env={name}" for name in run.inherited),
        *(f"--volume={_bind(bind)}" for bind in run.binds),
        *([f"--workdir={container.working_dir}"] if container.working_dir else []),
        *entrypoint,
        "--",
        _image(container),
        *words,
    )


def _host(image: str) -> str:
    try:
        return ImageRef.parse(image).registry_host
    except InvalidFault:
        return ""


def _program(container: Container) -> tuple[list[str], tuple[str, ...]]:
    if container.command:
        return [f"--entrypoint={json.dumps(container.command)}"], container.args
    return [], container.args


def _image(container: Container) -> str:
    if is_ours(container):
        return container.image  # also when it was only made here
    try:
        return ImageRef.parse(container.image).exact
    except InvalidFault as fault:
        msg = f"the image {container.image!r} is none: {fault}"
        raise PodFault(msg, reason="InvalidImageName") from fault


def trust(podman: Podman, image: str) -> dict[str, str]:
    """The variables by which podman trusts our own registry, for an image of it only."""
    authority = podman.own.authority
    return {_TRUST: str(authority)} if authority and podman.own.has(image) else {}


def _pulling(podman: Podman, run: Run) -> Iterator[str]:
    image = run.container.image
    # All namespaces share what is here: whether a pod may have it is for the registry to say.
    asked = podman.own.has(image) and not is_ours(run.container)
    policy = "Always" if asked else run.container.image_pull_policy
    yield f"--pull={_PULL.get(policy, 'missing')}"
    if run.access.insecure or podman.own.is_plain(image):
        yield "--tls-verify=false"
    if run.access.credential is not None:
        yield f"--authfile={login(run.place, run.container.name) / '.dockerconfigjson'}"


def _surroundings(podman: Podman, run: Run) -> Iterator[str]:
    if run.grouped:
        yield f"--cgroup-parent=/{OURS}/{run.place.uid}/{run.container.name}"
    if is_ours(run.container):
        yield from _HOST
        yield f"--network={podman.builder_network}"
        for path in (Path(_CGROUPS), *podman.shared):
            yield f"--volume={_bind(Bind(source=path, target=str(path)))}"
        return
    if run.pod.spec.host_network:
        yield "--network=host"
    elif podman.network:
        yield f"--network={podman.network}"


def _limits(limits: Limits) -> Iterator[str]:
    if limits.memory is not None:
        # No swapping: memory that is slow to come is worse than an end that says why.
        yield f"--memory={limits.memory}"
        yield f"--memory-swap={limits.memory}"
    if limits.processors is not None:
        yield f"--cpu-period={_PERIOD}"
        yield f"--cpu-quota={max(limits.processors * _PERIOD // 1000, _LEAST_QUOTA)}"
    if limits.share is not None:
        yield f"--cpu-shares={max(limits.share * _SHARES // 1000, _LEAST_SHARES)}"


def _rights(security: SecurityContext, pod: Pod) -> Iterator[str]:
    usual = pod.spec.security_context or PodSecurityContext()
    user = _first(security.run_as_user, usual.run_as_user)
    group = _first(security.run_as_group, usual.run_as_group)
    if user is not None:
        yield f"--user={user}" if group is None else f"--user={user}:{group}"
    if security.privileged:
        yield "--privileged"
    elif security.capabilities is not None:
        yield from (f"--cap-add={name}" for name in security.capabilities.add)
        yield from (f"--cap-drop={name}" for name in security.capabilities.drop)
    if security.read_only_root_filesystem:
        yield "--read-only"
    if security.allow_privilege_escalation is False:
        yield "--security-opt=no-new-privileges"


def _first(own: int | None, usual: int | None) -> int | None:
    return usual if own is None else own


def _bind(bind: Bind) -> str:
    for path in (str(bind.source), bind.target):
        if ":" in path or "\n" in path or not path.startswith("/"):
            raise PodFault(f"nothing can be mounted from or at {path!r}", reason="InvalidPath")
    return f"{bind.source}:{bind.target}:{'ro' if bind.read_only else 'rw'}"
