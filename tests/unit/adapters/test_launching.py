"""What launchers agree on: marks, notes, and the words of engines without a network."""

from __future__ import annotations

import pytest

from slipcast.adapters import launching
from slipcast.ports.launcher import LaunchSpec


@pytest.mark.parametrize(
    "complaint",
    [
        'Error: plugin type="bridge" failed (add): failed to list chains: iptables: not found',
        "Error: could not find slirp4netns, the network namespace can't be configured",
        "netavark: setup error: create bridge: Netlink error: Operation not supported",
        "Error: unable to find network with name or ID podman: network podman not found",
        "failed to set up container networking: failed to create endpoint x on network bridge",
    ],
)
def test_a_host_without_container_networks_is_known_by_its_words(complaint: str) -> None:
    assert launching.network_is_missing(complaint)


@pytest.mark.parametrize(
    "complaint",
    [
        "Error: rootlessport listen tcp 127.0.0.1:80: bind: address already in use",
        "driver failed: failed to create endpoint x: Bind failed: port is already allocated",
        "Error: localhost/x: image not known",
    ],
)
def test_other_failures_are_not_taken_for_a_missing_network(complaint: str) -> None:
    assert not launching.network_is_missing(complaint)


def test_ports_on_the_hosts_network_are_remembered_in_the_mark() -> None:
    spec = LaunchSpec(image="x", ports=((0, 8080), (9000, 8443)))

    labels = launching.labels_of(spec, on_host=True)

    assert launching.host_ports(labels) == ((8080, 8080), (8443, 8443))
    assert "8080, 8443" in launching.host_note(spec)


def test_published_ports_are_not() -> None:
    labels = launching.labels_of(LaunchSpec(image="x", ports=((0, 8080),)), on_host=False)

    assert launching.host_ports(labels) == ()


def test_ports_are_published_on_loopback() -> None:
    assert launching.address_of(LaunchSpec(image="x")) == "127.0.0.1"


def test_ports_are_published_everywhere_when_a_user_asks_for_it() -> None:
    assert launching.address_of(LaunchSpec(image="x", public=True)) == launching.EVERYWHERE
