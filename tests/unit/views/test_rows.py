"""Objects as rows of a table."""

from __future__ import annotations

from datetime import UTC, datetime

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.views import rows
from slipcast.views.rows import Look

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
POD = kinds.require(kinds.CORE, "Pod")
NAMESPACE = kinds.require(kinds.CORE, "Namespace")
BUILD = kinds.require(kinds.BUILD, "Build")
METADATA: JSON = {"name": "x", "namespace": "shop", "labels": {"b/c": "2", "a": "1"}}


def test_headers_are_in_capitals() -> None:
    assert rows.header(POD, Look()) == ("NAME", "READY", "STATUS", "RESTARTS", "AGE")


def test_a_wide_table_has_more_columns() -> None:
    assert rows.header(POD, Look(wide=True))[-2:] == ("IP", "NODE")


def test_namespace_and_event_come_first_and_labels_last() -> None:
    look = Look(namespaces=True, events=True, labels=("b/c", "d"), all_labels=True)

    header = rows.header(POD, look)
    row = rows.row(POD, {"metadata": METADATA}, look, NOON, "ADDED")

    assert (header[:3], header[-3:]) == (("NAMESPACE", "EVENT   ", "NAME"), ("C", "D", "LABELS"))
    assert (row[:3], row[-3:]) == (("shop", "ADDED   ", "x"), ("2", "", "a=1,b/c=2"))


def test_a_kind_without_namespaces_has_no_column_for_them() -> None:
    assert rows.header(NAMESPACE, Look(namespaces=True))[0] == "NAME"


def test_names_may_have_their_kind_before_them() -> None:
    row = rows.row(BUILD, {"metadata": METADATA}, Look(kinds=True), NOON)

    assert row[0] == "build.build.openshift.io/x"


def test_an_object_without_labels_says_so() -> None:
    assert rows.row(NAMESPACE, {}, Look(all_labels=True), NOON)[-1] == "<none>"
