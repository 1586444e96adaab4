"""A build from its request to its image, over an engine in memory."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from typing_extensions import override

from slipcast.builds.s2i.request import Platform
from slipcast.builds.s2i.users import parse_allowed_uids
from slipcast.ports.engine import CommitSpec, Container, ContainerSpec, PullSpec, PushSpec
from slipcast.testing.downloads import FakeDownloads
from slipcast.testing.engine import FakeContainer, FakeEngine, Process
from slipcast.testing.objects import SCRIPTS, a_builder, a_config
from slipcast.values.container import ExitStatus, Limits, Mount, Owner, PullPolicy
from slipcast.values.faults import BuildFault, EngineFault, InvalidFault, NotFound
from slipcast.values.image import ImageFacts
from workbench import Bench

World = Bench[FakeEngine]


def the_container(bench: World) -> ContainerSpec:
    specs = [spec for spec in bench.engine.given("container") if isinstance(spec, ContainerSpec)]
    return specs[-1]


def test_a_directory_becomes_an_image(bench: World):
    result = bench.build()

    image = bench.engine.image("example/app")
    assert result.success
    assert result.image == image.id
    assert image.files.get("/opt/app/app.txt") == b"hello"


def test_the_result_runs_the_run_script_as_the_images_user_s2i_212_to_214(bench: World):
    bench.build(assemble_user="1002")

    config = bench.engine.image("example/app").config
    assert config.cmd == (f"{SCRIPTS}/run",)
    assert config.user == "1001"
    assert config.workdir == "/opt/app"


def test_variables_reach_assemble_and_the_image_last_wins_s2i_177_178(bench: World, tmp_path: Path):
    seen: dict[str, str] = {}
    bench.engine.add(
        "example/builder", a_builder(assemble=lambda process: seen.update(process.env))
    )
    bench.put(".s2i/environment", "A=source\nB=source\nC=source\n")
    file = tmp_path / "env"
    file.write_text("C=file\n")

    bench.build(env=(("B", "flag"), ("C", "flag")), environment_file=file)

    env = dict(bench.engine.image("example/app").config.env)
    assert (env["A"], env["B"], env["C"]) == ("source", "flag", "file")
    assert (seen["A"], seen["B"], seen["C"]) == ("source", "flag", "file")
    assert env["PATH"] == "/usr/bin:/bin"


def test_variables_are_told_at_level_two_without_their_secrets_s2i_180(bench: World):
    bench.build(env=(("A", "1"), ("HTTP_PROXY", "http://ada:hunter2@proxy"), ("TOKEN", "hunter2")))

    told = [line for line in bench.progress.remarks(2) if line.startswith("variable ")]
    assert told == ["variable A=1", "variable HTTP_PROXY=http://***@proxy", "variable TOKEN=***"]
    assert not [line for line in bench.progress.remarks(1) if line.startswith("variable ")]


def test_an_unreadable_environment_file_is_only_a_warning_s2i_28(bench: World):
    bench.build(environment_file=Path("/nowhere/env"))

    assert any("/nowhere/env" in warning for warning in bench.progress.warnings)


def test_the_source_belongs_to_the_assemble_user_s2i_203(bench: World):
    bench.build()

    node = bench.engine.image("example/app").files.node("/tmp/src/app.txt")
    assert node is not None
    assert node.owner == Owner(1001, 0)


def test_an_assemble_user_by_name_is_looked_up_in_the_image_s2i_203(bench: World):
    bench.build(assemble_user="app")

    node = bench.engine.image("example/app").files.node("/tmp/src/app.txt")
    assert node is not None
    assert node.owner == Owner(1001, 0)


def test_an_assemble_user_nobody_knows_is_named_s2i_203(bench: World):
    with pytest.raises(BuildFault, match="does not know the user 'nobody'"):
        bench.build(assemble_user="nobody")


def test_the_container_is_given_what_was_asked_for_s2i_210(bench: World):
    bench.build(
        network="none",
        cap_drop=("KILL",),
        add_hosts=("h:1.2.3.4",),
        limits=Limits(memory=1 << 26),
        volumes=(Mount(source="/v", target="/w"),),
        security_opt=("label=disable",),
    )

    spec = the_container(bench)
    assert spec.network == "none"
    assert spec.cap_drop == ("KILL",)
    assert spec.add_hosts == ("h:1.2.3.4",)
    assert spec.limits.memory == 1 << 26
    assert spec.mounts == (Mount(source="/v", target="/w"),)
    assert spec.security_opt == ("label=disable",)
    assert spec.name.startswith("s2i_example_builder_")


def test_the_entrypoint_of_the_image_gets_assemble_as_argument_s2i_201(bench: World):
    config = a_config(entrypoint=("/entry",))
    bench.engine.add("example/builder", a_builder(config=config))

    bench.build()

    assert the_container(bench).argv == (f"{SCRIPTS}/assemble",)
    assert the_container(bench).use_entrypoint
    assert bench.engine.image("example/app").config.entrypoint == ("/entry",)


def test_a_build_without_tag_reports_the_id_s2i_330(bench: World):
    result = bench.build(tag="")

    assert result.image
    assert bench.engine.image(result.image).config.labels.get("io.k8s.display-name") is None


def test_a_missing_builder_image_fails_before_anything_is_fetched_s2i_98(bench: World):
    with pytest.raises(BuildFault) as fault:
        bench.build(builder_image="example/none", source="https://invalid.invalid/x.git")

    assert (fault.value.exit_code, fault.value.reason) == (2, "PullBuilderImageFailed")
    assert bench.progress.steps == ["PullBuilderImage"]


def test_a_builder_image_that_must_not_be_pulled_ends_with_one_s2i_136(bench: World):
    with pytest.raises(BuildFault) as fault:
        bench.build(builder_image="example/none", pull_policy=PullPolicy.NEVER)

    assert fault.value.exit_code == 1
    assert "example/none" in fault.value.message


def test_a_local_name_is_never_asked_of_a_registry_s2i_136(bench: World):
    with pytest.raises(BuildFault) as fault:
        bench.build(builder_image="localhost/none:1")

    pull = bench.engine.given("pull")[0]
    assert isinstance(pull, PullSpec)
    assert pull.policy is PullPolicy.NEVER
    assert fault.value.exit_code == 2


def test_the_builder_image_is_looked_up_once_s2i_100(bench: World):
    bench.build()

    pulls = [spec for spec in bench.engine.given("pull") if isinstance(spec, PullSpec)]
    assert [spec.image for spec in pulls] == ["example/builder"]
    assert bench.asked == ["example/builder"]


def test_a_builder_image_that_vanished_meanwhile_is_pulled_again_s2i_99(bench: World):
    bench.engine.offer("example/builder", a_builder())
    bench.engine.fail("container", NotFound("the image is gone"))

    result = bench.build()

    assert result.success
    assert len(bench.engine.given("pull")) == 2


class Meanwhile(FakeDownloads):
    """Serves scripts, and does something while it does."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act

    @override
    def fetch(self, url: str) -> bytes | None:
        self._act()
        return b"script"


