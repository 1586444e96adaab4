"""Revisions and tokens as requests name them."""

from __future__ import annotations

import base64

import pytest

from slipcast.ports.api import ListOptions
from slipcast.store.revisions import Position, number_of, position, token
from slipcast.values.apifaults import BadRequest

PREFIX = "//configmaps/p/"


def test_a_token_leads_back_to_its_revision_and_key():
    options = ListOptions(from_token=token(7, f"{PREFIX}a"))

    assert position(options, PREFIX) == Position(at=7, after=f"{PREFIX}a")


def test_a_token_cannot_lead_out_of_its_list():
    options = ListOptions(from_token=token(7, "//secrets/p/a"))

    with pytest.raises(BadRequest, match="it belongs to another list"):
        position(options, PREFIX)


@pytest.mark.parametrize("revision", [0, -1, 2**63])
def test_a_token_of_no_revision_is_refused(revision: int):
    forged = f'{{"revision":{revision},"key":"{PREFIX}a"}}'.encode()
    options = ListOptions(from_token=base64.urlsafe_b64encode(forged).decode())

    with pytest.raises(BadRequest, match="continue key is not valid"):
        position(options, PREFIX)


def test_a_token_and_a_revision_do_not_go_together():
    options = ListOptions(from_token=token(7, f"{PREFIX}a"), resource_version="5")

    with pytest.raises(BadRequest, match="not allowed when using continue"):
        position(options, PREFIX)


def test_a_page_of_a_revision_is_exact():
    options = ListOptions(resource_version="5", limit=10)

    assert position(options, PREFIX) == Position(at=5)


def test_a_whole_list_of_a_revision_is_not_older():
    assert position(ListOptions(resource_version="5"), PREFIX) == Position(least=5)


@pytest.mark.parametrize("text", ["x", "-1", "1.0", "\uff11", "9" * 19, "9" * 40, " 1"])
def test_what_is_no_revision_is_refused(text: str):
    with pytest.raises(BadRequest):
        number_of(text)
