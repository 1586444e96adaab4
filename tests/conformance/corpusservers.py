"""The servers of repositories and images that recorded cases speak of, at the ports they name.

All who replay at one time share them: whoever comes first starts them, and a keeper of their own
ends them when nobody holds the lock any more.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

GIT, WEB = 19418, 19480
PATIENCE = 400.0
LOCK = Path(tempfile.gettempdir()) / "slipcast-oracle.lock"


@contextmanager
def reached(corpus: Path) -> Iterator[None]:
    """While the context lasts, both servers answer."""
    with LOCK.open("w") as using, LOCK.with_suffix(".start").open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        # A keeper that is about to end its servers has the lock alone.
        fcntl.flock(using, fcntl.LOCK_SH)
        subprocess.run([sys.executable, __file__, str(corpus)], check=True)
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield


def keep(corpus: Path, using: TextIO) -> None:
    """Run both servers until nobody shares the lock; who does then waits until this has ended."""
    with tempfile.TemporaryDirectory(prefix="slipcast-oracle") as directory:
        repositories = f"{directory}/repos"
        subprocess.run(["bash", str(corpus / "repos.sh"), repositories], check=True)
        daemon = ["git", "daemon", "--listen=127.0.0.1", f"--port={GIT}", "--reuseaddr"]
        programs = (
            [*daemon, "--export-all", f"--base-path={repositories}"],
            [sys.executable, str(corpus / "loopback.py"), repositories, str(WEB)],
        )
        children = [subprocess.Popen(argv, start_new_session=True) for argv in programs]
        fcntl.flock(using, fcntl.LOCK_EX)
        for child in children:
            # The daemon of git has a child that serves.
            os.killpg(child.pid, signal.SIGTERM)
            child.wait()


def main() -> None:
    """See that the servers answer: those of the keeper there is, or of one that is begun now."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import containers  # noqa: PLC0415 -- a script finds it after the line above

    def answer() -> bool:
        return containers.accepts(GIT) and containers.accepts(WEB)

    def free() -> bool:
        return not containers.accepts(GIT) and not containers.accepts(WEB)

    keeping = LOCK.with_suffix(".keeper").open("w")
    with suppress(BlockingIOError):
        fcntl.flock(keeping, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Who replays by hand has servers of his own, which end with him.
        containers.wait_for(free, f"ports {GIT} and {WEB} were free", PATIENCE)
        if not os.fork():
            # The lock is the keeper's now, for as long as it lives.
            os.setsid()
            nothing = os.open(os.devnull, os.O_RDWR)
            for number in range(3):
                os.dup2(nothing, number)
            using = LOCK.open("w")
            keep(Path(sys.argv[1]), using)
            os._exit(0)
    containers.wait_for(answer, f"ports {GIT} and {WEB} answered")
    os._exit(0)


if __name__ == "__main__":
    main()
