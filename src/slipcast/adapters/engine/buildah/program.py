"""The buildah program, called with our own settings; its complaints become faults here."""

from __future__ import annotations

import base64
import json
import os
import shutil
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from slipcast.adapters import argv, complaints, ownership
from slipcast.adapters.engine.buildah import chosen
from slipcast.adapters.engine.buildah.failures import fault_of
from slipcast.adapters.engine.host import HostSettings, containers_conf
from slipcast.ports.engine import RegistryAccess, Sink
from slipcast.values.enginechoice import USUAL, EngineChoice
from slipcast.values.image import NOTHING
from slipcast.values.imageref import ImageRef

# containers/storage 1.43, as in Debian 12. Another version gets its line here with the contract
# suite run on it.
_KNOWN = ("buildah version 1.28.",)
# Labels of files are the store's business, and would be lost by moving them.
_SELINUX = Path("/sys/fs/selinux/enforce")
_AUTH_KEYS = {"docker.io": "https://index.docker.io/v1/"}


class Program:
    """Runs buildah with a containers.conf of ours and, when told, with a storage of ours."""

    def __init__(
        self,
        state: Path,
        storage_root: Path | None,
        run_root: Path | None,
        host: HostSettings,
        choice: EngineChoice = USUAL,
    ) -> None:
        self.state = state
        self.host = host
        self.choice = choice
        self._storage_root = storage_root
        self._run_root = run_root
        self._conf: Path | None = None

    @property
    def storage_flags(self) -> list[str]:
        """The flags that name our storage, as buildah, podman and skopeo know them."""
        flags: list[str] = []
        driver = self.choice.driver
        if self._storage_root is not None:
            flags += ["--root", str(self._storage_root)]
            driver = driver or self.host.storage_driver
        if driver:
            flags += ["--storage-driver", driver]
        for option in self.choice.driver_options:
            flags += ["--storage-opt", option]
        if self._run_root is not None:
            flags += ["--runroot", str(self._run_root)]
        return flags

    @property
    def env(self) -> dict[str, str | None]:
        """The variables of each call; the first use writes the configuration."""
        if self._conf is None:
            self._conf = _written(self.state / "containers.conf", containers_conf(self.host))
            # buildah refuses a file of credentials that is named and not there.
            _written(self.state / "docker/config.json", "{}")
        return {
            "CONTAINERS_CONF": str(self._conf),
            "BUILDAH_ISOLATION": self.choice.isolation or None,
            # Whose credentials are used is said with each call.
            "DOCKER_CONFIG": str(self.state / "docker"),
            "REGISTRY_AUTH_FILE": None,
            **chosen.variables(self.choice),
        }

    @property
    def runtime(self) -> str:
        """The program that runs containers."""
        return self.choice.runtime or self.host.runtime or "runc"

    def store_known(self) -> bool:
        """Whether the store's format is one we have seen this buildah write.

        The answer is kept beside the program's own size and time, since asking takes 20 ms.
        """
        path = argv.find("buildah")
        if self.host.rootless or path is None or _SELINUX.exists():
            return False
        status = Path(path).stat()
        seen = f"{path} {status.st_size} {status.st_mtime_ns}"
        note = self.state / "buildah-version"
        try:
            before, _, version = note.read_text().partition("\n")
        except OSError:
            before = version = ""
        if before != seen:
            version = self.check("buildah does not answer", "--version").text
            _written(note, f"{seen}\n{version}")
        return version.startswith(_KNOWN)

    def network(self, wanted: str) -> str:
        """The network that a container asking for one can have on this host."""
        default = wanted in {"", "default"}
        return "host" if default and not self.host.own_network else wanted

    def line(self, *words: str) -> list[str]:
        """The argument list of a call."""
        command, *rest = words
        general, own = chosen.flags(self.choice, command)
        return ["buildah", *self.storage_flags, *general, command, *own, *rest]

    def run(self, *words: str) -> argv.Ran:
        """Run to the end, whatever the end is."""
        return argv.run(self.line(*words), env=self.env)

    def check(self, what: str, *words: str) -> argv.Ran:
        """Run, expecting success; `what` is the sentence of the fault otherwise.

        Errors: EngineFault.
        """
        ran = self.run(*words)
        if ran.code != 0:
            tail = argv.Tail()
            tail(ran.stderr or ran.stdout)
            raise fault_of(what, tail.lines)
        return ran

    def follow(
        self, what: str, words: Sequence[str], log: Sink, env: Mapping[str, str] = NOTHING
    ) -> None:
        """Run with both streams going to log, expecting success.

        Shape:  env holds further variables of the call.
        Errors: EngineFault with the tail of the log.
        """
        tail = argv.Tail(log)
        environment = {**self.env, **env}
        code = argv.stream(self.line(*words), stdout=tail, stderr=tail, env=environment)
        if code != 0:
            raise fault_of(what, tail.lines)

    @contextmanager
    def scratch(self) -> Generator[Path]:
        """A directory only we can read, for the length of the context."""
        parent = self.state / "tmp"
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(prefix=ownership.prefix(), dir=parent))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def sweep(self) -> int:
        """Remove the scratch directories of processes that have ended; how many there were."""
        parent = self.state / "tmp"
        every = list(parent.iterdir()) if parent.is_dir() else []
        dead = [path for path in every if ownership.is_orphan(path.name)]
        for path in dead:
            shutil.rmtree(path, ignore_errors=True)
        return len(dead)

    @contextmanager
    def access(self, access: RegistryAccess, image: str) -> Generator[list[str]]:
        """The flags by which buildah reaches a registry; secrets lie in a 0600 file meanwhile.

        Shape:  the file is given also when it is empty, since buildah would look elsewhere.
        """
        flags = ["--tls-verify=false"] if access.insecure else []
        with self.scratch() as scratch, complaints.advised(access):
            auths = {}
            if access.credential is not None:
                host = ImageRef.parse(image).registry_host
                secret = f"{access.credential.username}:{access.credential.password.reveal()}"
                auth = base64.b64encode(secret.encode()).decode()
                auths[_AUTH_KEYS.get(host, host)] = {"auth": auth}
            _private(scratch / "auth.json", json.dumps({"auths": auths}))
            flags += ["--authfile", str(scratch / "auth.json")]
            if access.ca_file is not None:
                certificates = scratch / "certs"
                certificates.mkdir()
                shutil.copyfile(access.ca_file, certificates / "ca.crt")
                flags += ["--cert-dir", str(certificates)]
            yield flags


def _private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _written(path: Path, text: str) -> Path:
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.{os.getpid()}")
        new.write_text(text)
        new.replace(path)
    return path
