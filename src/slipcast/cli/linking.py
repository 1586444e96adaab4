"""Secrets of service accounts: which of them pods may mount, and pull with. Pure.

Source: oc secrets link; cli.md EX-7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from slipcast.api.document import JSON
from slipcast.values.faults import UsageFault

FIELDS: Final = {"mount": "secrets", "pull": "imagePullSecrets"}
"""THE TABLE of what a secret may be for, and the field of a service account that says it."""


def uses(text: str) -> tuple[str, ...]:
    """What secrets are for: `mount`, `pull`, or both with a comma.

    Errors: UsageFault.
    """
    words = tuple(word.strip() for word in text.split(","))
    wrong = [word for word in words if word not in FIELDS]
    if wrong:
        raise UsageFault(f"unknown for value: {wrong[0]}", hint="Use mount, pull, or both.")
    return words


def name_of(text: str, *kinds: str) -> str:
    """A name that may have its type before it.

    Errors: UsageFault for another type.
    """
    kind, slash, name = text.rpartition("/")
    if slash and kind not in kinds:
        raise UsageFault(f"{text!r} is not of type {kinds[0]}")
    return name


def linked(account: JSON, secrets: Sequence[str], wanted: Sequence[str]) -> JSON:
    """A service account with secrets for what is wanted."""
    changed = dict(account)
    for use in wanted:
        field = FIELDS[use]
        held = list(account.get(field) or ())
        known = {each.get("name") for each in held}
        changed[field] = [*held, *({"name": name} for name in secrets if name not in known)]
    return changed


def unlinked(account: JSON, secrets: Sequence[str]) -> JSON:
    """A service account without secrets.

    Errors: UsageFault for a secret that it has not.
    """
    changed = dict(account)
    missing = set(secrets)
    for field in FIELDS.values():
        held = account.get(field) or ()
        missing -= {each.get("name") for each in held}
        if held:
            changed[field] = [each for each in held if each.get("name") not in secrets]
    if missing:
        raise UsageFault(f"secret {min(missing)!r} is not linked to the service account")
    return changed
