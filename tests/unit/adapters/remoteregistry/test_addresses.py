"""Addresses that nobody is led to."""

from __future__ import annotations

import pytest

from slipcast.adapters.remoteregistry.addresses import allowed_address, is_allowed, is_global
from slipcast.ports.distribution import FORBIDDEN, UNREACHABLE, DistributionFault, Reaches


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("text", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_hosts_on_the_internet_are_global(text: str):
    assert is_global(text)


@pytest.mark.parametrize(
    "text",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.1.2.3"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "ff02::1"),
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_private_hosts_are_not(text: str):
    assert not is_global(text)


@pytest.mark.parametrize(
    "text", ["10.1.2.3", "172.31.0.1", "192.168.1.1", "fd12::1", "::ffff:10.1.2.3", "1.1.1.1"]
)
def test_hosts_of_an_organization_are_in_its_network(text: str):
    assert is_allowed(text, Reaches.NETWORK)


@pytest.mark.parametrize(
    "text",
    [
        *("127.0.0.1", "::1", "0.1.2.3", "::", "169.254.169.254", "fe80::1%eth0", "fd00:ec2::254"),
        *("100.100.100.200", "224.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::", "198.18.0.1"),
    ],
)
def test_this_machine_its_link_and_what_tells_it_secrets_are_not(text: str):
    assert not is_allowed(text, Reaches.NETWORK)


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f000001", "::1"])
async def test_a_private_host_is_forbidden_however_it_is_written(host: str):
    with pytest.raises(DistributionFault) as caught:
        await allowed_address(host, 443, Reaches.INTERNET)

    assert caught.value.reason == FORBIDDEN


@pytest.mark.anyio
async def test_a_host_that_is_not_known_is_unreachable():
    with pytest.raises(DistributionFault) as caught:
        await allowed_address("no-such-host.invalid", 443, Reaches.NETWORK)

    assert caught.value.reason == UNREACHABLE


@pytest.mark.anyio
async def test_an_address_on_the_internet_is_used_as_it_is():
    assert await allowed_address("1.1.1.1", 443, Reaches.INTERNET) == "1.1.1.1"
