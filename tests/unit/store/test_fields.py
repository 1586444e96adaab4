"""By which fields objects can be selected."""

from __future__ import annotations

import pytest

from slipcast.api import kinds
from slipcast.store import fields
from slipcast.values.apifaults import BadRequest

BUILD = kinds.require(kinds.BUILD, "Build")
EVENT = kinds.require("", "Event")
POD = kinds.require("", "Pod")
SECRET = kinds.require("", "Secret")


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_every_kind_is_selected_by_name_and_namespace(kind: kinds.Kind):
    selector = fields.parsed(kind, "metadata.name=a,metadata.namespace!=b")

    assert selector.fields == ("metadata.name", "metadata.namespace")


def test_kinds_of_openshift_call_the_name_name_ba_7():
    assert fields.parsed(BUILD, "name=a").exact("metadata.name") == "a"


@pytest.mark.parametrize(
    ("kind", "text"),
    [(BUILD, "spec.runPolicy=x"), (SECRET, "name=a"), (POD, "spec.color=red"), (EVENT, "kind=x")],
)
def test_other_fields_are_refused(kind: kinds.Kind, text: str):
    with pytest.raises(BadRequest, match="field label not supported"):
        fields.parsed(kind, text)


def test_fields_are_found_where_they_stand():
    pod = {"metadata": {"name": "a"}, "spec": {"nodeName": "n"}, "status": {"phase": "Running"}}

    found = fields.values(POD, pod)

    assert (found["metadata.name"], found["spec.nodeName"], found["status.phase"]) == (
        *("a", "n", "Running"),
    )


def test_what_is_not_there_is_an_empty_text():
    found = fields.values(BUILD, {"metadata": {"name": "a"}, "status": None})

    assert (found["status"], found["podName"]) == ("", "")


@pytest.mark.parametrize("field", ["involvedObject.kind", "involvedObject.name", "reason", "type"])
def test_events_are_selected_by_what_they_are_about(field: str):
    assert fields.parsed(EVENT, f"{field}=x").exact(field) == "x"


@pytest.mark.parametrize("field", ["clientName", "userName", "userUID", "authorizeToken"])
def test_tokens_are_selected_by_whose_they_are(field: str):
    token = kinds.require(kinds.OAUTH, "OAuthAccessToken")

    assert fields.parsed(token, f"{field}=x").exact(field) == "x"
    assert fields.values(token, {field: "x"})[field] == "x"
