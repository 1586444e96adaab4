"""Ordinary users for tests that run as root: made, given images of their own, taken back."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from commandline import Ran

ROOT = Path(__file__).parent.parent
IDS = 65_536
TOOLS = ("sh", "cat", "cp", "id", "ls", "mkdir", "sleep", "tar")
BUILDER = "localhost/builder:1"

_SCRIPTS = {
    "assemble": """\
#!/bin/sh -e
if [ -d /tmp/artifacts ]; then cp -a /tmp/artifacts/. /opt/app/ && echo restored; fi
cp -a /tmp/src/. /opt/app/
echo "interfaces: $(cat /proc/net/dev)"
""",
    "run": '#!/bin/sh\necho "running as $(id -u)"\ncat /opt/app/app.txt\n',
    "save-artifacts": "#!/bin/sh -e\ncd /opt/app\ntar -cf - .\n",
}
_DOCKERFILE = """\
FROM scratch
COPY rootfs/ /
COPY --chown=1001:0 opt/ /opt/
COPY --chmod=755 bin/ /usr/libexec/s2i/
LABEL io.openshift.s2i.scripts-url=image:///usr/libexec/s2i
ENV PATH=/usr/bin HOME=/opt/app
WORKDIR /opt/app
USER 1001
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordinary:
    """A user other than root.

    Shape:  ids are the numbers of every process of the user's. before is put in front of each
            command line while it still is root's.
    """

    name: str
    uid: int
    home: Path
    ids: frozenset[range]
    variables: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()

    @property
    def state(self) -> Path:
        """Where the program keeps what it needs between calls."""
        return self.home / ".local/share/slipcast"

    def given(self, *, before: tuple[str, ...] = (), **variables: str) -> Ordinary:
        """The same user in another environment."""
        return replace(self, before=before, variables={**self.variables, **variables})

    def started(self, *words: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """A program of the user's, on its way."""
        become = ("setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups")
        return subprocess.Popen(
            [*self.before, *become, *words],
            cwd=self.home, env=self._environment, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr,
        )  # fmt: skip

    def run(self, *words: str) -> Ran:
        """Run a program to its end."""
        child = self.started(*words)
        out, err = child.communicate(timeout=120)
        return Ran(child.returncode, out, err)

    def slipcast(self, *words: str) -> Ran:
        """Run our program to its end."""
        return self.run(*self.program(*words))

    def program(self, *words: str) -> tuple[str, ...]:
        """A command line of our program."""
        return (interpreter(), "-m", "slipcast", *words)

    def put(self, path: str, text: str, mode: int = 0o644) -> Path:
        """A file of the user's."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        self.own(self.home / Path(path).parts[0])
        return file

    def own(self, path: Path) -> None:
        """Give a file or tree to the user."""
        for each in (path, *path.rglob("*")):
            os.chown(each, self.uid, self.uid, follow_symlinks=False)

    def processes(self, words: str = "") -> list[int]:
        """The user's processes with these words on their command line, in any namespace."""
        every = (path for path in Path("/proc").glob("[0-9]*") if self._owns(path))
        return [int(path.name) for path in every if words.encode() in _command_line(path)]

    def working_containers(self) -> list[str]:
        """What buildah still keeps."""
        flags = [
            f"--{flag}={self.variables[name]}"
            for flag, name in (("root", "SLIPCAST_STORAGE_ROOT"), ("runroot", "SLIPCAST_RUN_ROOT"))
            if name in self.variables
        ]
        driver = ["--storage-driver=overlay"] if flags else []
        listed = self.run("buildah", *flags, *driver, "containers", "--json")
        return [row["containername"] for row in json.loads(listed.stdout or "[]") or []]

    def _owns(self, process: Path) -> bool:
        with suppress(OSError):
            uid = process.stat().st_uid
            return uid == self.uid or any(uid in numbers for numbers in self.ids)
        return False

    @property
    def _environment(self) -> dict[str, str]:
        packages = next(path for path in site.getsitepackages() if Path(path).is_dir())
        return {
            "HOME": str(self.home),
            "USER": self.name,
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(self.home / "runtime"),
            "PYTHONPATH": f"{self.home / 'checkout/src'}:{packages}",
            "SLIPCAST_ENGINE": "buildah",
            **self.variables,
        }


@contextmanager
def user(name: str, *, mapped: bool = True) -> Iterator[Ordinary]:
    """An ordinary user of this machine with a copy of the program, for the length of the context.

    Shape:  mapped is whether ids are set aside for the user's containers.
    """
    why = missing()
    if why:
        pytest.skip(why)
    number = os.getpid() % 4_000
    first = 1_000_000_000 + number * IDS if mapped else 0
    home = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    account = f"{name}-{number}"
    ids = frozenset({range(first, first + IDS)}) if mapped else frozenset[range]()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, home)
        uid = _free_uid()
        made = Ordinary(name=account, uid=uid, home=home, ids=ids)
        stack.callback(_root, "userdel", account)
        _add(account, uid, home, first)
        stack.callback(_end, made)
        for part in ("src", "containers"):
            shutil.copytree(ROOT / part, home / "checkout" / part)
        (home / "runtime").mkdir(mode=0o700)
        made.own(home)
        yield made