def test_a_builder_image_that_became_another_one_ends_the_build_s2i_99(bench: World):
    other = a_builder(config=a_config(user="1005"))
    bench.downloads = Meanwhile(lambda: bench.engine.add("example/builder", other))
    bench.engine.fail("container", NotFound("the image is gone"))

    with pytest.raises(BuildFault, match="became another one"):
        bench.build(scripts_url="http://h/s")


def test_a_forbidden_user_ends_the_build_before_anything_is_fetched_s2i_326(bench: World):
    with pytest.raises(BuildFault) as fault:
        bench.build(assemble_user="app", allowed_uids=parse_allowed_uids("1-"), source="/nowhere")

    assert (fault.value.exit_code, fault.value.reason) == (15, "AssembleUserForbidden")


def test_a_label_that_asks_for_root_is_refused_s2i_328(bench: World):
    labels = {**a_config().labels, "io.openshift.s2i.assemble-user": "0"}
    bench.engine.add("example/builder", a_builder(config=a_config(labels=labels)))

    with pytest.raises(BuildFault) as fault:
        bench.build(allowed_uids=parse_allowed_uids("1-"))

    assert fault.value.exit_code == 15


def test_an_onbuild_user_is_refused_even_when_onbuild_is_blocked_s2i_327(bench: World):
    config = a_config(onbuild=("USER 0",))
    bench.engine.add("example/builder", a_builder(config=config))

    with pytest.raises(BuildFault, match="ONBUILD"):
        bench.build(allowed_uids=parse_allowed_uids("1-"), block_onbuild=True)


