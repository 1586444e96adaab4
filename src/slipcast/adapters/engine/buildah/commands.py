"""buildah's argument lists, from the port's specifications. Pure.

Every value that a user gave stands behind a flag with `=` or after `--`, so that none can become an
option. Source: buildah(1) and its pages from(1), run(1), build(1), commit(1), config(1).
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence

from slipcast.adapters.heeded import is_heeded
from slipcast.ports.engine import BuildSpec, ContainerSpec
from slipcast.values.container import Limits, Mount
from slipcast.values.image import ImageConfig

# Docker's own format keeps ONBUILD, HEALTHCHECK and SHELL, which OCI's has no place for.
_FORMAT = "docker"


def network_flag(network: str) -> list[str]:
    """The flag for a network mode, nothing for the engine's default."""
    if network in {"", "default"}:
        return []
    if network == "bridge":
        return ["--network=private"]
    if network.startswith("netns:"):
        return [f"--network=ns:{network.removeprefix('netns:')}"]
    return [f"--network={network}"]


def limit_flags(limits: Limits) -> list[str]:
    """The flags for limits, none for those not set."""
    given: tuple[tuple[str, int | str], ...] = (
        ("memory", limits.memory),
        ("memory-swap", limits.memory_swap),
        ("cpu-shares", limits.cpu_shares),
        ("cpu-quota", limits.cpu_quota),
        ("cpu-period", limits.cpu_period),
        ("cgroup-parent", limits.cgroup_parent),
    )
    return [f"--{name}={value}" for name, value in given if value]


def volume_flags(mounts: Iterable[Mount]) -> list[str]:
    """The flags for bind mounts."""
    return [f"--volume={_volume(mount)}" for mount in mounts]


def _volume(mount: Mount) -> str:
    options = [*(["ro"] if mount.read_only else []), *mount.options]
    return ":".join([mount.source, mount.target, *([",".join(options)] if options else [])])


def from_words(spec: ContainerSpec, image: str, name: str) -> list[str]:
    """`buildah from`: a working container of an image that is present."""
    return [
        "from",
        "--pull-never",
        f"--name={name}",
        f"--shm-size={spec.shm_size}",
        *limit_flags(spec.limits),
        *(f"--add-host={host}" for host in spec.add_hosts),
        *(["--security-opt=seccomp=unconfined"] if spec.privileged else []),
        *(f"--security-opt={option}" for option in spec.security_opt),
        "--",
        image,
    ]


def run_words(spec: ContainerSpec, name: str, command: Sequence[str]) -> list[str]:
    """`buildah run`: the container's program."""
    return [
        "run",
        *network_flag(spec.network),
        *(["--cap-add=ALL"] if spec.privileged else []),
        *(f"--cap-drop={_capability(name)}" for name in spec.cap_drop),
        *volume_flags(spec.mounts),
        *(f"--env={variable}={value}" for variable, value in spec.env),
        *([f"--user={spec.user}"] if spec.user else []),
        *([f"--workingdir={spec.workdir}"] if spec.workdir else []),
        "--",
        name,
        *command,
    ]


def build_words(spec: BuildSpec, dockerfile: str, id_file: str) -> list[str]:
    """`buildah build` of a Dockerfile, with the layer cache unless told otherwise."""
    return [
        "build",
        f"--format={_FORMAT}",
        f"--pull={_PULL[spec.policy.value]}",
        f"--iidfile={id_file}",
        f"--file={dockerfile}",
        "--retry=0",
        "--identity-label=false",
        "--force-rm",
        f"--layers={'true' if spec.layers else 'false'}",
        *(["--no-cache"] if spec.no_cache else []),
        *([f"--tag={spec.tag}"] if spec.tag else []),
        *([f"--timestamp={spec.timestamp}"] if spec.timestamp is not None else []),
        *(_build_arg(name, value) for name, value in spec.build_args.items()),
        *(f"--label={name}={value}" for name, value in spec.labels.items()),
        *network_flag(spec.network),
        *(f"--cap-drop={_capability(name)}" for name in spec.cap_drop),
        *(f"--add-host={host}" for host in spec.add_hosts),
        *limit_flags(spec.limits),
        *volume_flags(spec.mounts),
    ]


def build_variables(spec: BuildSpec) -> dict[str, str]:
    """What `buildah build` finds in its environment: proxies, and values of build arguments.

    Shape:  steps see the proxies and no image keeps them. A command line is shown to whoever lists
            processes, and a value may be a secret; see standins for those of heeded names.
    """
    args = {name: value for name, value in spec.build_args.items() if _is_inherited(name)}
    return {**spec.proxies, **args}


def _build_arg(name: str, value: str) -> str:
    """A build argument; its value stays in the environment unless buildah would heed it there.

    Shape:  without `=` buildah looks the value up.
    """
    return f"--build-arg={name}" if _is_inherited(name) else f"--build-arg={name}={value}"


def _is_inherited(name: str) -> bool:
    return bool(name) and "=" not in name and not is_heeded(name)


_PULL = {"always": "always", "if-not-present": "false", "never": "never"}


def config_words(config: ImageConfig, comment: str, name: str) -> list[str]:
    """`buildah config`: a working container's run configuration, whole.

    Shape:  a lone `-` is how buildah is told to forget what the image brought along.
    """
    return [
        "config",
        *(f"--env={value}" for value in ("-", *(f"{key}={text}" for key, text in config.env))),
        "--label=-",
        *(f"--label={key}={text}" for key, text in sorted(config.labels.items())),
        f"--entrypoint={json.dumps(list(config.entrypoint)) if config.entrypoint else ''}",
        f"--cmd={shlex.join(config.cmd)}",
        f"--user={config.user}",
        f"--workingdir={config.workdir}",
        f"--stop-signal={config.stop_signal}",
        f"--comment={comment}",
        *(f"--port={port}" for port in ("-", *config.exposed_ports)),
        *(f"--volume={volume}" for volume in ("-", *map(_csv, config.volumes))),
        *(f"--onbuild={_csv(instruction)}" for instruction in config.onbuild),
        "--",
        name,
    ]


def commit_words(name: str, tag: str, timestamp: int | None, id_file: str) -> list[str]:
    """`buildah commit`: an image of a working container."""
    return [
        "commit",
        f"--format={_FORMAT}",
        "--quiet",
        "--identity-label=false",
        f"--iidfile={id_file}",
        *([f"--timestamp={timestamp}"] if timestamp is not None else []),
        "--",
        name,
        *([tag] if tag else []),
    ]


def _csv(value: str) -> str:
    # These flags are read as lists of comma separated values.
    quoted = value.replace('"', '""')
    return f'"{quoted}"'


def _capability(name: str) -> str:
    """A capability as buildah spells it; people and docker leave the prefix out."""
    spelled = name.upper()
    return spelled if spelled == "ALL" or spelled.startswith("CAP_") else f"CAP_{spelled}"
