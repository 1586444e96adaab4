"""A builder that is run by hand: a Build in a file, no server, and an image comes out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import applications
import containers
import gitserver
from commandline import Begun, Program, Ran, silent_server
from slipcast.adapters.engine.buildah import BuildahEngine
from workbench import shell

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

PASSWORD = "s3cr/et@:"
FILES = {"index.html": "hello\n", "web/page.txt": "page\n"}


@dataclass(slots=True, kw_only=True)
class Hand(Program):
    """The builder's program, a repository, and the Build that it is given."""

    repository: Path
    spec: dict[str, Any] = field(default_factory=dict)

    def build(self, role: str = "sti-build") -> Ran:
        """Run a role to its end."""
        child = self._builder(role, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = child.communicate(timeout=300)
        return Ran(child.returncode, out.decode(), err.decode())

    @contextmanager
    def unread(self) -> Iterator[subprocess.Popen[bytes]]:
        """A build whose log is not read beyond its first line."""
        child = self._builder("sti-build", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            assert child.stderr is not None
            with child.stderr:
                child.stderr.readline()
            yield child
        finally:
            child.kill()
            child.wait()

    @contextmanager
    def building(self) -> Iterator[Begun]:
        """A build that runs while the test goes on."""
        log = self.directory / "log"
        with log.open("wb") as into:
            child = self._builder("sti-build", stdout=into, stderr=into)
        try:
            yield Begun(child, log)
        finally:
            child.kill()
            child.wait()

    def secret(self, variable: str, files: Mapping[str, str]) -> None:
        """Give it a secret."""
        directory = self.directory / variable
        directory.mkdir()
        for name, text in files.items():
            (directory / name).write_text(text)
        self.environment[variable] = str(directory)

    def _builder(self, role: str, **streams: Any) -> subprocess.Popen[bytes]:
        build = {
            "kind": "Build",
            "apiVersion": "build.openshift.io/v1",
            "metadata": {"name": "app-1", "namespace": "by-hand"},
            "spec": self.spec,
        }
        file = self.directory / "build.json"
        file.write_text(json.dumps(build))
        program = str(Path(sys.executable).with_name("slipcast-builder"))
        child = subprocess.Popen(
            [program, role, f"--filename={file}"],
            cwd=self.directory, env=self.env, stdin=subprocess.DEVNULL, start_new_session=True,
            **streams,
        )  # fmt: skip
        self.pids.append(child.pid)
        return child


@pytest.fixture
def hand(tmp_path: Path, builder_image: str) -> Hand:
    """A Build of a repository of this machine by the tiny builder image; the output is a tag."""
    repository = gitserver.repository(tmp_path / "repositories/app", FILES)
    work = tmp_path / "work"
    work.mkdir()
    hand = Hand(
        directory=work,
        state=tmp_path / "state",
        repository=repository,
        environment={"HOME": str(work), "KUBERNETES_SERVICE_HOST": ""},
    )
    hand.spec = {
        "source": {"git": {"uri": str(repository)}},
        "strategy": {"sourceStrategy": {"from": {"kind": "DockerImage", "name": builder_image}}},
    }
    return hand


@pytest.fixture
def local(buildah: BuildahEngine) -> Iterator[str]:
    """What an image without output is called; removed afterwards."""
    name = "localhost/by-hand/app-1:latest"
    yield name
    buildah.remove(name)


@pytest.fixture
def pushed(hand: Hand, tmp_path: Path, buildah: BuildahEngine) -> Iterator[containers.Registry]:
    """A registry with a password; the output of the Build is in it."""
    with containers.registry(tmp_path / "registry", password="hunter2") as registry:
        output = registry.name("shop/app")
        hand.spec["output"] = {"to": {"kind": "DockerImage", "name": output}}
        hand.environment["SLIPCAST_INSECURE_REGISTRIES"] = registry.host
        yield registry
        buildah.remove(output)


def test_a_build_from_a_file_gives_an_image_bld_45(hand: Hand, local: str, buildah: BuildahEngine):
    commit = gitserver.git(hand.repository, "rev-parse", "HEAD")

    ran = hand.build()

    *said, last = ran.stdout.splitlines()
    assert ran.code == 0, ran.stderr
    assert said == ["Build complete, no image push requested"]
    assert json.loads(last)["spec"]["revision"]["git"]["commit"] == commit
    assert shell(buildah, local, "cat index.html; echo $OPENSHIFT_BUILD_COMMIT") == (
        f"hello\n{commit}\n"
    )
    assert hand.left_behind() == []


def test_stages_by_hand_give_the_same_image(hand: Hand, local: str, tmp_path: Path):
    # BLD-65, BL-544 to BL-547; the root makes it a pod, which clones from a server
    hand.environment["SLIPCAST_ROOT"] = str(tmp_path / "root")
    gitserver.bare(hand.repository, tmp_path / "served/app.git")

    with gitserver.http(tmp_path / "served") as served:
        hand.spec["source"]["git"]["uri"] = f"{served.url}/app.git"
        codes = [hand.build(role).code for role in ("git-clone", "manage-dockerfile")]
    ran = hand.build()

    assert [*codes, ran.code] == [0, 0, 0], ran.stderr
    assert "Cloning" not in ran.stderr
    assert containers.podman("image", "exists", local) == ""


@pytest.mark.network
def test_the_smallest_example_is_built_with_our_own_builder_image(hand: Hand, local: str):
    example = applications.applications(applications.EXAMPLES)
    site = next(each for each in example if each.name == "static-site")
    repository = applications.repository(site, hand.directory / site.name)
    hand.spec["source"]["git"]["uri"] = str(repository)
    hand.spec["strategy"]["sourceStrategy"]["from"]["name"] = applications.builder("static")

    ran = hand.build()

    assert ran.code == 0, ran.stderr
    with applications.running(local) as running:
        assert applications.missing_answers(site, running) == []


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        ({"username": "ada", "password": PASSWORD}, ""),
        ({"username": "ada", "token": PASSWORD}, ""),
        ({"username": "ada", "password": "wrong"}, "with provided credentials"),
    ],
)
@pytest.mark.usefixtures("local")
def test_a_private_repository_is_cloned_with_its_secret_alone(
    hand: Hand, tmp_path: Path, secret: dict[str, str], told: str
):
    # BLD-50, BLD-51, BLD-60, BLD-197
    gitserver.bare(hand.repository, tmp_path / "served/app.git")
    hand.secret("SOURCE_SECRET_PATH", secret)

    with gitserver.http(tmp_path / "served", user="ada", password=PASSWORD) as served:
        hand.spec["source"]["git"]["uri"] = f"{served.url}/app.git"
        ran = hand.build()

    assert (ran.code == 0) is (told == ""), ran.stderr
    assert told in ran.stderr.splitlines()[-1]
    assert PASSWORD not in ran.stdout + ran.stderr


