"""The program as scripts call it: exit codes, signals, outputs, with real images and containers."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import containers

pytestmark = pytest.mark.engine

SLEEPING = "#!/bin/sh\necho started >&2\nsleep 600\n"
SERVING = """\
#!/usr/bin/python3
import signal, socket, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with socket.create_server(("", PORT)) as server, open("/opt/app/index.html", "rb") as page:
    content = page.read()
    while True:
        client, _ = server.accept()
        with client:
            client.recv(65536)
            client.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + content)
"""
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command line ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on standard output."""
        document: dict[str, Any] = json.loads(self.stdout)
        return document


@dataclass(slots=True, kw_only=True)
class Program:
    """The installed program, in a directory and with a state of its own."""

    directory: Path
    state: Path
    environment: dict[str, str] = field(default_factory=dict)
    pids: list[int] = field(default_factory=list)

    def __call__(self, *words: str) -> Ran:
        """Run a command line to its end."""
        child = self._started(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = child.communicate(timeout=300)
        return Ran(child.returncode, out.decode(), err.decode())

    @contextlib.contextmanager
    def begun(self, *words: str) -> Iterator[Begun]:
        """A command line that runs while the test goes on."""
        log = self.directory.parent / "log"
        with log.open("wb") as into:
            child = self._started(words, stdout=into, stderr=into)
        try:
            yield Begun(child, log)
        finally:
            child.kill()
            child.wait()

    def left_behind(self) -> list[str]:
        """What is still there although nothing runs: containers, directories, processes."""
        found = [
            str(path)
            for name in ("tmp", "runs", "runc")
            if (self.state / name).is_dir()
            for path in (self.state / name).iterdir()
        ]
        found += [str(path) for path in self.state.glob("s2i*")]
        rows = json.loads(containers.podman("ps", "--all", "--external", "--format=json"))
        names = (name for row in rows for name in row["Names"])
        found += [name for name in names if any(f"-{pid}-" in name for pid in self.pids)]
        return found + [line for line in _command_lines() if str(self.state) in line]

    def _started(self, words: tuple[str, ...], **streams: Any) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            [sys.executable, "-m", "slipcast", *words],
            cwd=self.directory, env=self.env, stdin=subprocess.DEVNULL, start_new_session=True,
            **streams,
        )  # fmt: skip
        self.pids.append(child.pid)
        return child

    @property
    def env(self) -> dict[str, str]:
        """The environment in which it runs."""
        return {
            **os.environ,
            "SLIPCAST_STATE": str(self.state),
            "SLIPCAST_STORAGE_ROOT": str(containers.STORAGE),
            "SLIPCAST_RUN_ROOT": str(containers.RUN),
            "SLIPCAST_ENGINE": "buildah",
            **self.environment,
        }