def test_blocked_onbuild_instructions_never_fire_s2i_85(bench: World):
    bench.engine.add("example/builder", a_builder(config=a_config(onbuild=("RUN x",))))

    bench.build(block_onbuild=True)

    assert bench.engine.given("build") == []
    assert bench.engine.image("example/app").config.onbuild == ()


def test_a_failing_assemble_shows_its_status_and_its_last_lines_s2i_79(bench: World):
    def assemble(process: Process) -> int:
        process.stdout(b"one\ntw")
        process.stdout(b"o\n")
        process.stderr(b"no such thing")
        return 3

    bench.engine.add("example/builder", a_builder(assemble=assemble))

    with pytest.raises(BuildFault) as fault:
        bench.build()

    assert "non-zero (3) exit code from example/builder" in fault.value.message
    assert fault.value.tail == ("one", "two", "no such thing")
    assert (fault.value.exit_code, fault.value.reason) == (1, "AssembleFailed")
    assert bench.engine.given("commit") == []


def test_a_build_killed_for_its_memory_says_so_s2i_81(bench: World):
    killed = ExitStatus(code=137, oom_killed=True)
    bench.engine.add("example/builder", a_builder(assemble=lambda _: killed))

    with pytest.raises(BuildFault, match=r"non-zero \(137\).*memory.*OOMKilled"):
        bench.build()


@pytest.mark.parametrize(
    ("config", "files", "mode", "what"),
    [
        ({}, {}, 0o644, "is not executable"),
        ({}, {f"{SCRIPTS}/assemble": b"#!/usr/bin/nope\n"}, 0o755, "interpreter /usr/bin/nope"),
    ],
)
def test_a_script_that_cannot_start_says_exactly_why(
    bench: World, config: dict[str, object], files: dict[str, bytes], mode: int, what: str
):
    status = ExitStatus(code=126, error="exec failed")
    image = a_builder(assemble=lambda _: status, config=a_config(**config))
    for path, content in {f"{SCRIPTS}/assemble": b"#!/bin/sh\n", **files}.items():
        image.files.put(path, content, mode=mode)
    bench.engine.add("example/builder", image)

    with pytest.raises(BuildFault, match=what):
        bench.build()


def test_a_script_that_the_image_promises_and_has_not_is_named_s2i_154(bench: World):
    config = a_config(labels={"io.openshift.s2i.scripts-url": "image:///elsewhere"})
    bench.engine.add("example/builder", a_builder(config=config))

    with pytest.raises(BuildFault, match="there is no script /elsewhere/assemble in the image"):
        bench.build()


def test_labels_left_by_assemble_win_s2i_231(bench: World):
    def assemble(process: Process) -> None:
        process.files.put("/tmp/.s2i/image_metadata.json", '{"labels": [{"a": "assemble"}]}')

    bench.engine.add("example/builder", a_builder(assemble=assemble))

    result = bench.build(labels=(("a", "given"), ("b", "given")))

    assert (result.labels["a"], result.labels["b"]) == ("assemble", "given")


def test_quiet_hides_the_output_of_assemble_and_nothing_else_s2i_16(bench: World):
    def assemble(process: Process) -> None:
        process.stdout(b"out")
        process.stderr(b"err")

    bench.engine.add("example/builder", a_builder(assemble=assemble))

    bench.build(quiet=True)

    assert (bench.progress.stdout, bench.progress.stderr) == (b"", b"err")


def test_the_platforms_bundle_is_there_while_assemble_runs_and_gone_after(
    bench: World, tmp_path: Path
):
    bundle = tmp_path / "ca.crt"
    bundle.write_text("CA")

    bench.build(platform=Platform(ca_bundle=bundle, env=(("HTTP_PROXY", "http://p"),)))

    spec = the_container(bench)
    commit = next(each for each in bench.engine.given("commit") if isinstance(each, CommitSpec))
    assert spec.mounts == (
        Mount(source=str(bundle), target="/run/slipcast/ca.crt", read_only=True),
    )
    assert dict(spec.env)["HTTP_PROXY"] == "http://p"
    assert commit.leave_out == ("/run/slipcast",)
    assert dict(commit.config.env).keys() == {"PATH", "HOME"}


