"""The fault tree: every failure the product can name.

    Fault                     reason, message, hint, retryable
    |-- UsageFault            the command line was wrong
    |-- InvalidFault          a value was wrong; carries every FieldError at once
    |-- BuildFault            becomes reason and message of a build; carries an exit code
    +-- PortFault             what an adapter may raise
        |-- EngineFault  GitFault  DownloadFault  HostFault  PodFault
        +-- NotFound     what was asked for is not there

A class per decision a caller makes differently; otherwise a reason. Messages are one sentence
naming the object, hints say what to do next, and neither ever holds a secret.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from typing_extensions import override


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """One wrong value: where it stands, what is wrong, and what was given."""

    path: str
    what: str
    value: str = ""

    @override
    def __str__(self) -> str:
        given = f" (given: {self.value!r})" if self.value else ""
        return f"{self.path}: {self.what}{given}"


class Fault(Exception):
    """A failure the product can name."""

    default_reason: ClassVar[str] = "Fault"
    default_exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        hint: str = "",
        retryable: bool = False,
        exit_code: int | None = None,
        tail: tuple[str, ...] = (),
    ) -> None:
        """Keep the sentence, and what programs and people need beside it.

        Shape:  tail holds the last lines of the failing program's output, oldest first.
        Units:  exit_code is what the process should end with.
        """
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason
        self.hint = hint
        self.retryable = retryable
        self.exit_code = self.default_exit_code if exit_code is None else exit_code
        self.tail = tail

    @override
    def __str__(self) -> str:
        return self.message


class UsageFault(Fault):
    """The command line was wrong."""

    default_reason = "Usage"
    default_exit_code = 2


class InvalidFault(Fault):
    """One or more values were wrong; all of them are listed."""

    default_reason = "Invalid"

    def __init__(self, errors: tuple[FieldError, ...], *, exit_code: int = 1) -> None:
        super().__init__("; ".join(str(error) for error in errors), exit_code=exit_code)
        self.errors = errors


class BuildFault(Fault):
    """A build ended without an image; reason and message go into its result."""

    default_reason = "GenericS2IBuildFailed"


class PortFault(Fault):
    """What an adapter may raise; a library's own exception never crosses a port."""

    default_reason = "PortFault"


class EngineFault(PortFault):
    """The container engine refused or failed."""

    default_reason = "EngineFailed"


class GitFault(PortFault):
    """Git refused or failed."""

    default_reason = "GitFailed"


class DownloadFault(PortFault):
    """An HTTP download or upload failed."""

    default_reason = "DownloadFailed"


class HostFault(PortFault):
    """This host lacks something that the work needs."""

    default_reason = "HostUnfit"


class PodFault(PortFault):
    """A pod could not be started, ended or reached."""

    default_reason = "PodFailed"


class NotFound(PortFault):
    """What was asked for is not there: an image, a path in a container, a commit."""

    default_reason = "NotFound"


class Interrupted(Fault, KeyboardInterrupt):
    """A signal ended the work; everything begun was taken back.

    A KeyboardInterrupt too, as event loops let no other exception of a signal through: they would
    take it for an error of whatever was being done.
    """

    default_reason = "Interrupted"
    default_exit_code = 2
