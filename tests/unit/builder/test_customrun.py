"""Builds by an image of the user's own, run through the engine."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from assignments import access_of
from slipcast.builder.customrun import Custom, run
from slipcast.ports.engine import ContainerSpec, PullSpec
from slipcast.testing.engine import FakeEngine, FakeImage, Process
from slipcast.testing.files import Files
from slipcast.testing.progress import RecordingProgress
from slipcast.values.container import ExitStatus, Limits, Mount, PullPolicy
from slipcast.values.faults import BuildFault
from slipcast.values.image import ImageConfig

IMAGE = "registry.example/custom:1"


class Case:
    """A custom build over an engine in memory, whose image runs /build."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.engine = FakeEngine()
        self.progress = RecordingProgress()
        self.seen: list[Process] = []
        self.ends: int | ExitStatus = 0
        self.env: dict[str, str] = {}
        self.stdin = b""
        self.image = FakeImage(
            config=ImageConfig(entrypoint=("/build",), cmd=("all",), env=(("A", "image"),)),
            files=Files.of({"/build": "#!"}),
            programs={"/build": self._program},
        )
        self.engine.add(IMAGE, self.image)

    def __call__(self, **container: Any) -> int:
        spec = {"name": "custom-build", "image": IMAGE, **container}
        return run(
            Custom(
                env={**self.env, "SLIPCAST_CONTAINER": json.dumps(spec)},
                root=self.root,
                stdin=io.BytesIO(self.stdin),
                engine=self.engine,
                progress=self.progress,
                registries=access_of,
            )
        )

    @property
    def spec(self) -> ContainerSpec:
        """What the engine was asked to run."""
        [spec] = self.engine.given("container")
        assert isinstance(spec, ContainerSpec)
        return spec

    def _program(self, process: Process) -> int | ExitStatus:
        self.seen.append(process)
        process.stdout(b"out\n")
        process.stderr(b"err\n")
        return self.ends


@pytest.fixture
def custom(tmp_path: Path) -> Case:
    """A custom build in a pod without mounts."""
    return Case(tmp_path)


def test_the_image_runs_as_it_says_itself(custom: Case) -> None:
    # BLD-144
    assert custom() == 0

    assert custom.seen[0].argv == ("/build", "all")
    assert custom.progress.stdout == b"out\nerr\n"
    assert custom.engine.open == []


def test_a_description_too_long_for_a_variable_is_read_from_a_file(
    custom: Case, tmp_path: Path
) -> None:
    file = tmp_path / "container.json"
    file.write_text(json.dumps({"name": "custom-build", "image": IMAGE, "args": ["one"]}))
    custom.env["SLIPCAST_CONTAINER_FILE"] = str(file)

    custom()

    assert custom.spec.argv == ("one",)


@pytest.mark.parametrize(
    ("given", "argv"),
    [
        ({"args": ["one"]}, ("/build", "one")),
        ({"command": ["/build"]}, ("/build",)),
        ({"command": ["/build", "two"], "args": ["three"]}, ("/build", "two", "three")),
    ],
)
def test_a_command_stands_for_the_entrypoint(
    custom: Case, given: dict[str, Any], argv: tuple[str, ...]
) -> None:
    custom(**given)

    assert custom.seen[0].argv == argv


@pytest.mark.parametrize("ends", [0, 3, 137])
def test_the_exit_code_is_passed_on(custom: Case, ends: int) -> None:
    # BLD-148
    custom.ends = ends

    assert custom() == ends


def test_an_image_that_cannot_begin_has_failed(custom: Case) -> None:
    custom.ends = ExitStatus(code=0, error="exec format error")

    assert custom() != 0
    assert custom.progress.warnings == [f"{IMAGE}: exec format error"]


def test_variables_have_their_values_and_the_last_of_a_name_counts(custom: Case) -> None:
    # BLD-145
    custom.env = {"TOKEN": "hush", "PATH": "/of/the/host"}
    secret = {"secretKeyRef": {"name": "s", "key": "k"}}
    env = [
        {"name": "BUILD", "value": "{}"},
        {"name": "TOKEN", "valueFrom": secret},
        {"name": "BUILD", "value": "mine"},
    ]

    custom(env=env)

    assert custom.spec.env == (("BUILD", "mine"), ("TOKEN", "hush"))


