"""Flags as Go programs read them, so that command lines written for one work with click.

`--rm=true`, `--rm=false`, `-q=true` and `-e=NAME=VALUE` are brought into the form click knows;
everything else passes unchanged.

Source: the pflag package's documentation, "Command line flag syntax".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click
from typing_extensions import override

from slipcast.cli import leading
from slipcast.cli.faults import Ended
from slipcast.values.faults import Fault

TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


class Optional(click.Option):
    """A flag whose value, if it has one, is joined to it by `=`; `bare` is what it means alone."""

    def __init__(self, *args: Any, bare: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bare = bare


class Command(click.Command):
    """A command whose flags may be written the Go way."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with click.core.augment_usage_errors(ctx):
            words = rewritten(args, self.get_params(ctx))
        return super().parse_args(ctx, words)

    @override
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Fault as fault:
            raise Ended(fault, ctx) from fault


class Group(click.Group):
    """A group whose own flags may be written the Go way.

    Flags of the server between it and its command are read by the command.
    """

    command_class = Command

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with click.core.augment_usage_errors(ctx):
            words = rewritten(leading.behind(args), self.get_params(ctx), interspersed=False)
        return super().parse_args(ctx, words)


def rewritten(
    args: Sequence[str], params: Sequence[click.Parameter], *, interspersed: bool = True
) -> list[str]:
    """The same command line in click's own form.

    Errors: click.BadParameter for a switch whose value is no boolean.
    """
    options = {
        name: param for param in params if isinstance(param, click.Option) for name in param.opts
    }
    done: list[str] = []
    waiting = iter(args)
    for word in waiting:
        if word == "--" or (not interspersed and not word.startswith("-")):
            return [*done, word, *waiting]
        if word.startswith("--"):
            _long(word, options, done, waiting)
        elif word.startswith("-") and len(word) > 1:
            _short(word, options, done, waiting)
        else:
            done.append(word)
    return done


def _long(
    word: str, options: dict[str, click.Option], done: list[str], waiting: Iterator[str]
) -> None:
    name, equals, value = word.partition("=")
    option = options.get(name)
    if option is not None and option.is_flag and equals:
        _switch(name, value, option, done)
        return
    if isinstance(option, Optional) and not equals:
        word, equals = f"{word}={option.bare}", "="
    done.append(word)
    if option is not None and _takes_value(option) and not equals:
        done.extend(_next(waiting))


def _short(
    word: str, options: dict[str, click.Option], done: list[str], waiting: Iterator[str]
) -> None:
    for at in range(1, len(word)):
        name, rest = f"-{word[at]}", word[at + 1 :]
        option = options.get(name)
        if option is None:
            done.append(f"-{word[at:]}")
            return
        if _takes_value(option):
            done.append(name)
            done.extend([rest.removeprefix("=")] if rest else _next(waiting))
            return
        if rest.startswith("="):
            _switch(name, rest[1:], option, done)
            return
        done.append(name)


def _switch(name: str, value: str, option: click.Option, done: list[str]) -> None:
    if value in TRUE:
        done.append(name)
    elif value not in FALSE:
        msg = f"{value!r} is neither true nor false"
        raise click.BadParameter(msg, param=option, param_hint=name)
    elif option.secondary_opts:
        done.append(option.secondary_opts[0])
    else:
        done[:] = [word for word in done if word not in option.opts]


def _takes_value(option: click.Option) -> bool:
    return not option.is_flag and not option.count


def _next(waiting: Iterator[str]) -> list[str]:
    return [word for word in (next(waiting, None),) if word is not None]
