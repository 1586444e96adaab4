"""Real repositories, made in a moment, and served over smart http, dumb http and ssh."""

from __future__ import annotations

import base64
import getpass
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

import containers

_WHO = {
    "GIT_AUTHOR_NAME": "Ada Author",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Carl Committer",
    "GIT_COMMITTER_EMAIL": "carl@example.com",
    "GIT_AUTHOR_DATE": "2020-01-02T03:04:05+0000",
    "GIT_COMMITTER_DATE": "2020-02-03T04:05:06+0000",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    # Whatever is served is on this machine.
    "no_proxy": "*",
}
COMMITTED = 1580702706
"""The committer's time of every commit, in seconds since the epoch."""


def git(where: Path, *words: str) -> str:
    """What git prints, without the last line end."""
    ran = subprocess.run(
        ("git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *words),
        cwd=where,
        env={**os.environ, **_WHO},
        check=True,
        capture_output=True,
    )
    return ran.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")


def commit(repository: Path, files: Mapping[str, str | bytes], message: str = "Change") -> str:
    """Write files, commit them all; the commit's id. A name ending in `*` is executable."""
    for name, content in files.items():
        path = repository / name.removesuffix("*")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(0o755 if name.endswith("*") else 0o644)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(repository, "rev-parse", "HEAD")


def repository(path: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    """A repository on branch main with one commit; without files there is no commit."""
    path.mkdir(parents=True)
    git(path, "init", "--quiet")
    if files is not None:
        commit(path, files, "First")
    return path


def bare(source: Path, path: Path) -> Path:
    """A bare repository with everything that another one has, fit for dumb http too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    git(source, "clone", "--quiet", "--mirror", str(source), str(path))
    git(path, "update-server-info")
    return path


@dataclass(slots=True)
class Served:
    """A server of repositories; url has no slash at its end."""

    url: str
    requests: list[str] = field(default_factory=list)

    def with_user(self, user: str, password: str = "") -> str:
        """The URL with user information."""
        secret = f":{password}" if password else ""
        return self.url.replace("://", f"://{user}{secret}@")


def certificate(path: Path) -> Path:
    """A key and a certificate for 127.0.0.1, which is its own authority, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, cert = path.with_suffix(".key"), path.with_suffix(".crt")
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
    made = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    files = ("-keyout", str(key), "-out", str(cert))
    subprocess.run(
        ("openssl", "req", "-x509", *made, *subject, *files), check=True, capture_output=True
    )
    path.write_bytes(key.read_bytes() + cert.read_bytes())
    return path


@contextmanager
def http(
    root: Path,
    *,
    user: str = "",
    password: str = "",
    dumb: bool = False,
    certificate: Path | None = None,
) -> Iterator[Served]:
    """Serve the repositories below root over http; with a user, to that user only.

    Shape:  certificate holds key and certificate; with it the server speaks https.
    """
    served = Served("")
    wanted = base64.b64encode(f"{user}:{password}".encode()).decode() if user else ""
    handler = _Dumb if dumb else _Smart
    names = {"root": root, "served": served, "wanted": wanted}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (handler,), names))
    served.url = f"http://127.0.0.1:{server.server_port}"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        served.url = served.url.replace("http:", "https:")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Guarded(BaseHTTPRequestHandler):
    root: Path
    served: Served
    wanted: str
    protocol_version = "HTTP/1.0"

    def admitted(self) -> bool:
        self.served.requests.append(f"{self.command} {self.path}")
        if not self.wanted or self.headers.get("Authorization") == f"Basic {self.wanted}":
            return True
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="repositories"')
        self.end_headers()
        return False

    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Smart(_Guarded):
    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        return body

    def _answer(self, body: bytes) -> None:
        if not self.admitted():
            return
        path, _, query = self.path.partition("?")
        ran = subprocess.run(
            ("git", "-c", "safe.directory=*", "http-backend"),
            input=body,
            capture_output=True,
            check=False,
            env={
                **os.environ,
                "GIT_PROJECT_ROOT": str(self.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            },
        )
        head, _, content = ran.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        self.send_response(int(headers.pop("Status", "200").split(" ")[0]))
        # Without it the end of the connection ends the answer, which TLS takes for an attack.
        headers["Content-Length"] = str(len(content))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class _Dumb(_Guarded, SimpleHTTPRequestHandler):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args, directory=str(self.root))

    @override
    def do_GET(self) -> None:
        if self.admitted():
            super().do_GET()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """A loopback sshd; command is what git must use to reach it (GIT_SSH_COMMAND).

    Shape:  the server lets `user` in, and not `other`; it shows the key `host`.
    """

    url: str
    command: str
    stranger: str
    state: Path

    @property
    def host(self) -> str:
        """The host as known_hosts calls it."""
        name, _, port = self.url.rpartition("@")[2].rpartition(":")
        return f"[{name}]:{port}"

    def key(self, name: str = "user") -> str:
        """A private key."""
        return (self.state / name).read_text()

    def known(self, name: str = "host") -> str:
        """What known_hosts holds of the server if that is the key it shows."""
        return f"{self.host} {(self.state / name).with_suffix('.pub').read_text()}"

    def admit(self, name: str, command: str) -> str:
        """Let a new key in, for which the server runs a command instead; the private key."""
        _new_key(self.state / name)
        public = (self.state / name).with_suffix(".pub").read_text()
        with (self.state / "authorized").open("a") as file:
            file.write(f'command="{command}" {public}')
        return self.key(name)


def why_no_ssh() -> str:
    """Why ssh cannot be served here, empty when it can."""
    if shutil.which("ssh") is None or _sshd() is None:
        return "openssh-server is not installed"
    if os.geteuid() != 0:
        return "sshd needs root to log a user in"
    return ""


@contextmanager
def ssh(state: Path) -> Iterator[Shell]:
    """An sshd on loopback that lets this user in with a key made for the occasion.

    Shape:  stranger is a command whose key the server does not know.
    """
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("host", "user", "other"):
        _new_key(state / name)
    shutil.copy(state / "user.pub", state / "authorized")
    port = containers.a_port()
    (state / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {state}/host\nUsePAM no\n"
        f"AuthorizedKeysFile {state}/authorized\nStrictModes no\nPidFile none\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n"
    )
    key = (state / "host.pub").read_text().strip()
    (state / "known").write_text(f"[127.0.0.1]:{port} {key}\n")
    Path("/run/sshd").mkdir(exist_ok=True)
    server = subprocess.Popen(
        (str(_sshd()), "-D", "-e", "-f", str(state / "config")),
        stderr=subprocess.DEVNULL,
    )
    try:
        containers.wait_for(lambda: containers.accepts(port), "the ssh server answered")
        yield Shell(
            url=f"ssh://{getpass.getuser()}@127.0.0.1:{port}",
            command=_client(state, "user"),
            stranger=_client(state, "other"),
            state=state,
        )
    finally:
        server.terminate()
        server.wait()


def _new_key(path: Path) -> None:
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)), check=True)


def _client(state: Path, key: str) -> str:
    return (
        f"ssh -F none -i {state}/{key} -o IdentitiesOnly=yes -o IdentityAgent=none "
        f"-o UserKnownHostsFile={state}/known"
    )


def _sshd() -> str | None:
    return shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
