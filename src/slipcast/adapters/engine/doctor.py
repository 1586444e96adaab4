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

from slipcast.adapters import argv, usernamespace
from slipcast.adapters.engine import host
from slipcast.ports.host import Fact, Verdict
from slipcast.values.faults import EngineFault, HostFault

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
_OVERLAY_ADVICE = (
    'it copies whole images; write the lines [storage] and driver = "overlay" to '
    "{}/.config/containers/storage.conf, then `podman system reset`, which forgets all images"
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
            *_build_network(),
            _runtime(),
            *map(_program, _PROGRAMS),
            _call_filter(),
            _overlay(),
            *self._driver(),
            *_limits(),
            _network(),
            self._room(),
            _certificates(),
            _socket(),
        )

    def _driver(self) -> Iterator[Fact]:
        """What buildah chose for a user's images, which is not always the best there is."""
        if os.geteuid() == 0 or self._storage is not None or argv.find("buildah") is None:
            return
        driver = argv.run(["buildah", "info", "--format={{.store.GraphDriverName}}"]).text
        good = driver == "overlay" or host.storage_driver() != "overlay"
        yield Fact(
            name="storage driver",
            found=driver or "buildah does not say",
            verdict=Verdict.FINE if good else Verdict.LIMITED,
            advice="" if good else _OVERLAY_ADVICE.format(_home()),
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
        inside = host.in_user_namespace()
        return Fact(name="user", found="root of a user namespace" if inside else "root")
    return Fact(name="user", found=f"{_name()}: builds run in a user namespace")


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
    why, advice = _subordinate_ids()
    yield Fact(
        name="subordinate ids",
        found=why or "yes",
        verdict=Verdict.MISSING if why else Verdict.FINE,
        advice=advice,
    )


def _subordinate_ids() -> tuple[str, str]:
    """Why this user's containers cannot have other ids than the user's own, and what to do."""
    if argv.find("newuidmap") is None:
        return "no newuidmap", "apt-get install uidmap"
    if argv.find("buildah") is None:
        return "unknown without buildah", "apt-get install buildah"
    try:
        usernamespace.described()
    except EngineFault as fault:
        return fault.message.rpartition(": ")[2], fault.hint
    return "", ""


def _cgroups() -> Fact:
    mode = host.cgroup_mode()
    if mode == "v2":
        controllers = _text(Path("/sys/fs/cgroup/cgroup.controllers"))
    else:
        rows = [row.split() for row in _text(Path("/proc/cgroups")).splitlines()[1:]]
        controllers = " ".join(row[0] for row in rows if row[-1] == "1")
    found = f"{mode or 'none'}, {host.cgroup_manager()}: {controllers}"
    if os.geteuid() != 0 and mode != "v2":
        return Fact(
            name="cgroups", found=found, verdict=Verdict.LIMITED,
            advice="limits on memory and CPU do not hold for users: start the host with cgroups v2",
        )  # fmt: skip
    if {"memory", "cpu"} - set(controllers.split()):
        return Fact(
            name="cgroups", found=found, verdict=Verdict.LIMITED,
            advice="limits on memory and CPU will not hold: mount the controllers",
        )  # fmt: skip
    return Fact(name="cgroups", found=found)


def _build_network() -> Iterator[Fact]:
    if os.geteuid() == 0:
        return
    if host.may_make_networks():
        yield Fact(name="build network", found="its own, by slirp4netns")
        return
    tool = argv.find("slirp4netns")
    yield Fact(
        name="build network",
        found=f"the host's: {f'{host.TUN} may not be opened' if tool else 'no slirp4netns'}",
        verdict=Verdict.LIMITED,
        advice=f"chmod 0666 {host.TUN}" if tool else "apt-get install slirp4netns",
    )


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
    return _home() / ".local/share/containers/storage"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


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
