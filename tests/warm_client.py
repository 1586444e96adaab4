"""One call of the warm program (`warm`): hands over all this process was given, ends as it does.

Run as `python -I -S warm_client.py SOCKET WORD...`. It imports what is built in and nothing else: a
client costs a hundredth of a second where the program costs a quarter.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` takes as long as all the rest
import _socket
import posix
import sys

FORWARDED = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGTERM, _signal.SIGUSR1)
LENGTH = 4


def main() -> None:
    """Hand over, wait for the end, end alike."""
    path, *words = sys.argv[1:]
    given = descriptors()
    ignored = [each for each in FORWARDED if _signal.getsignal(each) == _signal.SIG_IGN]
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.connect(path)
    for number in FORWARDED:
        if number not in ignored:
            _signal.signal(number, lambda number, _: connection.sendall(bytes((number,))))
    fields = [numbers(given), numbers(ignored), b"%d" % mask(), posix.getcwdb()]
    fields += [b"%d" % len(words), *map(encoded, words)]
    fields += [b"=".join(pair) for pair in posix.environ.items()]
    payload = b"\0".join(fields)
    handed = b"".join(each.to_bytes(LENGTH, sys.byteorder) for each in given)
    connection.sendmsg(
        [len(payload).to_bytes(LENGTH, sys.byteorder)],
        [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, handed)],
    )
    connection.sendall(payload)
    answer = connection.recv(LENGTH)
    end(int.from_bytes(answer, sys.byteorder) if answer else 255 << 8)


def descriptors() -> list[int]:
    """What is open here; the listing's own is closed by the time it is asked for."""
    found = []
    for name in sorted(map(int, posix.listdir("/proc/self/fd"))):
        try:
            posix.fstat(name)
        except OSError:
            continue
        found.append(name)
    return found


def mask() -> int:
    """The umask, which can be read by setting it only."""
    was = posix.umask(0)
    posix.umask(was)
    return was


def numbers(each: list[int]) -> bytes:
    """Numbers in a field."""
    return b" ".join(b"%d" % number for number in each)


def encoded(word: str) -> bytes:
    """A word as it was on the command line."""
    return word.encode(sys.getfilesystemencoding(), "surrogateescape")


def end(status: int) -> None:
    """End as a process with such a status did, by its signal where one ended it."""
    number = posix.WTERMSIG(status)
    if posix.WIFSIGNALED(status):
        if number != _signal.SIGKILL:
            _signal.signal(number, _signal.SIG_DFL)
        posix.kill(posix.getpid(), number)
    posix._exit(posix.WEXITSTATUS(status))


if __name__ == "__main__":
    main()
