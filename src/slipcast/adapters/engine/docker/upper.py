"""What a container changed, as files of this host: put in order before it is committed.

The API can add files to a container that has ended, and can neither remove one nor date it. Where
the engine keeps its containers on this host and we may write there, its overlay's upper directory
is the change, and what is done here is done to that. Elsewhere (a remote engine, another storage
driver, no permission) it is left as it is: mount points stay in the image as empty files and
directories, and files keep their times.

Source: Docker Engine API v1.41, ContainerInspect, GraphDriver; kernel documentation, overlayfs.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from slipcast.adapters.dockersocket import DockerSocket

ENGINES_OWN = ("/run/.containerenv", "/.dockerenv")
"""Files that the engines themselves put into containers."""


def upper(socket: DockerSocket, container: str) -> Upper | None:
    """The change of a container, None where it cannot be reached."""
    if not socket.endpoint.is_local:
        return None
    inspected = socket.get(f"/containers/{container}/json")
    data = (inspected.get("GraphDriver") or {}).get("Data") or {}
    directory = Path(data.get("UpperDir") or "/nowhere")
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        return None
    return Upper(directory, tuple(Path(lower) for lower in data.get("LowerDir", "").split(":")))


class Upper:
    """The upper directory of a container, over the directories of its image.

    Shape:  no link in it is ever followed. A path that cannot be reached that way stays.
    """

    def __init__(self, directory: Path, lower: tuple[Path, ...]) -> None:
        self._directory = directory
        self._lower = lower

    def remove(self, paths: Iterable[str]) -> None:
        """Take paths out of the change, with all below them."""
        for path in paths:
            with suppress(OSError), _holder(self._directory, path) as (holder, name):
                mode = os.stat(name, dir_fd=holder, follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    shutil.rmtree(name, dir_fd=holder)
                elif not stat.S_ISCHR(mode):
                    # A character device is the sign for a path of the image that was removed.
                    os.unlink(name, dir_fd=holder)

    def remove_mount_points(self, targets: Iterable[str]) -> None:
        """Take out what was made to be mounted on: what is empty and not the image's."""
        for target in targets:
            parts = _parts(target)
            for count in range(len(parts), 0, -1):
                path = "/".join(parts[:count])
                if self._is_of_image(path) or not self._removed_empty(path):
                    break

    def date(self, latest: int) -> None:
        """Let nothing in it be younger than a time.

        Units:  latest in seconds since the epoch.
        """
        for _, directories, files, holder in os.fwalk(self._directory, follow_symlinks=False):
            for name in (*directories, *files):
                if os.stat(name, dir_fd=holder, follow_symlinks=False).st_mtime > latest:
                    os.utime(name, (latest, latest), dir_fd=holder, follow_symlinks=False)
        os.utime(self._directory, (latest, latest))

    def _is_of_image(self, path: str) -> bool:
        return any(_is_there(lower, path) for lower in self._lower)

    def _removed_empty(self, path: str) -> bool:
        try:
            with _holder(self._directory, path) as (holder, name):
                status = os.stat(name, dir_fd=holder, follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    os.rmdir(name, dir_fd=holder)
                elif stat.S_ISREG(status.st_mode) and not status.st_size:
                    os.unlink(name, dir_fd=holder)
                else:
                    return False
        except OSError:
            return False
        return True


@contextmanager
def _holder(root: Path, path: str) -> Generator[tuple[int, str]]:
    """The directory that holds a path below root, open, and the path's last name.

    Errors: OSError, also for a link on the way.
    """
    *above, name = _parts(path)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    holder = os.open(root, flags)
    try:
        for part in above:
            inner = os.open(part, flags, dir_fd=holder)
            os.close(holder)
            holder = inner
        yield holder, name
    finally:
        os.close(holder)


def _is_there(root: Path, path: str) -> bool:
    try:
        with _holder(root, path) as (holder, name):
            os.stat(name, dir_fd=holder, follow_symlinks=False)
    except OSError:
        return False
    return True


def _parts(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if not parts or ".." in parts:
        raise FileNotFoundError(path)
    return parts
