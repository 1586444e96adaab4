"""Hints in the log of a build fit whoever has a BuildConfig, and no command line."""

from __future__ import annotations

import pytest

from slipcast.builder.hints import of_build


@pytest.mark.parametrize(
    ("hint", "field"),
    [
        ("Give --pull-policy if-not-present.", "pullSecret"),
        ("Give a user of the image with --assemble-user, best as a number.", "USER"),
        ("Correct --runtime-artifact, or make assemble produce it.", "runtimeArtifacts"),
        ("Put them in .s2i/bin of the source, give --scripts-url, or use another.", "scripts"),
        ("--context-dir names a directory below the root of the source", "source.contextDir"),
        ("Log in to the registry, or check the docker config file.", "output.pushSecret"),
        ("give --ref, or the text after '#', a branch or a commit", "source.git.ref"),
    ],
)
def test_flags_of_commands_become_fields(hint: str, field: str) -> None:
    said = of_build(hint)

    assert field in said
    assert "--" not in said


@pytest.mark.parametrize(
    "hint",
    [
        "Free space in the image storage.",
        "start the build with --from-dir or --from-file",
        "If it is private: slipcast set build-secret --source bc/app SECRET",
    ],
)
def test_what_helps_whoever_builds_stays(hint: str) -> None:
    assert of_build(hint) == hint


def test_a_hint_that_only_helps_another_command_is_left_out() -> None:
    assert of_build("Choose another port with --port.") == ""
