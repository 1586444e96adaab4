"""Two-image builds: what assemble made is carried into the runtime image."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.builds.s2i.request import Injection
from slipcast.builds.s2i.users import parse_allowed_uids
from slipcast.testing.engine import FakeEngine, FakeImage, Process
from slipcast.testing.files import Files
from slipcast.testing.objects import a_builder
from slipcast.values.container import Owner
from slipcast.values.faults import BuildFault, EngineFault
from slipcast.values.image import ImageConfig
from workbench import Bench

World = Bench[FakeEngine]

LABELS = {"io.openshift.s2i.scripts-url": "image:///rt", "kept": "1"}


def assemble(process: Process) -> None:
    process.files.put("/opt/app/bin/program", b"binary", mode=0o700)
    process.files.put("/opt/app/data", b"data", mode=0o600)


def finish(process: Process) -> int:
    data = process.files.get("/srv/app/data")
    process.files.put("/srv/seen", (data or b"") + process.env.get("A", "").encode())
    process.stdout(b"finishing\n")
    return 0


def a_runtime(**config: Any) -> FakeImage:
    return FakeImage(
        config=ImageConfig(
            **{"user": "1002", "workdir": "/srv", "labels": LABELS, "entrypoint": ("/e",), **config}
        ),
        files=Files.of({"/rt/assemble-runtime": b"", "/rt/run": b""}),
        programs={"/rt/assemble-runtime": finish, "/srv/scripts/assemble-runtime": finish},
    )


@pytest.fixture
def world(bench: World) -> World:
    bench.engine.add("example/builder", a_builder(assemble=assemble))
    bench.engine.add("example/runtime", a_runtime())
    bench.defaults = {"runtime_image": "example/runtime", "runtime_artifacts": ("/opt/app",)}
    return bench


def test_artifacts_are_carried_into_the_runtime_image_s2i_240(world: World):
    result = world.build(env=(("A", "+env"),))

    files = world.engine.image("example/app").files
    assert result.success
    assert files.get("/srv/app/bin/program") == b"binary"
    assert files.get("/srv/seen") == b"data+env"
    assert b"finishing" in world.progress.stdout


def test_the_result_stands_on_the_runtime_image_s2i_240(world: World):
    world.build()

    config = world.engine.image("example/app").config
    assert config.cmd == ("/rt/run",)
    assert config.entrypoint == ("/e",)
    assert config.user == "1002"
    assert config.labels["kept"] == "1"
    assert config.labels["io.openshift.s2i.build.image"] == "example/builder"
    layers = world.engine.image("example/app").layers
    assert len(layers) == 2


def test_modes_are_open_for_reading_s2i_244(world: World):
    world.build()

    files = world.engine.image("example/app").files
    program, data = files.node("/srv/app/bin/program"), files.node("/srv/app/data")
    assert program is not None
    assert data is not None
    assert (program.entry.mode, data.entry.mode) == (0o755, 0o644)
    assert data.owner == Owner(1002, 0)


def test_scripts_of_the_source_lie_below_its_working_directory_s2i_245(world: World):
    world.put(".s2i/bin/run", "x")
    world.put(".s2i/bin/assemble-runtime", "x")

    world.build()

    assert world.engine.image("example/app").config.cmd == ("/srv/scripts/run",)


def test_without_scripts_of_the_source_no_place_is_made_for_them_s2i_245(world: World):
    world.build()

    assert world.engine.image("example/app").files.node("/srv/scripts") is None


def test_a_destination_is_a_directory_that_receives_the_artifact_s2i_242(world: World):
    world.build(runtime_artifacts=("/opt/app/data:deep/down",))

    assert world.engine.image("example/app").files.get("/srv/deep/down/data") == b"data"


def test_the_label_of_the_runtime_image_lists_artifacts_s2i_241(world: World):
    labels = {**LABELS, "io.openshift.s2i.assemble-input-files": "/opt/app/data"}
    world.engine.add("example/runtime", a_runtime(labels=labels))

    world.build(runtime_artifacts=())

    assert world.engine.image("example/app").files.get("/srv/data") == b"data"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"runtime_artifacts": ("relative",)}, "InvalidArtifactsMapping"),
        ({"runtime_artifacts": ()}, "InvalidArtifactsMapping"),
        ({"runtime_artifacts": ("/not/made",)}, "FetchRuntimeArtifactsFailed"),
        ({"runtime_image": "example/none"}, "PullRuntimeImageFailed"),
        (
            {"allowed_uids": parse_allowed_uids("1-"), "assemble_runtime_user": "0"},
            "AssembleUserForbidden",
        ),
    ],
)
def test_what_goes_wrong_has_its_reason_s2i_242_to_247(
    world: World, changes: dict[str, Any], reason: str
):
    with pytest.raises(BuildFault) as fault:
        world.build(**changes)

    assert fault.value.reason == reason
    assert world.engine.open == []
    assert world.left == []


def test_a_wrong_mapping_is_found_before_assemble_s2i_242(world: World):
    with pytest.raises(BuildFault):
        world.build(runtime_artifacts=("relative",))

    assert world.engine.given("container") == []


def test_a_runtime_image_without_scripts_is_found_before_assemble_s2i_246(world: World):
    world.engine.add("example/runtime", a_runtime(labels={}))

    with pytest.raises(BuildFault, match="could not determine scripts URL for image") as fault:
        world.build()

    assert fault.value.exit_code == 11
    assert world.engine.given("container") == []


def test_a_runtime_image_that_is_root_is_refused_s2i_148(world: World):
    world.engine.add("example/runtime", a_runtime(user=""))

    with pytest.raises(BuildFault) as fault:
        world.build(allowed_uids=parse_allowed_uids("1-"))

    assert fault.value.exit_code == 15


def test_injections_do_not_travel_s2i_198(world: World, tmp_path: Any):
    (tmp_path / "key").write_text("k")
    image = a_builder(assemble=assemble)
    image.files.write("/opt/app", [], Owner())
    world.engine.add("example/builder", image)

    world.build(injections=(Injection(source=tmp_path / "key"),))

    assert world.engine.image("example/app").files.get("/srv/app/key") == b""


def test_a_failing_assemble_runtime_names_the_runtime_image_s2i_246(world: World):
    image = a_runtime()
    failing = FakeImage(
        config=image.config, files=image.files, programs={"/rt/assemble-runtime": lambda _: 4}
    )
    world.engine.add("example/runtime", failing)

    with pytest.raises(BuildFault, match=r"non-zero \(4\) exit code from example/runtime"):
        world.build()


def test_both_containers_are_gone_after_a_failure_s2i_299(world: World):
    world.engine.fail("commit", EngineFault("broken"))

    with pytest.raises(BuildFault):
        world.build()

    assert world.engine.open == []