def missing() -> str:
    """What keeps this host from having such users; empty when nothing does."""
    if os.geteuid() != 0:
        return "needs root to make an ordinary user"
    programs = ("useradd", "newuidmap", "setpriv", "buildah", "podman")
    lacking = [program for program in programs if shutil.which(program) is None]
    if lacking:
        return f"not installed: {', '.join(lacking)}"
    packages = [Path(path) for path in site.getsitepackages() if Path(path).is_dir()]
    if not all(_is_open(path) for path in packages):
        return f"others may not read {packages[0]}"
    return "" if interpreter() else "no Python of this version that others may start"


def interpreter() -> str:
    """A Python like ours that others may start; empty when there is none."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    candidates = (
        Path(sys.executable),
        *(Path(path) / version for path in ("/usr/local/bin", "/usr/bin")),
    )
    return next(
        (str(path) for path in candidates if path.exists() and _is_open(path.resolve())), ""
    )


def builder_context(directory: Path) -> Path:
    """A Dockerfile of an S2I builder of five megabytes: this host's shell and a few tools."""
    rootfs = directory / "rootfs"
    for tool in TOOLS:
        _copy_program(Path(shutil.which(tool) or tool).resolve(), rootfs, tool)
    for link in ("bin", "lib", "lib64"):
        (rootfs / link).symlink_to(f"usr/{link}")
    (rootfs / "tmp").mkdir()
    (rootfs / "tmp").chmod(0o1777)
    (rootfs / "etc").mkdir()
    (rootfs / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\napp:x:1001:0::/opt/app:/bin/sh\n")
    (directory / "opt/app").mkdir(parents=True)
    (directory / "bin").mkdir()
    for name, text in _SCRIPTS.items():
        (directory / "bin" / name).write_text(text)
    (directory / "Dockerfile").write_text(_DOCKERFILE)
    return directory


@contextmanager
def tun(directory: Path, mode: int) -> Iterator[tuple[str, ...]]:
    """What to put before a command line so that /dev/net/tun has a certain mode for it alone."""
    device = directory / f"tun-{mode:o}"
    os.mknod(device, 0o020000 | mode, os.makedev(10, 200))
    device.chmod(mode)
    line = 'mount --bind "$0" /dev/net/tun && exec "$@"'
    yield "unshare", "--mount", "--propagation=private", "sh", "-c", line, str(device)
    device.unlink()


def _add(account: str, uid: int, home: Path, first: int) -> None:
    none = [word for kind in "UG" for word in ("--key", f"SUB_{kind}ID_COUNT=0")]
    words = ("--no-create-home", f"--home-dir={home}", f"--uid={uid}", "--user-group", account)
    _root("useradd", *none, *words, check=True)
    if first:
        numbers = f"{first}-{first + IDS - 1}"
        flags = (f"--add-subuids={numbers}", f"--add-subgids={numbers}")
        _root("usermod", *flags, account, check=True)


def _root(*words: str, check: bool = False) -> None:
    subprocess.run(words, check=check, capture_output=True)


def _free_uid() -> int:
    taken = {int(line.split(":")[2]) for line in Path("/etc/passwd").read_text().splitlines()}
    return next(uid for uid in range(60_000, 65_000) if uid not in taken)


def _end(made: Ordinary) -> None:
    # podman keeps a process for the user's namespace until the machine stops.
    for pid in made.processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return b""


def _is_open(path: Path) -> bool:
    return all(
        each.stat().st_mode & 0o5 == 0o5 or each.stat().st_mode & 0o1 for each in path.parents
    ) and (path.stat().st_mode & 0o5 == 0o5)


def _copy_program(program: Path, rootfs: Path, name: str) -> None:
    listed = subprocess.run(("ldd", program), capture_output=True, text=True, check=False).stdout
    needed = {Path(word) for word in re.findall(r"(?:^|\s)(/\S+)", listed)}
    targets = {program: rootfs / "usr/bin" / name}
    targets |= {
        path: rootfs / "usr" / str(path).removeprefix("/usr").lstrip("/") for path in needed
    }
    for source, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
