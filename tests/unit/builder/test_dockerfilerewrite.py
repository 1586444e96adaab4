"""The Dockerfile of a Build, changed where it lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assignments import FakeOutfit, a_task, an_outfit, build_text
from slipcast.builder.dockerfilerewrite import rewrite
from slipcast.builder.task import Fetched
from slipcast.values.faults import BuildFault
from slipcast.values.revision import SourceRevision

TEXT = "# syntax=x\nARG V=1\nFROM golang:$V AS build\nRUN make\nFROM scratch AS last\nCOPY a b\n"
END = 'ENV OPENSHIFT_BUILD_NAME="app-1" OPENSHIFT_BUILD_NAMESPACE="shop"\n'
LABELS = '"io.openshift.build.name"="app-1" "io.openshift.build.namespace"="shop"'


def a_source(path: Path, **files: str) -> Fetched:
    context = path / "source"
    context.mkdir()
    for name, text in files.items():
        (context / name).write_text(text)
    return Fetched(root=context, context=context, revision=SourceRevision())


def an_assignment(path: Path, source: dict[str, Any] | None = None, **strategy: Any) -> FakeOutfit:
    given = {"dockerfile": "FROM scratch", **(source or {})}
    return an_outfit(path, build_text(strategy={"dockerStrategy": strategy}, source=given))


def changed(path: Path, text: str = TEXT, **strategy: Any) -> str:
    return rewrite(
        a_task(an_assignment(path, **strategy)), a_source(path, Dockerfile=text)
    ).read_text()


def test_what_is_not_asked_for_is_left_alone(tmp_path: Path) -> None:
    # BLD-113, BLD-114, BLD-117, BLD-119
    assert changed(tmp_path) == f"{TEXT}{END}LABEL {LABELS}\n"


def test_variables_that_are_long_together_have_a_line_each(tmp_path: Path) -> None:
    env = [{"name": f"LONG_{number}", "value": "x" * 30_000} for number in range(3)]

    text = changed(tmp_path, env=env)

    assert max(map(len, text.splitlines())) < 31_000


@pytest.mark.parametrize("long", ["# " + "x" * 65_536, "RUN echo " + "x" * 65_536])
def test_a_line_longer_than_engines_read_is_refused(tmp_path: Path, long: str) -> None:
    with pytest.raises(BuildFault, match="line 2 of the Dockerfile") as refused:
        changed(tmp_path, f"FROM scratch\n{long}\nRUN make\n")

    assert refused.value.reason == "ManageDockerfileFailed"


def test_the_last_from_gets_the_image_of_the_strategy(tmp_path: Path) -> None:
    # BLD-112, BLD-202, UP-11
    outfit = an_assignment(tmp_path, **{"from": {"kind": "DockerImage", "name": "reg/x:1"}})

    text = rewrite(a_task(outfit), a_source(tmp_path, Dockerfile=TEXT)).read_text()

    assert "FROM golang:$V AS build\n" in text
    assert "FROM reg/x:1 AS last\n" in text
    assert "Replaced Dockerfile FROM image reg/x:1" in outfit.shown.remarks(0)


def test_variables_of_the_strategy_are_set_in_every_stage(tmp_path: Path) -> None:
    # BLD-115, BLD-118, BLD-202
    text = changed(tmp_path, env=[{"name": "GREETING", "value": 'a "b" \\ $$x'}])

    assert text.count('ENV GREETING="a \\"b\\" \\\\ \\$x"\n') == 2
    assert "FROM golang:$V AS build\nENV GREETING=" in text


def test_labels_of_the_output_win(tmp_path: Path) -> None:
    # BLD-113, BLD-202
    labels = [{"name": "a", "value": "1"}, {"name": "io.openshift.build.name", "value": "mine"}]
    outfit = an_assignment(tmp_path)
    build = json.loads(outfit.env["BUILD"])
    build["spec"]["output"] = {"imageLabels": labels}
    outfit.env["BUILD"] = json.dumps(build)

    path = rewrite(a_task(outfit), a_source(tmp_path, Dockerfile=TEXT))

    assert path.read_text().endswith(f'LABEL {LABELS} "a"="1" "io.openshift.build.name"="mine"\n')


def test_images_stand_for_the_names_they_were_given(tmp_path: Path) -> None:
    # BLD-116
    image = {"from": {"kind": "DockerImage", "name": "reg/x:1"}, "as": ["scratch", "build"]}
    outfit = an_assignment(tmp_path, {"images": [image]})

    text = rewrite(a_task(outfit), a_source(tmp_path, Dockerfile=TEXT)).read_text()

    assert "FROM reg/x:1 AS last\n" in text
    assert "AS build\n" in text


def test_it_is_done_once_however_often_it_is_asked_for(tmp_path: Path) -> None:
    task, source = a_task(an_assignment(tmp_path)), a_source(tmp_path, Dockerfile=TEXT)
    first = rewrite(task, source).read_text()

    assert rewrite(task, source).read_text() == first

    source.context.joinpath("Dockerfile").write_text("FROM other\n")

    assert rewrite(task, source).read_text().startswith("FROM other\nENV ")


def test_the_file_keeps_its_mode_and_stays_behind_its_link(tmp_path: Path) -> None:
    # BLD-118
    source = a_source(tmp_path, **{"Dockerfile.rhel": TEXT})
    (source.context / "Dockerfile.rhel").chmod(0o640)
    (source.context / "Dockerfile").symlink_to("Dockerfile.rhel")

    path = rewrite(a_task(an_assignment(tmp_path)), source)

    assert (path.name, path.stat().st_mode & 0o777) == ("Dockerfile.rhel", 0o640)
    assert (source.context / "Dockerfile").is_symlink()


def test_a_containerfile_will_do(tmp_path: Path) -> None:
    # UP-10
    source = a_source(tmp_path, Containerfile=TEXT)

    assert rewrite(a_task(an_assignment(tmp_path)), source).name == "Containerfile"


def test_another_file_can_be_named(tmp_path: Path) -> None:
    # BLD-111
    source = a_source(tmp_path, Dockerfile="FROM wrong\n", Other=TEXT)

    path = rewrite(a_task(an_assignment(tmp_path, dockerfilePath="./Other")), source)

    assert path.name == "Other"
    assert (source.context / "Dockerfile").read_text() == "FROM wrong\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("RUN x\n", "no FROM image in Dockerfile"),
        ("", "no FROM image in Dockerfile"),
        ("FROM x\nNONSENSE\n", "line 2: is no instruction"),
    ],
)
def test_a_file_that_is_none_ends_the_build(tmp_path: Path, text: str, what: str) -> None:
    # BLD-111, BLD-120
    with pytest.raises(BuildFault, match=what) as caught:
        changed(tmp_path, text)

    assert caught.value.reason == "ManageDockerfileFailed"


def test_a_file_that_is_not_there_ends_the_build(tmp_path: Path) -> None:
    # BLD-111
    with pytest.raises(BuildFault, match="the context has no Dockerfile or Containerfile"):
        rewrite(a_task(an_assignment(tmp_path)), a_source(tmp_path))


def test_a_link_out_of_the_source_is_not_followed(tmp_path: Path) -> None:
    source = a_source(tmp_path)
    (tmp_path / "outside").write_text(TEXT)
    (source.context / "Dockerfile").symlink_to("../outside")

    with pytest.raises(BuildFault, match="leads out of the source"):
        rewrite(a_task(an_assignment(tmp_path)), source)

    assert (tmp_path / "outside").read_text() == TEXT
