"""`slipcast run`: an image starts, answers, and is ended."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from slipcast.cli import answering
from slipcast.cli.answering import Answer
from slipcast.ports.launcher import Launched
from slipcast.testing.objects import a_builder, a_config
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call


@pytest.fixture
def port() -> Iterator[int]:
    """A port behind which an HTTP server answers."""
    server = http.server.HTTPServer(
        ("127.0.0.1", 0), http.server.BaseHTTPRequestHandler
    )  # every request is a 501, which is an answer
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def app(toolbox: FakeToolbox, port: int) -> str:
    """An image whose container will answer."""
    toolbox.work.engine.add("app", a_builder(config=a_config(exposed_ports=("8080/tcp",))))
    toolbox.work.launcher.host_port = port
    return "app"


def test_the_address_is_printed_once_it_answers(
    call: Call, toolbox: FakeToolbox, app: str, port: int
) -> None:
    ended = call("run", app, "--port", f"{port}:8080", "-e", "A=b")

    spec = toolbox.work.launcher.started[0]
    assert (ended.code, ended.stdout) == (0, f"http://127.0.0.1:{port}/\n")
    assert (spec.image, spec.name, spec.env) == ("app", "slipcast-app", (("A", "b"),))
    assert (spec.ports, spec.public) == (((port, 8080),), False)


def test_a_port_alone_means_the_one_of_this_host(
    call: Call, toolbox: FakeToolbox, app: str, port: int
) -> None:
    call("run", app, "--port", str(port))

    assert toolbox.work.launcher.started[0].ports == ((port, 8080),)


def test_a_taken_port_gives_way_to_a_free_one(call: Call, toolbox: FakeToolbox, port: int) -> None:
    config = a_config(exposed_ports=(f"{port}/tcp", "9/udp"))
    toolbox.work.engine.add("app", a_builder(config=config))
    toolbox.work.launcher.host_port = port

    call("run", "app")

    assert toolbox.work.launcher.started[0].ports == ((0, port),)


def test_a_port_at_which_somebody_answers_leads_somewhere(port: int) -> None:
    assert answering.leads_somewhere(port)


def test_a_port_that_refuses_leads_nowhere_and_is_not_free_for_that() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]

        assert (answering.leads_somewhere(port), answering.is_free(port)) == (False, False)

    assert answering.is_free(port)


def test_json_holds_address_name_and_ports(call: Call, app: str, port: int) -> None:
    ended = call("run", app, "--port", str(port), "-o", "json")

    assert ended.document == {
        "schema": "slipcast.run/1",
        "name": "slipcast-app",
        "image": "app",
        "address": f"http://127.0.0.1:{port}/",
        "ports": [{"host": port, "container": 8080}],
    }


def test_a_container_that_dies_is_told_with_its_last_lines(
    call: Call, toolbox: FakeToolbox, app: str
) -> None:
    toolbox.work.launcher.runs = False
    toolbox.work.launcher.prints = b"starting\nno module named flask\n"
    toolbox.work.launcher.host_port = 1

    ended = call("run", app, "--port", "0")

    assert ended.code == 1
    assert "ERROR: app ended before it answered" in ended.stderr
    assert "ERROR:     no module named flask" in ended.stderr
    assert toolbox.work.launcher.containers == {}


def test_a_container_that_never_answers_is_ended(
    call: Call, toolbox: FakeToolbox, app: str
) -> None:
    toolbox.work.launcher.host_port = 1

    ended = call("run", app, "--port", "0", "--timeout", "0")

    assert ended.code == 1
    assert "did not answer on port 8080" in ended.stderr
    assert toolbox.work.launcher.containers == {}


def test_an_image_that_is_not_here_is_not_started(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("run", "nothing")

    assert ended.code == 1
    assert "there is no image nothing" in ended.stderr
    assert toolbox.work.launcher.started == []


def test_an_image_whose_name_says_from_where_is_pulled(
    call: Call, toolbox: FakeToolbox, port: int
) -> None:
    image = a_builder(config=a_config(exposed_ports=("8080/tcp",)))
    toolbox.work.engine.offer("images.example:8443/shop/app", image)
    toolbox.work.launcher.host_port = port

    ended = call("run", "images.example:8443/shop/app", "--port", str(port))

    assert ended.code == 0, ended.stderr
    assert "Pulling images.example:8443/shop/app" in ended.stderr
    assert len(toolbox.work.launcher.started) == 1


def test_a_second_run_replaces_the_first(
    call: Call, toolbox: FakeToolbox, app: str, port: int
) -> None:
    call("run", app, "--port", str(port))

    ended = call("run", app, "--port", str(port))

    assert toolbox.work.launcher.stopped == ["slipcast-app"]
    assert "Replacing slipcast-app, which was running" in ended.stderr


@pytest.mark.parametrize("name", ["app", "docker.io/library/app:latest", "slipcast-app"])
def test_stop_ends_it_by_image_or_name(call: Call, toolbox: FakeToolbox, name: str) -> None:
    launched = Launched(name="slipcast-app", image="docker.io/library/app:latest")
    toolbox.work.launcher.containers = {"slipcast-app": launched}

    ended = call("run", name, "--stop")

    assert (ended.code, toolbox.work.launcher.stopped) == (0, ["slipcast-app"])


def test_stopping_nothing_is_an_error(call: Call) -> None:
    ended = call("run", "app", "--stop")

    assert ended.code == 1
    assert "nothing started by slipcast runs app" in ended.stderr


@pytest.mark.parametrize(("running", "code"), [(True, 0), (False, 1)])
def test_status_says_whether_it_runs(
    call: Call, toolbox: FakeToolbox, *, running: bool, code: int
) -> None:
    launched = Launched(name="slipcast-app", image="app", ports=((9, 8080),), running=running)
    toolbox.work.launcher.containers = {"slipcast-app": launched}

    assert call("run", "app", "--status").code == code


def test_follow_streams_the_output_and_removes_it(
    call: Call, toolbox: FakeToolbox, app: str
) -> None:
    toolbox.work.launcher.prints = b"hello\n"

    ended = call("run", app, "--follow")

    assert (ended.code, ended.stdout) == (0, "hello\n")
    assert toolbox.work.launcher.containers == {}


@pytest.mark.parametrize("text", ["x", "1:", ":1", "70000", "-1", "1:2:3"])
def test_a_port_that_is_none_is_refused(call: Call, app: str, text: str) -> None:
    assert call("run", app, f"--port={text}").code == 2


def test_a_proxy_that_closes_the_connection_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept_and_leave() -> None:
            server.accept()[0].close()

        closing = threading.Thread(target=accept_and_leave)
        closing.start()

        assert answering.ask(server.getsockname()[1]) is Answer.NOTHING
        closing.join()


def test_a_service_with_its_own_language_answers_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            with server.accept()[0] as client:
                client.sendall(b"220 mail.example\r\n")
                client.recv(1024)

        speaking = threading.Thread(target=greet)
        speaking.start()

        assert answering.ask(server.getsockname()[1]) is Answer.TCP
        speaking.join()
