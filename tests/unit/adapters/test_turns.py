"""Logins in turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from slipcast.adapters.turns import in_turn
from slipcast.ports.engine import ANONYMOUS, Credential, RegistryAccess
from slipcast.values.faults import EngineFault
from slipcast.values.sensitive import Sensitive


def known(*names: str) -> RegistryAccess:
    """Logins of secrets that are called as their users are."""
    first, *others = (
        Credential(username=name, password=Sensitive("pw"), secret=f"{name}-login")
        for name in names
    )
    return RegistryAccess(credential=first, others=tuple(others), insecure=True)


def only(wanted: str, seen: list[str], reason: str = "Unauthorized") -> Callable[..., str]:
    """A registry that lets one user in."""

    def act(access: RegistryAccess) -> str:
        name = access.credential.username if access.credential else ""
        seen.append(name)
        if name != wanted:
            raise EngineFault("no", reason=reason)
        return name

    return act


def test_who_is_refused_is_followed_by_the_next() -> None:
    seen: list[str] = []

    assert in_turn(known("ann", "bob", "eve"), only("bob", seen)) == "bob"
    assert seen == ["ann", "bob"]


def test_where_all_are_refused_their_secrets_are_named_up_22() -> None:
    with pytest.raises(EngineFault) as caught:
        in_turn(known("ann", "bob"), only("eve", []))

    assert caught.value.message == "no (tried the login of secret ann-login, bob-login)"


def test_what_fails_for_another_reason_is_not_tried_as_somebody_else() -> None:
    seen: list[str] = []

    with pytest.raises(EngineFault, match="no"):
        in_turn(known("ann", "bob"), only("bob", seen, "ImageUnknown"))

    assert seen == ["ann"]


def test_nobody_is_refused_without_a_word_about_secrets() -> None:
    with pytest.raises(EngineFault) as caught:
        in_turn(ANONYMOUS, only("ann", []))

    assert caught.value.message == "no"


def test_the_rest_of_the_access_stays() -> None:
    seen = in_turn(known("ann", "bob"), lambda access: access)

    assert (seen.insecure, seen.others) == (True, ())