@dataclass(slots=True)
class Begun:
    """A command line on its way."""

    child: subprocess.Popen[bytes]
    log: Path

    @property
    def printed(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(errors="replace")

    def prints(self, text: str, times: int = 1) -> None:
        """Wait until it has printed a text."""
        containers.wait_for(
            lambda: self.printed.count(text) >= times or self.child.poll() is not None,
            f"{text!r} was printed", seconds=120,
        )  # fmt: skip
        assert self.printed.count(text) >= times, self.printed

    def ends(self) -> int:
        """Wait for its end; the exit code."""
        return self.child.wait(60)


def _command_lines() -> list[str]:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return lines


@pytest.fixture
def program(tmp_path: Path, builder_image: str) -> Program:
    """The program, in a directory that holds an application in `app`."""
    assert builder_image == containers.BUILDER
    app = tmp_path / "work/app"
    app.mkdir(parents=True)
    (app / "index.html").write_text("hello\n")
    return Program(directory=tmp_path / "work", state=tmp_path / "state")


def script(program: Program, name: str, text: str) -> None:
    """Give the application a script of its own."""
    path = program.directory / "app/.s2i/bin" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@dataclass(slots=True)
class SilentServer:
    """Takes connections and never says a word."""

    listening: socket.socket
    connections: list[socket.socket] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self.listening.getsockname()[1]
        return port

    def is_asked(self) -> None:
        """Wait until somebody connects."""
        self.listening.settimeout(60)
        self.connections.append(self.listening.accept()[0])


@contextlib.contextmanager
def silent_server() -> Iterator[SilentServer]:
    """A server on loopback that makes its clients wait."""
    with contextlib.ExitStack() as open_, socket.create_server(("127.0.0.1", 0)) as listening:
        server = SilentServer(listening)
        yield server
        for connection in server.connections:
            open_.enter_context(connection)


def fetched(port: int, path: str) -> bytes:
    """What answers on a port of loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().read()


def repository(program: Program, *, commit: bool = True) -> None:
    """Make the application a Git repository."""
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.com"]
    git = ["git", "-C", str(program.directory / "app"), *who]
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    if commit:
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message=First"], check=True)


class TestExitCodes:
    """The measured matrix of S2I section 2."""

    def test_success_is_0_s2i_62(self, program: Program, new_image: Callable[[], str]) -> None:
        ran = program("s2i", "build", "app", containers.BUILDER, new_image())

        assert (ran.code, ran.stdout) == (0, "")
        assert ran.stderr.endswith("Build completed successfully\n")
        assert program.left_behind() == []

    def test_an_image_that_cannot_be_pulled_is_2_s2i_64(
        self, program: Program, registry: Callable[..., containers.Registry]
    ) -> None:
        server = registry()
        program.environment["SLIPCAST_INSECURE_REGISTRIES"] = server.host

        ran = program("s2i", "build", "app", server.name("nothing"))

        assert ran.code == 2
        assert server.name("nothing") in ran.stderr
        assert program.left_behind() == []

    def test_an_image_that_must_not_be_pulled_is_1_s2i_136(self, program: Program) -> None:
        assert program("s2i", "build", "app", "localhost/none", "-p", "never").code == 1

    def test_a_user_that_is_not_allowed_is_15_s2i_147(self, program: Program) -> None:
        ran = program("s2i", "build", "app", containers.BUILDER, "--allowed-uids=2000-")

        assert ran.code == 15
        assert "1001" in ran.stderr

    def test_an_image_without_scripts_is_11_s2i_153(
        self, program: Program, base_image: str
    ) -> None:
        ran = program("s2i", "build", "app", base_image)

        assert ran.code == 11
        assert "assemble" in ran.stderr

    def test_a_repository_without_commits_is_16_s2i_107(self, program: Program) -> None:
        repository(program, commit=False)

        ran = program("s2i", "build", "app", containers.BUILDER)

        assert ran.code == 16
        assert "--copy" in ran.stderr

    def test_a_failing_assemble_is_1_and_says_how_it_ended_s2i_79(self, program: Program) -> None:
        script(program, "assemble", "#!/bin/sh\necho no such module >&2\nexit 3\n")

        ran = program("s2i", "build", "app", containers.BUILDER)

        assert ran.code == 1
        assert f"non-zero (3) exit code from {containers.BUILDER}" in ran.stderr
        assert "ERROR:     no such module\n" in ran.stderr
        assert "Build failed\nERROR: An error occurred: " in ran.stderr
        assert program.left_behind() == []

    @pytest.mark.parametrize(
        "words",
        [
            ["app", "--ref", "nothing"],
            ["app#nothing"],
            ["nothing"],
            ["app/index.html"],
            ["app", "--context-dir", "nothing"],
            ["app", "--context-dir", "../.."],
            ["app", "--network", "nonsense"],
            ["app", "--scripts-url", "scripts"],
            ["--", "--upload-pack=touch pwned"],
            ["--", "-app"],
        ],
    )
    def test_what_cannot_be_fetched_or_run_is_1(self, program: Program, words: list[str]) -> None:
        repository(program)
        at = words.index("--") + 2 if "--" in words else 1

        ran = program("s2i", "build", *words[:at], containers.BUILDER, *words[at:])

        assert (ran.code, ran.stdout) == (1, "")
        assert "ERROR: " in ran.stderr
        assert "internal error" not in ran.stderr
        assert not (program.directory / "pwned").exists()
        assert program.left_behind() == []

    def test_usage_of_a_builder_is_0_s2i_3(self, program: Program) -> None:
        ran = program("s2i", "usage", containers.BUILDER)

        assert ran.code == 0
        assert "a builder that copies the source to /opt/app\n" in ran.stderr


class TestSignals:
    """S2I-296 to 299: ended at any moment, nothing is left behind."""

    @pytest.mark.parametrize("number", SIGNALS)
    def test_assemble_is_ended_by_every_signal(
        self, program: Program, number: signal.Signals
    ) -> None:
        script(program, "assemble", SLEEPING)

        with program.begun("s2i", "build", "app", containers.BUILDER) as begun:
            begun.prints("started")
            begun.child.send_signal(number)

            assert begun.ends() == 2
        assert f"ended by {number.name}" in begun.printed
        assert ("most recent call first" in begun.printed) == (number == signal.SIGQUIT)
        assert program.left_behind() == []

    def test_a_second_signal_does_not_disturb_the_clean_up(self, program: Program) -> None:
        script(program, "assemble", f"#!/bin/sh\ntrap '' TERM\n{SLEEPING}")

        with program.begun("s2i", "build", "app", containers.BUILDER) as begun:
            begun.prints("started")
            begun.child.send_signal(signal.SIGINT)
            begun.child.send_signal(signal.SIGTERM)
            begun.child.send_signal(signal.SIGINT)

            assert begun.ends() == 2
        assert program.left_behind() == []

    def test_saving_artifacts_is_ended(
        self, program: Program, new_image: Callable[[], str]
    ) -> None:
        script(program, "save-artifacts", SLEEPING)
        name = new_image()
        program("s2i", "build", "app", containers.BUILDER, name)

        with program.begun(
            "s2i", "build", "app", containers.BUILDER, name, "--incremental"
        ) as begun:
            begun.prints("started")
            begun.child.send_signal(signal.SIGTERM)

            assert begun.ends() == 2
        assert program.left_behind() == []

    def test_a_clone_from_a_silent_host_is_ended(self, program: Program) -> None:
        with silent_server() as server:
            url = f"http://127.0.0.1:{server.port}/app.git"

            with program.begun("s2i", "build", url, containers.BUILDER) as begun:
                server.is_asked()
                begun.child.send_signal(signal.SIGINT)

                assert begun.ends() == 2
        assert program.left_behind() == []

    def test_a_pull_from_a_silent_registry_is_ended(self, program: Program) -> None:
        with silent_server() as server:
            image = f"127.0.0.1:{server.port}/app:1"

            with program.begun("s2i", "build", "app", image) as begun:
                server.is_asked()
                begun.child.send_signal(signal.SIGTERM)

                assert begun.ends() == 2
        assert program.left_behind() == []

    def test_the_container_of_run_is_removed(
        self, program: Program, new_image: Callable[[], str]
    ) -> None:
        script(program, "run", "#!/bin/sh\ntrap exit TERM\necho serving\nsleep 600 &\nwait\n")

        with program.begun(
            "s2i", "build", "app", containers.BUILDER, new_image(), "--run"
        ) as begun:
            begun.prints("serving")
            begun.child.send_signal(signal.SIGINT)

            assert begun.ends() == 2
        name = begun.printed.partition("as container ")[2].split()[0]
        assert name not in containers.podman("ps", "--all", "--format={{.Names}}")
        assert program.left_behind() == []

    def test_what_a_killed_process_left_is_swept_up_by_the_next(
        self, program: Program, new_image: Callable[[], str]
    ) -> None:
        script(program, "assemble", SLEEPING)
        with program.begun("s2i", "build", "app", containers.BUILDER) as begun:
            begun.prints("started")
        assert program.left_behind() != []
        script(program, "assemble", "#!/bin/sh\ntrue\n")

        ran = program("s2i", "build", "app", containers.BUILDER, new_image())

        assert ran.code == 0
        assert program.left_behind() == []


class TestDocker:
    """The same over a Docker API."""

    @pytest.fixture
    def over_docker(self, program: Program, podman_socket: Path) -> Program:
        program.environment["DOCKER_HOST"] = f"unix://{podman_socket}"
        program.environment["SLIPCAST_ENGINE"] = "docker"
        return program

    def test_the_endpoint_of_the_environment_is_used_s2i_10(
        self, over_docker: Program, new_image: Callable[[], str]
    ) -> None:
        name = new_image()

        ran = over_docker("s2i", "build", "app", containers.BUILDER, name, "-o", "json")

        assert (ran.code, ran.document["tag"]) == (0, name), ran.stderr
        assert over_docker.left_behind() == []

    def test_a_failing_assemble_is_1_s2i_79(self, over_docker: Program) -> None:
        script(over_docker, "assemble", "#!/bin/sh\nexit 3\n")

        ran = over_docker("s2i", "build", "app", containers.BUILDER)

        assert ran.code == 1
        assert f"non-zero (3) exit code from {containers.BUILDER}" in ran.stderr
        assert over_docker.left_behind() == []

    @pytest.mark.parametrize("url", ["unix:///nowhere.sock", "tcp://127.0.0.1:1"])
    def test_an_endpoint_that_does_not_answer_is_1_before_any_work_s2i_60(
        self, program: Program, url: str
    ) -> None:
        ran = program("s2i", "build", "app", containers.BUILDER, "-U", url)

        assert ran.code == 1
        assert url.rpartition("//")[2] in ran.stderr
        assert "internal error" not in ran.stderr

    def test_a_url_means_docker_whatever_the_settings_say(
        self, program: Program, podman_socket: Path, new_image: Callable[[], str]
    ) -> None:
        ran = program(
            *("s2i", "-U", f"unix://{podman_socket}", "--loglevel", "1"),
            *("build", "app", containers.BUILDER, new_image()),
        )

        assert ran.code == 0, ran.stderr

    def test_assemble_is_ended_by_a_signal_s2i_296(self, over_docker: Program) -> None:
        script(over_docker, "assemble", SLEEPING)

        with over_docker.begun("s2i", "build", "app", containers.BUILDER) as begun:
            begun.prints("started")
            begun.child.send_signal(signal.SIGTERM)

            assert begun.ends() == 2
        assert over_docker.left_behind() == []


class TestOutputs:
    """Where results go."""

    def test_the_result_is_a_json_document(
        self, program: Program, new_image: Callable[[], str]
    ) -> None:
        repository(program)
        name = new_image()

        ran = program("s2i", "build", "app", containers.BUILDER, name, "-o", "json")

        document = ran.document
        assert (document["success"], document["tag"], document["exit_code"]) == (True, name, 0)
        assert document["revision"]["message"] == "First"
        assert document["labels"]["io.openshift.s2i.build.image"] == containers.BUILDER
        assert {"Assemble", "CommitContainer"} <= {each["name"] for each in document["stages"]}
        assert document["image"] in containers.podman("images", "--no-trunc", "--quiet")

    def test_a_failure_is_a_json_document(self, program: Program) -> None:
        script(program, "assemble", "#!/bin/sh\necho last words\nexit 3\n")

        ran = program("s2i", "build", "app", containers.BUILDER, "-o", "json")

        document = ran.document
        assert (ran.code, document["exit_code"], document["reason"]) == (1, 1, "AssembleFailed")
        assert document["tail"][-1] == "last words"

    def test_the_output_of_scripts_is_untouched_s2i_204(self, program: Program) -> None:
        script(program, "assemble", "#!/bin/sh\nprintf '   indented\\t\\n\\nlast'\n")

        ran = program("s2i", "build", "app", containers.BUILDER)

        assert "\n   indented\t\n\nlast\n" in ran.stderr

    def test_quiet_hides_standard_output_of_assemble_s2i_16(self, program: Program) -> None:
        script(program, "assemble", "#!/bin/sh\necho hidden\necho shown >&2\n")

        ran = program("s2i", "build", "app", containers.BUILDER, "--quiet")

        assert "shown\n" in ran.stderr
        assert "hidden" not in ran.stderr

    def test_the_image_is_pushed_and_laid_out(
        self,
        program: Program,
        new_image: Callable[[], str],
        registry: Callable[..., containers.Registry],
    ) -> None:
        server = registry(password="secret")
        program.environment["SLIPCAST_INSECURE_REGISTRIES"] = server.host
        auth = {"auths": {server.host: {"auth": "dGVzdGVyOnNlY3JldA=="}}}
        (program.directory / "auth.json").write_text(json.dumps(auth))

        ran = program(
            *("s2i", "build", "app", containers.BUILDER, new_image(), "-o", "json"),
            *("--push", server.name(), "-o", "oci:out:1", "--dockercfg-path", "auth.json"),
        )

        assert ran.code == 0, ran.stderr
        first, second = ran.document["pushed"]
        assert first["destination"] == server.name()
        assert first["digest"].startswith("sha256:")
        assert (program.directory / "out/index.json").is_file()
        assert second["destination"] == "oci:out:1"
        assert "secret" not in ran.stderr

    def test_every_change_builds_again(
        self, program: Program, new_image: Callable[[], str]
    ) -> None:
        name = new_image()
        (program.directory / "app/.s2iignore").write_text("ignored\n")
        done = "Watching "

        with program.begun("s2i", "build", "app", containers.BUILDER, name, "--watch") as begun:
            begun.prints(done)
            (program.directory / "app/ignored").write_text("x")
            (program.directory / "app/new.html").write_text("x")
            begun.prints(done, times=2)
            begun.child.send_signal(signal.SIGINT)

            assert begun.ends() == 2
        assert "Changed: new.html\n" in begun.printed
        assert program.left_behind() == []

    def test_a_change_during_a_build_is_not_lost(
        self, program: Program, new_image: Callable[[], str]
    ) -> None:
        waits = "#!/bin/sh\necho started\nuntil [ -e /wait/go ]; do sleep 0.1; done\n"
        script(program, "assemble", waits)
        wait = program.directory / "wait"
        wait.mkdir()

        with program.begun(
            *("s2i", "build", "app", containers.BUILDER, new_image(), "--watch"),
            *("-v", f"{wait}:/wait:ro"),
        ) as begun:
            begun.prints("started")
            (program.directory / "app/new.html").write_text("x")
            (wait / "go").touch()
            begun.prints("started", times=2)

        assert "Changed: new.html\n" in begun.printed

    def test_the_saved_command_line_builds_the_same_s2i_61(
        self, program: Program, new_image: Callable[[], str]
    ) -> None:
        name = new_image()
        program("s2i", "build", "app", containers.BUILDER, name, "--use-config", "-e", "A=first")

        ran = program("s2i", "build", "--use-config", "-o", "json")

        assert (ran.code, ran.document["tag"]) == (0, name)
        assert "A=first" in containers.podman("inspect", "--format={{.Config.Env}}", name)


class TestShortWay:
    """`slipcast build`, `run` and the skeleton of `s2i create`."""

    def test_a_dockerfile_is_built_where_no_language_is_found(
        self, program: Program, new_image: Callable[[], str]
    ) -> None:
        name = new_image()
        text = f"FROM {containers.BUILDER}\nCOPY other.txt /opt/app/\n"
        (program.directory / "plain").mkdir()
        (program.directory / "plain/Dockerfile").write_text(text)
        (program.directory / "plain/other.txt").write_text("x")

        ran = program("build", "plain", "--tag", name)

        assert (ran.code, ran.stdout) == (0, f"{name}\n"), ran.stderr
        assert "Found Dockerfile and no language" in ran.stderr

    def test_uncommitted_work_is_built_and_counted_up_5(
        self, program: Program, new_image: Callable[[], str]
    ) -> None:
        repository(program)
        (program.directory / "app/new.html").write_text("x")
        script(program, "assemble", "#!/bin/sh\nls /tmp/src\n")

        ran = program("build", "app", containers.BUILDER, "--tag", new_image())

        assert ran.code == 0
        assert "2 files are not committed; all of it is built" in ran.stderr
        assert "\nnew.html\n" in ran.stderr

    def test_the_result_runs_answers_and_is_ended(
        self, program: Program, new_image: Callable[[], str]
    ) -> None:
        name, port = new_image(), containers.a_port()
        script(program, "run", SERVING.replace("PORT", str(port)))
        built = program("build", "app", containers.BUILDER, "--tag", name)
        assert built.code == 0, built.stderr

        started = program("run", name, "--port", str(port))
        try:
            assert started.stdout == f"http://127.0.0.1:{port}/\n", started.stderr
            assert fetched(port, "/index.html") == b"hello\n"
            assert program("run", name, "--status").code == 0
        finally:
            stopped = program("run", name, "--stop")

        assert stopped.code == 0
        assert program("run", name, "--status").code == 1

    def test_a_result_that_dies_is_told_with_its_last_lines(
        self, program: Program, new_image: Callable[[], str]
    ) -> None:
        name = new_image()
        script(program, "run", "#!/bin/sh\necho no module named flask >&2\nexit 4\n")
        program("build", "app", containers.BUILDER, "--tag", name)

        ran = program("run", name, "--port", str(containers.a_port()))

        assert ran.code == 1
        assert "ended before it answered" in ran.stderr
        assert "no module named flask" in ran.stderr
        assert program.left_behind() == []

    def test_the_skeleton_builds_and_passes_its_own_test_s2i_285(
        self, program: Program, new_image: Callable[[], str], base_image: str
    ) -> None:
        name = new_image().removesuffix(":1")
        program("s2i", "create", name, "skeleton")
        file = program.directory / "skeleton/Dockerfile"
        text = file.read_text().replace("docker.io/library/debian:bookworm-slim", base_image)
        file.write_text(text)

        made = subprocess.run(
            ["make", "--no-print-directory", "test", f"SLIPCAST={sys.executable} -m slipcast"],
            cwd=program.directory / "skeleton", env=program.env,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert made.returncode == 0, made.stderr
        assert made.stdout.endswith("Test passed\n")
        assert program.left_behind() == []
