"""buildah's complaints: stderr in, fault out. Pure.

Source: messages of buildah 1.28 to 1.3x.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from slipcast.adapters import complaints
from slipcast.values.faults import EngineFault

_HINTS = {
    **complaints.HINTS,
    "NoSpace": "Free space in the image storage; `slipcast doctor` shows where it lies.",
}
_OWN = re.compile(r"(?:time=\S+ level=(?:error|fatal) |Error: |error )", re.IGNORECASE)
_NOISE = re.compile(r'^(?:time="[^"]*" level=\w+ msg=)?"?(?:Error: )?|"$')


def fault_of(what: str, tail: Sequence[str]) -> EngineFault:
    """The fault for something that could not be done, with the program's own last words.

    Shape:  what is a sentence without its end: `image x could not be pulled`. What else was
            printed, such as the output of a build's instructions, shows no reason.
    """
    said = _NOISE.sub("", tail[-1]) if tail else "no message"
    return complaints.fault_of(f"{what}: {said}", _own_words(tail), tuple(tail), _HINTS)


def _own_words(tail: Sequence[str]) -> str:
    """What buildah itself printed last: from its last `Error:` on."""
    starts = [number for number, line in enumerate(tail) if _OWN.match(line)]
    return "\n".join(tail[starts[-1] :] if starts else tail)
