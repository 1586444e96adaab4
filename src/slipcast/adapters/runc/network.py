"""A network of a container's own, without a rule or an interface on the host.

A network namespace held open by this process and slirp4netns in front of it: the container
reaches the world through us, nobody reaches the container, the host's loopback is out of its
reach, and when this process dies in any way the kernel takes all of it back. It is there in
7 ms, where a bridge with its firewall rules takes 200.

Source: slirp4netns(1), namespaces(7).
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager

from slipcast.adapters import argv
from slipcast.values.faults import EngineFault

NAMESERVER = "10.0.2.3"
_NEW_NETWORK = 0x40000000
_READY_WITHIN = 10.0


def possible() -> bool:
    """Whether this host has what it takes."""
    return os.geteuid() == 0 and argv.find("slirp4netns") is not None


@contextmanager
def outward() -> Generator[str]:
    """The path of a network namespace that reaches outward, for the length of the context.

    Errors: EngineFault when the kernel or slirp4netns refuses.
    """
    namespace = _new_namespace()
    try:
        path = f"/proc/{os.getpid()}/fd/{namespace}"
        with _connected(path):
            yield path
    finally:
        os.close(namespace)


@contextmanager
def _connected(path: str) -> Generator[None]:
    ready, tell = os.pipe()
    watched, held = os.pipe()  # slirp4netns ends when the end that only we hold is closed
    # The sandbox takes its old root apart; mounts that the host shares, such as podman's network
    # namespaces below /run/netns, would go with it if they were not made private first.
    command = (
        "unshare", "--mount", "--propagation=private",
        "slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback", "--enable-sandbox",
        "--netns-type=path", f"--ready-fd={tell}", f"--exit-fd={watched}", path, "tap0",
    )  # fmt: skip
    try:
        with argv.background(command, pass_fds=(tell, watched)) as complaint:
            os.close(tell)
            tell = -1
            if os.read(ready, 1) != b"1":
                msg = f"slirp4netns could not connect the container: {complaint()}"
                raise EngineFault(msg, hint="use another network, such as --network host")
            yield
    finally:
        for descriptor in (ready, tell, watched, held):
            if descriptor >= 0:
                os.close(descriptor)


def _new_namespace() -> int:
    """A descriptor of a new network namespace, made by a thread that leaves ours for it."""
    made: list[int] = []
    refused: list[int] = []

    def leave() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_NEW_NETWORK) != 0:
            refused.append(ctypes.get_errno())
            return
        made.append(os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY))

    thread = threading.Thread(target=leave)
    thread.start()
    thread.join(_READY_WITHIN)
    if not made:
        why = os.strerror(refused[0]) if refused else "no answer"
        msg = f"the kernel refused a network namespace: {why}"
        raise EngineFault(msg, hint="use --network host, or run as root")
    return made[0]
