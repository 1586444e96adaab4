"""Engines, images and registries for tests: real ones, made once and kept below `.state/tests`.

The storage is shared by later runs and, where a run has several, by its workers; what is slow to
make is made by one worker, under a lock, while the others wait for it. Suites that run at the same
time and sweep, count or remove images have a storage each, which SLIPCAST_TESTS_STORAGE names.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import secrets
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from slipcast.adapters.engine.buildah import BuildahEngine
from slipcast.adapters.engine.host import containers_conf, look
from slipcast.adapters.rootfs import Mmdebstrap
from slipcast.ports.engine import BuildSpec, Engine
from tokens import TokenServer, serving

ALL = Path(__file__).parent.parent / ".state" / "tests"
STATE = ALL / os.environ.get("SLIPCAST_TESTS_STORAGE", "")
STORAGE = STATE / "storage"
RUN = STATE / "run"
SUITE = "bookworm"
PACKAGES = ("ca-certificates", "python3-minimal")

BASE = "localhost/slipcast-tests/base:1"
BUILDER = "localhost/slipcast-tests/builder:1"

_BASE_RECIPE = """\
FROM scratch
ADD rootfs.tar /
CMD ["/bin/sh"]
"""
_BUILDER_RECIPE = f"""\
FROM {BASE}
RUN groupadd -g 1001 app && useradd -u 1001 -g 0 -d /opt/app app \\
 && mkdir -p /opt/app && chown -R 1001:0 /opt/app && chmod -R g+rwX /opt/app
COPY --chmod=755 bin/ /usr/libexec/s2i/
LABEL io.openshift.s2i.scripts-url=image:///usr/libexec/s2i
ENV HOME=/opt/app
WORKDIR /opt/app
USER 1001
"""
_SCRIPTS = {
    "assemble": """\
#!/bin/sh -e
if [ -d /tmp/artifacts ] && [ "$(ls -A /tmp/artifacts)" ]; then
  cp -a /tmp/artifacts/. /opt/app/
  echo "restored $(find /tmp/artifacts -type f | wc -l) artifacts"
fi
if [ -d /tmp/src ]; then cp -a /tmp/src/. /opt/app/; fi
echo "assembled $(find /opt/app -type f | wc -l) files"
""",
    "run": '#!/bin/sh\necho "running as $(id -u) in $(pwd)"\nls -A /opt/app\n',
    "save-artifacts": "#!/bin/sh -e\ncd /opt/app\ntar -cf - .\n",
    "usage": "#!/bin/sh\necho 'a builder that copies the source to /opt/app'\n",
}


def missing() -> str:
    """What keeps this host from running containers in tests; empty when nothing does."""
    if os.geteuid() != 0:
        return "the shared test storage belongs to root"
    lacking = [name for name in ("buildah", "podman", "runc", "mmdebstrap") if not _there(name)]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


def _there(program: str) -> bool:
    return shutil.which(program) is not None


def buildah_engine(state: Path | None = None, **extra: object) -> BuildahEngine:
    """A buildah engine on the shared test storage, with a state directory of its own if given."""
    return BuildahEngine(
        state or STATE / "engine",
        storage_root=STORAGE,
        run_root=RUN,
        host=look(),
        **extra,  # type: ignore[arg-type]  # tests hand through what one test needs
    )


def engine_flags() -> list[str]:
    """The flags that show buildah, podman and skopeo's relatives the shared test storage."""
    driver = look().storage_driver
    return ["--root", str(STORAGE), "--runroot", str(RUN), "--storage-driver", driver]


def engine_env() -> dict[str, str]:
    """The environment in which podman and buildah work on this host."""
    STATE.mkdir(parents=True, exist_ok=True)
    conf = STATE / "containers.conf"
    if not conf.exists() or conf.read_text() != containers_conf(look()):
        own = conf.with_suffix(f".{os.getpid()}")
        own.write_text(containers_conf(look()))
        own.replace(conf)
    return {**os.environ, "CONTAINERS_CONF": str(conf)}


LISTING = frozenset({"images", "ps"})
"""What podman does not manage while something that it has found goes away."""
_TIMES = 20


def podman(*words: str) -> str:
    """What podman, the outside judge of images, prints on the shared test storage."""
    ran = _podman(words)
    again = _TIMES if words[0] in LISTING else 0
    while ran.returncode != 0 and again:
        ran, again = _podman(words), again - 1
    if ran.returncode != 0:
        raise AssertionError(f"podman {' '.join(words)} ended with {ran.returncode}: {ran.stderr}")
    return ran.stdout


def _podman(words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["podman", *engine_flags(), *words],
        env=engine_env(), capture_output=True, text=True, errors="surrogateescape", check=False,
    )  # fmt: skip


