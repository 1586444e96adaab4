"""What is wrong in a project, and what to do about it (ST-4, UP-2, UP-30, UP-31)."""

from __future__ import annotations

from typing import Any

from projects import (
    build,
    build_config,
    deployment_config,
    known,
    reference,
    stream,
)
from slipcast.api.document import Document
from slipcast.views.status.problems import Problem, problems
from slipcast.views.status.references import Place


def only(*documents: Document, absent: tuple[Place, ...] = ()) -> Problem:
    """The one problem there is."""
    (found,) = problems(known(*documents, absent=absent))
    return found


def test_nothing_is_wrong_with_a_pipeline_that_ran() -> None:
    graph = known(
        stream("base", "1"),
        stream("app", "latest"),
        build_config("app", to="app:latest", on="base:1"),
        build("app", 1, "Complete"),
    )

    assert problems(graph) == ()


def test_a_stream_that_is_pushed_to_and_not_there_is_an_error_st_4() -> None:
    found = only(build_config("app", to="app:latest"))

    assert found.severity == "error"
    assert found.message == (
        'bc/app pushes to istag/app:latest, but there is no image stream "app".'
    )
    assert found.advice == "slipcast create imagestream app"


def test_a_stream_of_another_namespace_is_created_there_st_4() -> None:
    found = only(build_config("app", to="tools/app:1"), absent=(Place("tools", "app"),))

    assert 'no image stream "tools/app"' in found.message
    assert found.advice == "slipcast create imagestream app -n tools"


def test_nothing_is_said_of_streams_that_may_not_be_read() -> None:
    assert problems(known(build_config("app", to="tools/app:1", on="secret/base:1"))) == ()


def test_a_missing_registry_is_an_error_st_4() -> None:
    found = only(stream("app", repository=""), build_config("app", to="app:latest"))

    assert found.severity == "error"
    assert "no integrated registry" in found.message
    assert "spec.output.to" in found.advice


def test_the_newest_build_that_failed_is_an_error_with_its_reason_and_last_words_st_4_up_2() -> (
    None
):
    status: dict[str, Any] = {
        "reason": "PushImageToRegistryFailed",
        "message": "Failed to push.",
        "logSnippet": "?",
    }

    found = only(build_config("app"), build("app", 7, "Failed", **status))

    assert found.severity == "error"
    assert found.message == (
        "build/app-7 of bc/app failed: PushImageToRegistryFailed: Failed to push."
    )
    assert (found.advice, found.detail) == ("slipcast logs build/app-7", "?")


def test_a_failure_before_a_success_is_no_problem_st_4() -> None:
    graph = known(build_config("a"), build("a", 1, "Failed", 9), build("a", 2, "Complete", 3))

    assert problems(graph) == ()


def test_a_build_that_cannot_start_names_what_is_missing_up_30() -> None:
    status: dict[str, Any] = {"reason": "MissingPushSecret", "message": "Missing push secret."}

    found = only(build_config("app"), build("app", 1, "New", **status))

    assert found.message == "build/app-1 cannot start: MissingPushSecret: Missing push secret."
    assert found.advice == "slipcast describe build/app-1"


def test_a_build_that_waits_for_its_turn_is_no_problem() -> None:
    graph = known(build_config("a"), build("a", 1, "Running", 9), build("a", 2, "New", 3))

    assert problems(graph) == ()


def test_a_tag_that_nothing_has_built_yet_is_started_st_4() -> None:
    found = only(
        stream("base"),
        build_config("base", to="base:1", source={"binary": {}}),
        build_config("app", on="base:1"),
    )

    assert found.severity == "warning"
    assert found.message == ("bc/app builds from istag/base:1, which nothing has built yet.")
    assert found.advice == "slipcast start-build base --from-dir=."


def test_a_tag_whose_build_runs_is_no_problem_st_4() -> None:
    graph = known(
        stream("app"),
        build_config("app", to="app:latest"),
        build("app", 1, "Running"),
        deployment_config("app", "app:latest"),
    )

    assert problems(graph) == ()


