"""The account of a request: what an application says of one, for whoever counts and logs them.

Whoever serves an application puts an `Account` into the scope of each request, under `ACCOUNT`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ACCOUNT: Final = "slipcast.account"


@dataclass(slots=True)
class Account:
    """What a request is.

    Shape:  kind is one of few; user is who asks, empty where that is not known.
    """

    kind: str = "other"
    user: str = ""
