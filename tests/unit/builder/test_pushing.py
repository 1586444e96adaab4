"""The image on its way to its registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from assignments import BUILDER, OUTPUT, FakeOutfit, a_task, an_outfit, build_text, secret
from slipcast.builder import pushing
from slipcast.builder.task import Built, Task
from slipcast.values.faults import BuildFault, EngineFault

BUILT = Built(tag=BUILDER, image=BUILDER)
PASSING = EngineFault("the registry answered 503", retryable=True)
LASTING = EngineFault("who are you", reason="Unauthorized")


@pytest.fixture
def outfit(tmp_path: Path) -> FakeOutfit:
    return an_outfit(tmp_path, build_text(output=OUTPUT))


def push(outfit: FakeOutfit, task: Task | None = None) -> list[float]:
    """Push; the pauses that were made."""
    pauses: list[float] = []
    pushing.push(task or a_task(outfit), BUILT, OUTPUT, pauses.append)
    return pauses


def test_the_log_says_where_to_and_what_it_is_there_bld_133(outfit: FakeOutfit):
    push(outfit)

    digest = outfit.engine.pushed[OUTPUT].facts().digest
    assert outfit.shown.remarks(0) == [
        "",
        f"Pushing image {OUTPUT} ...",
        "Push successful",
        f"Successfully pushed registry.example/shop/app@{digest}",
    ]


def test_what_passes_is_waited_for_longer_each_time_bld_134_135(outfit: FakeOutfit):
    outfit.engine.fail("push", PASSING, times=6)

    assert push(outfit) == [5, 10, 20, 40, 60, 60]
    assert "Warning: Push failed, retrying in 10s ..." in outfit.shown.remarks(0)


def test_the_seventh_failure_is_the_last_bld_134(outfit: FakeOutfit):
    outfit.engine.fail("push", PASSING, times=7)

    with pytest.raises(BuildFault, match="Failed to push image: the registry answered 503"):
        push(outfit)


def test_what_lasts_is_not_tried_again_also_after_what_passes_bld_134(outfit: FakeOutfit):
    outfit.engine.fail("push", PASSING)
    outfit.engine.fail("push", LASTING)

    with pytest.raises(BuildFault, match="Failed to push image: who are you") as failed:
        push(outfit)

    assert failed.value.reason == "PushImageToRegistryFailed"
    assert len(outfit.engine.given("push")) == 2


def test_a_failure_says_who_we_were_and_not_our_password_bld_137(outfit: FakeOutfit):
    secret(outfit, "PUSH_DOCKERCFG_PATH", {".dockercfg": "ada"})
    outfit.engine.fail("push", LASTING)

    with pytest.raises(BuildFault):
        push(outfit)

    assert outfit.shown.remarks(0)[-1] == (
        "Registry server Address: registry.example\n"
        "Registry server User Name: ada\n"
        "Registry server Password: <<non-empty>>"
    )


def test_the_digest_is_remembered_bld_136(outfit: FakeOutfit):
    task = a_task(outfit)

    push(outfit, task)

    assert task.record.known.digest == outfit.engine.pushed[OUTPUT].facts().digest
