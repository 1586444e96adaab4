"""Which BuildConfigs a command is about: without a type it is theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slipcast.cli.targets import Targets
from slipcast.cli.toolbox import Toolbox

TYPE = "buildconfigs"


def of(words: Sequence[str], given: Mapping[str, Any], toolbox: Toolbox) -> Targets:
    """What a command line asks for.

    Errors: UsageFault.
    """
    bare = not words and not given.get("filenames")
    selects = given.get("everything") or given.get("selector")
    return Targets.of([TYPE] if bare and selects else words, given, toolbox)
