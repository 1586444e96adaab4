"""What the Engine API is asked for a working container, from the port's specification. Pure.

Source: Docker Engine API v1.41, ContainerCreate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slipcast.ports.engine import ContainerSpec
from slipcast.values.container import Limits, Mount

_NAMESPACE = "netns:"


def container_body(
    spec: ContainerSpec, image: str, *, ulimits: Iterable[str] = (), podman: bool = False
) -> dict[str, Any]:
    """The body of a container's creation.

    Shape:  ulimits are `name=soft:hard`; without them the engine's own defaults hold (S2I-321).
    """
    body: dict[str, Any] = {
        "Image": image,
        "Env": [f"{name}={value}" for name, value in spec.env],
        "HostConfig": _host_config(spec, ulimits, podman=podman),
        # What is ended, is ended at once: only a removal ever ends it.
        "StopTimeout": 0,
    }
    if spec.stdin is not None:
        body |= {"OpenStdin": True, "StdinOnce": True, "AttachStdin": True}
    if spec.use_entrypoint:
        body["Cmd"] = list(spec.argv) or None
    else:
        body["Entrypoint"], body["Cmd"] = list(spec.argv[:1]), list(spec.argv[1:])
    body |= {"User": spec.user, "WorkingDir": spec.workdir}
    return {key: value for key, value in body.items() if value not in (None, "", [])}


def limit_parameters(limits: Limits) -> dict[str, object]:
    """The limits that are set, as query parameters of a build."""
    given = {
        "memory": limits.memory,
        "memswap": limits.memory_swap,
        "cpushares": limits.cpu_shares,
        "cpuquota": limits.cpu_quota,
        "cpuperiod": limits.cpu_period,
        "cgroupparent": limits.cgroup_parent,
    }
    return {key: value for key, value in given.items() if value}


def network_mode(network: str, *, podman: bool) -> str:
    """A network mode in the engine's own words."""
    if podman and network.startswith(_NAMESPACE):
        return "ns:" + network.removeprefix(_NAMESPACE)
    return network


def _host_config(spec: ContainerSpec, ulimits: Iterable[str], *, podman: bool) -> dict[str, Any]:
    limits = spec.limits
    config: dict[str, Any] = {
        "NetworkMode": network_mode(spec.network, podman=podman),
        "ExtraHosts": list(spec.add_hosts),
        "Privileged": spec.privileged,
        "CapDrop": list(spec.cap_drop),
        "SecurityOpt": list(spec.security_opt),
        "ShmSize": spec.shm_size,
        "Memory": limits.memory,
        "MemorySwap": limits.memory_swap,
        "CpuShares": limits.cpu_shares,
        "CpuQuota": limits.cpu_quota,
        "CpuPeriod": limits.cpu_period,
        "CgroupParent": limits.cgroup_parent,
        "Ulimits": [_ulimit(limit) for limit in ulimits],
        # Output is read while it comes; a copy in the engine's log would be one too many.
        "LogConfig": {"Type": "none"},
        "Mounts": [_mount(mount) for mount in spec.mounts if not mount.options],
        "Binds": [_bind(mount) for mount in spec.mounts if mount.options],
    }
    return {key: value for key, value in config.items() if value}


def _mount(mount: Mount) -> Mapping[str, Any]:
    return {
        "Type": "bind",
        "Source": mount.source,
        "Target": mount.target,
        "ReadOnly": mount.read_only,
    }


def _bind(mount: Mount) -> str:
    # Only the older spelling carries options such as `z`.
    options = [*(["ro"] if mount.read_only else []), *mount.options]
    return f"{mount.source}:{mount.target}:{','.join(options)}"


def _ulimit(text: str) -> Mapping[str, Any]:
    name, _, values = text.partition("=")
    soft, _, hard = values.partition(":")
    return {"Name": name, "Soft": int(soft), "Hard": int(hard or soft)}
