"""A program that is loaded beforehand and tells what it finds; it is no test."""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn


def is_open(number: int) -> bool:
    """Whether a descriptor is open."""
    return Path(f"/proc/self/fd/{number}").exists()


def main() -> NoReturn:
    """Tell, and end as a program may: from a thread, at exit, with a code."""
    found = {
        "argv": sys.argv,
        "env": dict(os.environ),
        "cwd": str(Path.cwd()),
        "descriptors": [number for number in range(1000) if is_open(number)],
        "leads": os.getsid(0) == os.getpid(),
        "child": signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,
        "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
        "read": sys.stdin.read(),
    }
    sys.stdout.write(f"{json.dumps(found)}\n")
    atexit.register(sys.stdout.write, "at exit\n")
    threading.Thread(target=sys.stdout.write, args=("from a thread\n",)).start()
    sys.stderr.write("error\n")
    sys.exit(5)
