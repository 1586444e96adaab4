"""How variables travel through podman."""

from __future__ import annotations

import pytest

from slipcast.adapters.pods.podman.variables import given
from slipcast.values.faults import PodFault


def test_a_plain_value_is_a_line():
    found = given({"A": "b c", "D": "# 'x'="})

    assert found.lines == "A=b c\nD=# 'x'=\n"
    assert found.inherited == {}


@pytest.mark.parametrize("value", ["a\nb", "a\r", "x" * 60_000])
def test_what_is_no_line_is_inherited(value: str):
    found = given({"KEY": value, "A": "b"})

    assert found.lines == "A=b\n"
    assert found.inherited == {"KEY": value}


@pytest.mark.parametrize("name", ["LD_PRELOAD", "https_proxy", "GOMAXPROCS", "_CONTAINERS_X"])
def test_a_name_that_programs_heed_is_never_inherited(name: str):
    with pytest.raises(PodFault):
        given({name: "a\nb"})

    assert given({name: "a"}).lines == f"{name}=a\n"


@pytest.mark.parametrize("name", ["", "1A", "A B", "#A", "A=B", "A*", "A\n"])
def test_a_name_that_is_none_is_refused(name: str):
    with pytest.raises(PodFault):
        given({name: "x"})


def test_a_value_with_a_zero_is_refused():
    with pytest.raises(PodFault):
        given({"A": "a\0b"})
