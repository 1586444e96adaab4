"""An image's configuration is read as the port speaks of it, and written back the same."""

import pytest

from slipcast.adapters.engine.buildah.facts import facts_of
from slipcast.adapters.imageconfig import config_document, config_of, epoch_of
from slipcast.values.image import ImageConfig

FULL = ImageConfig(
    env=(("A", "1=2"), ("B", "")), entrypoint=("/e",), cmd=("c", ""), user="5:0", workdir="/w",
    labels={"l": ""}, exposed_ports=("1/tcp", "2/udp"), volumes=("/v",), onbuild=("RUN x",),
    stop_signal="TERM",
)  # fmt: skip


@pytest.mark.parametrize("config", [ImageConfig(), FULL])
def test_a_configuration_survives_being_written(config: ImageConfig) -> None:
    assert config_of(config_document(config)) == config


def test_what_is_not_set_is_not_written() -> None:
    assert config_document(ImageConfig()) == {}


def test_a_variable_set_twice_has_the_last_value() -> None:
    assert config_of({"Env": ["A=1", "B=2", "A=3"]}).env == (("A", "3"), ("B", "2"))


@pytest.mark.parametrize("odd", [{}, {"config": None}, {"config": {"Env": None, "Labels": None}}])
def test_an_empty_configuration_is_none_set(odd: dict[str, None]) -> None:
    assert facts_of("sha256:ab", odd).config == ImageConfig()


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("2020-01-01T00:00:00Z", 1577836800),
        ("2020-01-01T00:00:00.123456789Z", 1577836800),
        ("2020-01-01T01:00:00.5+01:00", 1577836800),
        ("1970-01-01T00:00:00Z", 0),
        ("", 0),
        ("nonsense", 0),
    ],
)
def test_times_of_any_precision_are_read(stamp: str, seconds: int) -> None:
    assert epoch_of(stamp) == seconds