def test_a_tag_that_was_not_imported_says_why_st_4() -> None:
    refused = {"type": "ImportSuccess", "status": "False", "message": "unauthorized."}

    found = only(
        stream(
            "base",
            spec=[{"name": "1", "from": reference("docker://quay.io/b:1")}],
            status=[{"tag": "1", "items": [], "conditions": [refused]}],
        ),
        deployment_config("app", "base:1"),
    )

    assert found.message == ("dc/app deploys istag/base:1, which was not imported: unauthorized.")
    assert found.advice == "slipcast import-image base:1"


def test_a_later_import_that_failed_is_told_though_an_image_is_there() -> None:
    refused = {"type": "ImportSuccess", "status": "False", "message": "gone"}
    items = [{"image": "sha256:1", "created": "2026-11-22T10:00:00Z"}]

    found = only(stream("base", status=[{"tag": "1", "items": items, "conditions": [refused]}]))

    assert found.message == "istag/base:1 could not be imported: gone."


def test_a_stream_that_is_built_from_and_not_there_is_made_st_4() -> None:
    found = only(build_config("app", on="base:1"))

    assert found.message == (
        'bc/app builds from istag/base:1, but there is no image stream "base".'
    )
    assert found.advice == (
        "slipcast import-image base:1 --from=REGISTRY/IMAGE --confirm,\n"
        "or build it: slipcast new-build SOURCE --to=base:1"
    )


def test_a_tag_without_an_image_is_made_st_4() -> None:
    found = only(stream("base", "2"), build_config("app", on="base:1"))

    assert found.message == "bc/app builds from istag/base:1, but that tag has no image."


def test_an_image_that_is_not_in_its_stream_is_missing_st_4() -> None:
    found = only(stream("base", "2"), build_config("app", on="base@sha256:ffff"))

    assert found.message == (
        "bc/app builds from isimage/base@sha256:ffff, but its stream has no such image."
    )
    assert found.advice == ""


def test_what_is_wrong_with_an_output_is_not_told_again_of_who_uses_it() -> None:
    found = only(build_config("app", to="app:1"), deployment_config("app", "app:1"))

    assert found.severity == "error"


def test_configs_that_build_in_a_circle_are_told_once_st_4_up_31() -> None:
    found = only(
        stream("a", "1"),
        stream("b", "1"),
        build_config("first", to="a:1", on="b:1"),
        build_config("second", to="b:1", on="a:1"),
    )

    assert found.severity == "warning"
    assert found.message == "BuildConfigs build in a circle: first -> second -> first."


def test_a_config_that_builds_from_its_own_image_is_told_st_4_up_31() -> None:
    found = only(stream("a", "1"), build_config("app", to="a:1", on="a:1"))

    assert found.message == "bc/app builds from the image that it makes itself."


def test_what_only_leads_into_a_circle_is_not_in_it_up_31() -> None:
    found = only(
        stream("a", "1"),
        stream("b", "1"),
        stream("c", "1"),
        build_config("before", to="c:1"),
        build_config("first", to="a:1", on="b:1", source={"images": [{"from": reference("c:1")}]}),
        build_config("second", to="b:1", on="a:1"),
        build_config("third", on="a:1"),
        build("before", 1, "Complete"),
    )

    assert found.message == "BuildConfigs build in a circle: first -> second -> first."


def test_errors_come_first() -> None:
    found = problems(known(build_config("app", to="gone:1", on="base:1")))

    assert [each.severity for each in found] == ["error", "warning"]


def test_a_build_that_waits_for_a_missing_stream_is_told_with_the_stream() -> None:
    waiting = build("app", 1, "New", reason="InvalidOutputReference", message="No stream.")

    found = only(build_config("app", to="app:latest"), waiting)

    assert found.advice == "slipcast create imagestream app"


def test_a_tag_that_was_neither_built_nor_imported_says_both() -> None:
    refused = {"type": "ImportSuccess", "status": "False", "message": "gone"}

    found = only(
        stream("app", status=[{"tag": "1", "items": [], "conditions": [refused]}]),
        build_config("app", to="app:1"),
        deployment_config("app", "app:1"),
    )

    assert "which nothing has built yet and was not imported: gone." in found.message