@pytest.mark.skipif(bool(gitserver.why_no_ssh()), reason=gitserver.why_no_ssh() or "ssh works")
@pytest.mark.usefixtures("local")
def test_a_repository_over_ssh_is_cloned_with_the_key_of_its_secret_bld_49(
    hand: Hand, tmp_path: Path
):
    with gitserver.ssh(tmp_path / "ssh") as server:
        hand.secret("SOURCE_SECRET_PATH", {"ssh-privatekey": (tmp_path / "ssh/user").read_text()})
        hand.spec["source"]["git"]["uri"] = f"{server.url}{hand.repository}"
        ran = hand.build()

    assert ran.code == 0, ran.stderr


@pytest.mark.usefixtures("local")
def test_a_failing_assemble_is_the_reason_and_the_last_line(hand: Hand):
    # BLD-99, BLD-175, BLD-177
    gitserver.commit(hand.repository, {".s2i/bin/assemble*": "#!/bin/sh\necho oh no >&2\nexit 3\n"})

    ran = hand.build()

    assert ran.code == 1
    assert ran.stderr.splitlines()[-1].startswith("error: build error: ")
    assert json.loads(ran.stdout)["status"]["reason"] == "AssembleFailed"
    assert "oh no" in ran.stderr
    assert hand.left_behind() == []


def test_a_hook_sees_the_new_image_and_its_words_are_in_the_log_bld_129(hand: Hand, local: str):
    script = "cat index.html; echo \"$0 '$1'\""
    hand.spec["postCommit"] = {"script": script, "args": ["two words"]}

    ran = hand.build()

    assert ran.code == 0, ran.stderr
    assert "Running post commit hook ..." in ran.stderr
    assert "hello\n/bin/sh 'two words'\n" in ran.stderr
    assert containers.podman("image", "exists", local) == ""


def test_a_failing_hook_leaves_nothing_bld_130(hand: Hand, local: str, buildah: BuildahEngine):
    hand.spec["postCommit"] = {"command": ["/bin/sh", "-c", "exit 7"]}

    ran = hand.build()

    status = json.loads(ran.stdout)["status"]
    assert (ran.code, status["reason"]) == (1, "PostCommitHookFailed")
    assert ran.stderr.splitlines()[-1].endswith("returned non-zero exit code: 7")
    assert buildah.inspect(local) is None
    assert hand.left_behind() == []


