"""Secrets: what is checked, and what is not remembered."""

from __future__ import annotations

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.ports.api import Api, ListOptions
from slipcast.values.apifaults import BadRequest, Invalid
from unit.store.conftest import CONFIG_MAPS, SECRETS

pytestmark = pytest.mark.anyio


async def test_a_replaced_value_is_not_remembered(api: Api, journal: MemoryJournal):
    old = await api.create(SECRETS, a_secret("b2xk"))
    await api.update(SECRETS.named("s"), a_secret("bmV3"))

    row = await journal.get("//secrets/p/s", at=old.document.revision)

    assert row is not None
    assert row.value == b""


async def test_a_deleted_value_is_not_remembered(api: Api, journal: MemoryJournal):
    old = await api.create(SECRETS, a_secret("b2xk"))
    await api.delete(SECRETS.named("s"))

    row = await journal.get("//secrets/p/s", at=old.document.revision)

    assert row is not None
    assert row.value == b""


async def test_an_older_list_has_secrets_as_they_are_now(api: Api):
    old = await api.create(SECRETS, a_secret("b2xk"))
    await api.update(SECRETS.named("s"), a_secret("bmV3"))
    options = ListOptions(resource_version=str(old.document.revision), match="Exact")

    (found,) = (await api.list(SECRETS, options)).documents

    assert found.content["data"] == {"key": "bmV3"}


async def test_data_that_is_not_base64_is_refused_and_not_repeated(api: Api):
    with pytest.raises(BadRequest, match=r"data\[key\]: illegal base64 data") as caught:
        await api.create(SECRETS, a_secret("hunter2!"))

    assert "hunter2" not in caught.value.message


async def test_keys_are_names_of_files(api: Api):
    content = {"metadata": {"name": "a"}, "data": {"../up": "x", "..": "y", "fine.txt": "z"}}

    with pytest.raises(Invalid) as caught:
        await api.create(CONFIG_MAPS, content)

    assert {cause.field for cause in caught.value.causes} == {"data[../up]", "data[..]"}


async def test_a_secret_of_a_type_has_what_the_type_needs(api: Api):
    content = {"metadata": {"name": "s"}, "type": "kubernetes.io/dockercfg"}

    with pytest.raises(Invalid, match=r"data\[.dockercfg\]: Required value"):
        await api.create(SECRETS, content)


async def test_what_is_immutable_does_not_change(api: Api):
    content = {"metadata": {"name": "a"}, "data": {"b": "c"}, "immutable": True}
    kept = (await api.create(CONFIG_MAPS, content)).document.content

    with pytest.raises(Invalid, match="data: Forbidden: field is immutable"):
        await api.update(CONFIG_MAPS.named("a"), {**kept, "data": {"b": "d"}})


def a_secret(value: str) -> dict[str, object]:
    return {"metadata": {"name": "s"}, "data": {"key": value}}
