"""Pages of lists: from where, how much, and where the next begins.

Source: OCI distribution specification 1.1, listing tags.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request

from slipcast.registry.faults import PAGINATION_INVALID, RegistryFault

MOST: Final = 1000
"""Names on one page, for those who ask for more as well."""
_DIGITS: Final = 9


class Page(msgspec.Struct, frozen=True):
    """Which names are asked for: so many of those behind the last one that is known."""

    most: int
    last: str

    @classmethod
    def of(cls, request: Request) -> Page:
        """The page that a request asks for.

        Errors: RegistryFault for a number that is none.
        """
        said = request.query_params.get("n", "")
        if said and not (said.isascii() and said.isdigit()):
            raise RegistryFault(PAGINATION_INVALID, "n must be a number")
        most = min(int(said[:_DIGITS]), MOST) if said else MOST
        return cls(most, request.query_params.get("last", ""))

    def next(self, path: str, names: Sequence[str], extra: Mapping[str, str]) -> dict[str, str]:
        """The header that says where it goes on behind these names."""
        if not names:
            return {}
        query = urlencode({**extra, "n": self.most, "last": names[-1]})
        return {"link": f'<{path}?{query}>; rel="next"'}
