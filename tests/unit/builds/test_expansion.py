"""`$(NAME)` in values of variables."""

from __future__ import annotations

import pytest

from slipcast.builds.expansion import expanded


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("$(HOME)/x", "/root/x"),
        ("$(HOME)$(HOME)", "/root/root"),
        ("$$(HOME)", "$(HOME)"),
        ("$$$(HOME)", "$/root"),
        ("$(NONE)", "$(NONE)"),
        ("$HOME $", "$HOME $"),
        ("$(HOME", "$(HOME"),
        ("$()", "$()"),
    ],
)
def test_known_names_are_replaced_and_a_second_dollar_prevents_it(text: str, wanted: str):
    assert expanded(text, {"HOME": "/root"}) == wanted
