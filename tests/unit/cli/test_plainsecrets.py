"""Values that look secret by their names are warned of, and never said."""

from __future__ import annotations

import pytest

from slipcast.cli import parameters, plainsecrets


@pytest.mark.parametrize(
    "value", ["", "true", "No", "$(DB_PASSWORD)", "${DB_PASSWORD}", "$(A)$(B)", "${{NUMBER}}"]
)
def test_switches_and_references_are_no_secrets(value: str) -> None:
    assert plainsecrets.plain([("DB_PASSWORD", value)]) == ()


def test_a_secret_is_named_once_and_not_said_up_12(capsys: pytest.CaptureFixture[str]) -> None:
    given = [("API_TOKEN", "zzz"), ("FOO", "bar"), ("API_TOKEN", "yyy"), ("DB_PASSWORD", "xxx")]

    plainsecrets.warn(given, "in the Build", "use a Secret")

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "Warning: the value of API_TOKEN, DB_PASSWORD is kept as plain text in the Build;"
        " use a Secret\n"
    )


def test_nothing_is_said_of_other_values(capsys: pytest.CaptureFixture[str]) -> None:
    plainsecrets.warn([("FOO", "bar")], "in the Build", "use a Secret")

    assert capsys.readouterr().err == ""


def test_a_secret_that_looks_like_a_list_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    parameters.warn_of_list("DB_PASSWORD=zzz,a=b", "--env")

    said = capsys.readouterr().err
    assert "DB_PASSWORD=..." in said
    assert "zzz" not in said
