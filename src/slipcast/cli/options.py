"""What flags of all commands are made of: several as one, and the types of their values.

Short commands import it; what only some flags need is beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import click
from typing_extensions import override

from slipcast.values.faults import UsageFault

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def together(*decorators: Decorator) -> Decorator:
    """Several option decorators as one; help lists them in this order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


class Parsed(click.ParamType[object]):
    """A value that a rule of ours reads; its UsageFault becomes click's complaint."""

    def __init__(self, name: str, read: Callable[[str], object]) -> None:
        self.name = name
        self._read = read

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except UsageFault as fault:
            self.fail(f"{fault.message}. {fault.hint}".rstrip(), param, ctx)


FILE: Final = click.Path(path_type=Path)


def split_list(values: Iterable[str]) -> tuple[str, ...]:
    """Words that may be repeated and joined by commas (S2I-44)."""
    return tuple(word for value in values for word in value.split(",") if word)
