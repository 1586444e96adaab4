"""What a variable can hold of a Secret or ConfigMap, whose entries may be any bytes.

Kubernetes hands the bytes on; but the configuration of a container is JSON, in which whoever starts
it puts other bytes in the place of those that are no UTF-8. A password that is not the one that was
kept is worse than none, so a build that refers to such an entry ends, and says which one it is.

Source: OCI runtime specification, process.env of config.json; RFC 8259, section 8.1.
"""

from __future__ import annotations

from typing import Final

FILE_INSTEAD: Final = (
    "Keep it as text, such as base64, or give it to the build as a file: a volume of the strategy,"
    " or spec.source.secrets."
)
"""What to do about it."""


def why_not(data: bytes) -> str:
    """Why no variable can hold some bytes; empty when one can."""
    if b"\0" in data:
        return "holds a NUL"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "is not text in UTF-8"
    return ""


def refusal(place: str, key: str, why: str) -> str:
    """The sentence about an entry that no variable can hold; its value is not in it.

    Shape:  place is its kind and name.
    """
    return f"the key {key} of the {place} {why}, so no variable can hold it"
