"""`slipcast-builder`: variables, signals, the engine of this host, the server that is told.

Everything is imported when it is first needed: `version` needs nothing of it.
"""

# ruff: noqa: PLC0415 -- imports where they are needed are this module's business

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipcast.adapters.reporter.printing import PrintingReporter
    from slipcast.builder.job import Credentials
    from slipcast.builder.task import Held
    from slipcast.builds.s2i.request import Platform
    from slipcast.cli.progress import Lines
    from slipcast.ports.builders import Builders
    from slipcast.ports.downloads import Downloads
    from slipcast.ports.engine import Credential, Engine, RegistryAccess
    from slipcast.ports.git import Git
    from slipcast.ports.progress import Progress
    from slipcast.ports.reporter import Reporter
    from slipcast.values.enginechoice import EngineChoice
    from slipcast.wiring.registries import Own
    from slipcast.wiring.settings import Settings
    from slipcast.wiring.toolbox import RealToolbox

ACCOUNT = "var/run/secrets/kubernetes.io/serviceaccount"
"""Where a pod finds who it is to the API server."""

_SECURE = 443

_ANYBODY = "serviceaccount"
"""The name beside a token, which alone counts."""

_COMMANDS = 5
"""The level from which the commands are shown that are run (BLD-178)."""


def main() -> None:
    """Run the builder of this process and end with its exit code."""
    try:
        code = run(sys.argv)
    except KeyboardInterrupt:
        # Nothing was begun yet: signals are ours before any work.
        code = 1
    sys.exit(code)


def run(words: list[str]) -> int:
    """Run a command line, the program's name first; the exit code."""
    from slipcast.builder import program
    from slipcast.values.faults import Interrupted
    from slipcast.wiring.signals import Ending

    ending, outfit = Ending(), RealOutfit()
    ending.install()
    code = program.FAILED
    try:
        code = program.run(words, outfit)
    except Interrupted as late:
        outfit.complain(f"error: {late.message}")
    except BrokenPipeError:
        # Nobody reads us any more, so nobody is told; what was begun has been taken back.
        outfit.mute()
    finally:
        ending.over()
        if ending.came:
            from slipcast.wiring import presence

            presence.distrust()
        outfit.finish(succeeded=code == program.DONE)
    return code


