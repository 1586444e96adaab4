"""The program as a whole: flags before the command, and what each kind of end becomes."""

from __future__ import annotations

import click
import pytest

from slipcast.cli import faults, program, serverflags
from slipcast.cli.commands.get import get
from slipcast.cli.faults import Manner
from slipcast.values.faults import Interrupted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("-n shop get cm", "get -n shop cm"),
        (
            "--context=x --insecure-skip-tls-verify get",
            "get --context=x --insecure-skip-tls-verify",
        ),
        ("--as eve --namespace=shop get cm -o name", "get --as eve --namespace=shop cm -o name"),
        ("get cm -n shop", "get cm -n shop"),
        ("--version", "--version"),
        ("-n shop", "-n shop"),
        ("", ""),
    ],
)
def test_flags_of_the_server_may_stand_before_the_command(before: str, after: str) -> None:
    assert program.reordered(before.split()) == after.split()


def test_those_are_the_flags_of_the_server() -> None:
    @serverflags.options
    def nothing() -> None:
        """Nothing."""

    params = click.command()(nothing).params
    known = program.SERVER_FLAGS | program.SERVER_SWITCHES

    assert known == {name for param in params for name in param.opts}
    assert known <= {name for param in get.params for name in param.opts}


def test_a_watch_that_somebody_ends_is_no_error() -> None:
    ended = Interrupted("ended by SIGINT")

    assert list(faults.told(ended, Manner.API)) == []
    assert faults.exit_code(ended, Manner.API) == 130
