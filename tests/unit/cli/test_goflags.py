"""Flags as Go programs read them: what scripts for the s2i tool contain must keep its meaning."""

from __future__ import annotations

import click
import pytest

from slipcast.cli.goflags import Command, rewritten

PARAMS = [
    click.Option(["-q", "--quiet"], is_flag=True),
    click.Option(["-c", "--copy"], is_flag=True),
    click.Option(["--tls/--no-tls"], default=None),
    click.Option(["-e", "--env"], multiple=True),
    click.Option(["--loglevel"], type=int),
]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["--quiet=true", "x"], ["--quiet", "x"]),
        (["--quiet=1"], ["--quiet"]),
        (["--quiet=false"], []),
        (["--quiet", "--quiet=F"], []),
        (["-q=true"], ["-q"]),
        (["-qc"], ["-q", "-c"]),
        (["-q", "-q=false", "."], ["."]),
        (["--tls=false"], ["--no-tls"]),
        (["-e=A=b"], ["-e", "A=b"]),
        (["-eA=b"], ["-e", "A=b"]),
        (["-e", "A=b"], ["-e", "A=b"]),
        (["-qe", "A=b"], ["-q", "-e", "A=b"]),
        (["--env=A=b"], ["--env=A=b"]),
        (["-e", "--quiet=false"], ["-e", "--quiet=false"]),
        (["--", "--quiet=false"], ["--", "--quiet=false"]),
        (["-", "--loglevel", "3"], ["-", "--loglevel", "3"]),
        (["--unknown=x", "-z"], ["--unknown=x", "-z"]),
    ],
)
def test_a_go_command_line_is_brought_into_clicks_form(given: list[str], meant: list[str]) -> None:
    assert rewritten(given, PARAMS) == meant


def test_a_switch_with_another_word_is_refused() -> None:
    with pytest.raises(click.BadParameter, match="'maybe' is neither true nor false"):
        rewritten(["--quiet=maybe"], PARAMS)


def test_a_group_leaves_what_follows_its_command_alone() -> None:
    words = ["--quiet=true", "build", "--quiet=false"]

    assert rewritten(words, PARAMS, interspersed=False) == ["--quiet", "build", "--quiet=false"]


def test_the_last_value_of_a_switch_wins() -> None:
    command = Command("x", params=list(PARAMS))

    ctx = command.make_context("x", ["--copy=false", "--copy=true", "--quiet", "--quiet=false"])

    assert (ctx.params["copy"], ctx.params["quiet"]) == (True, False)
