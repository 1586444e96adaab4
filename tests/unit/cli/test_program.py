"""The program as a whole: flags of the server, and what each kind of end becomes."""

from __future__ import annotations

import click

from slipcast.cli import faults, leading, serverflags
from slipcast.cli.commands.get import get
from slipcast.cli.faults import Manner
from slipcast.values.faults import Interrupted


def test_those_are_the_flags_of_the_server() -> None:
    @serverflags.options
    def nothing() -> None:
        """Nothing."""

    params = click.command()(nothing).params
    known = leading.VALUED | leading.BARE

    assert known == {name for param in params for name in param.opts}
    assert known <= {name for param in get.params for name in param.opts}


def test_a_watch_that_somebody_ends_is_no_error() -> None:
    ended = Interrupted("ended by SIGINT")

    assert list(faults.told(ended, Manner.API)) == []
    assert faults.exit_code(ended, Manner.API) == 130
