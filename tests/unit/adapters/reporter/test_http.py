"""Reports to the API server, over a real connection."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

import containers
from slipcast.adapters.reporter.http import HttpReporter, Server
from slipcast.api.build import GitSourceRevision, SourceRevision
from slipcast.ports.reporter import Report

REVISION = SourceRevision(type="Git", git=GitSourceRevision(commit="abc"))
PATH = "/apis/build.openshift.io/v1/namespaces/shop/builds/app-1"


@dataclass
class Api:
    """A server of one Build, which answers updates as it was told to."""

    build: dict[str, Any]
    answers: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    authorization: str = ""


class _Handler(BaseHTTPRequestHandler):
    api: Api
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, self.api.build)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.api.answers.pop(0) if self.api.answers else 200
        if status == 200:
            self.api.build = json.loads(body)
        self._answer(status, {"message": "not now"} if status != 200 else self.api.build)

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        self.api.asked.append(f"{self.command} {self.path}")
        self.api.authorization = self.headers["Authorization"]
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of localhost, and its key."""
    return containers.certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def api() -> Api:
    """A Build with a field that we do not know."""
    return Api({"metadata": {"name": "app-1"}, "spec": {"odd": 1}, "status": {"phase": "Running"}})


@pytest.fixture
def server(api: Api, pair: tuple[Path, Path], tmp_path: Path) -> Iterator[Server]:
    """Where it answers, and the files of a service account."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    handler = type("Handler", (_Handler,), {"api": api})
    serving = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    serving.socket = context.wrap_socket(serving.socket, server_side=True)
    thread = threading.Thread(target=serving.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    (tmp_path / "token").write_text("secret-token\n")
    yield Server(
        host="127.0.0.1",
        port=serving.server_port,
        token=tmp_path / "token",
        authority=pair[0],
    )
    serving.shutdown()
    serving.server_close()
    thread.join()


@dataclass
class Told:
    """A reporter, its pauses, and what it logged."""

    reporter: HttpReporter
    pauses: list[float]
    logged: list[str]


@pytest.fixture
def told(server: Server) -> Told:
    pauses: list[float] = []
    logged: list[str] = []
    return Told(HttpReporter(server, "shop", "app-1", logged.append, pauses.append), pauses, logged)


def test_a_report_is_laid_over_the_build_as_it_is_now_bld_152_153(api: Api, told: Told):
    told.reporter.report(
        Report(revision=REVISION, failed=True, reason="AssembleFailed", message="It failed.")
    )

    assert api.asked == [f"GET {PATH}", f"PUT {PATH}/details"]
    assert api.authorization == "Bearer secret-token"
    assert api.build["spec"] == {"odd": 1, "revision": {"type": "Git", "git": {"commit": "abc"}}}
    assert api.build["status"] == {
        "phase": "Failed",
        "reason": "AssembleFailed",
        "message": "It failed.",
    }


def test_a_running_build_keeps_its_phase_bld_154(api: Api, told: Told):
    told.reporter.report(Report(digest="sha256:1"))

    assert api.build["status"] == {
        "phase": "Running",
        "output": {"to": {"imageDigest": "sha256:1"}},
    }


def test_a_revision_that_is_known_stays_bld_156(api: Api, told: Told):
    api.build["spec"]["revision"] = {"type": "Git", "git": {"commit": "first"}}

    told.reporter.report(Report(revision=REVISION))

    assert api.build["spec"]["revision"]["git"]["commit"] == "first"


def test_a_conflict_is_tried_again_with_growing_pauses_bld_152_205(api: Api, told: Told):
    api.answers = [409, 409, 503]

    told.reporter.report(Report(digest="sha256:1"))

    assert told.pauses == [0.025, 0.05, 0.1]
    assert api.build["status"]["output"]["to"]["imageDigest"] == "sha256:1"


def test_ten_tries_are_all_bld_152(api: Api, told: Told):
    api.answers = [409] * 20

    told.reporter.report(Report())

    assert len(told.pauses) == 9
    assert told.logged == ["the server could not be told how the build app-1 goes: 409 not now"]


def test_who_may_not_report_is_told_once_bld_155_205(api: Api, told: Told):
    api.answers = [403]

    told.reporter.report(Report())

    assert told.pauses == []
    assert told.logged == ["the server could not be told how the build app-1 goes: 403 not now"]


def test_a_server_that_is_not_there_is_no_failure_bld_155_205(tmp_path: Path):
    logged: list[str] = []
    (tmp_path / "token").write_text("x")
    nowhere = Server(
        host="127.0.0.1", port=1, token=tmp_path / "token", authority=tmp_path / "none"
    )

    HttpReporter(nowhere, "shop", "app-1", logged.append, lambda _: None).report(Report())

    assert "Connection refused" in logged[0]
