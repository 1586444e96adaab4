"""An ordinary user builds, runs and pushes with buildah, without any preparation."""

from __future__ import annotations

import secrets
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

import containers
import ordinary
from commandline import Ran
from ordinary import BUILDER, Ordinary

pytestmark = [pytest.mark.engine, pytest.mark.e2e, pytest.mark.timeout(300)]

APP = "localhost/app:1"
NEVER_ENDS = "#!/bin/sh\necho begun\nexec sleep {marker}\n"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ordinary]:
    """A user with a builder image's Dockerfile and a source."""
    with ordinary.user("slipcast") as somebody:
        context = ordinary.builder_context(tmp_path_factory.mktemp("context"))
        subprocess.run(("cp", "--archive", context, somebody.home / "context"), check=True)
        somebody.own(somebody.home / "context")
        somebody.put("source/app.txt", "hello\n")
        yield somebody


@pytest.fixture(scope="module", params=["usual-storage", "named-storage"])
def user(account: Ordinary, request: pytest.FixtureRequest) -> Ordinary:
    """The user with the builder image, in buildah's own storage and in one that settings name."""
    named = account.given(
        SLIPCAST_STORAGE_ROOT=str(account.home / "storage"),
        SLIPCAST_RUN_ROOT=str(account.home / "runtime/storage"),
    )
    somebody = {"usual-storage": account, "named-storage": named}[request.param]
    built = somebody.slipcast("build", "context", "--tag", BUILDER)
    assert built.code == 0, built.stderr
    return somebody


@pytest.fixture
def marker() -> str:
    """A number of seconds that no other process on this host sleeps for."""
    return str(10_000_000 + secrets.randbelow(80_000_000))


@pytest.fixture
def building(user: Ordinary, marker: str) -> Iterator[subprocess.Popen[str]]:
    """A build whose assemble never ends, begun."""
    user.put("slow/.s2i/bin/assemble", NEVER_ENDS.format(marker=marker), 0o755)
    words = user.program("s2i", "build", "slow", BUILDER, "localhost/slow:1")
    child = user.started(*words, stderr=subprocess.STDOUT)
    assert child.stdout is not None
    try:
        until(child.stdout, "begun")
        yield child
    finally:
        child.kill()
        child.communicate()


def until(stream: IO[str], words: str) -> None:
    """Read lines until one holds the words."""
    seen = []
    for line in iter(stream.readline, ""):
        seen.append(line)
        if words in line:
            return
    raise AssertionError("".join(seen))


def build(user: Ordinary, *words: str) -> Ran:
    """Build the source, successfully."""
    ran = user.slipcast("s2i", "build", "source", BUILDER, APP, *words)
    assert ran.code == 0, ran.stderr
    return ran


def directories(user: Ordinary) -> list[Path]:
    """The working directories that are left."""
    return [*user.state.glob("s2i-*"), *user.state.glob("tmp/*"), *user.state.glob("runs/*")]


def test_a_build_runs_as_the_images_user(user: Ordinary):
    build(user)

    ran = user.slipcast("run", APP, "--follow")

    assert ran.stdout.splitlines()[-2:] == ["running as 1001", "hello"]


def test_an_incremental_build_takes_over_artifacts(user: Ordinary):
    build(user)

    again = build(user, "--incremental")

    assert "restored" in again.stdout + again.stderr


def test_the_image_is_pushed(user: Ordinary, registry: Callable[..., containers.Registry]):
    remote = registry()
    pushing = user.given(SLIPCAST_INSECURE_REGISTRIES=remote.host)

    build(pushing, "--push", remote.name())

    asked = urllib.request.Request(
        f"http://{remote.host}/v2/app/manifests/1", headers={"Accept": MANIFEST}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 -- http, as written
        assert answer.status == 200


def test_a_build_behind_buildah_unshare_is_the_same(user: Ordinary):
    words = user.program("s2i", "build", "source", BUILDER, APP)

    ran = user.run("buildah", "unshare", *words)

    assert ran.code == 0, ran.stderr


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_the_build_and_leaves_nothing(
    user: Ordinary, building: subprocess.Popen[str], marker: str, number: signal.Signals
):
    containers.wait_for(lambda: bool(user.processes(marker)), "the script began to sleep")
    assert user.working_containers() != []

    building.send_signal(number)
    building.communicate(timeout=120)

    assert building.returncode == 2
    assert user.processes(marker) == []
    assert user.working_containers() == []
    assert directories(user) == []


def test_what_a_killed_build_left_is_swept_up_by_the_next(
    user: Ordinary, building: subprocess.Popen[str], marker: str
):
    containers.wait_for(lambda: bool(user.processes(marker)), "the script began to sleep")
    building.kill()
    building.communicate(timeout=120)

    build(user)

    assert user.processes(marker) == []
    assert user.working_containers() == []
    assert directories(user) == []


@pytest.mark.parametrize(("mode", "seen"), [(0o666, True), (0o600, False)])
def test_a_build_has_a_network_of_its_own_where_the_host_lets_it(
    user: Ordinary, tmp_path: Path, *, mode: int, seen: bool
):
    with ordinary.tun(tmp_path, mode) as before:
        ran = build(user.given(before=before))

    assert ("tap0" in ran.stdout + ran.stderr) is seen


def test_the_doctor_finds_what_builds_need(account: Ordinary):
    ran = account.slipcast("doctor", "--output", "json")

    facts = {fact["name"]: fact for fact in ran.document["facts"]}
    assert ran.code == 0
    assert facts["user"]["found"] == f"{account.name}: builds run in a user namespace"
    assert facts["subordinate ids"] == {
        "name": "subordinate ids", "found": "yes", "verdict": "fine", "advice": "",
    }  # fmt: skip
    assert str(account.home) in facts["storage"]["found"]


@pytest.mark.parametrize(("mode", "verdict"), [(0o666, "fine"), (0o600, "limited")])
def test_the_doctor_knows_whether_builds_have_a_network(
    account: Ordinary, tmp_path: Path, mode: int, verdict: str
):
    with ordinary.tun(tmp_path, mode) as before:
        ran = account.given(before=before).slipcast("doctor", "--output", "json")

    facts = {fact["name"]: fact for fact in ran.document["facts"]}
    assert facts["build network"]["verdict"] == verdict


@pytest.fixture(scope="module")
def unmapped() -> Iterator[Ordinary]:
    """A user for whom no ids are set aside."""
    with ordinary.user("unmapped", mapped=False) as somebody:
        somebody.put("source/app.txt", "hello\n")
        somebody.put("context/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")
        yield somebody


def test_a_user_without_subordinate_ids_is_told_what_to_do(unmapped: Ordinary):
    made = unmapped.slipcast("build", "context", "--tag", BUILDER)
    scripts = "image:///usr/libexec/s2i"

    ran = unmapped.slipcast("s2i", "build", "source", BUILDER, APP, "--scripts-url", scripts)

    assert made.code == 0, made.stderr
    assert ran.code != 0
    assert "none are set aside for this user in /etc/subuid" in ran.stderr
    assert f"usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {unmapped.name}" in (
        ran.stderr
    )


def test_the_doctor_misses_subordinate_ids(unmapped: Ordinary):
    ran = unmapped.slipcast("doctor", "--output", "json")

    facts = {fact["name"]: fact for fact in ran.document["facts"]}
    assert ran.code == 1
    assert facts["subordinate ids"]["verdict"] == "missing"
    assert "usermod --add-subuids" in facts["subordinate ids"]["advice"]
