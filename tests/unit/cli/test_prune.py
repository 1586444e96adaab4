"""`slipcast adm prune builds` over a server in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from slipcast.api.document import JSON
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

IMAGE = {"kind": "DockerImage", "name": "registry.example.com/ruby@sha256:" + "a" * 64}
SPEC = {
    "source": {"git": {"uri": "https://git.example.com/app.git"}},
    "strategy": {"sourceStrategy": {"from": IMAGE}},
}


def _object(kind: str, name: str, **rest: JSON) -> JSON:
    metadata = {"name": name, **rest.pop("metadata", {})}
    head = {"apiVersion": "build.openshift.io/v1", "kind": kind}
    return {**head, "metadata": metadata, "spec": SPEC, **rest}


def _build(number: int, phase: str = "Complete", config: str = "app") -> JSON:
    annotations = {
        "openshift.io/build-config.name": config,
        "openshift.io/build.number": str(number),
    }
    metadata = {"annotations": annotations}
    return _object("Build", f"{config}-{number}", metadata=metadata, status={"phase": phase})


@pytest.fixture(autouse=True)
def builds(toolbox: FakeToolbox) -> None:
    """Seven builds that are over and one that is not, two hours old."""
    over = [_build(number) for number in range(1, 8)]
    toolbox.server.put(_object("BuildConfig", "app"), *over, _build(8, "New"))
    toolbox.server.put(_build(1, config="gone"))
    toolbox.server.clock.moment += timedelta(hours=2)


def _names(call: Call) -> str:
    return call("get", "builds", "-o", "name").stdout.replace("build.build.openshift.io/", "")


def test_what_would_go_is_shown_bl_131(call: Call) -> None:
    before = _names(call)

    ended = call("adm", "prune", "builds")

    table = "NAMESPACE   NAME\ndefault     app-1\ndefault     app-2\n"
    assert (ended.code, ended.stdout) == (0, table)
    assert "Add --confirm" in ended.stderr
    assert _names(call) == before


def test_it_goes_when_that_is_confirmed_bl_131(call: Call) -> None:
    ended = call("adm", "prune", "builds", "--keep-complete=1", "--confirm")

    assert (ended.code, ended.stderr) == (0, "")
    assert _names(call) == "app-7\napp-8\ngone-1\n"


def test_orphans_go_bl_132(call: Call) -> None:
    call("adm", "prune", "builds", "--orphans", "--confirm", "--keep-complete=9")

    assert "gone-1" not in _names(call)


@pytest.mark.parametrize(
    ("flags", "rows"), [(("-n", "other"), 1), (("-n", "other", "-A"), 3), ((), 3)]
)
def test_all_namespaces_are_looked_at_unless_one_is_named_bl_132(
    call: Call, flags: tuple[str, ...], rows: int
) -> None:
    ended = call("adm", "prune", "builds", *flags)

    assert len(ended.stdout.splitlines()) == rows


def test_young_builds_stay_bl_131(call: Call) -> None:
    ended = call("adm", "prune", "builds", "--keep-younger-than=3h")

    assert ended.stdout == "NAMESPACE   NAME\n"


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--keep-complete=-1", "--keep-complete must be greater than or equal to 0"),
        ("--keep-failed=-1", "--keep-failed must be greater than or equal to 0"),
        ("--keep-younger-than=-1m", "invalid duration"),
    ],
)
def test_less_than_nothing_cannot_be_kept_bl_131(call: Call, flag: str, said: str) -> None:
    ended = call("adm", "prune", "builds", flag)

    assert ended.code == 1
    assert said in ended.stderr


def test_who_may_not_see_all_builds_prunes_none(call: Call) -> None:
    ended = call("adm", "prune", "builds", "--as=bob")

    assert ended.code == 1
    assert "cannot list" in ended.stderr
