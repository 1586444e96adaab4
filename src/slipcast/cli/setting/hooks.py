"""Post-commit hooks, set and taken away.

Source: cli.md section 8.1 (BH).
"""

from __future__ import annotations

from collections.abc import Sequence

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli.setting import parts
from slipcast.values.faults import Fault, UsageFault


def wanted(
    *, script: str | None, is_command: bool, words: Sequence[str], remove: bool
) -> dict[str, object]:
    """The hook that flags ask for; empty to take it away (BH-2 to BH-4).

    Errors: UsageFault.
    """
    if remove:
        if words or script or is_command:
            raise UsageFault("--remove may not be used with any option to set a build hook")
        return {}
    if script is not None and is_command:
        raise UsageFault("you cannot specify both a script and command for the build hook")
    if script is not None and words:
        raise UsageFault("you cannot specify both a script and arguments for the build hook")
    if script:
        return {"script": script}
    if not words:
        raise UsageFault("you must specify either a script or command for the build hook")
    if is_command:
        first, *rest = words
        return {"command": [first], **({"args": rest} if rest else {})}
    return {"args": list(words)}


def hooked(kind: Kind, config: JSON, hook: dict[str, object]) -> JSON:
    """A BuildConfig with a hook in place of what it had (BH-3, BH-5).

    Errors: Fault when the object is no BuildConfig.
    """
    if kind.name != "BuildConfig":
        raise Fault(f"{parts.said(kind, config)} is not a build config")
    return {**config, "spec": {**config.get("spec", {}), "postCommit": hook}}
