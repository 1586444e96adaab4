"""What a pod says about its build: build-lifecycle.md section 7."""

from typing import Any

import pytest

from slipcast.api.build import Build
from slipcast.api.pod import Pod
from slipcast.builds.outcome import MESSAGE_LATE, Outcome, outcome, snippet
from verdicts import seen

START = "2026-11-22T18:00:00Z"
RUNS = {"running": {"startedAt": START}}


def a_pod(phase: str, **status: Any) -> Pod:
    return seen(Pod, status={"phase": phase, "startTime": START, **status})


def ended(code: int = 0, **more: str) -> dict[str, Any]:
    return {"state": {"terminated": {"exitCode": code, **more}}}


def of(pod: Pod | None, **status: str) -> Outcome:
    return outcome(seen(Build, status={"phase": "Running", **status}), pod)


def brief(pod: Pod | None, **status: str) -> tuple[str, str]:
    found = of(pod, **status)
    return found.phase, found.reason


def test_a_pod_that_waits_is_a_build_that_waits_bl_70() -> None:
    assert of(a_pod("Pending")) == Outcome(phase=of(a_pod("")).phase)
    assert brief(a_pod("Pending")) == ("Pending", "")
    assert brief(a_pod("Unknown")) == ("Pending", "")


def test_a_missing_push_secret_is_told_while_the_pod_waits_bl_70() -> None:
    found = outcome(Build(), a_pod("Pending"), push_secret_missing=True)

    assert (found.phase, found.reason) == ("Pending", "MissingPushSecret")
    assert found.message == "Missing push secret."


def test_a_missing_push_secret_is_named_as_soon_as_its_pod_names_it_up_30() -> None:
    told = {"state": {"waiting": {"message": 'secret "push" not found'}}}

    found = outcome(Build(), a_pod("Pending", containerStatuses=[told]), push_secret_missing=True)

    assert found.message == 'Missing push secret: secret "push" not found'


def test_a_pod_that_runs_is_a_build_that_runs_bl_71() -> None:
    assert of(a_pod("Running")).started == START
    assert brief(a_pod("Running")) == ("Running", "")


@pytest.mark.parametrize("state", [RUNS, {"terminated": {}}])
def test_a_build_runs_as_soon_as_its_first_stage_does_ba_607(state: dict[str, Any]) -> None:
    pod = a_pod("Pending", initContainerStatuses=[{"name": "git-clone", "state": state}])

    assert brief(pod) == ("Running", "")


def test_a_stage_that_waits_is_no_start_ba_607() -> None:
    pod = a_pod("Pending", initContainerStatuses=[{"state": {"waiting": {}}}])

    assert brief(pod) == ("Pending", "")


@pytest.mark.parametrize(
    ("containers", "found"),
    [
        ([ended()], ("Complete", "")),
        ([ended(), ended(1)], ("Error", "FailedContainer")),
        ([], ("Error", "NoBuildContainerStatus")),
        ([{"state": RUNS}], ("Complete", "")),
    ],
)
def test_a_pod_that_succeeded_is_a_complete_build_bl_72(
    containers: list[dict[str, Any]], found: tuple[str, str]
) -> None:
    assert brief(a_pod("Succeeded", containerStatuses=containers)) == found


def test_a_pod_that_failed_without_a_word_is_a_generic_failure_bl_73() -> None:
    found = of(a_pod("Failed", containerStatuses=[ended(1)]))

    assert (found.phase, found.reason) == ("Failed", "GenericBuildFailed")
    assert found.message == "Generic Build failure - check logs for details."


def test_what_the_builder_said_is_kept_bl_63_bl_73() -> None:
    said = {"phase": "Failed", "reason": "AssembleFailed", "message": "Assemble script failed."}

    found = of(a_pod("Failed", containerStatuses=[ended(1)]), **said)

    assert (found.reason, found.message) == ("AssembleFailed", "Assemble script failed.")


