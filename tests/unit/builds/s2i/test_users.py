"""Who may run assemble, and which numbers a user stands for."""

from __future__ import annotations

import pytest

from slipcast.builds.s2i import users
from slipcast.builds.s2i.request import UidRange
from slipcast.values.container import Owner
from slipcast.values.faults import UsageFault
from slipcast.values.image import ImageConfig

PASSWD = "root:x:0:0::/root:/bin/sh\nbroken\napp:x:1001:7::/opt:/bin/sh\nodd:x:x:y::/:\n"
GROUP = "root:x:0:\nstaff:x:50:app\n"


@pytest.mark.parametrize(
    ("text", "low", "high"), [("7", 7, 7), ("7-", 7, None), ("-7", None, 7), ("1-7", 1, 7)]
)
def test_a_range_of_user_ids_is_read_s2i_144(text: str, low: int | None, high: int | None):
    assert users.parse_allowed_uids(text) == (UidRange(low=low, high=high),)


def test_several_ranges_are_separated_by_commas_s2i_144():
    assert len(users.parse_allowed_uids("1-5, 7,")) == 2


def test_no_text_is_no_rule_s2i_144():
    assert users.parse_allowed_uids("") == ()


@pytest.mark.parametrize("text", ["7-1", "-", "a", "1-b", "1--2", "+1", "٣"])
def test_a_malformed_or_reversed_range_is_refused_s2i_144(text: str):
    with pytest.raises(UsageFault) as fault:
        users.parse_allowed_uids(text)

    assert fault.value.exit_code == 1


@pytest.mark.parametrize(
    "user",
    ["0", "", "app", "-1", "0:1001"],
)
def test_one_and_above_forbids_root_and_names_s2i_145(user: str):
    assert not users.is_allowed(users.parse_allowed_uids("1-"), user)


@pytest.mark.parametrize("user", ["1001", "1001:0", "1"])
def test_one_and_above_allows_other_numbers_s2i_145(user: str):
    assert users.is_allowed(users.parse_allowed_uids("1-"), user)


def test_without_a_rule_everybody_is_allowed_s2i_144():
    assert users.is_allowed((), "root")


def test_an_open_low_end_allows_root_s2i_145():
    assert users.is_allowed(users.parse_allowed_uids("-10"), "")


def test_a_user_set_by_onbuild_is_checked_and_told_apart_s2i_147():
    config = ImageConfig(user="1001", onbuild=("RUN true", "user  0"))

    fault = users.check(users.parse_allowed_uids("1-"), "img", config, "1001")

    assert fault is not None
    assert "ONBUILD" in fault.message
    assert "'img'" in fault.message
    assert (fault.exit_code, fault.reason) == (15, "AssembleUserForbidden")


def test_the_asked_user_wins_over_the_label_and_the_image_s2i_146():
    config = ImageConfig(user="1", labels={users.ASSEMBLE_USER_LABEL: "2"})

    assert users.assemble_user("3", config) == "3"
    assert users.assemble_user("", config) == "2"
    assert users.assemble_user("", ImageConfig(user="1")) == "1"


def test_an_allowed_user_passes_s2i_146():
    config = ImageConfig(user="0", onbuild=("USER 7",))

    assert users.check(users.parse_allowed_uids("1-"), "img", config, "1001") is None


@pytest.mark.parametrize(
    ("user", "owner"),
    [
        ("", Owner(0, 0)),
        ("app", Owner(1001, 7)),
        ("1001", Owner(1001, 7)),
        ("5000", Owner(5000, 0)),
        ("app:staff", Owner(1001, 50)),
        ("5000:50", Owner(5000, 50)),
        ("5000:staff", Owner(5000, 50)),
        ("nobody", None),
        ("app:nobody", None),
        ("odd", None),
    ],
)
def test_a_user_of_the_image_stands_for_numbers_s2i_203(user: str, owner: Owner | None):
    assert users.owner_of(user, PASSWD, GROUP) == owner
