"""What containers and images say of themselves."""

from __future__ import annotations

from slipcast.values.container import ExitStatus
from slipcast.values.image import ImageConfig


def test_a_container_ended_well_only_with_0_and_without_an_engine_error() -> None:
    assert ExitStatus(code=0).ok
    assert not ExitStatus(code=1).ok
    assert not ExitStatus(code=0, error="lost").ok


def test_a_variable_that_is_not_set_is_empty() -> None:
    config = ImageConfig(env=(("A", "1"),))

    assert config.variable("A") == "1"
    assert config.variable("B") == ""
