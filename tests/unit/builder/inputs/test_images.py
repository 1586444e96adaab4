"""Source out of images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assignments import FakeOutfit, a_task, an_outfit, build_text, secret
from slipcast.builder.inputs import images
from slipcast.ports.engine import PullSpec
from slipcast.testing.engine import FakeImage
from slipcast.testing.files import Files
from slipcast.values.container import Owner, PullPolicy
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import BuildFault

IMAGE = "registry.example/assets:1"
ROOT = Owner()


def an_image() -> FakeImage:
    files = Files.of({"/opt/site/index.html": "hello", "/opt/site/.git/HEAD": "ref"}, mode=0o644)
    files.put("/opt/site/tool", "#!", mode=0o4755)
    files.write("/opt", [Entry(path="link", kind=Kind.LINK, target="site")], ROOT)
    return FakeImage(files=files)


def a_source(*paths: tuple[str, str], **more: Any) -> dict[str, Any]:
    copied = [{"sourcePath": source, "destinationDir": target} for source, target in paths]
    return {"from": {"kind": "DockerImage", "name": IMAGE}, "paths": copied, **more}


def an_assignment(path: Path, *sources: dict[str, Any], **env: str) -> FakeOutfit:
    (path / "into").mkdir()
    outfit = an_outfit(path, build_text(source={"images": list(sources)}), **env)
    outfit.engine.add(IMAGE, an_image())
    return outfit


def found(path: Path) -> list[str]:
    into = path / "into"
    return sorted(str(each.relative_to(into)) for each in into.rglob("*") if not each.is_dir())


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([("/opt/site/.", "a/b")], ["a/b/.git/HEAD", "a/b/index.html", "a/b/tool"]),
        ([("/opt/site", "a")], ["a/site/.git/HEAD", "a/site/index.html", "a/site/tool"]),
        ([("/opt/site/index.html", ".")], ["index.html"]),
        ([("/opt/site/index.html", "a"), ("/opt/site/tool", "a")], ["a/index.html", "a/tool"]),
        ([("/opt/link/.", "a")], ["a/.git/HEAD", "a/index.html", "a/tool"]),
        ([("/opt/link", "a")], ["a/link"]),
    ],
)
def test_paths_are_copied_with_all_they_hold(
    tmp_path: Path, paths: list[tuple[str, str]], expected: list[str]
) -> None:
    # BLD-72, BLD-73, BLD-200
    images.copy_all(a_task(an_assignment(tmp_path, a_source(*paths))), tmp_path / "into")

    assert found(tmp_path) == expected


def test_what_was_privileged_in_an_image_is_not_so_where_it_is_copied_to(tmp_path: Path) -> None:
    task = a_task(an_assignment(tmp_path, a_source(("/opt/site/tool", "new/dir"))))

    images.copy_all(task, tmp_path / "into")

    assert (tmp_path / "into/new/dir/tool").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "into/new/dir").stat().st_mode & 0o777 == 0o755


def test_what_is_there_is_replaced(tmp_path: Path) -> None:
    task = a_task(an_assignment(tmp_path, a_source(("/opt/site/.", "."))))
    (tmp_path / "into/index.html").write_text("old")
    (tmp_path / "into/kept").write_text("kept")

    images.copy_all(task, tmp_path / "into")

    assert (tmp_path / "into/index.html").read_text() == "hello"
    assert (tmp_path / "into/kept").read_text() == "kept"


@pytest.mark.parametrize(
    ("source", "target"),
    [("/nowhere", "."), ("/opt/site/tool/.", "."), ("/opt/site/.", "file")],
)
def test_what_cannot_be_copied_ends_the_build(tmp_path: Path, source: str, target: str) -> None:
    # BLD-73, BLD-200
    task = a_task(an_assignment(tmp_path, a_source((source, target))))
    (tmp_path / "into/file").touch()

    with pytest.raises(BuildFault, match=f"error copying source path {source} to {target}: ") as c:
        images.copy_all(task, tmp_path / "into")

    assert c.value.reason == "FetchImageContentFailed"
    assert found(tmp_path) == ["file"]


def test_nothing_is_copied_through_a_link_that_leads_out(tmp_path: Path) -> None:
    task = a_task(an_assignment(tmp_path, a_source(("/opt/site/.", "link"))))
    (tmp_path / "outside").mkdir()
    (tmp_path / "into/link").symlink_to(tmp_path / "outside")

    with pytest.raises(BuildFault, match="leads out of the source"):
        images.copy_all(task, tmp_path / "into")

    assert list((tmp_path / "outside").iterdir()) == []


def test_an_image_that_is_here_is_not_pulled_and_nothing_of_it_runs(tmp_path: Path) -> None:
    # BLD-70, BLD-71
    outfit = an_assignment(tmp_path, a_source(("/opt/site/.", ".")))

    images.copy_all(a_task(outfit), tmp_path / "into")

    assert (outfit.engine.given("pull"), outfit.engine.given("run")) == ([], [])
    assert outfit.engine.open == []


def test_an_image_is_pulled_with_its_own_secret(tmp_path: Path) -> None:
    # BLD-70
    other = a_source(("/opt/site/.", "."))
    other["from"]["name"] = "registry.example/other:1"
    outfit = an_assignment(tmp_path, a_source(**{"as": ["assets"]}), other)
    outfit.engine.offer("registry.example/other:1", an_image())
    secret(outfit, "PULL_SOURCE_DOCKERCFG_PATH_1", {".dockerconfigjson": "puller"})

    images.copy_all(a_task(outfit), tmp_path / "into")

    [pull] = outfit.engine.given("pull")
    assert isinstance(pull, PullSpec)
    assert pull.access.credential is not None
    assert pull.access.credential.username == "puller"
    assert outfit.shown.remarks(0) == ['Pulling image "registry.example/other:1" ...']


def test_a_forced_pull_is_made_although_the_image_is_here(tmp_path: Path) -> None:
    # BLD-70
    (tmp_path / "into").mkdir()
    strategy = {"dockerStrategy": {"forcePull": True}}
    source = {"images": [a_source(("/opt/site/.", "."))]}
    outfit = an_outfit(tmp_path, build_text(strategy=strategy, source=source))
    outfit.engine.offer(IMAGE, an_image())

    images.copy_all(a_task(outfit), tmp_path / "into")

    [pull] = outfit.engine.given("pull")
    assert isinstance(pull, PullSpec)
    assert pull.policy is PullPolicy.ALWAYS


def test_an_image_that_cannot_be_had_ends_the_build(tmp_path: Path) -> None:
    source = a_source(("/x", "."))
    source["from"]["name"] = "registry.example/none:1"

    with pytest.raises(BuildFault, match="failed to pull image") as caught:
        images.copy_all(a_task(an_assignment(tmp_path, source)), tmp_path / "into")

    assert caught.value.reason == "FetchImageContentFailed"


def test_an_image_without_paths_is_skipped(tmp_path: Path) -> None:
    # BLD-74
    outfit = an_assignment(tmp_path, a_source(**{"as": ["assets"]}))

    images.copy_all(a_task(outfit), tmp_path / "into")

    assert outfit.engine.calls == []
