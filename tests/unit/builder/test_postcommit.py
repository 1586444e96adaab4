"""The post-commit hook."""

from __future__ import annotations

from pathlib import Path

import pytest

from assignments import BUILDER, a_task, an_outfit, build_text, of_strategy
from slipcast.api.build import BuildPostCommitSpec
from slipcast.builder import postcommit
from slipcast.builder.task import Built
from slipcast.ports.engine import ContainerSpec
from slipcast.testing.engine import Process
from slipcast.testing.objects import a_builder
from slipcast.values.container import ExitStatus
from slipcast.values.faults import BuildFault

BUILT = Built(tag=BUILDER, image=BUILDER)


@pytest.mark.parametrize(
    ("hook", "argv", "use_entrypoint"),
    [
        (
            BuildPostCommitSpec(script="echo 'a b' \"$1\""),
            ("/bin/sh", "-ic", "echo 'a b' \"$1\"", "/bin/sh"),
            False,
        ),
        (
            BuildPostCommitSpec(script="make $1", args=("all tests",)),
            ("/bin/sh", "-ic", "make $1", "/bin/sh", "all tests"),
            False,
        ),
        (BuildPostCommitSpec(command=("/bin/test", "-e x")), ("/bin/test", "-e x"), False),
        (
            BuildPostCommitSpec(command=("rake",), args=("test", "--all")),
            ("rake", "test", "--all"),
            False,
        ),
        (BuildPostCommitSpec(args=("test", "it's")), ("test", "it's"), True),
    ],
)
def test_every_form_of_a_hook_keeps_its_words_bld_129_203(
    hook: BuildPostCommitSpec, argv: tuple[str, ...], *, use_entrypoint: bool
):
    assert postcommit.command(hook) == (argv, use_entrypoint)


def test_a_hook_sees_what_the_image_does_not_keep(tmp_path: Path):
    secret = {"secretKeyRef": {"name": "s", "key": "k"}}
    strategy = of_strategy(env=[{"name": "TOKEN", "valueFrom": secret}])
    text = build_text(strategy=strategy, postCommit={"script": "true"})
    outfit = an_outfit(tmp_path, text, BUILD_STRATEGY_ENV_0="hush")
    outfit.engine.programs["/bin/sh"] = _says_hello

    postcommit.run(a_task(outfit), BUILT, "Source")

    spec = outfit.engine.given("container")[0]
    assert isinstance(spec, ContainerSpec)
    assert spec.env == (("TOKEN", "hush"),)


def test_a_hook_runs_in_a_container_of_its_own_whose_name_says_whose_bld_128(tmp_path: Path):
    outfit = an_outfit(tmp_path, build_text(postCommit={"script": "true"}))
    outfit.engine.programs["/bin/sh"] = _says_hello

    postcommit.run(a_task(outfit), BUILT, "Source")

    spec = outfit.engine.given("container")[0]
    assert isinstance(spec, ContainerSpec)
    assert spec.name.startswith("openshift_s2i-build_app-1_shop_post-commit_")
    assert outfit.shown.stdout == b"hello\n"
    assert outfit.shown.remarks(0) == ["Running post commit hook ..."]


def test_a_build_without_hook_starts_nothing(tmp_path: Path):
    outfit = an_outfit(tmp_path)

    postcommit.run(a_task(outfit), BUILT, "Source")

    assert outfit.engine.calls == []


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (ExitStatus(code=7), r'container "\S+" returned non-zero exit code: 7'),
        (ExitStatus(code=137, oom_killed=True), "for lack of memory"),
        (ExitStatus(code=127, error="no such file"), "could not be run: no such file"),
    ],
)
def test_how_a_hook_failed_is_told_bld_130(tmp_path: Path, status: ExitStatus, told: str):
    outfit = an_outfit(tmp_path, build_text(postCommit={"script": "false"}))
    outfit.engine.add(BUILDER, a_builder())
    outfit.engine.programs["/bin/sh"] = lambda _: status

    with pytest.raises(BuildFault, match=told) as failed:
        postcommit.run(a_task(outfit), BUILT, "Docker")

    assert failed.value.reason == "PostCommitHookFailed"


def _says_hello(process: Process) -> int:
    process.stdout(b"hello\n")
    return 0
