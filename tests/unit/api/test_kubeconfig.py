"""Kubeconfig documents."""

from slipcast.api.kubeconfig import (
    Access,
    access,
    contexts,
    merged,
    with_access,
    with_current,
    without_token,
)

WAY = Access(context="here", server="https://127.0.0.1:1", token="t", authority=b"PEM")


def test_a_way_that_was_put_in_is_found_again() -> None:
    config = with_access({}, WAY, cluster="c", user="u")

    found = access(config)

    assert found is not None
    assert (found.server, found.token, found.authority) == (WAY.server, "t", b"PEM")


def test_the_first_way_becomes_current_and_later_ones_do_not() -> None:
    config = with_access({}, WAY, cluster="c", user="u")
    other = Access(context="there", server="https://other")

    config = with_access(config, other, cluster="d", user="v")

    assert config["current-context"] == "here"
    assert contexts(config) == ("here", "there")


def test_a_way_is_replaced_and_the_rest_of_the_file_stays() -> None:
    config = with_access({"extensions": [1]}, WAY, cluster="c", user="u")

    config = with_access(
        config, Access(context="here", server="https://new"), cluster="c", user="u"
    )

    assert config["extensions"] == [1]
    assert len(config["clusters"]) == 1
    assert config["clusters"][0]["cluster"]["server"] == "https://new"


def test_a_token_can_be_taken_away() -> None:
    config = without_token(with_access({}, WAY, cluster="c", user="u"), "u")

    found = access(config)

    assert found is not None
    assert found.token == ""


def test_of_several_files_the_first_word_counts() -> None:
    one = with_access({}, WAY, cluster="c", user="u")
    two = with_access({}, Access(context="here", server="https://late"), cluster="x", user="y")

    both = merged([one, two])

    assert contexts(both) == ("here",)
    assert access(both) == access(one)


def test_a_context_that_is_not_there_is_no_way() -> None:
    assert access({}) is None
    assert access(with_current({}, "nowhere")) is None
