"""Flags of the server before the command: `slipcast -n shop get builds`.

Whoever knows kubectl and oc writes them there; they are brought to where the command reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

VALUED: Final = frozenset(
    {
        *("-n", "--namespace", "-s", "--server", "--context", "--kubeconfig", "--token"),
        *("--as", "--as-group", "--certificate-authority", "--request-timeout"),
    }
)
"""Flags that take a value, joined to them or as the next word."""
BARE: Final = frozenset({"--insecure-skip-tls-verify"})


def behind(argv: Sequence[str]) -> list[str]:
    """The command line with such flags behind its command, before any `--`."""
    words = list(argv)
    at = 0
    while at < len(words) and (taken := _length(words[at])):
        at += taken
    flags, rest = words[:at], words[at:]
    if not flags or not rest:
        return words
    end = rest.index("--") if "--" in rest else len(rest)
    return [*rest[:end], *flags, *rest[end:]]


def _length(word: str) -> int:
    """How many words a flag is; 0 for what is none of these."""
    name, equals, _ = word.partition("=")
    if name in VALUED:
        return 1 if equals else 2
    if name in BARE:
        return 1
    return int(len(word) > 2 and word[:2] in VALUED and word[1] != "-")  # noqa: PLR2004 -- -nshop
