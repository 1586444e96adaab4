"""The servers of repositories and images that recorded cases speak of, at the ports they name.

All who replay at one time share them: whoever comes first starts them, and a keeper of their own
ends them when nobody holds the lock any more.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GIT, WEB = 19418, 19480
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


def keep(corpus: Path) -> None:
    """Run both servers until nobody uses them."""
    with tempfile.TemporaryDirectory(prefix="slipcast-oracle") as directory:
        repositories = f"{directory}/repos"
        subprocess.run(["bash", str(corpus / "repos.sh"), repositories], check=True)
        daemon = ["git", "daemon", "--listen=127.0.0.1", f"--port={GIT}", "--reuseaddr"]
        programs = (
            [*daemon, "--export-all", f"--base-path={repositories}"],
            [sys.executable, str(corpus / "loopback.py"), repositories, str(WEB)],
        )
        children = [subprocess.Popen(argv, start_new_session=True) for argv in programs]
        with LOCK.open("w") as using:
            fcntl.flock(using, fcntl.LOCK_EX)
            for child in children:
                # The daemon of git has a child that serves.
                os.killpg(child.pid, 15)
                child.wait()


def main() -> None:
    """Start the servers unless they answer, and leave when they do."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import containers  # noqa: PLC0415 -- a script finds it after the line above

    def answer() -> bool:
        # One that outlived its run may still listen, with nothing to give.
        listed = ["git", "ls-remote", "--quiet", f"git://127.0.0.1:{GIT}/ruby"]
        asked = subprocess.run(listed, capture_output=True, check=False)
        return asked.returncode == 0 and containers.accepts(WEB)

    if answer():
        return
    if not os.fork():
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(nothing, number)
        keep(Path(sys.argv[1]))
        os._exit(0)
    containers.wait_for(answer, f"ports {GIT} and {WEB} answered")
    os._exit(0)


if __name__ == "__main__":
    main()
