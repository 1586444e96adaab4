"""Every name of a person can be kept, and told from all others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slipcast.values import names, usernames


@given(st.text(min_size=1) | st.from_regex("b64:[A-Za-z]*", fullmatch=True))
def test_every_name_is_kept_as_one_of_its_own(name: str) -> None:
    kept = usernames.kept_as(name)

    assert names.path_segment(kept) == ()
    assert usernames.read(kept) == name
