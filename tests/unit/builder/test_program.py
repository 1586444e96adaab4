"""The builder's program: roles, the order of a build, and how each end is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from assignments import BUILDER, OUTPUT, URL, an_outfit, build_text, of_strategy
from slipcast.builder import nodeimages, program
from slipcast.ports.nodeimages import BuildKey
from slipcast.testing.engine import Process
from slipcast.testing.objects import a_builder
from slipcast.values.container import ExitStatus
from slipcast.values.faults import EngineFault, GitFault, Interrupted

LOCAL = "localhost/shop/app-1:latest"


def test_a_build_without_output_ends_under_its_own_name_and_says_so(tmp_path: Path):
    # BLD-14, BLD-21, BLD-23
    outfit = an_outfit(tmp_path)

    code = program.run(["slipcast-builder", "sti-build"], outfit)

    assert code == 0
    assert outfit.engine.image(LOCAL).files.get("/opt/app/app.txt") == b"hello"
    assert outfit.said == ["Build complete, no image push requested"]


def test_an_image_without_output_is_noted_so_that_it_goes_with_its_build(tmp_path: Path):
    outfit = an_outfit(tmp_path)

    program.run(["slipcast-builder", "sti-build"], outfit)

    build = BuildKey(namespace="shop", name="app-1", uid="u-1")
    assert nodeimages.listed(outfit.state) == (build,)
    nodeimages.remove(outfit.state, build, lambda: outfit.engine)
    assert outfit.engine.inspect(LOCAL) is None


def test_an_image_that_is_pushed_is_not_noted(tmp_path: Path):
    outfit = an_outfit(tmp_path, build_text(output=OUTPUT))

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert nodeimages.listed(outfit.state) == ()


def test_a_build_with_output_is_pushed_and_its_digest_reported(tmp_path: Path):
    # BLD-22, BLD-133, BLD-154
    outfit = an_outfit(tmp_path, build_text(output=OUTPUT))

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert OUTPUT in outfit.engine.pushed
    assert outfit.reports.last.digest.startswith("sha256:")
    assert outfit.said == []


def test_the_random_tag_and_the_working_directory_are_gone_in_the_end(tmp_path: Path):
    # BLD-21, BLD-26
    outfit = an_outfit(tmp_path)

    program.run(["slipcast-builder", "sti-build"], outfit)

    image = outfit.engine.inspect(LOCAL)
    assert image is not None
    assert image.names == (LOCAL,)
    assert outfit.left == []


def test_what_is_built_is_reported_once_it_is_fetched(tmp_path: Path):
    # BLD-16, BLD-153, BLD-154
    outfit = an_outfit(tmp_path)

    program.run(["slipcast-builder", "sti-build"], outfit)

    revision = outfit.reports.reports[0].revision
    assert revision is not None
    assert revision.git is not None
    assert (revision.git.commit, revision.git.committer.name) == (
        outfit.git.revision.commit,
        "Carl Committer",
    )


def test_steps_are_timed_under_the_names_of_the_build_api(tmp_path: Path):
    # BLD-168 to BLD-174
    outfit = an_outfit(tmp_path, build_text(output=OUTPUT, postCommit={"args": ["/bin/sh"]}))
    outfit.engine.programs["/bin/sh"] = lambda _: 0

    program.run(["slipcast-builder", "sti-build"], outfit)

    told = [(stage.name, step.name) for stage in outfit.reports.last.stages for step in stage.steps]
    assert told == [
        ("FetchInputs", "FetchGitSource"),
        ("PullImages", "PullBaseImage"),
        ("Assemble", "AssembleBuildScripts"),
        ("CommitContainer", "CommitContainer"),
        ("PostCommit", "RunPostCommitHook"),
        ("PushImage", "PushImage"),
    ]


@pytest.mark.parametrize(
    ("words", "role"),
    [
        (["slipcast-builder", "sti-build"], "sti-build"),
        (["/usr/bin/openshift-sti-build"], "sti-build"),
        (["slipcast-builder", "openshift-docker-build"], "docker-build"),
        (["openshift-git-clone", "--v=5"], "git-clone"),
        (["slipcast-builder", "--loglevel", "3", "manage-dockerfile"], "manage-dockerfile"),
    ],
)
def test_the_name_or_the_first_word_chooses_the_role_bld_7(words: list[str], role: str):
    assert program.parse(words, {}).role == role


@pytest.mark.parametrize(
    ("words", "env", "level"),
    [
        (["b", "sti-build", "--loglevel=4"], {}, 4),
        (["b", "sti-build", "--v", "2"], {"BUILD_LOGLEVEL": "5"}, 2),
        (["b", "sti-build"], {"BUILD_LOGLEVEL": "5"}, 5),
        (["b", "sti-build", "--loglevel=much"], {}, None),
    ],
)
def test_flags_go_before_the_variable_for_the_log_level_bld_8(
    words: list[str], env: dict[str, str], level: int | None
):
    assert program.parse(words, env).level == level


def test_an_unknown_role_is_named_bld_7(tmp_path: Path):
    outfit = an_outfit(tmp_path)

    code = program.run(["slipcast-builder", "ruby-build"], outfit)

    assert code == 1
    assert outfit.complaints[-1] == "error: unknown command name: ruby-build"


def test_the_version_is_said_without_a_build_bld_10(tmp_path: Path):
    outfit = an_outfit(tmp_path, " ")

    code = program.run(["slipcast-builder", "version"], outfit)

    assert code == 0
    assert outfit.said[0].startswith("slipcast-builder ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" ", "error: unable to parse build: the variable BUILD is empty"),
        ("{", "error: unable to parse build: "),
        ('{"kind": "Pod", "apiVersion": "v1"}', "error: unable to parse build: it is no Build"),
        (build_text(strategy={}), 'error: Build.build.openshift.io "app-1" is invalid: spec.strat'),
    ],
)
def test_what_is_no_build_ends_at_once_and_is_reported_to_nobody(
    tmp_path: Path, text: str, told: str
):
    # BLD-41, BLD-42, BLD-196
    outfit = an_outfit(tmp_path, text)

    code = program.run(["slipcast-builder", "sti-build"], outfit)

    assert code == 1
    assert outfit.complaints[-1].startswith(told)
    assert outfit.reports.reports == []


def test_a_build_of_another_strategy_is_refused_bld_44(tmp_path: Path):
    outfit = an_outfit(tmp_path, build_text(strategy={"dockerStrategy": {}}))

    code = program.run(["slipcast-builder", "sti-build"], outfit)

    assert code == 1
    assert outfit.complaints[-1] == (
        "error: build error: the source to image builder must be used with the source strategy"
    )


def test_a_failing_assemble_is_told_with_the_words_of_source_to_image_bld_99(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    outfit.engine.add(BUILDER, a_builder(assemble=_fails))

    code = program.run(["slipcast-builder", "sti-build"], outfit)

    report = outfit.reports.last
    assert code == 1
    assert (report.reason, report.message) == ("AssembleFailed", "Assemble script failed.")
    assert outfit.complaints[-1].startswith("error: build error: ")


def test_a_build_too_long_for_a_variable_is_read_from_a_file(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    file = tmp_path / "build.json"
    file.write_text(
        build_text(strategy=of_strategy(env=[{"name": "LONG", "value": "x" * 300_000}]))
    )
    del outfit.env["BUILD"]
    outfit.env["SLIPCAST_BUILD_FILE"] = str(file)

    program.run(["slipcast-builder", "sti-build"], outfit)

    image = outfit.engine.inspect(LOCAL)
    assert image is not None
    assert len(image.config.variable("LONG")) == 300_000


def test_assemble_without_memory_is_told_as_such(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    outfit.engine.add(BUILDER, a_builder(assemble=lambda _: ExitStatus(code=137, oom_killed=True)))

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert outfit.reports.last.reason == "OutOfMemoryKilled"
    assert "more memory than allowed (OOMKilled)" in outfit.complaints[-1]


@pytest.mark.parametrize("role", ["sti-build", "docker-build"])
def test_an_image_that_cannot_be_pulled_is_named_in_the_last_line_up_2(role: str, tmp_path: Path):
    gone = "registry.example/gone:1"
    named = {"from": {"kind": "DockerImage", "name": gone}}
    kind = {"sti-build": "sourceStrategy", "docker-build": "dockerStrategy"}[role]
    source = {"git": {"uri": URL}, "dockerfile": "FROM scratch"}
    outfit = an_outfit(tmp_path, build_text(strategy={kind: named}, source=source))

    program.run(["slipcast-builder", role], outfit)

    assert outfit.reports.last.reason == "PullBuilderImageFailed"
    assert outfit.complaints[-1].startswith("error: build error: ")
    assert gone in outfit.complaints[-1]
    assert "--pull-policy" not in "".join(outfit.complaints)


def test_what_assemble_said_is_shown_once(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    outfit.engine.add(BUILDER, a_builder(assemble=_fails))

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert outfit.shown.stderr.count(b"no such module") == 1
    assert "no such module" not in outfit.complaints


def test_a_source_that_cannot_be_had_is_told_with_the_words_of_builds_bld_157(tmp_path: Path):
    outfit = an_outfit(tmp_path, build_text(source={"git": {"uri": "https://git.example/none"}}))

    program.run(["slipcast-builder", "sti-build"], outfit)

    report = outfit.reports.last
    assert (report.reason, report.message) == (
        "FetchSourceFailed",
        "Failed to fetch the input source.",
    )
    assert outfit.complaints[-1] == (
        'error: build error: requested repository "https://git.example/none" not found'
    )


def test_a_context_directory_that_is_not_there_is_told_bld_75(tmp_path: Path):
    source = {"git": {"uri": URL}, "contextDir": "web"}
    outfit = an_outfit(tmp_path, build_text(source=source))

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert outfit.reports.last.reason == "InvalidContextDirectory"
    assert "provided context directory does not exist: web" in outfit.complaints[-1]


def test_a_failing_hook_leaves_no_image_and_pushes_none_bld_130(tmp_path: Path):
    build = build_text(output=OUTPUT, postCommit={"command": ["/bin/check"]})
    outfit = an_outfit(tmp_path, build)
    outfit.engine.add(BUILDER, a_builder(files={"/bin/check": b"#!/bin/sh\n"}))
    outfit.engine.programs["/bin/check"] = lambda _: 3

    code = program.run(["slipcast-builder", "sti-build"], outfit)

    assert code == 1
    assert outfit.reports.last.reason == "PostCommitHookFailed"
    assert outfit.engine.pushed == {}
    assert outfit.engine.inspect(OUTPUT) is None


def test_in_a_pod_no_image_is_put_under_the_name_of_its_output(tmp_path: Path):
    outfit = an_outfit(tmp_path, build_text(output=OUTPUT))

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert OUTPUT in outfit.engine.pushed
    assert outfit.engine.inspect(OUTPUT) is None


def test_a_failing_push_leaves_the_image_of_a_person_under_its_name_bld_25(tmp_path: Path):
    outfit = an_outfit(tmp_path, build_text(output=OUTPUT), SLIPCAST_ROOT="/")
    outfit.engine.fail("push", EngineFault("no", reason="Unauthorized"))

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert outfit.reports.last.reason == "PushImageToRegistryFailed"
    assert outfit.engine.inspect(OUTPUT) is not None
    assert outfit.complaints[-1] == "error: build error: Failed to push image: no"


def test_a_signal_takes_everything_back_and_is_not_reported_bld_176(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    outfit.engine.add(BUILDER, a_builder(assemble=_is_interrupted))

    code = program.run(["slipcast-builder", "sti-build"], outfit)

    assert code == 1
    assert outfit.complaints[-1] == "error: build error: ended by SIGTERM"
    assert (outfit.engine.open, outfit.left) == ([], [])
    assert not any(report.failed for report in outfit.reports.reports)


def test_a_bug_is_told_without_its_trace(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    outfit.engine.add(BUILDER, a_builder(assemble=_breaks))

    code = program.run(["slipcast-builder", "sti-build"], outfit)

    assert code == 1
    assert outfit.reports.last.reason == "GenericBuildFailed"
    assert outfit.complaints[-1] == "error: build error: the builder has a bug: its number is 7"


def test_neither_hint_nor_tail_shows_a_password_and_the_cause_is_last_bld_177(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    fault = GitFault(
        "a\nb", hint="see https://u:p@git.example", tail=("fatal: https://u:p@git.example/x",)
    )
    outfit.git.failures.append(fault)

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert outfit.complaints == [
        "fatal: https://***@git.example/x",
        "hint: see https://***@git.example",
        "error: build error: a b",
    ]


def test_a_build_may_be_given_as_a_file_in_yaml(tmp_path: Path):
    outfit = an_outfit(tmp_path, " ")
    file = tmp_path / "build.yaml"
    file.write_text("# by hand\n" + build_text())

    code = program.run(["slipcast-builder", "sti-build", "-f", str(file)], outfit)

    assert code == 0


def test_stages_hand_the_source_on_in_the_directory_they_share_bld_65(tmp_path: Path):
    # BL-544 to BL-547
    outfit = an_outfit(tmp_path)

    codes = [
        program.run(["slipcast-builder", role], outfit)
        for role in ("git-clone", "manage-dockerfile", "sti-build")
    ]

    assert codes == [0, 0, 0]
    assert len(outfit.git.cloned) == 1
    assert outfit.engine.image(LOCAL).config.labels["io.openshift.build.commit.id"] == (
        outfit.git.revision.commit
    )


def test_what_stages_took_is_told_by_the_last_of_them(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    for role in ("git-clone", "manage-dockerfile"):
        program.run(["slipcast-builder", role], outfit)

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert outfit.reports.last.stages[0].name == "FetchInputs"


def test_a_source_that_another_build_prepared_is_not_taken(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    for role in ("git-clone", "manage-dockerfile"):
        program.run(["slipcast-builder", role], outfit)
    outfit.env["BUILD"] = build_text().replace("app-1", "app-2")

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert len(outfit.git.cloned) == 2


def test_a_prepared_source_that_is_no_directory_of_ours_is_not_taken(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    for role in ("git-clone", "manage-dockerfile"):
        program.run(["slipcast-builder", role], outfit)
    shared = tmp_path / "root/tmp/build"
    shared.rename(tmp_path / "planted")
    shared.symlink_to(tmp_path / "planted")

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert len(outfit.git.cloned) == 2


def test_another_version_of_the_server_is_told_to_who_wants_to_know_bld_30(tmp_path: Path):
    outfit = an_outfit(tmp_path, ORIGIN_VERSION="v3.5")

    program.run(["slipcast-builder", "sti-build"], outfit)

    assert "the server is of version v3.5" in next(
        text for at, text in outfit.shown.notes if at == 3
    )


def test_the_build_is_shown_at_level_5_without_secrets_bld_178(tmp_path: Path):
    env = [{"name": "DB_PASSWORD", "value": "hunter2"}]
    source = {"git": {"uri": "https://ada:tower@git.example/app.git"}}
    build = build_text(strategy=of_strategy(env=env), source=source)
    outfit = an_outfit(tmp_path, build)

    program.run(["slipcast-builder", "sti-build", "--loglevel=5"], outfit)

    shown = next(text for level, text in outfit.shown.notes if level == 5)
    assert "DB_PASSWORD" in shown
    assert "hunter2" not in shown
    assert "tower" not in shown


def _fails(process: Process) -> int:
    process.stderr(b"no such module\n")
    return 2


def _is_interrupted(_: Process) -> int:
    raise Interrupted("ended by SIGTERM")


def _breaks(_: Process) -> int:
    raise ZeroDivisionError


def test_flags_of_the_engine_are_handed_on_bld_9(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    words = ["--isolation=chroot", "--storage-driver", "vfs", "--use-newuidmap"]

    code = program.run(["slipcast-builder", "sti-build", *words], outfit)

    assert code == 0
    assert (outfit.chosen.isolation, outfit.chosen.driver) == ("chroot", "vfs")
    assert outfit.chosen.by_helpers


def test_an_isolation_that_nobody_knows_is_refused_bld_9(tmp_path: Path):
    outfit = an_outfit(tmp_path)

    code = program.run(["slipcast-builder", "sti-build", "--isolation=jail"], outfit)

    assert code == 1
    assert outfit.complaints[-1] == "error: unrecognized isolation type 'jail'"
