"""What is printed of each kind."""

from datetime import UTC, datetime
from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.api.kinds import KINDS, Kind
from slipcast.views.columns import columns_of

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def row(group: str, name: str, content: dict[str, Any]) -> list[object]:
    """The cells of an object that are always shown."""
    kind = kinds.require(group, name)
    return [column.read(content, NOW) for column in columns_of(kind) if column.priority == 0]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.plural}.{kind.group}")
@pytest.mark.parametrize("content", [{}, {"metadata": {}, "spec": None, "status": []}])
def test_no_object_is_too_empty_for_its_columns(kind: Kind, content: dict[str, Any]) -> None:
    cells = [column.read(content, NOW) for column in columns_of(kind)]

    assert all(isinstance(cell, str | int) for cell in cells)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ({"git": {"uri": "u", "ref": "main"}}, "Git@main"),
        ({"git": {"uri": "u", "ref": "0123456789abcdef01234567"}}, "Git@0123456"),
        ({"git": {"uri": "u"}, "dockerfile": "FROM x"}, "Dockerfile,Git"),
        ({"dockerfile": "FROM x"}, "Dockerfile"),
        ({"binary": {}}, "Binary"),
        ({"type": "None"}, "None"),
    ],
)
def test_a_build_tells_where_its_source_comes_from_gt_2(source: dict[str, Any], text: str) -> None:
    content = {"spec": {"source": source, "strategy": {"sourceStrategy": {"from": {}}}}}

    assert row(kinds.BUILD, "BuildConfig", content)[1:] == ["Source", text, 0]


def test_a_build_tells_phase_and_reason_gt_3() -> None:
    status = {
        "phase": "Failed",
        "reason": "AssembleFailed",
        "startTimestamp": "2026-11-22T11:00:00Z",
        "duration": 61 * 10**9,
    }

    cells = row(kinds.BUILD, "Build", {"status": status})

    assert cells[3:] == ["Failed (AssembleFailed)", "About an hour ago", "1m1s"]


def test_the_tags_people_care_about_come_first_gt_5() -> None:
    tags = [{"tag": tag} for tag in ("1.9", "edge", "1.10", "latest", "2")]

    assert row(kinds.IMAGE, "ImageStream", {"status": {"tags": tags}})[2] == (
        "latest,2,1.10 + 2 more..."
    )


def test_a_template_tells_what_is_open_in_it_tp_85() -> None:
    content = {"parameters": [{"name": "A"}, {"name": "B", "value": "1"}], "objects": [{}]}

    assert row(kinds.TEMPLATE, "Template", content)[2:] == ["2 (1 blank)", 1]


def test_a_pod_tells_what_its_containers_wait_for() -> None:
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}
    status = {"phase": "Running", "containerStatuses": [{"state": waiting, "restartCount": 4}]}

    cells = row("", "Pod", {"spec": {"containers": [{}]}, "status": status})

    assert cells[1:4] == ["0/1", "CrashLoopBackOff", 4]
