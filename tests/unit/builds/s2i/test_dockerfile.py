"""The Dockerfile that does what a build does."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.builds.s2i import dockerfile
from slipcast.builds.s2i.dockerfile import Copied, Recipe
from slipcast.values.faults import BuildFault


def text(**changes: Any) -> str:
    given: dict[str, Any] = {
        "builder_image": "builder",
        "destination": "/tmp",
        "user": "1001",
        "assemble": "/usr/libexec/s2i/assemble",
        "run": "/usr/libexec/s2i/run",
        "labels": {},
    }
    return dockerfile.text(Recipe(**{**given, **changes}))


def test_a_plain_build_is_from_copy_user_run_cmd_s2i_257_to_268():
    assert text().splitlines()[1:] == [
        "FROM builder",
        "COPY --chown=1001:0 upload/src /tmp/src",
        "USER 1001",
        "RUN /usr/libexec/s2i/assemble",
        "CMD /usr/libexec/s2i/run",
    ]


def test_labels_and_variables_are_one_instruction_each_s2i_258_259():
    written = text(labels={"b": "2", "a": "1"}, env=(("X", "1"), ("Y", 'a"$\\')))

    assert 'LABEL "a"="1" \\\n      "b"="2"\n' in written
    assert 'ENV X="1" \\\n    Y="a\\"\\$\\\\"\n' in written


def test_overriding_scripts_are_copied_s2i_261():
    assert "COPY --chown=1001:0 upload/scripts /up/scripts\n" in text(
        overriding=True, destination="/up"
    )


def test_injections_are_copied_before_and_removed_after_assemble_s2i_263_267():
    lines = text(injections=(Copied("upload/injections/s", "/t", ("/t/a", "/t/b c")),)).splitlines()

    assert lines.index("COPY --chown=1001:0 upload/injections/s /t") < lines.index("USER 1001")
    assert lines[-2] == "RUN rm /t/a && rm '/t/b c'"


def test_a_build_as_root_sets_no_user_s2i_264():
    assert "USER" not in text(user="root")


def test_an_incremental_build_has_a_stage_that_saves_artifacts_s2i_256_to_265():
    lines = text(
        previous="app", save_artifacts="/tmp/scripts/save-artifacts", overriding_save=True
    ).splitlines()

    assert lines[1:5] == [
        "FROM app as cached",
        "COPY --chown=1001:0 upload/scripts/save-artifacts /tmp/scripts/save-artifacts",
        "USER 1001",
        (
            "RUN if [ -s /tmp/scripts/save-artifacts ]; then /tmp/scripts/save-artifacts"
            " > /tmp/artifacts.tar; else touch /tmp/artifacts.tar; fi"
        ),
    ]
    assert "COPY --from=cached --chown=1001:0 /tmp/artifacts.tar /tmp/artifacts.tar" in lines


@pytest.mark.parametrize(
    "changes",
    [
        {"user": "1001\nRUN evil"},
        {"builder_image": "a\nRUN evil"},
        {"destination": "/tmp\nRUN evil"},
        {"run": "/run\nRUN evil"},
        {"env": (("A\nRUN evil", "1"),)},
        {"injections": (Copied("a\nRUN evil", "/t"),)},
    ],
)
def test_no_name_becomes_an_instruction_s2i_272(changes: dict[str, object]):
    with pytest.raises(BuildFault) as fault:
        text(**changes)

    assert fault.value.reason == "DockerFileCreationFailed"


def test_a_value_of_several_lines_becomes_one_s2i_272():
    written = text(labels={"a": "x\nRUN evil"}, env=(("A", "x\nRUN evil"),))

    assert not [line for line in written.splitlines() if line.startswith("RUN evil")]


def test_paths_that_are_no_plain_words_take_the_other_form_s2i_272():
    assert 'COPY --chown=1001:0 ["upload/src", "/a b/\\\\$c/src"]\n' in text(destination="/a b/$c")
