"""The Host port: everything on this machine that builds depend on, each with what to do about it.

Every row stands by itself; none changes anything, and none fails the others.

Source: ports.host. Package names are Debian's, where the program's own is another.
"""

from __future__ import annotations

import os
import platform
import pwd
import resource
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from slipcast.adapters import argv
from slipcast.adapters.engine import host
from slipcast.ports.host import Fact, Verdict
from slipcast.values.faults import HostFault

_OLDEST_KERNEL = (5, 4)
_FEW_FILES = 1024
_ROOM = 5 << 30
_PROGRAMS = (
    # program, how it tells its version, what it is for, whether builds stop without it
    ("buildah", "--version", "builds and keeps images", True),
    ("git", "--version", "clones sources", True),
    ("podman", "--version", "runs the results of builds", False),
    ("skopeo", "--version", "copies images between places", False),
    ("mmdebstrap", "--version", "makes base images where no registry can be reached", False),
    ("slirp4netns", "--version", "gives builds a network in 7 ms; else a bridge is made", False),
)
_SECCOMP = (Path("/etc/containers/seccomp.json"), Path("/usr/share/containers/seccomp.json"))
_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/cert.pem"),
)
_STORAGE = Path("/var/lib/containers/storage")
_SOCKETS = (Path("/var/run/docker.sock"), Path("/run/podman/podman.sock"))


class Doctor:
    """The Host of the port."""

    def __init__(self, storage: Path | None = None) -> None:
        self._storage = storage

    def facts(self) -> tuple[Fact, ...]:
        """Everything `slipcast doctor` prints, in reading order."""
        return (
            _kernel(),
            _user(),
            *_user_namespaces(),
            _cgroups(),
            _runtime(),
            *map(_program, _PROGRAMS),
            _call_filter(),
            _overlay(),
            *_limits(),
            _network(),
            self._room(),
            _certificates(),
            _socket(),
        )

    def _room(self) -> Fact:
        place = self._storage or (_STORAGE if os.geteuid() == 0 else _home_storage())
        there = next(path for path in (place, *place.parents) if path.exists())
        free = shutil.disk_usage(there).free
        found = f"{place}, {free / (1 << 30):.1f} GiB free"
        if free < _ROOM:
            advice = "free some space there, or set another storage root"
            return Fact(name="storage", found=found, verdict=Verdict.LIMITED, advice=advice)
        return Fact(name="storage", found=found)


def _kernel() -> Fact:
    release = platform.release()
    numbers = [part for part in release.split("-")[0].split(".")[:2] if part.isdecimal()]
    if tuple(map(int, numbers)) < _OLDEST_KERNEL:
        return Fact(
            name="kernel", found=release, verdict=Verdict.LIMITED,
            advice="use Linux 5.4 or newer; older ones lack parts of overlay",
        )  # fmt: skip
    return Fact(name="kernel", found=f"{platform.system()} {release}")


def _user() -> Fact:
    if os.geteuid() == 0:
        return Fact(name="user", found="root")
    return Fact(
        name="user", found=f"{_name()}, rootless", verdict=Verdict.LIMITED,
        advice="start builds behind `buildah unshare`; commits are slower than root's",
    )  # fmt: skip


def _user_namespaces() -> Iterator[Fact]:
    most = _text(Path("/proc/sys/user/max_user_namespaces"))
    on = most not in {"", "0"} and _text(Path("/proc/sys/kernel/unprivileged_userns_clone")) != "0"
    root = os.geteuid() == 0
    yield Fact(
        name="user namespaces",
        found=f"up to {most}" if on else "switched off",
        verdict=Verdict.FINE if on else Verdict.LIMITED if root else Verdict.MISSING,
        advice="" if on else "sysctl -w user.max_user_namespaces=15000",
    )
    if root:
        return
    rows = _text(Path("/etc/subuid")).splitlines()
    mapped = any(row.partition(":")[0] in {_name(), str(os.geteuid())} for row in rows)
    helper = argv.find("newuidmap") is not None
    yield Fact(
        name="subordinate ids",
        found="yes" if mapped and helper else "no newuidmap" if mapped else "none for this user",
        verdict=Verdict.FINE if mapped and helper else Verdict.MISSING,
        advice=""
        if mapped and helper
        else "apt-get install uidmap"
        if mapped
        else f"usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {_name()}",
    )


