"""Whether a proxy may stand between us and a host."""

from __future__ import annotations

import pytest

from slipcast.client.proxies import may_stand_before


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"HTTPS_PROXY": ""}, False),
        ({"HTTPS_PROXY": "http://proxy:3128"}, True),
        ({"http_proxy": "http://proxy:3128"}, True),
        ({"ALL_PROXY": "http://proxy:3128"}, True),
        ({"https_proxy": "http://proxy:3128", "NO_PROXY": "a.test, Shop.Test"}, False),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "*"}, False),
        ({"https_proxy": "http://proxy:3128", "no_proxy": ".test"}, False),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "test"}, False),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "hop.test,10.0.0.0/8,"}, True),
    ],
)
def test_a_proxy_may_stand_before_a_host_as_variables_say(
    environment: dict[str, str], *, expected: bool
) -> None:
    assert may_stand_before("shop.test", environment) is expected