def test_the_time_of_the_newest_file_is_the_images(bench: World):
    os.utime(bench.source / "app.txt", (1_600_000_000, 1_600_000_000))

    bench.build()

    assert bench.engine.image("example/app").created == 1_600_000_000
    assert dict(the_container(bench).env)["SOURCE_DATE_EPOCH"] == "1600000000"


def test_the_same_input_gives_the_same_image(bench: World):
    first = bench.build()
    second = bench.build()

    assert first.image == second.image


def test_a_commit_that_fails_ends_with_six_s2i_68(bench: World):
    bench.engine.fail("commit", EngineFault("no space left on device"))

    with pytest.raises(BuildFault) as fault:
        bench.build()

    assert (fault.value.exit_code, fault.value.reason) == (6, "ContainerCommitFailed")


def test_the_image_is_pushed_where_it_was_asked_for(bench: World):
    result = bench.build(push_to="host:5000/app:1")

    push = next(each for each in bench.engine.given("push") if isinstance(each, PushSpec))
    assert push.image == result.image
    assert result.pushed.startswith("sha256:")
    assert "host:5000/app:1" in bench.asked


def test_stages_are_timed_in_their_order(bench: World):
    result = bench.build()

    assert [stage.step for stage in result.stages] == [
        "PullBuilderImage",
        "FetchGitSource",
        "AssembleBuildScripts",
        "CommitContainer",
    ]
    assert all(stage.duration_ms >= 0 for stage in result.stages)


def test_a_wrong_request_is_refused_before_any_work_s2i_55(bench: World):
    with pytest.raises(InvalidFault) as fault:
        bench.build(builder_image="", tag="nope:")

    assert len(fault.value.errors) == 2
    assert bench.engine.calls == []


def test_a_missing_source_leaves_nothing_behind_s2i_109(bench: World):
    with pytest.raises(BuildFault) as fault:
        bench.build(source="/nowhere")

    assert fault.value.reason == "FetchSourceFailed"
    assert bench.left == []


@pytest.mark.parametrize("verb", ["write", "read", "run", "commit", "push"])
def test_a_failure_at_any_step_leaves_nothing_behind_s2i_299(bench: World, verb: str):
    bench.engine.fail(verb, EngineFault("broken"))

    with pytest.raises(BuildFault, match="broken"):
        bench.build(push_to="host/app")

    assert bench.engine.open == []
    assert bench.left == []


def test_a_kept_working_directory_is_named_s2i_97(bench: World):
    bench.build(save_temp_dir=True)

    assert bench.left
    assert any("kept" in note for note in bench.progress.remarks(0))


class Forgetful(FakeEngine):
    """An engine that says it committed, and lost the configuration."""

    @override
    @contextmanager
    def container(self, spec: ContainerSpec) -> Generator[Container]:
        with super().container(spec) as container:
            assert isinstance(container, FakeContainer)
            yield Careless(container)


class Careless(FakeContainer):
    """Its container."""

    def __init__(self, other: FakeContainer) -> None:
        self.__dict__.update(vars(other))

    @override
    def commit(self, spec: CommitSpec) -> ImageFacts:
        return super().commit(replace(spec, config=replace(spec.config, cmd=("tar",), labels={})))


def test_an_engine_that_dropped_the_configuration_is_not_believed_s2i_317(
    bench: World, tmp_path: Path
):
    forgetful = Bench(Forgetful(), source=bench.source, state=tmp_path / "state")
    forgetful.engine.add("example/builder", a_builder())

    with pytest.raises(BuildFault, match="without its CMD, LABEL") as fault:
        forgetful.build()

    assert fault.value.reason == "ContainerCommitFailed"


def test_a_full_disk_is_named(bench: World):
    def assemble(_: Process) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "/state/x")

    bench.engine.add("example/builder", a_builder(assemble=assemble))

    with pytest.raises(BuildFault, match="No space left on device: /state/x") as fault:
        bench.build()

    assert fault.value.reason == "FileSystemOperationFailed"
    assert "room" in fault.value.hint
