"""Addresses and heads of requests."""

from __future__ import annotations

import pytest

from slipcast.client.sending import Patience, Sent, address_of, head, joined


@pytest.mark.parametrize(
    ("url", "named", "target"),
    [
        ("https://a.test", "a.test", "/"),
        ("https://a.test:443/b", "a.test", "/b"),
        ("HTTP://A.test:8080/b/?c=d#e", "a.test:8080", "/b/?c=d"),
        ("https://[::1]:8443/b", "[::1]:8443", "/b"),
        ("http://ärger.test/b c/%20/ä", "xn--rger-koa.test", "/b%20c/%20/%C3%A4"),
    ],
)
def test_a_url_is_an_address(url: str, named: str, target: str) -> None:
    address = address_of(url)

    assert (address.named, address.target) == (named, target)


def test_a_url_may_say_who_asks() -> None:
    assert address_of("https://anna:s%40t@a.test").user == ("anna", "s@t")


@pytest.mark.parametrize(
    ("base", "target", "expected"),
    [
        ("https://a.test", "/b?c", "https://a.test/b?c"),
        ("https://a.test/k8s/", "/b", "https://a.test/k8s/b"),
        ("https://a.test", "https://b.test/c", "https://b.test/c"),
    ],
)
def test_a_path_is_below_its_server(base: str, target: str, expected: str) -> None:
    assert joined(base, target) == expected


def test_a_head_has_lines() -> None:
    sent = Sent(
        method="GET", url="https://a.test/b", headers=(("accept", "c"),), body=b"",
        patience=Patience.even(None),
    )  # fmt: skip

    said = head(sent, address_of(sent.url), (("x-d", "é"),))

    assert said == "GET /b HTTP/1.1\r\nhost: a.test\r\naccept: c\r\nx-d: é\r\n\r\n".encode()
