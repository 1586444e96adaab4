"""What is told of builds that ended without a word (LG-9)."""

from __future__ import annotations

import pytest

from slipcast.api.build import Build, BuildStatus
from slipcast.api.meta import ObjectMeta
from slipcast.builds.explaining import elsewhere, explained


def ended(phase: str, reason: str = "", message: str = "") -> Build:
    """A build that has ended."""
    status = BuildStatus(phase=phase, reason=reason, message=message)
    return Build(metadata=ObjectMeta(name="app-1"), status=status)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (ended("Failed", "OutOfMemoryKilled", "killed"), "failed: OutOfMemoryKilled: killed"),
        (ended("Error", message="no room"), "encountered an error: no room"),
        (ended("Cancelled"), "was cancelled. No logs are available."),
    ],
)
def test_a_build_that_ended_badly_says_why(build: Build, said: str) -> None:
    assert explained(build) == f"build app-1 {said}\n"


@pytest.mark.parametrize("phase", ["", "New", "Running", "Complete"])
def test_where_nothing_went_wrong_nothing_is_explained(phase: str) -> None:
    assert explained(ended(phase, "Reason")) == ""


@pytest.mark.parametrize(
    ("annotations", "said"),
    [
        ({}, "Jenkins runs pipelines, and none has taken this one up"),
        ({"openshift.io/jenkins-build-uri": "http://j/1"}, "logs available at http://j/1"),
        (
            {
                "openshift.io/jenkins-log-url": "http://j/1/log",
                "openshift.io/jenkins-build-uri": "http://j/1",
            },
            "logs available at http://j/1/log",
        ),
    ],
)
def test_of_a_pipeline_is_told_where_it_runs_pl_73(annotations: dict[str, str], said: str) -> None:
    assert elsewhere(annotations) == said
