"""How a command writes: for real or as a trial, as which manager, how strictly; and its flags.

Source: kubectl's --dry-run, --validate and --field-manager, tried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import click
import msgspec

from slipcast.cli import goflags
from slipcast.cli.goflags import FALSE, TRUE
from slipcast.cli.options import Decorator, Parsed, together
from slipcast.ports.api import DeleteOptions, WriteOptions
from slipcast.values.faults import UsageFault

Dry = Literal["none", "client", "server"]
Validation = Literal["Ignore", "Warn", "Strict"]

SUFFIXES: Final[Mapping[Dry, str]] = {
    "none": "",
    "client": " (dry run)",
    "server": " (server dry run)",
}
"""What stands behind what was done."""


def dry(text: str) -> Dry:
    """`none`, `client` or `server`.

    Errors: UsageFault.
    """
    match text:
        case "none" | "client" | "server":
            return text
        case _:
            raise UsageFault(
                f'Invalid dry-run value ({text}). Must be "none", "server", or "client"'
            )


def validation(text: str) -> Validation:
    """`true` and `strict`, `warn`, or `false` and `ignore`.

    Errors: UsageFault.
    """
    if text == "strict" or text in TRUE:
        return "Strict"
    if text == "warn":
        return "Warn"
    if text == "ignore" or text in FALSE:
        return "Ignore"
    raise UsageFault(f'invalid - validate option "{text}"; must be one of: strict (or true), warn')


trial: Decorator = click.option(
    "--dry-run",
    cls=goflags.Optional,
    bare="client",
    default="none",
    show_default=True,
    type=Parsed("none|client|server", dry),
    help="client: only say what would be done. server: let the server try it and keep nothing.",
)
strictness: Decorator = click.option(
    "--validate",
    cls=goflags.Optional,
    bare="strict",
    default="strict",
    show_default=True,
    type=Parsed("true|strict|warn|ignore|false", validation),
    help="Whether unknown and repeated fields are refused, warned about or ignored.",
)


def managed(manager: str) -> Decorator:
    """The flag that says who manages the fields that are written.

    Shape:  the names are those of kubectl, so that fields written by either belong to both.
    """
    return click.option(
        "--field-manager",
        default=manager,
        show_default=True,
        metavar="NAME",
        help="Who is said to manage the fields.",
    )


def options(manager: str) -> Decorator:
    """The flags of a command that changes objects."""
    return together(trial, managed(manager))


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How to write."""

    dry: Dry = "none"
    manager: str = ""
    validation: Validation | Literal[""] = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Manner:
        """What the flags say."""
        return cls(
            dry=given["dry_run"],
            manager=given.get("field_manager", ""),
            validation=given.get("validate", ""),
        )

    @property
    def is_local(self) -> bool:
        """Whether nothing is sent."""
        return self.dry == "client"

    @property
    def write(self) -> WriteOptions:
        """The options of a write."""
        return WriteOptions(
            dry_run=self.dry == "server", manager=self.manager, validation=self.validation
        )

    @property
    def delete(self) -> DeleteOptions:
        """The options of a deletion."""
        return DeleteOptions(dry_run=self.dry == "server")
