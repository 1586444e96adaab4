"""The Docker adapter against the words of dockerd, told by a server that answers from a table."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typing_extensions import override

from slipcast.adapters.dockersocket import DockerSocket, Endpoint, demultiplexed, endpoint
from slipcast.adapters.engine.docker import DockerEngine
from slipcast.ports.engine import BuildSpec, Credential, PullSpec, PushSpec, RegistryAccess
from slipcast.values.container import Mount, PullPolicy
from slipcast.values.faults import EngineFault, NotFound
from slipcast.values.sensitive import Sensitive

ID = "sha256:" + "a" * 64
DIGEST = "sha256:" + "b" * 64
IMAGE = {
    "Id": ID,
    "RepoTags": ["app:1"],
    "RepoDigests": [f"app@{DIGEST}"],
    "Created": "2024-01-02T03:04:05.678901234Z",
    "Architecture": "amd64",
    "Os": "linux",
    "Size": 7,
    "RootFS": {"Type": "layers", "Layers": ["sha256:" + "c" * 64]},
    "Config": {"Env": ["A=1", "A=2"], "OnBuild": ["RUN x"], "User": "5", "Cmd": None},
}


@dataclass
class Daemon:
    """Shape: answers by method and path without version are (status, messages)."""

    url: str = ""
    answers: dict[str, tuple[int, list[object]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = field(default_factory=list)

    def answer(self, call: str, *messages: object, status: int = 200) -> None:
        self.answers[call] = (status, list(messages))

    def times(self, call: str) -> int:
        return sum(each == call for each, _, _ in self.asked)


@contextmanager
def listening(daemon: Daemon) -> Generator[None]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            for _ in self.body():
                pass
            parts = urlsplit(self.path)
            path = "/" + parts.path.lstrip("/").partition("/")[2]
            call = f"{self.command} {path if parts.path.startswith('/v1.') else parts.path}"
            daemon.asked.append((call, parse_qs(parts.query), dict(self.headers)))
            nothing: tuple[int, list[object]] = (404, [{"message": f"no {call}"}])
            status, messages = daemon.answers.get(call, nothing)
            text = "\r\n".join(json.dumps(message) for message in messages).encode()
            self.send_response(status)
            self.send_header("Api-Version", "1.43")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def body(self) -> Iterator[bytes]:
            if self.headers.get("Transfer-Encoding") != "chunked":
                yield self.rfile.read(int(self.headers.get("Content-Length") or 0))
                return
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 -- the names the library looks for

        @override
        def version_string(self) -> str:
            return "Docker/24.0.7 (linux)"

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    daemon.url = f"tcp://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def daemon() -> Generator[Daemon]:
    daemon = Daemon()
    daemon.answer("GET /_ping", "OK")
    daemon.answer("GET /images/app:1/json", IMAGE)
    daemon.answer("GET /images/base/json", IMAGE)
    with listening(daemon):
        yield daemon


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def engine(daemon: Daemon, pauses: list[float]) -> DockerEngine:
    return DockerEngine(DockerSocket(Endpoint(url=daemon.url)), pause=pauses.append)


def test_dockerd_is_named_with_its_version(engine: DockerEngine, daemon: Daemon) -> None:
    assert engine.check() == f"Docker/24.0.7 at {daemon.url}"


def test_an_inspection_becomes_facts(engine: DockerEngine) -> None:
    facts = engine.inspect("app:1")

    assert facts is not None
    assert (facts.id, facts.digest, facts.created) == ("a" * 64, DIGEST, 1704164645)
    assert (facts.config.env, facts.config.onbuild) == ((("A", "2"),), ("RUN x",))


def test_a_transient_failure_is_tried_six_times_more(
    engine: DockerEngine, daemon: Daemon, pauses: list[float]
) -> None:
    # S2I-139
    daemon.answer("POST /images/create", {"error": "read tcp: connection reset by peer"})

    with pytest.raises(EngineFault) as caught:
        engine.pull(PullSpec(image="far.test/app:1"))

    assert caught.value.reason == "Unreachable"
    assert pauses == [5.0] * 6
    assert daemon.times("POST /images/create") == 7


def test_an_unknown_image_is_asked_for_once(engine: DockerEngine, daemon: Daemon) -> None:
    daemon.answer("POST /images/create", {"message": "manifest unknown"}, status=404)

    with pytest.raises(EngineFault) as caught:
        engine.pull(PullSpec(image="far.test/app:1"))

    assert caught.value.reason == "ImageUnknown"
    assert daemon.times("POST /images/create") == 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("unauthorized: authentication required", "Unauthorized"),
        ("pull access denied for app", "Unauthorized"),
        ("x509: certificate signed by unknown authority", "TLS"),
        ("dial tcp: lookup far.test: no such host", "Unreachable"),
        ("write /var/lib/docker: no space left on device", "NoSpace"),
    ],
)
def test_dockerds_words_become_reasons(
    engine: DockerEngine, daemon: Daemon, words: str, reason: str
) -> None:
    daemon.answer("POST /images/create", {"errorDetail": {"message": words}, "error": words})

    with pytest.raises(EngineFault) as caught:
        engine.pull(PullSpec(image="far.test/app:1"))

    assert caught.value.reason == reason


def test_a_pull_tells_who_we_are_and_shows_steps_not_bars(
    engine: DockerEngine, daemon: Daemon
) -> None:
    log = bytearray()
    credential = Credential(username="me", password=Sensitive("s3cret"))
    daemon.answer(
        "POST /images/create",
        {"status": "Pulling fs layer", "progressDetail": {}, "id": "abc"},
        {"status": "Downloading", "progressDetail": {"current": 1}, "id": "abc"},
        {"status": "Status: Downloaded newer image for app:1"},
    )
    spec = PullSpec(
        image="app:1",
        policy=PullPolicy.ALWAYS,
        access=RegistryAccess(credential=credential),
    )

    engine.pull(spec, log=log.extend)

    [(query, headers)] = [(q, h) for call, q, h in daemon.asked if "create" in call]
    sent = json.loads(base64.urlsafe_b64decode(headers["X-Registry-Auth"]))
    assert query == {"fromImage": ["app"], "tag": ["1"]}
    assert sent == {"username": "me", "password": "s3cret"}
    assert log.decode() == "abc: Pulling fs layer\nStatus: Downloaded newer image for app:1\n"


def test_a_push_tells_the_digest_and_gives_the_name_back(
    engine: DockerEngine, daemon: Daemon
) -> None:
    daemon.answer(f"POST /images/{'a' * 64}/tag", status=201)
    daemon.answer(
        "POST /images/reg.test/app/push",
        {"status": "Pushed", "id": "abc"},
        {"aux": {"Tag": "1", "Digest": DIGEST, "Size": 5}},
    )
    daemon.answer("DELETE /images/reg.test/app:1", [])

    digest = engine.push(PushSpec(image="app:1", destination="reg.test/app:1"))

    assert digest == DIGEST
    assert daemon.asked[-1][0] == "DELETE /images/reg.test/app:1"


def test_a_build_ends_with_the_id_that_dockerd_tells_beside_its_log(
    engine: DockerEngine, daemon: Daemon, tmp_path: Path
) -> None:
    log = bytearray()
    (tmp_path / "Dockerfile").write_text("FROM base\n")
    daemon.answer(f"GET /images/{ID}/json", IMAGE)
    daemon.answer("POST /build", {"stream": "Step 1/1 : FROM base\n"}, {"aux": {"ID": ID}})

    made = engine.build(BuildSpec(context=tmp_path, build_args={"A": "1"}), log=log.extend)

    [query] = [query for call, query, _ in daemon.asked if call == "POST /build"]
    assert made.id == "a" * 64
    assert log == b"Step 1/1 : FROM base\n"
    assert json.loads(query["buildargs"][0]) == {"A": "1"}


@pytest.mark.parametrize(
    "given", [{"mounts": (Mount(source="/a", target="/b"),)}, {"cap_drop": ("KILL",)}]
)
def test_what_dockerds_builds_lack_is_refused(
    engine: DockerEngine, tmp_path: Path, given: dict[str, object]
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM base\n")

    with pytest.raises(EngineFault) as caught:
        engine.build(BuildSpec(context=tmp_path, **given))  # type: ignore[arg-type]  # one of two

    assert caught.value.reason == "NotSupported"


def test_an_image_that_must_not_be_pulled_is_not_found(engine: DockerEngine) -> None:
    with pytest.raises(NotFound):
        engine.pull(PullSpec(image="far.test/app:1", policy=PullPolicy.NEVER))


def test_output_is_told_apart_wherever_its_frames_are_cut() -> None:
    stream = b"\1\0\0\0\0\0\0\3out" + b"\2\0\0\0\0\0\0\3err" + b"\1\0\0\0\0\0\0\0"
    pieces = [stream[at : at + 5] for at in range(0, len(stream), 5)]

    assert list(demultiplexed(pieces)) == [(False, b"out"), (True, b"err"), (False, b"")]


def test_flags_win_over_the_environment_of_the_docker_program() -> None:
    # S2I-10 to S2I-15
    env = {
        "DOCKER_HOST": "tcp://far.test:2376",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": "/certs",
        "DOCKER_API_VERSION": "1.40",
    }

    asked = endpoint(env, url="unix:///x.sock", ca=Path("/my/ca.pem"))

    assert asked.url == "unix:///x.sock"
    assert (asked.ca, asked.cert) == (Path("/my/ca.pem"), Path("/certs/cert.pem"))
    assert (asked.tls_verify, asked.tls, asked.version) == (True, False, "1.40")


@pytest.mark.parametrize(
    ("env", "directory"),
    [({"HOME": "/h"}, "/h/.docker"), ({"HOME": "/h", "DOCKER_CONFIG": "/c"}, "/c")],
)
def test_certificates_lie_where_the_docker_program_has_them(
    env: dict[str, str], directory: str
) -> None:
    found = endpoint(env)

    assert found.url == "unix:///var/run/docker.sock"
    assert found.key == Path(directory, "key.pem")
