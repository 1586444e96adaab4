"""Amounts of resources are numbers with the suffixes of Kubernetes, or are not read."""

import pytest

from slipcast.api.build import BuildConfig
from slipcast.api.lens import read
from slipcast.values.apifaults import BadRequest


@pytest.mark.parametrize("amount", ["1Gi", "-1", "1e3", "5m", "1.", "+.5Ki", 2, 0.5])
def test_amounts_are_read_as_they_are_written(amount: str | float) -> None:
    content = {"spec": {"resources": {"limits": {"cpu": amount}}}}

    assert read(content, BuildConfig).spec.resources.limits == {"cpu": amount}


@pytest.mark.parametrize("amount", ["lots", "", "1 Gi", "1gi", "1Gi\n", "1e"])
def test_what_is_no_amount_is_not_read(amount: str) -> None:
    content = {"spec": {"resources": {"limits": {"cpu": amount}}}}

    with pytest.raises(BadRequest, match="quantities must match the regular expression"):
        read(content, BuildConfig)
