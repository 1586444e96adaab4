"""Addresses that a server cannot listen on."""

from __future__ import annotations

import pytest

from slipcast.adapters.listening import bind
from slipcast.values.faults import PortFault


def test_an_address_in_use_may_be_another_servers() -> None:
    with bind("127.0.0.1", 0) as other, pytest.raises(PortFault) as refused:
        bind("127.0.0.1", other.getsockname()[1])

    assert "Another server may be running there" in refused.value.hint


def test_an_address_of_another_machine_is_told_to_be_none_of_ours() -> None:
    with pytest.raises(PortFault) as refused:
        bind("192.0.2.1", 0)

    assert refused.value.hint.startswith("This machine has no such address")
