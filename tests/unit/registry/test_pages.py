"""Pages of lists."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from slipcast.registry.faults import RegistryFault
from slipcast.registry.pages import MOST, Page


def asked(query: str) -> Request:
    """A request with a query."""
    return Request({"type": "http", "headers": [], "query_string": query.encode()})


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("", Page(MOST, "")), ("n=2", Page(2, "")), ("n=0", Page(0, "")),
        ("n=99999", Page(MOST, "")), (f"n={'9' * 5000}", Page(MOST, "")),
        ("last=a%2Fb&n=1", Page(1, "a/b")), ("n=", Page(MOST, "")),
    ],
)  # fmt: skip
def test_a_request_says_which_page(query: str, page: Page):
    assert Page.of(asked(query)) == page


@pytest.mark.parametrize("number", ["-1", "x", "1.0", "%D9%A1", "+1"])
def test_a_page_of_no_number_is_refused(number: str):
    with pytest.raises(RegistryFault, match="n must be a number"):
        Page.of(asked(f"n={number}"))


def test_the_next_page_begins_behind_the_last_name():
    header = Page(2, "").next("/v2/_catalog", ["a", "b/c d"], {"x": "y&z"})

    assert header == {"link": '</v2/_catalog?x=y%26z&n=2&last=b%2Fc+d>; rel="next"'}


def test_behind_nothing_there_is_no_page():
    assert Page(0, "").next("/v2/_catalog", [], {}) == {}
