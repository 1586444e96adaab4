"""Which finished builds go: build-lifecycle.md BL-130."""

from slipcast.api.build import Build
from slipcast.builds.history import exceeding
from verdicts import a_config, seen


def a_build(number: int, phase: str, second: int = 0) -> Build:
    metadata = {
        "name": str(number),
        "annotations": {"openshift.io/build.number": str(number)},
        "creationTimestamp": f"2026-11-22T18:00:{second:02}Z",
    }
    return seen(Build, metadata=metadata, status={"phase": phase})


def names(*builds: Build, **limits: int) -> list[str]:
    return [each.metadata.name for each in exceeding(a_config(**limits), builds)]


def test_all_are_kept_without_limits_ba_30() -> None:
    assert names(a_build(1, "Complete"), a_build(2, "Failed")) == []


def test_the_newest_complete_builds_are_kept_bl_130() -> None:
    builds = [a_build(1, "Complete", 3), a_build(2, "Complete", 1), a_build(3, "Complete", 2)]

    assert names(*builds, successfulBuildsHistoryLimit=1) == ["3", "2"]
    assert names(*builds, failedBuildsHistoryLimit=0) == []


def test_all_other_ends_count_as_failed_bl_130() -> None:
    builds = [a_build(1, "Failed"), a_build(2, "Error"), a_build(3, "Cancelled")]

    assert names(*builds, failedBuildsHistoryLimit=1) == ["2", "1"]


def test_what_is_not_over_is_never_too_much_bl_130() -> None:
    builds = [a_build(1, "New"), a_build(2, "Pending"), a_build(3, "Running")]

    assert names(*builds, failedBuildsHistoryLimit=0, successfulBuildsHistoryLimit=0) == []