@contextmanager
def locked(name: str, directory: Path = STATE) -> Generator[None]:
    """One worker at a time, in any process."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def base_image() -> str:
    """A minimal Debian with python3, made once."""
    with locked("base"):
        engine = buildah_engine()
        if engine.inspect(BASE) is None:
            context = ALL / "base"
            with locked("rootfs", ALL):
                context.mkdir(parents=True, exist_ok=True)
                tar = context / "rootfs.tar"
                if not tar.exists():
                    Mmdebstrap().make(SUITE, PACKAGES, tar)
                _build(engine, context, _BASE_RECIPE, BASE)
    return BASE


def builder_image() -> str:
    """A tiny S2I builder: USER 1001 with group 0, WORKDIR /opt/app, all four scripts; made once."""
    base_image()
    with locked("builder"):
        engine = buildah_engine()
        if engine.inspect(BUILDER) is None:
            context = STATE / "builder"
            (context / "bin").mkdir(parents=True, exist_ok=True)
            for name, script in _SCRIPTS.items():
                (context / "bin" / name).write_text(script)
            _build(engine, context, _BUILDER_RECIPE, BUILDER)
    return BUILDER


def _build(engine: Engine, context: Path, recipe: str, tag: str) -> None:
    (context / "Dockerfile").write_text(recipe)
    engine.build(BuildSpec(context=context, tag=tag, network="none", timestamp=1_700_000_000))


def a_name(prefix: str = "image") -> str:
    """A reference that no other test uses."""
    return f"localhost/slipcast-tests/{prefix}-{secrets.token_hex(6)}:1"


PORTS = range(22_000, 32_000)


def a_port() -> int:
    """A port of loopback that is free, and given to nobody else.

    Shape:  below those that the system gives away, which the next connection might have.
    """
    with locked("ports", ALL), (ALL / "ports").open("a+") as file:
        file.seek(0)
        port = int(file.read() or PORTS.start)
        while not _is_free(port := port + 1 if port + 1 in PORTS else PORTS.start):
            pass
        file.truncate(0)
        file.write(str(port))
    return port


def _is_free(port: int) -> bool:
    with suppress(OSError), socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
        return True
    return False


def wait_for(answers: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Ask until the answer is yes; fails with what was waited for."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not answers():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} within {seconds:g} s")
        pause.wait(0.02)


def accepts(port: int) -> bool:
    """Whether something listens on a port of loopback."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextmanager
def served(
    argv: list[str], env: dict[str, str] | None = None, directory: Path | None = None
) -> Generator[None]:
    """A program that runs beside the test and is ended with it."""
    child = subprocess.Popen(
        argv,
        env=env,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def podman_socket() -> Generator[Path]:
    """The Docker Engine API as podman serves it, over the shared test storage."""
    directory = STATE / "sockets"
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{os.getpid()}.sock"
    path.unlink(missing_ok=True)
    argv = ["podman", *engine_flags(), "system", "service", "--time=0", f"unix://{path}"]
    # conmon leaves a file `oom` in the directory it was started from.
    with served(argv, engine_env(), directory):
        wait_for(lambda: _connects(path), "podman's socket answered")
        yield path
    path.unlink(missing_ok=True)


def _connects(path: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(path))
        return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A real registry on loopback.

    Shape:  directory is where it keeps things; ca_file is given when it speaks TLS.
    """

    host: str
    directory: Path
    username: str = ""
    password: str = ""
    ca_file: Path | None = None

    def name(self, repository: str = "app", tag: str = "1") -> str:
        """A reference to something in it."""
        return f"{self.host}/{repository}:{tag}"


@contextmanager
def registry(
    directory: Path, *, password: str = "", tls: bool = False, tokens: bool = False
) -> Generator[Registry]:
    """A docker-registry that keeps its things in directory; the user of a password is `tester`.

    Shape:  tokens says that the password is asked for by a server of tokens, as large registries
            have it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    certificates = certificate(directory) if tls or tokens else None
    port = a_port()
    lines = [
        "version: 0.1",
        "log: {level: error}",
        f"storage: {{filesystem: {{rootdirectory: {directory / 'data'}}}}}",
        "http:",
        f"  addr: 127.0.0.1:{port}",
        "  secret: of-no-use",
    ]
    if tls and certificates:
        lines.append(f"  tls: {{certificate: {certificates[0]}, key: {certificates[1]}}}")
    with ExitStack() as stack:
        if tokens and certificates:
            server = TokenServer(
                certificate=certificates[0], key=certificates[1], password=password, tls=tls
            )
            lines.append(stack.enter_context(serving(server)).configuration)
        elif password:
            (directory / "htpasswd").write_text(f"tester:{_bcrypt(password)}\n")
            lines.append(f"auth: {{htpasswd: {{realm: tests, path: {directory / 'htpasswd'}}}}}")
        (directory / "config.yml").write_text("\n".join(lines) + "\n")
        stack.enter_context(served(["docker-registry", "serve", str(directory / "config.yml")]))
        wait_for(lambda: accepts(port), "the registry answered")
        yield Registry(
            host=f"localhost:{port}",
            directory=directory,
            username="tester" if password else "",
            password=password,
            ca_file=certificates[0] if tls and certificates else None,
        )


def certificate(directory: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    certificate, key = directory / "ca.crt", directory / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", str(key), "-out", str(certificate),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    ssl.create_default_context(cafile=str(certificate))
    return certificate, key


def _bcrypt(password: str) -> str:
    # The registry knows bcrypt alone, and the standard library's crypt is on its way out.
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    salt = "$2b$05$" + "".join(secrets.choice(alphabet) for _ in range(21)) + "u"
    hashed: bytes = library.crypt(password.encode(), salt.encode())
    return hashed.decode()
