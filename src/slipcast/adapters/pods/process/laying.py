"""Laying out a pod's directory: made aside, complete, and renamed into place; and taking it away.

Volumes lie once, in volumes/NAME; where a container sees one, there is a link to it.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from slipcast.adapters import kernel
from slipcast.adapters.pods.process import variables
from slipcast.adapters.pods.process.place import Place
from slipcast.adapters.pods.process.plan import Plan, containers_of, env_of, is_ours, plan_of
from slipcast.adapters.privatefiles import write_private
from slipcast.api.container import Container
from slipcast.api.pod import Pod
from slipcast.api.volumes import Volume, VolumeMount
from slipcast.ports.engine import Credential
from slipcast.ports.pods import Materials, MountedFile
from slipcast.values.faults import InvalidFault, PodFault
from slipcast.values.imageref import ImageRef

_STAGED = ".new-"
_LEAVING = ".old-"
_MOUNTS = Path("/proc/self/mountinfo")
_MOUNT_POINT = 4
_ESCAPED = re.compile(r"\\([0-7]{3})")


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """What every pod here is given.

    Shape:  builder is the program, with its first arguments, that a role is appended to; env are
            variables laid over a pod's own; sockets are paths of the host that pods may see.
    """

    builder: tuple[str, ...]
    env: Mapping[str, str]
    sockets: Collection[str]


def lay(place: Place, pod: Pod, materials: Materials, host: Host) -> None:
    """Put the directory of a pod in place whose containers are programs of this host.

    Errors: PodFault.
    """
    plan = plan_of(pod, materials, host.builder)
    put(place, plan, lambda staged: _fill(staged, place, pod, materials, host))


def put(place: Place, plan: Plan, fill: Callable[[Place], None]) -> None:
    """Put a pod's directory in place, whole or not at all; one that is there stays.

    Shape:  fill is told where the directory is until it is whole.
    Errors: PodFault.
    """
    staged = place.path.with_name(f"{_STAGED}{place.uid}")
    _forgotten(staged)
    try:
        staged.mkdir(mode=0o700)
        for name in ("volumes", "work", "home", "tmp"):
            (staged / name).mkdir(mode=0o700)
        os.mkfifo(Place(staged).control, 0o600)
        fill(Place(staged))
        # Last, since it says that the rest is there.
        write_private(staged / "pod.json", msgspec.json.encode(plan))
        staged.rename(place.path)
    except OSError as error:
        _forgotten(staged)
        if place.plan() is not None:
            return
        raise PodFault(
            f"pod {plan.name} cannot be laid out: {error.strerror}",
            reason="HostUnfit",
            hint=f"look at the file system of {place.path.parent}",
            retryable=True,
        ) from error
    except PodFault:
        _forgotten(staged)
        raise


def take_away(place: Place) -> None:
    """Remove a pod's directory with all in it, and what is mounted below it.

    Errors: PodFault, retryable.
    """
    leaving = place.path.with_name(f"{_LEAVING}{place.uid}")
    try:
        _unmounted(place.path)
        _gone(leaving)
        with contextlib.suppress(FileNotFoundError):
            # From here on there is no such pod, whatever happens to us.
            place.path.rename(leaving)
        _gone(leaving)
    except OSError as error:
        raise PodFault(
            f"the directory of pod {place.uid} cannot be removed: {error.strerror}", retryable=True
        ) from error


def sweep(directory: Path) -> None:
    """Remove what a server that was killed had begun to lay out or to take away."""
    for path in directory.iterdir():
        if path.name.startswith((_STAGED, _LEAVING)):
            _forgotten(path)


def volumes(staged: Place, pod: Pod, materials: Materials, sockets: Collection[str]) -> None:
    """Lay out the volumes of a pod, a directory or link each.

    Errors: PodFault, OSError.
    """
    for volume in pod.spec.volumes:
        _volume(staged.path / "volumes" / inside(volume.name), volume, materials, sockets)


def hide(staged: Place, materials: Materials) -> None:
    """Keep what no log is to show.

    Errors: OSError.
    """
    if materials.hidden:
        values = [os.fsencode(each.reveal()) for each in materials.hidden]
        write_private(staged.masks, msgspec.json.encode(values))


def pipe(staged: Place, container: Container, materials: Materials) -> None:
    """Make what a container reads that is sent something.

    Errors: OSError.
    """
    if container.stdin and materials.input is None:
        os.mkfifo(staged.input(container.name), 0o600)


def part(staged: Place, container: Container, mount: VolumeMount) -> Path:
    """The part of a volume that a container sees, which is there.

    Errors: PodFault, OSError.
    """
    volume = staged.path / "volumes" / inside(mount.name)
    if not os.path.lexists(volume):
        raise PodFault(
            f"container {container.name} mounts a volume {mount.name}, which its pod lacks",
            reason="Unsupported",
        )
    seen = volume / inside(mount.sub_path) if mount.sub_path else volume
    if mount.sub_path and not seen.exists():
        seen.mkdir(parents=True)
    return seen


def _fill(staged: Place, place: Place, pod: Pod, materials: Materials, host: Host) -> None:
    volumes(staged, pod, materials, host.sockets)
    hide(staged, materials)
    credential = materials.access.credential
    for container in containers_of(pod.spec):
        _mounts(staged, container)
        pipe(staged, container, materials)
        given = env_of(container, materials)
        if credential is not None and not is_ours(container):
            directory = f"pull/{container.name}"
            write_login(staged.path / directory, container.image, credential)
            for number, other in enumerate(materials.access.others):
                write_login(staged.path / directory / f"{number}", container.image, other)
            given = {**given, variables.PULL_SECRET: str(place.path / directory)}
        given, long = variables.parted(given)
        for name, value in long.items():
            write_private(staged.long(container.name, name), os.fsencode(value))
            given[variables.FILES[name]] = str(place.long(container.name, name))
        root = place.root(container.name)
        write_env(staged, container.name, variables.complete(given, host.env, place.path, root))


def write_env(staged: Place, container: str, env: Mapping[str, str]) -> None:
    """Keep the variables of the program that a container is, or that runs it.

    Errors: OSError.
    """
    content = "".join(f"{name}={value}\0" for name, value in env.items())
    write_private(staged.path / f"env-{container}", os.fsencode(content))


def write_login(directory: Path, image: str, credential: Credential) -> None:
    """Keep what the image of a container is pulled with, as the engine's tools have it.

    Errors: PodFault, OSError.
    """
    try:
        registry = ImageRef.parse(image).registry_host
    except InvalidFault as fault:
        raise PodFault(
            f"the image {image!r} is none: {fault}", reason="InvalidImageName"
        ) from fault
    login = f"{credential.username}:{credential.password.reveal()}".encode()
    auths = {"auths": {registry: {"auth": base64.b64encode(login).decode()}}}
    directory.mkdir(parents=True, mode=0o700)
    write_private(directory / ".dockerconfigjson", msgspec.json.encode(auths))


def _volume(path: Path, volume: Volume, materials: Materials, sockets: Collection[str]) -> None:
    if volume.host_path is not None:
        if volume.host_path.path not in sockets:
            raise PodFault(
                f"volume {volume.name} is {volume.host_path.path} of the host, which no pod sees",
                reason="HostPathForbidden",
            )
        path.symlink_to(volume.host_path.path)
        return
    path.mkdir(mode=0o755)
    if volume.empty_dir is not None:
        return
    if volume.name not in materials.volumes and not _of_files(volume):
        raise PodFault(
            f"volume {volume.name} is of a kind that cannot be had here", reason="Unsupported"
        )
    for file in materials.volumes.get(volume.name, ()):
        _write(path, file)


def _of_files(volume: Volume) -> bool:
    """Whether it is of a kind that may hold no file: what it refers to is optional."""
    sources = (volume.secret, volume.config_map, volume.projected, volume.downward_api)
    return any(source is not None for source in sources)


def _write(directory: Path, file: MountedFile) -> None:
    path = directory / inside(file.path)
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        # What is no text travels with its bytes escaped.
        opened.write(file.content.reveal().encode("utf-8", "surrogateescape"))
        os.fchmod(opened.fileno(), file.mode & 0o777)


def _mounts(staged: Place, container: Container) -> None:
    root = staged.root(container.name)
    root.mkdir(mode=0o700)
    # The shortest first: what is mounted below another volume is then seen inside of it.
    for mount in sorted(container.volume_mounts, key=lambda each: len(each.mount_path)):
        seen = part(staged, container, mount)
        at = root / inside(mount.mount_path.lstrip("/"))
        at.parent.mkdir(parents=True, exist_ok=True)
        beside = at.parent.resolve()
        if not beside.is_relative_to(staged.path.resolve()):
            raise _outside(mount.mount_path)
        # Relative, since the directory has not got its name yet.
        at.symlink_to(
            os.path.relpath(staged.path.resolve() / seen.relative_to(staged.path), beside)
        )


def inside(path: str) -> PurePosixPath:
    """A relative path that leads nowhere else.

    Errors: PodFault.
    """
    pure = PurePosixPath(path)
    if not pure.parts or pure.is_absolute() or ".." in pure.parts or "\0" in path:
        raise _outside(path)
    return pure


def _outside(path: str) -> PodFault:
    return PodFault(f"the path {path!r} leads out of where it belongs", reason="InvalidPath")


def _forgotten(path: Path) -> None:
    _unmounted(path)
    _gone(path)


def _unmounted(path: Path) -> None:
    """Take away all that is mounted below a path: removing must not go on over there."""
    inside = f"{path}/"
    lines = _MOUNTS.read_text(errors="surrogateescape").splitlines()
    points = (_ESCAPED.sub(_character, line.split()[_MOUNT_POINT]) for line in lines)
    for point in sorted((point for point in points if point.startswith(inside)), reverse=True):
        kernel.unmount(point)


def _character(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 8))


def _gone(path: Path) -> None:
    if not os.path.lexists(path):
        return
    try:
        shutil.rmtree(path)
    except PermissionError:
        for folder, _, _ in os.walk(path):
            Path(folder).chmod(0o700)
        shutil.rmtree(path)