def _cgroups() -> Fact:
    mode = host.cgroup_mode()
    if mode == "v2":
        controllers = _text(Path("/sys/fs/cgroup/cgroup.controllers"))
    else:
        rows = [row.split() for row in _text(Path("/proc/cgroups")).splitlines()[1:]]
        controllers = " ".join(row[0] for row in rows if row[-1] == "1")
    found = f"{mode or 'none'}, {host.cgroup_manager()}: {controllers}"
    if {"memory", "cpu"} - set(controllers.split()):
        return Fact(
            name="cgroups", found=found, verdict=Verdict.LIMITED,
            advice="limits on memory and CPU will not hold: mount the controllers",
        )  # fmt: skip
    return Fact(name="cgroups", found=found)


def _runtime() -> Fact:
    there = [name for name in ("crun", "runc") if argv.find(name)]
    chosen = host.runtime_for(host.cgroup_mode())
    if not chosen:
        return Fact(
            name="runtime", found=f"{', '.join(there) or 'none'}: none that works here",
            verdict=Verdict.MISSING, advice="apt-get install runc",
        )  # fmt: skip
    return Fact(name="runtime", found=f"{chosen} (installed: {', '.join(there)})")


def _program(row: tuple[str, str, str, bool]) -> Fact:
    name, flag, purpose, needed = row
    try:
        ran = argv.run([name, flag], timeout=10)
    except HostFault:
        return Fact(
            name=name, found="not installed",
            verdict=Verdict.MISSING if needed else Verdict.LIMITED,
            advice=f"apt-get install {name}: {purpose}",
        )  # fmt: skip
    said = (ran.text or ran.complaint).splitlines() or [""]
    return Fact(name=name, found=said[0].removeprefix(name).strip().removeprefix("version "))


def _call_filter() -> Fact:
    found = next((path for path in _SECCOMP if path.exists()), None)
    if found is None:
        return Fact(
            name="system call filter", found="none", verdict=Verdict.LIMITED,
            advice="apt-get install golang-github-containers-common: brings the profile",
        )  # fmt: skip
    return Fact(name="system call filter", found=str(found))


def _overlay() -> Fact:
    driver = host.storage_driver()
    if driver == "overlay":
        by = "kernel" if "overlay" in _text(Path("/proc/filesystems")) else "fuse"
        return Fact(name="overlay", found=f"by the {by}")
    return Fact(
        name="overlay", found="none: layers are copied", verdict=Verdict.LIMITED,
        advice="modprobe overlay, or apt-get install fuse-overlayfs",
    )  # fmt: skip


def _limits() -> Iterator[Fact]:
    for name, number in (
        ("open files", resource.RLIMIT_NOFILE),
        ("processes", resource.RLIMIT_NPROC),
    ):
        hard = resource.getrlimit(number)[1]
        few = hard != resource.RLIM_INFINITY and hard < _FEW_FILES
        yield Fact(
            name=name,
            found="unlimited" if hard == resource.RLIM_INFINITY else f"at most {hard}",
            verdict=Verdict.LIMITED if few else Verdict.FINE,
            advice="raise the hard limit (ulimit -H) before starting" if few else "",
        )


def _network() -> Fact:
    backend, plugins = host.network_backend()
    if backend:
        return Fact(name="bridge network", found=f"{backend}{f' in {plugins}' if plugins else ''}")
    return Fact(
        name="bridge network", found="no plugins", verdict=Verdict.LIMITED,
        advice="apt-get install containernetworking-plugins, or use --network host",
    )  # fmt: skip


def _certificates() -> Fact:
    found = next((path for path in _BUNDLES if path.exists()), None)
    if found is None:
        return Fact(
            name="CA bundle", found="none", verdict=Verdict.LIMITED,
            advice="apt-get install ca-certificates",
        )  # fmt: skip
    return Fact(name="CA bundle", found=str(found))


def _socket() -> Fact:
    runtime = Path(f"/run/user/{os.geteuid()}/podman/podman.sock")
    answering = [str(path) for path in (*_SOCKETS, runtime) if _answers(path)]
    if answering:
        return Fact(name="docker API", found=", ".join(answering))
    # Only those who choose the docker engine need one.
    return Fact(name="docker API", found="no socket answers; not needed with buildah")


def _answers(path: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        probe.connect(str(path))
        return True
    return False


def _home_storage() -> Path:
    try:
        home = pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        home = "/"
    return Path(home) / ".local/share/containers/storage"


def _name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
