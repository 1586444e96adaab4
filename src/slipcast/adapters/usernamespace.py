"""The user namespace in which a user other than root may be root over containers' files.

This process itself moves into it, once, and stays there: its number, its signals and its exit
status are what they were, and what was mounted there is gone when it ends. buildah tells how ids
are mapped, so that its store and ours agree; newuidmap does the mapping.

Source: user_namespaces(7), newuidmap(1), buildah-unshare(1).
"""

from __future__ import annotations

import ctypes
import os
import pwd
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from slipcast.adapters import argv
from slipcast.values.enginechoice import EngineChoice
from slipcast.values.faults import EngineFault, HostFault

_NEW_USER = 0x10000000
_NEW_MOUNTS = 0x00020000
_BIND = 4096
_REASON = "UserNamespaceNeeded"
_MAPS = ("/proc/self/uid_map", "/proc/self/gid_map")
_ENVIRONMENT = "/proc/self/environ"
_FOR_BUILDAH = "_CONTAINERS_"


class Namespace(msgspec.Struct, frozen=True, kw_only=True):
    """How buildah makes a namespace for this user.

    Shape:  uids and gids are rows of (first inside, first outside, how many); variables tell the
            programs started inside that everything is arranged already.
    """

    uids: tuple[tuple[int, int, int], ...]
    gids: tuple[tuple[int, int, int], ...]
    variables: Mapping[str, str]


def enter() -> None:
    """Become root of a user namespace, where we are not root already.

    Errors: EngineFault of reason `UserNamespaceNeeded` when this host does not let us.
    """
    if os.geteuid() == 0:
        return
    home = Path.home()
    namespace = described()
    _become_root(namespace)
    os.environ.update(namespace.variables)  # noqa: TID251 -- all our children are to inherit them
    _show_root_our_home(home)


def enter_mapped(choice: EngineChoice) -> None:
    """Become root of a user namespace that is mapped as was asked for (BLD-9).

    Shape:  ids of one kind that nobody spoke of are mapped as those of the other.
    Errors: EngineFault of reason `UserNamespaceNeeded` when this host does not let us.
    """
    uids, gids = choice.uids or choice.gids, choice.gids or choice.uids
    variables = {
        "_CONTAINERS_USERNS_CONFIGURED": "done",
        "_CONTAINERS_ROOTLESS_UID": str(os.geteuid()),
        "_CONTAINERS_ROOTLESS_GID": str(os.getegid()),
    }
    namespace = Namespace(
        uids=tuple((row.inside, row.outside, row.count) for row in uids),
        gids=tuple((row.inside, row.outside, row.count) for row in gids),
        variables=variables,
    )
    home = Path.home()
    _become_root(namespace, by_helpers=choice.by_helpers or os.geteuid() != 0)
    os.environ.update(namespace.variables)  # noqa: TID251 -- all our children are to inherit them
    _show_root_our_home(home)


def parse(text: str) -> Namespace:
    """What `tail` printed of the three files in a namespace of buildah's. Pure."""
    maps, _, environment = text.partition(f"==> {_ENVIRONMENT} <==\n")
    uids, _, gids = maps.partition(f"==> {_MAPS[1]} <==\n")
    pairs = (pair.partition("=") for pair in environment.split("\0"))
    return Namespace(
        uids=_rows(uids),
        gids=_rows(gids),
        variables={name: value for name, _, value in pairs if name.startswith(_FOR_BUILDAH)},
    )


def _rows(text: str) -> tuple[tuple[int, int, int], ...]:
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("==>")]
    return tuple((int(inside), int(outside), int(count)) for inside, outside, count in lines)


def described() -> Namespace:
    """How buildah maps ids for this user.

    Errors: EngineFault when it has no others to map than the user's own.
    """
    ran = argv.run(["buildah", "unshare", "tail", "-v", "-n", "+1", *_MAPS, _ENVIRONMENT])
    if ran.code != 0:
        said = (ran.complaint.splitlines() or ["no message"])[-1]
        raise _refused(f"buildah could not make one: {said}")
    namespace = parse(ran.text)
    if len(namespace.uids) < 2 or len(namespace.gids) < 2:  # noqa: PLR2004 -- our own id, and others
        raise _refused(
            "none are set aside for this user in /etc/subuid and /etc/subgid",
            "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "
            f"{_name()} (as root, with ranges that no other user has), then podman system migrate",
        )
    return namespace


def _become_root(namespace: Namespace, *, by_helpers: bool = True) -> None:
    """Leave our namespaces; a child that stays behind may write down the mapping."""
    begin, tell = os.pipe()
    child = os.fork()
    if child == 0:
        _map_when_told(begin, tell, namespace, by_helpers=by_helpers)
    os.close(begin)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if library.unshare(_NEW_USER | _NEW_MOUNTS) != 0:
            raise _refused(f"the kernel refused: {os.strerror(ctypes.get_errno())}")
        os.write(tell, b"1")
    finally:
        os.close(tell)
        _, status = os.waitpid(child, 0)
    if status != 0:
        raise _refused("the mapping was refused")


def _map_when_told(begin: int, tell: int, namespace: Namespace, *, by_helpers: bool) -> None:
    """What the child does; it never returns."""
    code = 1
    try:
        os.close(tell)
        if os.read(begin, 1):
            parent = str(os.getppid())
            for kind, rows in (("uid", namespace.uids), ("gid", namespace.gids)):
                if by_helpers:
                    words = (str(number) for row in rows for number in row)
                    argv.check([f"new{kind}map", parent, *words])
                else:
                    lines = "".join(f"{first} {outside} {n}\n" for first, outside, n in rows)
                    Path(f"/proc/{parent}/{kind}_map").write_text(lines)
            code = 0
    except (OSError, HostFault, argv.ProgramFailed):
        pass
    finally:
        os._exit(code)


def _show_root_our_home(home: Path) -> None:
    """Let ssh, which trusts the user database rather than $HOME, find the user's keys."""
    with suppress(KeyError):
        theirs = pwd.getpwuid(0).pw_dir
        if not os.access(theirs, os.X_OK):
            library = ctypes.CDLL(None, use_errno=True)
            library.mount(os.fsencode(home), os.fsencode(theirs), None, _BIND, None)


def _name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _refused(why: str, hint: str = "") -> EngineFault:
    return EngineFault(
        f"builds of a user other than root need a user namespace with subordinate ids: {why}",
        reason=_REASON,
        hint=hint or "see the rows `user namespaces` and `subordinate ids` of slipcast doctor",
    )
