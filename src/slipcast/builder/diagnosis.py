"""Why a script did not end well, as exactly as the container can tell."""

from __future__ import annotations

from slipcast.builder import reading
from slipcast.builds.s2i.reasons import Reason, failure
from slipcast.ports.engine import Container
from slipcast.values.container import ExitStatus
from slipcast.values.faults import BuildFault, PortFault

_KILLED = 128 + 9
_MAKE_EXECUTABLE = "Make it executable in the image."
_CORRECT_LABEL = "Use an image with scripts where its label says, or put them in .s2i/bin."


class OutOfMemory(BuildFault):
    """A program of the user was ended by the kernel for its memory; reason says which part."""


def fault(
    container: Container,
    image: str,
    path: str,
    status: ExitStatus,
    tail: tuple[str, ...],
    reason: Reason,
) -> BuildFault:
    """The fault for a script at path that ended with status (S2I-79, S2I-81).

    Engines differ in the status of a program that could not be started, so the script is looked at
    whatever the status is.
    """
    text = f"non-zero ({status.code}) exit code from {image}"
    if status.oom_killed:
        return OutOfMemory(
            f"{text}: {path} was killed because it used more memory than allowed (OOMKilled)",
            reason=reason,
            hint="Allow the build more memory.",
            tail=tail,
        )
    why, hint = _known(container, path, status.error)
    if why:
        return failure(reason, f"{text}: {why}", hint=hint, tail=tail)
    if status.error:
        return failure(reason, f"{text}: {status.error}", tail=tail)
    if status.code == _KILLED:
        return failure(
            reason,
            f"{text}: {path} was killed by a signal that nobody here sent",
            hint="The kernel does so when memory runs out; allow the build more, or need less.",
            tail=tail,
        )
    return failure(reason, f"{text}: {path} failed", tail=tail)


def _known(container: Container, path: str, error: str) -> tuple[str, str]:
    try:
        return _cause(container, path)
    except PortFault:
        # A container that never started cannot be looked into on every engine; then the runtime's
        # own words must do.
        return _told(path, error)


def _told(path: str, error: str) -> tuple[str, str]:
    """What the runtime's refusal to start a script means; empty when it says nothing known."""
    if "permission denied" in error:
        return f"{path} is not executable", _MAKE_EXECUTABLE
    if "no such file or directory" in error:
        return f"{path}, or the interpreter it names, is not in the image", _CORRECT_LABEL
    return "", ""


def _cause(container: Container, path: str) -> tuple[str, str]:
    """What is wrong with the script itself, and what to do; empty when it is fine."""
    found = reading.member(container, path)
    if found is None:
        return (
            f"there is no script {path} in the image",
            _CORRECT_LABEL,
        )
    if found.isdir():
        return f"{path} is a directory, not a script", "Correct the scripts URL."
    if not found.isreg():
        return "", ""
    if not found.mode & 0o111:
        return f"{path} is not executable", _MAKE_EXECUTABLE
    interpreter = _interpreter(reading.content(container, path, 256) or b"")
    if interpreter and reading.member(container, interpreter) is None:
        return (
            f"the interpreter {interpreter} of {path} is not in the image",
            "Correct the first line of the script, or add the interpreter to the image.",
        )
    return "", ""


def _interpreter(head: bytes) -> str:
    if not head.startswith(b"#!"):
        return ""
    words = head[2:].split(b"\n", 1)[0].split()
    return words[0].decode(errors="replace") if words else ""
