"""What a Build may say, and what of it may change: build-api.md BA-105, BA-140 to BA-142."""

import pytest

from slipcast.api.build import BuildConfig
from slipcast.builds.updates import reported_build, updated_build, updated_config
from slipcast.builds.validate.build import build
from slipcast.builds.validate.details import build_details
from verdicts import IMAGE, a_build, brief, of_build, seen


def test_a_build_names_its_images_where_they_are_pulled_ba_105() -> None:
    image = {"from": IMAGE, "paths": [{"sourcePath": "/a", "destinationDir": "b"}]}
    strategy = {"sourceStrategy": {"from": IMAGE, "runtimeImage": IMAGE}}

    wrong = of_build(source={"images": [image]}, strategy=strategy)

    assert wrong == [
        "spec.source.images[0].from.kind Invalid",
        "spec.strategy.sourceStrategy.from.kind Invalid",
        "spec.strategy.sourceStrategy.runtimeImage.kind Invalid",
    ]


@pytest.mark.parametrize("strategy", ["dockerStrategy", "customStrategy"])
def test_every_strategy_names_a_pulled_image_ba_105(strategy: str) -> None:
    wrong = of_build(strategy={strategy: {"from": IMAGE}})

    assert wrong == [f"spec.strategy.{strategy}.from.kind Invalid"]


def test_a_build_may_push_to_a_tag_ba_105() -> None:
    assert of_build(output={"to": IMAGE}) == []
    assert of_build(strategy={"dockerStrategy": {}}) == []


def test_a_build_without_input_is_refused_ba_50() -> None:
    assert of_build(source={}, strategy={"dockerStrategy": {}}) == ["spec.source Invalid"]


def test_the_spec_of_a_build_does_not_change_ba_140() -> None:
    old, new = a_build(), a_build(serviceAccount="other")

    wrong = build(new, old)

    assert brief(wrong) == ["spec Invalid"]
    assert wrong[0].message.endswith(' spec is immutable, diff: {"serviceAccount":"other"}')


def test_a_build_that_is_over_stays_over_ba_140() -> None:
    wrong = build(a_build({"phase": "Running"}), a_build({"phase": "Complete"}))

    assert brief(wrong) == ["status.phase Invalid"]


def test_a_build_is_sent_back_unchanged_without_complaint_ba_168() -> None:
    done = a_build({"phase": "Complete"}, completionDeadlineSeconds=5)

    assert build(done, done) == ()


def test_why_a_build_failed_is_not_said_anew_ba_142() -> None:
    stored = a_build({"phase": "Failed", "reason": "AssembleFailed", "message": "1"})

    other = updated_build(a_build({"phase": "Failed", "reason": "Other"}), stored)
    killed = updated_build(a_build({"phase": "Failed", "reason": "OutOfMemoryKilled"}), stored)

    assert (other.status.reason, other.status.message) == ("AssembleFailed", "1")
    assert killed.status.reason == "OutOfMemoryKilled"


def test_what_a_running_build_says_is_taken_ba_142() -> None:
    new = a_build({"phase": "Running", "reason": "x"})

    assert updated_build(new, a_build({"phase": "Running"})) == new


def test_a_builder_reports_what_it_may_and_nothing_else_ba_141() -> None:
    stored = a_build({"phase": "Running", "duration": 7})
    told = {"phase": "Failed", "reason": "R", "message": "m", "duration": 9}
    report = a_build(told, serviceAccount="x", revision={"git": {"commit": "abc"}})

    kept = reported_build(report, stored)

    status = kept.status
    assert (status.phase, status.reason, status.message) == ("Failed", "R", "m")
    assert status.duration == 7
    assert kept.spec.service_account == ""
    assert kept.spec.revision == report.spec.revision


def test_a_builder_ends_a_build_but_does_not_start_it_ba_141() -> None:
    kept = reported_build(a_build({"phase": "Running"}), a_build({"phase": "Pending"}))

    assert kept.status.phase == "Pending"


def test_a_revision_is_told_once_ba_141() -> None:
    known = a_build(revision={"git": {"commit": "abc"}})
    other = a_build(revision={"git": {"commit": "def"}})

    assert brief(build_details(a_build(), known)) == ["spec.revision Invalid"]
    assert brief(build_details(other, known)) == ["spec.revision Duplicate"]
    assert build_details(known, known) == build_details(known, a_build()) == ()


@pytest.mark.parametrize(("sent", "kept"), [(3, 7), (9, 9), (7, 7)])
def test_the_last_version_never_falls_ba_31(sent: int, kept: int) -> None:
    config = seen(BuildConfig, status={"lastVersion": sent})

    updated = updated_config(config, seen(BuildConfig, status={"lastVersion": 7}))

    assert updated.status.last_version == kept