def test_mounts_of_the_pod_are_seen_at_their_places(custom: Case, tmp_path: Path) -> None:
    # BLD-146, BLD-147
    (tmp_path / "volumes/push").mkdir(parents=True)
    place = tmp_path / "var/run/secrets"
    place.mkdir(parents=True)
    (place / "push").symlink_to("../../../volumes/push")
    mounts = [
        {"name": "push", "mountPath": "/var/run/secrets/push", "readOnly": True},
        {"name": "optional", "mountPath": "/var/run/none"},
    ]

    custom(volumeMounts=mounts)

    source = str(tmp_path / "volumes/push")
    assert custom.spec.mounts == (
        Mount(source=source, target="/var/run/secrets/push", read_only=True),
    )


def test_the_reason_for_its_end_is_written_where_the_pod_looks(
    custom: Case, tmp_path: Path
) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/termination-log").touch()

    custom()

    source = str(tmp_path / "dev/termination-log")
    assert custom.spec.mounts == (Mount(source=source, target="/dev/termination-log"),)


def test_what_it_may_do_is_what_the_pod_says(custom: Case) -> None:
    # BLD-144
    security = {
        "privileged": True,
        "runAsUser": 7,
        "runAsGroup": 8,
        "capabilities": {"drop": ["KILL"]},
    }

    custom(securityContext=security, workingDir="/w")

    spec = custom.spec
    assert (spec.privileged, spec.user, spec.cap_drop) == (True, "7:8", ("KILL",))
    assert spec.workdir == "/w"


def test_it_may_use_what_the_pod_says(custom: Case) -> None:
    # BLD-139
    custom(resources={"limits": {"memory": "64Mi", "cpu": "500m"}})

    assert custom.spec.limits == Limits(
        memory=64 << 20, memory_swap=64 << 20, cpu_quota=50_000, cpu_period=100_000
    )


def test_what_a_client_sends_is_its_input(custom: Case) -> None:
    # BLD-147
    custom.stdin = b"sent"

    custom(stdin=True)

    assert b"".join(custom.spec.stdin or ()) == b"sent"


def test_without_a_client_it_has_no_input(custom: Case) -> None:
    custom()

    assert custom.spec.stdin is None


def test_an_image_that_is_here_is_not_pulled_unless_it_must_be(custom: Case) -> None:
    # BLD-149
    custom.engine.offer(IMAGE, custom.image)

    custom(imagePullPolicy="IfNotPresent")
    custom(imagePullPolicy="Always")

    [pull] = custom.engine.given("pull")
    assert isinstance(pull, PullSpec)
    assert pull.policy is PullPolicy.ALWAYS


def test_it_is_pulled_with_the_secrets_of_the_pod_in_turn(custom: Case, tmp_path: Path) -> None:
    (tmp_path / ".dockerconfigjson").write_text("puller")
    for number in ("10", "0", "9"):
        (tmp_path / number).mkdir()
        (tmp_path / number / ".dockerconfigjson").write_text(f"puller-{number}")
    custom.env["SLIPCAST_PULL_SECRET"] = str(tmp_path)
    custom.engine.offer("registry.example/other:1", custom.image)

    custom(image="registry.example/other:1")

    [pull] = custom.engine.given("pull")
    assert isinstance(pull, PullSpec)
    known = (pull.access.credential, *pull.access.others)
    assert [each and each.username for each in known] == [
        "puller",
        "puller-0",
        "puller-9",
        "puller-10",
    ]
    assert custom.progress.remarks(0) == ["Pulling image registry.example/other:1 ..."]


@pytest.mark.parametrize("image", ["registry.example/none:1", "No:Image"])
def test_an_image_that_cannot_be_had_ends_the_build(custom: Case, image: str) -> None:
    with pytest.raises(BuildFault, match=f"the image {image} cannot be run"):
        custom(image=image)


def test_a_container_that_cannot_be_read_ends_the_build(tmp_path: Path) -> None:
    given = Custom(
        env={"SLIPCAST_CONTAINER": "{"},
        root=tmp_path,
        stdin=io.BytesIO(),
        engine=FakeEngine(),
        progress=RecordingProgress(),
    )

    with pytest.raises(BuildFault, match="no container that can be read"):
        run(given)