class RealOutfit:
    """Implements builder.outfit.Outfit."""

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        self._env = env
        self._progress: Lines | None = None
        self._choice: EngineChoice | None = None
        self._printing: PrintingReporter | None = None

    @property
    def env(self) -> Mapping[str, str]:
        """The variables of the process."""
        return self._env

    @property
    def stdin(self) -> IO[bytes]:
        """What a client sends."""
        return sys.stdin.buffer

    @cached_property
    def engine(self) -> Engine:
        """The engine that the settings name."""
        from slipcast.cli.toolbox import EngineFlags
        from slipcast.values.enginechoice import USUAL

        return self._toolbox.tools(EngineFlags(), self._choice or USUAL).engine

    @property
    def git(self) -> Git:
        """The git program."""
        return self._toolbox.git

    @property
    def downloads(self) -> Downloads:
        """Files behind a URL."""
        return self._toolbox.downloads

    @property
    def state(self) -> Path:
        """Where slipcast keeps what it needs between calls."""
        return self._settings.state

    def builders(self) -> Builders | None:
        """The builder images of the catalogue; none where their recipes are not installed."""
        from slipcast.cli.toolbox import EngineFlags
        from slipcast.values.enginechoice import USUAL
        from slipcast.values.faults import HostFault

        try:
            return self._toolbox.tools(EngineFlags(), self._choice or USUAL).builders
        except HostFault:
            return None

    @property
    def platform(self) -> Platform:
        """What every build is given."""
        return self._settings.platform

    def registries(self, held: tuple[Held, ...]) -> Credentials:
        """How registries are reached with the credentials in files."""
        from msgspec.structs import replace

        from slipcast.adapters.credentials import Credentials as Files
        from slipcast.wiring.registries import Registries

        found = Registries(
            credentials=Files((each.path for each in held), (each.secret for each in held)),
            insecure=self._settings.insecure_registries,
            ca_file=self._settings.registry_ca_file,
            own=self._own_registry,
        )

        def access(image: str) -> RegistryAccess:
            said = found.access(image)
            return replace(said, hint=_HINT) if said.credential is None else said

        return access

    @cached_property
    def _own_registry(self) -> Own:
        """The registry of the server that started us, what vouches for it, and who we are there.

        Shape:  a Dockerfile may begin with an image of it that no field of the Build names, so
                that no secret was chosen for it: then the pod's own account counts.
        """
        from slipcast.builder.outfit import root_of
        from slipcast.wiring.registries import Own, namesakes

        settings, account = self._settings, root_of(self._env) / ACCOUNT
        authority, token = account / "ca.crt", account / "token"
        said = (settings.registry_address, settings.registry_public_address)
        plain = settings.registry_plain_listen
        return Own(
            addresses=tuple(filter(None, (*said, *settings.registry_addresses))),
            plain=(plain, *namesakes(plain)) if plain else (),
            authority=authority if _is_filled(authority) else None,
            credential=_account_of(token) if _is_filled(token) else None,
        )

    def choose(self, choice: EngineChoice) -> None:
        """Say how the engine is to work, before it is used."""
        self._choice = choice
        if choice.uids or choice.gids:
            from slipcast.adapters import usernamespace

            usernamespace.enter_mapped(choice)

    def progress(self, level: int) -> Progress:
        """Lines on standard error, in the order in which things happen; what is run, if asked."""
        if self._progress is None:
            from slipcast.cli.progress import Lines

            self._progress = lines = Lines(sys.stderr.buffer, level=level)
            if level >= _COMMANDS:
                from slipcast.adapters import argv

                argv.listen(lambda line: lines.note(f"Running: {line}", level=_COMMANDS))
        return self._progress

    def reporter(self, namespace: str, name: str, root: Path) -> Reporter:
        """The server of the pod's service account, else standard output (BLD-45)."""
        account, host = root / ACCOUNT, self._env.get("KUBERNETES_SERVICE_HOST", "")
        if host and _is_filled(account / "token"):
            from slipcast.adapters.reporter.http import HttpReporter, Server

            port = self._env.get("KUBERNETES_SERVICE_PORT", "")
            server = Server(
                host=host,
                port=int(port) if port.isdecimal() else _SECURE,
                token=account / "token",
                authority=account / "ca.crt",
            )
            return HttpReporter(server, namespace, name, self.progress(0).warn)
        from slipcast.adapters.reporter.printing import PrintingReporter

        self._printing = PrintingReporter(self.say)
        return self._printing

    def say(self, line: str) -> None:
        """A line on standard output."""
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    def complain(self, line: str) -> None:
        """A line on standard error."""
        from slipcast.cli.printable import printable

        sys.stderr.write(f"{printable(line)}\n")
        sys.stderr.flush()

    def mute(self) -> None:
        """Print nothing from now on."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

    def record_bug(self) -> str:
        """Keep the stack trace of the exception at hand; a sentence that says where."""
        import traceback

        from slipcast.wiring import bugs

        identity, path = bugs.record(self.state, traceback.format_exc())
        return f"its number is {identity}" + (f", its traces are in {path}" if path else "")

    def finish(self, *, succeeded: bool) -> None:
        """Say what is left to say, and how it ended if there is no server to tell."""
        if self._progress is not None:
            with suppress(BrokenPipeError):
                self._progress.flush()
        if self._printing is not None:
            self._printing.finish(succeeded=succeeded)

    @cached_property
    def _toolbox(self) -> RealToolbox:
        from slipcast.wiring.toolbox import RealToolbox

        return RealToolbox(self._env)

    @property
    def _settings(self) -> Settings:
        return self._toolbox.settings


_HINT = (
    "Give the build a secret with the credential: output.pushSecret, or pullSecret of the image."
)


def _account_of(token: Path) -> Credential:
    """Who a pod's service account is to the integrated registry."""
    from slipcast.ports.engine import Credential
    from slipcast.values.sensitive import Sensitive

    return Credential(username=_ANYBODY, password=Sensitive(token.read_text("utf-8").strip()))


def _is_filled(file: Path) -> bool:
    try:
        return bool(file.read_bytes().strip())
    except OSError:
        return False


if __name__ == "__main__":
    main()