def test_a_build_is_pushed_with_its_secret_and_says_its_digest_bld_133(
    hand: Hand, pushed: containers.Registry
):
    hand.secret("PUSH_DOCKERCFG_PATH", {".dockerconfigjson": login(pushed, "hunter2")})

    ran = hand.build()

    assert ran.code == 0, ran.stderr
    digest = json.loads(ran.stdout)["status"]["output"]["to"]["imageDigest"]
    assert "Push successful" in ran.stderr
    assert f"Successfully pushed {pushed.host}/shop/app@{digest}" in ran.stderr


def test_a_wrong_password_is_tried_once_and_shown_to_nobody_bld_135_137(
    hand: Hand, pushed: containers.Registry
):
    hand.secret("PUSH_DOCKERCFG_PATH", {".dockerconfigjson": login(pushed, "wr0ng")})

    ran = hand.build()

    assert json.loads(ran.stdout)["status"]["reason"] == "PushImageToRegistryFailed"
    assert "Registry server Password: <<non-empty>>" in ran.stderr
    assert "retrying" not in ran.stderr
    assert "wr0ng" not in ran.stderr


def test_a_signal_while_a_server_is_silent_ends_the_clone_bld_176_206(hand: Hand):
    with silent_server() as server:
        hand.spec["source"]["git"]["uri"] = f"http://127.0.0.1:{server.port}/app.git"
        with hand.building() as build:
            server.is_asked()
            build.child.terminate()
            code = build.ends()

    assert code == 1
    assert hand.left_behind() == []


def test_a_signal_while_a_registry_is_silent_ends_the_push_bld_176_206(
    hand: Hand, buildah: BuildahEngine
):
    with silent_server() as server:
        output = f"localhost:{server.port}/shop/app:1"
        hand.spec["output"] = {"to": {"kind": "DockerImage", "name": output}}
        hand.spec["postCommit"] = {"args": ["true"]}
        with hand.building() as build:
            build.prints("Pushing image")
            server.is_asked()
            build.child.terminate()
            code = build.ends()
    buildah.remove(output)

    assert code == 1
    assert hand.left_behind() == []
    assert tags() == []


@pytest.mark.usefixtures("local")
def test_what_a_killed_builder_left_is_taken_away_by_the_next(hand: Hand):
    hand.spec["postCommit"] = {"script": "echo begun; exec sleep 600"}
    with hand.building() as build:
        build.prints("begun")
        build.child.kill()
        build.child.wait()
        left = tags()
    del hand.spec["postCommit"]

    ran = hand.build()

    assert ran.code == 0, ran.stderr
    assert len(left) == 1
    assert tags() == []
    assert hand.left_behind() == []


def tags() -> list[str]:
    """The names of images that are not finished."""
    words = ("images", "--format", "{{.Repository}}:{{.Tag}}")
    names = containers.podman(*words).split()
    return [name for name in names if re.fullmatch(r"localhost/by-hand/app-1:[0-9a-f]{8}", name)]


@pytest.mark.usefixtures("local")
def test_a_log_that_nobody_reads_ends_the_build_and_leaves_nothing(hand: Hand):
    gitserver.commit(hand.repository, {".s2i/bin/assemble*": "#!/bin/sh\nexec yes\n"})

    with hand.unread() as child:
        code = child.wait(240)

    assert code == 1
    assert hand.left_behind() == []


def login(registry: containers.Registry, password: str) -> str:
    """A file of credentials for a registry."""
    entry = {"username": registry.username, "password": password}
    return json.dumps({"auths": {registry.host: entry}})


def test_a_second_build_uses_what_the_first_one_pushed_bld_86(
    hand: Hand, pushed: containers.Registry
):
    hand.secret("PUSH_DOCKERCFG_PATH", {".dockerconfigjson": login(pushed, "hunter2")})
    hand.spec["strategy"]["sourceStrategy"]["incremental"] = True
    hand.build()

    ran = hand.build()

    assert ran.code == 0, ran.stderr
    assert "restored " in ran.stderr


@pytest.mark.parametrize(
    "begun",
    [
        lambda hand: gitserver.commit(
            hand.repository, {".s2i/bin/assemble*": "#!/bin/sh\necho begun\nexec sleep 600\n"}
        ),
        lambda hand: hand.spec.update(postCommit={"script": "echo begun; exec sleep 600"}),
    ],
    ids=["assemble", "hook"],
)
@pytest.mark.usefixtures("local")
def test_a_signal_ends_a_build_and_nothing_is_left_bld_176_206(
    hand: Hand, begun: Callable[[Hand], object]
):
    begun(hand)

    with hand.building() as build:
        build.prints("begun")
        build.child.terminate()
        code = build.ends()

    assert code == 1
    assert "error: build error: ended by SIGTERM" in build.printed
    assert hand.left_behind() == []
