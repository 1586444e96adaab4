"""The other verbs: rebuild, usage, survey; and what the callback is told."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from slipcast.builds.s2i.request import PreparedSource, S2IRequest
from slipcast.builds.s2i.users import parse_allowed_uids
from slipcast.testing.engine import FakeEngine
from slipcast.testing.objects import a_builder, a_config
from slipcast.values.faults import BuildFault, InvalidFault
from workbench import Bench

World = Bench[FakeEngine]


def commit(directory: Path, message: str = "first") -> None:
    git = ("git", "-C", str(directory), "-c", "user.name=A", "-c", "user.email=a@b")
    if not (directory / ".git").exists():
        subprocess.run(("git", "init", "-q", "-b", "main", str(directory)), check=True)
    subprocess.run((*git, "add", "-A"), check=True)
    subprocess.run((*git, "commit", "-q", "-m", message), check=True)


def test_a_repository_labels_its_image_with_the_commit_s2i_222(bench: World):
    commit(bench.source)

    result = bench.build()

    assert len(result.labels["io.openshift.s2i.build.commit.id"]) == 40
    assert result.labels["io.openshift.s2i.build.commit.ref"] == "main"
    assert result.labels["io.openshift.s2i.build.commit.author"] == "A <a@b>"
    assert result.labels["io.openshift.s2i.build.source-location"] == str(bench.source)
    assert result.revision.message == "first"


def test_a_rebuild_builds_the_branch_again_s2i_276(bench: World):
    commit(bench.source)
    bench.build()
    bench.put("app.txt", "changed")
    commit(bench.source, "second")

    result = bench.s2i.rebuild(S2IRequest(), "example/app", bench.progress)

    assert bench.engine.image("example/app").files.get("/opt/app/app.txt") == b"changed"
    assert result.tag == "example/app"
    assert any("was built from commit" in note for note in bench.progress.remarks(0))


def test_a_rebuild_can_build_the_very_commit_s2i_276(bench: World):
    commit(bench.source)
    bench.build()
    bench.put("app.txt", "changed")
    commit(bench.source, "second")

    bench.s2i.rebuild(
        S2IRequest(exact_commit=True, tag="example/new"), "example/app", bench.progress
    )

    assert bench.engine.image("example/new").files.get("/opt/app/app.txt") == b"hello"


def test_an_image_that_was_not_built_here_cannot_be_rebuilt_s2i_275(bench: World):
    with pytest.raises(BuildFault, match="required label"):
        bench.s2i.rebuild(S2IRequest(), "example/builder", bench.progress)


def test_the_image_being_rebuilt_obeys_the_rule_of_users_s2i_148(bench: World):
    bench.engine.add("example/root", a_builder(config=a_config(user="")))
    request = S2IRequest(allowed_uids=parse_allowed_uids("1-"))

    with pytest.raises(BuildFault) as fault:
        bench.s2i.rebuild(request, "example/root", bench.progress)

    assert fault.value.exit_code == 15


def test_usage_runs_the_script_of_the_image_s2i_3(bench: World):
    bench.s2i.usage(bench.request(), bench.progress)

    assert bench.progress.stdout == b"usage\n"
    assert bench.engine.open == []


def test_usage_needs_only_its_own_script_s2i_153(bench: World):
    bench.engine.add("example/builder", a_builder(config=a_config(labels={})))

    with pytest.raises(BuildFault, match="the scripts usage were found nowhere"):
        bench.s2i.usage(bench.request(), bench.progress)


def test_a_failing_usage_is_a_failure(bench: World):
    bench.engine.add("example/builder", a_builder(usage=lambda _: 2))

    with pytest.raises(BuildFault, match=r"non-zero \(2\)"):
        bench.s2i.usage(bench.request(), bench.progress)


def test_the_callback_is_told_of_success_with_all_labels_s2i_333(bench: World):
    result = bench.build(callback_url="http://h/done")

    assert bench.downloads.posted == [
        ("http://h/done", {"success": True, "labels": dict(result.labels)})
    ]


def test_the_callback_is_told_of_failure_without_labels_s2i_286(bench: World):
    bench.engine.add("example/builder", a_builder(assemble=lambda _: 1))

    with pytest.raises(BuildFault):
        bench.build(callback_url="http://h/done")

    assert bench.downloads.posted == [("http://h/done", {"success": False})]


def test_a_callback_that_is_not_taken_is_only_a_remark_s2i_288(bench: World):
    bench.downloads.status = 500
    bench.build(callback_url="http://h/done")
    bench.downloads.reachable = False
    bench.build(callback_url="http://h/done")

    assert sum(note.startswith("the callback") for note in bench.progress.remarks(1)) == 2


def test_a_request_that_is_refused_is_not_called_back_s2i_286(bench: World):
    with pytest.raises(InvalidFault):
        bench.build(callback_url="http://h/done", builder_image="")

    assert bench.downloads.posted == []


def test_a_source_is_surveyed_without_an_engine(bench: World):
    commit(bench.source)

    with bench.s2i.survey(bench.request(builder_image=""), bench.progress) as surveyed:
        names = list(surveyed.tree.names(""))

    assert "app.txt" in names
    assert surveyed.revision.commit
    assert bench.engine.calls == []
    assert bench.left == []


def test_a_surveyed_source_is_built_without_fetching_it_again(bench: World):
    commit(bench.source)
    url = f"file://{bench.source}"

    with bench.s2i.survey(bench.request(source=url, ref="main"), bench.progress) as surveyed:
        prepared = PreparedSource(root=surveyed.root, revision=surveyed.revision)
        result = bench.build(source=url, ref="main", prepared=prepared)

    assert result.revision.commit == surveyed.revision.commit
    assert bench.engine.image("example/app").files.get("/opt/app/app.txt") == b"hello"
