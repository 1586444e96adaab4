"""What the part after the question mark says."""

import pytest

from slipcast.api import kinds
from slipcast.ports.api import Resource
from slipcast.server import queries
from slipcast.values.apifaults import BadRequest, Invalid

PODS = Resource(kinds.require("", "Pod"), "shop", "web")


def test_parameters_are_unescaped_and_the_first_of_a_name_counts() -> None:
    assert queries.parse(b"labelSelector=a%3Db+c&limit=5&limit=6&flag") == {
        "labelSelector": "a=b c",
        "limit": "5",
        "flag": "",
    }


@pytest.mark.parametrize("query", [b"a=%ff", b"&".join([b"a=b"] * 300)])
def test_a_query_that_cannot_be_read_is_refused(query: bytes) -> None:
    with pytest.raises(BadRequest):
        queries.parse(query)


def test_a_watch_of_one_object_selects_its_name() -> None:
    wanted = queries.watching({"fieldSelector": "status.phase=Running"}, PODS)

    assert wanted.fields == "status.phase=Running,metadata.name=web"


@pytest.mark.parametrize("limit", ["x", "1.5", "1e9", "9" * 30, "٣"])
def test_a_limit_that_is_no_number_is_refused(limit: str) -> None:
    with pytest.raises(BadRequest, match="limit must be a whole number"):
        queries.listing({"limit": limit})


def test_who_writes_is_the_first_word_of_the_agent_unless_it_is_said() -> None:
    assert queries.writing({}, "kubectl/v1.32 (linux)").manager == "kubectl"
    assert queries.writing({"fieldManager": "me"}, "kubectl/v1.32").manager == "me"


def test_everything_wrong_with_a_write_is_said_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        queries.writing({"dryRun": "Some", "fieldValidation": "Maybe"}, "x")

    fields = {cause.field for cause in refused.value.causes}
    assert fields == {"dryRun", "fieldValidation"}


def test_the_body_of_a_deletion_wins_over_its_query() -> None:
    body = {"propagationPolicy": "Orphan", "gracePeriodSeconds": 3, "preconditions": {"uid": "u"}}

    options = queries.deleting({"propagationPolicy": "Foreground"}, body)

    assert (options.propagation, options.grace, options.uid) == ("Orphan", 3, "u")


def test_the_old_way_to_orphan_is_understood() -> None:
    assert queries.deleting({}, {"orphanDependents": True}).propagation == "Orphan"
    assert queries.deleting({"orphanDependents": "false"}, {}).propagation == "Background"


def test_two_ways_to_say_what_becomes_of_dependents_contradict() -> None:
    with pytest.raises(Invalid, match="cannot be both set"):
        queries.deleting({}, {"orphanDependents": True, "propagationPolicy": "Orphan"})
