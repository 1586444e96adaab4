"""What this host lets a container engine do, and the configuration that follows from it.

Looks at /proc, /sys and PATH, never changes anything. The configuration is handed to buildah and
podman by CONTAINERS_CONF; the system's own files stay untouched.

Source: containers.conf(5); setrlimit(2); cgroups(7).
"""

from __future__ import annotations

import os
import resource
from pathlib import Path

import msgspec

from slipcast.adapters import argv

_SYS_RESOURCE = 1 << 24
_FILES = 10_000
_PROCESSES = 6_000
_MOST_FILES = 1 << 20
TUN = Path("/dev/net/tun")
"""The device behind which slirp4netns works; some hosts keep it to root."""
_CNI_PLUGINS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"), Path("/usr/libexec/cni"))
_NETAVARK = (
    Path("/usr/lib/podman/netavark"),
    Path("/usr/libexec/podman/netavark"),
    Path("/usr/local/lib/podman/netavark"),
)


class HostSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, as an engine needs it.

    Shape:  runtime is `runc` or `crun`, empty when neither is there. cgroups is `v1`, `v2`,
            `hybrid` or empty. network_backend is `cni`, `netavark` or empty. cni_path is where the
            plugins lie, None without them. ulimits are `name=soft:hard`, soft equal to hard.
            own_network says whether a container can have another network than the host's.
    """

    rootless: bool = False
    runtime: str = "runc"
    cgroups: str = "v2"
    cgroup_manager: str = "cgroupfs"
    ulimits: tuple[str, ...] = ()
    network_backend: str = ""
    cni_path: Path | None = None
    storage_driver: str = "overlay"
    own_network: bool = True


def look() -> HostSettings:
    """Look at this host. A few files are read, no program is run."""
    cgroups = cgroup_mode()
    backend, plugins = network_backend()
    rootless = os.geteuid() != 0 or in_user_namespace()
    return HostSettings(
        rootless=rootless,
        runtime=runtime_for(cgroups),
        cgroups=cgroups,
        cgroup_manager=cgroup_manager(),
        ulimits=ulimits(),
        network_backend=backend,
        cni_path=plugins,
        storage_driver=storage_driver(),
        own_network=(not rootless and bool(backend)) or may_make_networks(),
    )


def in_user_namespace() -> bool:
    """Whether our root is one of a user namespace, such as `buildah unshare` makes."""
    try:
        first, *others = Path("/proc/self/uid_map").read_text().splitlines()
    except (OSError, ValueError):
        return False
    return bool(others) or first.split()[:2] != ["0", "0"]


def containers_conf(host: HostSettings) -> str:
    """The containers.conf for a host. Pure."""
    lines = ["[containers]"]
    limits = ", ".join(f'"{limit}"' for limit in host.ulimits)
    lines.append(f"default_ulimits = [{limits}]")
    if host.network_backend:
        lines += ["[network]", f'network_backend = "{host.network_backend}"']
    lines += ["[engine]", f'cgroup_manager = "{host.cgroup_manager}"', 'events_logger = "file"']
    if host.runtime:
        lines.append(f'runtime = "{host.runtime}"')
    return "\n".join([*lines, ""])


def ulimits() -> tuple[str, ...]:
    """Limits that a container may be given here, no higher than our own.

    Shape:  soft equal to hard, since podman's Docker API turns unequal values round.
    """
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    processes = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    if may_raise_limits():
        return (_limit("nofile", files, _MOST_FILES),)
    return (_limit("nofile", files, _FILES), _limit("nproc", processes, _PROCESSES))


def may_raise_limits() -> bool:
    """Whether we hold CAP_SYS_RESOURCE, and not over a user namespace alone."""
    if in_user_namespace():
        return False
    status = Path("/proc/self/status").read_text()
    effective = next(
        (line.split()[1] for line in status.splitlines() if line.startswith("CapEff:")), "0"
    )
    return bool(int(effective, 16) & _SYS_RESOURCE)


def _limit(name: str, hard: int, wanted: int) -> str:
    value = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    return f"{name}={value}:{value}"


def cgroup_mode() -> str:
    """`v1`, `v2`, `hybrid` (v1 controllers with a v2 mount beside them), or empty."""
    kinds = {line.split()[2] for line in Path("/proc/mounts").read_text().splitlines()}
    if "cgroup" in kinds:
        return "hybrid" if "cgroup2" in kinds else "v1"
    return "v2" if "cgroup2" in kinds else ""


def runtime_for(cgroups: str) -> str:
    """The runtime that works: crun refuses hybrid cgroups, else the one that is there."""
    order = ("runc",) if cgroups == "hybrid" else ("crun", "runc")
    return next((name for name in order if argv.find(name)), "")


def cgroup_manager() -> str:
    """`systemd` where it runs the machine, else plain files."""
    return "systemd" if Path("/run/systemd/system").is_dir() else "cgroupfs"


def network_backend() -> tuple[str, Path | None]:
    """The backend whose programs are there, and where the CNI plugins lie."""
    plugins = next((path for path in _CNI_PLUGINS if (path / "bridge").exists()), None)
    if plugins is not None:
        return "cni", plugins
    return ("netavark" if any(path.exists() for path in _NETAVARK) else ""), None


def may_make_networks() -> bool:
    """Whether slirp4netns, which gives rootless containers theirs, is there and may do so."""
    return argv.find("slirp4netns") is not None and os.access(TUN, os.R_OK | os.W_OK)


def storage_driver() -> str:
    """The best driver that works: overlay by the kernel, by fuse, or plain copies."""
    known = Path("/proc/filesystems").read_text().split()
    if "overlay" in known or Path("/sys/module/overlay").is_dir():
        return "overlay"
    if argv.find("fuse-overlayfs") and os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "overlay"
    return "vfs"