def test_a_pod_out_of_memory_says_so_whatever_the_builder_said_bl_73() -> None:
    pod = a_pod("Failed", containerStatuses=[ended(137, reason="OOMKilled")])

    assert brief(pod, phase="Failed", reason="AssembleFailed") == ("Failed", "OutOfMemoryKilled")


def test_a_stage_out_of_memory_says_so_too_bl_73() -> None:
    pod = a_pod("Failed", initContainerStatuses=[ended(137, reason="OOMKilled")])

    assert brief(pod) == ("Failed", "OutOfMemoryKilled")


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("The node was low on memory.", "The node was low on memory."),
        ("", "The build pod was evicted."),
    ],
)
def test_an_evicted_pod_tells_why_bl_73(message: str, found: str) -> None:
    said = of(a_pod("Failed", reason="Evicted", message=message))

    assert (said.phase, said.reason, said.message) == ("Failed", "BuildPodEvicted", found)


def test_a_deadline_is_a_failure_that_is_named_bl_73() -> None:
    found = of(a_pod("Failed", reason="DeadlineExceeded"))

    assert (found.phase, found.reason) == ("Failed", "GenericBuildFailed")
    assert "completionDeadlineSeconds" in found.message


def test_a_pod_that_fails_while_it_is_deleted_is_an_error_bl_73() -> None:
    pod = seen(Pod, metadata={"deletionTimestamp": START}, status={"phase": "Failed"})

    assert brief(pod) == ("Error", "BuildPodDeleted")


def test_a_pod_that_is_gone_is_an_error_bl_74() -> None:
    found = of(None)

    assert (found.phase, found.reason) == ("Error", "BuildPodDeleted")
    assert found.message == "The pod for this build was deleted before the build completed."


def test_the_last_lines_are_kept_bl_80() -> None:
    text = "\n".join(f"line {each}" for each in range(9)) + "\n"

    found = of(a_pod("Failed", containerStatuses=[ended(1, message=text)]))

    assert found.snippet == "line 4\nline 5\nline 6\nline 7\nline 8"


def test_long_lines_lose_their_middle_bl_80() -> None:
    pod = a_pod("Failed", containerStatuses=[ended(1, message="a" * 60 + "b" * 61)])

    assert snippet(pod) == "a" * 58 + "..." + "b" * 59
    assert len(snippet(pod)) == 120


def test_the_main_container_speaks_before_its_stages_bl_80() -> None:
    stages = [ended(0, message="fine"), ended(2, message="clone failed")]

    alone = a_pod("Failed", initContainerStatuses=stages)
    both = a_pod(
        "Failed", initContainerStatuses=stages, containerStatuses=[ended(1, message="main")]
    )

    assert snippet(alone) == "clone failed"
    assert snippet(both) == "main"
    assert snippet(a_pod("Failed", containerStatuses=[ended(1, message=" ")])) == ""


def test_a_build_waits_for_what_its_pod_waits_for_up_30() -> None:
    full = {"type": "PodScheduled", "status": "False", "message": "4 of 4 builds run"}
    held = {"name": "main", "state": {"waiting": {"reason": "X", "message": "no secret"}}}

    assert of(a_pod("Pending", conditions=[full])).message == "4 of 4 builds run"
    assert of(a_pod("Pending", containerStatuses=[held])).message == "no secret"


@pytest.mark.parametrize(
    ("reason", "told", "message"),
    [
        ("NoSpace", "CannotCreateBuildPod", "Failed creating build pod. the disk is full"),
        (
            *("DeadlineExceeded", "GenericBuildFailed"),
            f"{MESSAGE_LATE} It waited: the disk is full",
        ),
    ],
)
def test_a_pod_that_never_began_says_why_up_2(reason: str, told: str, message: str) -> None:
    status = {"phase": "Failed", "reason": reason, "message": "the disk is full"}

    found = of(seen(Pod, status=status))

    assert (found.phase, found.reason, found.message) == ("Failed", told, message)
