"""Requests for builds and their logs: build-api.md BA-645, BA-656 to BA-666."""

from typing import Any

import pytest

from slipcast.api.build import BuildLogOptions, BuildRequest
from slipcast.builds.validate.logs import log_options
from slipcast.builds.validate.request import build_request
from verdicts import brief, seen


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("Any_Name", []), ("", ["Required"]), ("..", ["Invalid"]), ("a/b%", ["Invalid", "Invalid"])],
)
def test_a_request_names_a_buildconfig_ba_645(name: str, wrong: list[str]) -> None:
    causes = build_request(seen(BuildRequest, metadata={"name": name}))

    assert brief(causes) == [f"metadata.name {each}" for each in wrong]


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({}, []),
        ({"previous": True, "version": 2}, ["previous Invalid"]),
        ({"version": 0}, ["version Invalid"]),
        ({"sinceSeconds": 0}, ["sinceSeconds Invalid"]),
        ({"sinceSeconds": 5, "sinceTime": "2026-01-01T00:00:00Z"}, [" Forbidden"]),
        ({"tailLines": -1}, ["tailLines Invalid"]),
        ({"tailLines": 0, "limitBytes": 1}, []),
        ({"limitBytes": 0}, ["limitBytes Invalid"]),
    ],
)
def test_a_log_is_asked_for_sensibly_ba_658_to_ba_665(
    options: dict[str, Any], wrong: list[str]
) -> None:
    assert brief(log_options(seen(BuildLogOptions, **options))) == wrong
