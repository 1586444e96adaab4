"""The runtime configuration: what runc reads to start one program. Documents in, a document out.

Source: OCI runtime specification 1.0, config.md and config-linux.md; the defaults are those of
the container tools' libraries.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from slipcast.values.container import Limits, Mount, Owner

Document = dict[str, Any]

CAPABILITIES = (
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
    "CAP_NET_BIND_SERVICE", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
    "CAP_SYS_CHROOT",
)  # fmt: skip
EVERY_CAPABILITY = (
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
    "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
    "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
)  # fmt: skip
"""THE TABLE of capabilities, by their number (capabilities(7))."""
MASKED = (
    "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
    "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/dev/block", "/sys/firmware",
    "/sys/fs/selinux",
)  # fmt: skip
READ_ONLY = (
    "/proc/asound",
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
)
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """What is to run, everything resolved: no names left to look up.

    Shape:  argv is complete, ENTRYPOINT included. network_namespace is a path, empty for one of its
            own without any network; `host` shares the host's. cgroup is empty where groups are not
            ours to make: in a user namespace, as rootless says. Who is privileged has the
            capabilities that are held, and no filter, no masked paths and no closed devices.
    Units:  shm_size in bytes; open_files and processes are limits, soft and hard alike; grace in
            seconds, which the program may take to end when we are ended.
    """

    root: Path
    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    workdir: str = "/"
    owner: Owner = msgspec.field(default_factory=Owner)
    groups: tuple[int, ...] = ()
    mounts: tuple[Mount, ...] = ()
    cap_drop: tuple[str, ...] = ()
    limits: Limits = msgspec.field(default_factory=Limits)
    shm_size: int = 64 * 1024 * 1024
    network_namespace: str = ""
    hostname: str = ""
    cgroup: str = ""
    open_files: int = 1024
    processes: int = 4096
    rootless: bool = False
    privileged: bool = False
    grace: float = 0
    held: tuple[str, ...] = ()


def configuration(program: Program, seccomp: Mapping[str, object]) -> Document:
    """The document for `config.json`."""
    privileged = program.privileged
    return {
        "ociVersion": "1.0.2",
        "hostname": program.hostname,
        "root": {"path": str(program.root), "readonly": False},
        "process": _process(program),
        "mounts": [*_system_mounts(program), *map(_bind, program.mounts)],
        "linux": {
            "namespaces": _namespaces(program.network_namespace),
            "resources": {
                "devices": [{"allow": privileged, "access": "rwm"}],
                **_resources(program),
            },
            **({"cgroupsPath": program.cgroup} if program.cgroup else {}),
            **({} if privileged else _shielded(seccomp)),
        },
    }


def _shielded(seccomp: Mapping[str, object]) -> Document:
    return {
        "maskedPaths": list(MASKED),
        "readonlyPaths": list(READ_ONLY),
        "seccomp": dict(seccomp),
    }


def held(bounding: int) -> tuple[str, ...]:
    """The names of the capabilities in a bounding set, as `/proc/self/status` has it."""
    return tuple(name for bit, name in enumerate(EVERY_CAPABILITY) if bounding >> bit & 1)


def capabilities(drop: tuple[str, ...]) -> list[str]:
    """The default capabilities without those to drop, by any spelling; `all` drops every one."""
    dropped = {
        name.upper() if name.upper().startswith("CAP_") else f"CAP_{name.upper()}" for name in drop
    }
    return [] if "CAP_ALL" in dropped else [name for name in CAPABILITIES if name not in dropped]


def _process(program: Program) -> Document:
    kept = list(program.held) if program.privileged else capabilities(program.cap_drop)
    # Only root acts with its capabilities; for others they bound what a set-uid program may gain.
    active = kept if program.owner.uid == 0 else []
    env = {"PATH": PATH, "HOSTNAME": program.hostname, **dict(program.env)}
    return {
        "terminal": False,
        "args": list(program.argv),
        "env": [f"{name}={value}" for name, value in env.items()],
        "cwd": program.workdir or "/",
        "user": {
            "uid": program.owner.uid,
            "gid": program.owner.gid,
            "additionalGids": list(program.groups),
            "umask": 0o022,
        },
        "capabilities": {"bounding": kept, "effective": active, "permitted": active},
        "rlimits": [
            {"type": "RLIMIT_NOFILE", "soft": program.open_files, "hard": program.open_files},
            {"type": "RLIMIT_NPROC", "soft": program.processes, "hard": program.processes},
        ],
        "noNewPrivileges": False,
    }


def _system_mounts(program: Program) -> list[Document]:
    safe = ["nosuid", "noexec", "nodev"]
    way = [] if program.privileged else ["ro"]
    # A namespace's root may mount a sysfs only over a network and a /sys that are all its own.
    shared = program.rootless or program.network_namespace == "host"
    sysfs: Document = (
        {"type": "bind", "source": "/sys", "options": ["rbind", *safe, *way]}
        if shared
        else {"type": "sysfs", "source": "sysfs", "options": [*safe, *way]}
    )
    return [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": safe},
        {
            "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
            "options": ["nosuid", "noexec", "strictatime", "mode=755", "size=65536k"],
        },
        {
            "destination": "/dev/pts", "type": "devpts", "source": "devpts",
            "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
        },
        {
            "destination": "/dev/shm", "type": "tmpfs", "source": "shm",  # noqa: S108 -- the container's
            "options": [*safe, "mode=1777", f"size={program.shm_size}"],
        },
        {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": safe},
        {"destination": "/sys", **sysfs},
    ]  # fmt: skip


def _bind(mount: Mount) -> Document:
    way = ["ro"] if mount.read_only else []
    return {
        "destination": mount.target,
        "type": "bind",
        "source": mount.source,
        "options": ["rbind", "rprivate", *way, *mount.options],
    }


def _namespaces(network: str) -> list[Document]:
    own: list[Document] = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")]
    match network:
        case "host":
            return own
        case "":
            return [*own, {"type": "network"}]
        case path:
            return [*own, {"type": "network", "path": path}]


def _resources(program: Program) -> Document:
    limits = program.limits
    memory = {"limit": limits.memory, "swap": limits.memory_swap or limits.memory}
    cpu = {
        "shares": limits.cpu_shares,
        "quota": limits.cpu_quota,
        "period": limits.cpu_period,
    }
    document: Document = {}
    if limits.memory:
        document["memory"] = {name: value for name, value in memory.items() if value}
    if any(cpu.values()):
        document["cpu"] = {name: value for name, value in cpu.items() if value}
    return document
