"""Regular expressions that are compiled when they are first used.

Short commands import many and use few; compiling all of them takes as long as several requests.
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

_METHODS: Final = (
    "findall", "finditer", "flags", "fullmatch", "groupindex", "groups", "match", "pattern",
    "search", "split", "sub", "subn",
)  # fmt: skip


def lazy(text: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` makes of the same, later.

    Shape:  what is wrong with it is told when it is used; whoever has it used once may as well
            have compiled it.
    """
    return cast("re.Pattern[str]", _Lazy(text, flags))


class _Lazy:
    """Has none of the methods of a pattern until the first is asked for, then all of them."""

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self._text, self._flags)
        self.__dict__.update({each: getattr(compiled, each) for each in _METHODS})
        return getattr(compiled, name)
