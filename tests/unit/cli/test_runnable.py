"""`slipcast run is/NAME`: the newest image of an image stream starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.cli import runnable
from slipcast.testing.objects import a_builder
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

STREAM = """
apiVersion: image.openshift.io/v1
kind: ImageStream
metadata: {name: app}
"""
MAPPING = """
apiVersion: image.openshift.io/v1
kind: ImageStreamMapping
metadata: {name: app}
tag: latest
image:
  metadata: {name: "sha256:%s"}
  dockerImageReference: %s/default/app@sha256:%s
"""
DIGEST = "1" * 64


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        ("is/app", "app:latest"),
        ("istag/app:v2", "app:v2"),
        ("imagestream/app", "app:latest"),
        ("imagestreamtags/app:v2", "app:v2"),
        ("app", ""),
        ("quay.io/is/app", ""),
        ("is/app/more", ""),
        ("is/app@sha256:1", ""),
    ],
)
def test_words_name_a_stream_or_an_image(words: str, tag: str) -> None:
    assert runnable.tag_of(words) == tag


def given(call: Call, path: Path, host: str) -> None:
    """A stream whose newest image lies in a registry."""
    for name, text in (("is", STREAM), ("mapping", MAPPING % (DIGEST, host, DIGEST))):
        (path / name).write_text(text)
        created = call("create", "-f", str(path / name))
        assert created.code == 0, created.stderr


def test_its_newest_image_is_run(call: Call, toolbox: FakeToolbox, tmp_path: Path) -> None:
    toolbox.answers["/v2/"] = b"{}"
    given(call, tmp_path, "quay.example")
    image = f"quay.example/default/app@sha256:{DIGEST}"
    toolbox.work.engine.add(image, a_builder())

    ended = call("run", "is/app", "--no-wait")

    (spec,) = toolbox.work.launcher.started
    assert (ended.code, spec.image, spec.name) == (0, image, "slipcast-app")


def test_a_stream_without_an_image_is_told_of(call: Call) -> None:
    ended = call("run", "is/app")

    assert ended.code == 1
    assert "'app:latest' of namespace default has no image" in ended.stderr


def test_it_is_stopped_by_the_same_words(call: Call, toolbox: FakeToolbox, tmp_path: Path) -> None:
    toolbox.answers["/v2/"] = b"{}"
    given(call, tmp_path, "quay.example")
    toolbox.work.engine.add(f"quay.example/default/app@sha256:{DIGEST}", a_builder())
    call("run", "is/app", "--no-wait")

    ended = call("run", "is/app", "--stop")

    assert ended.stderr == "Stopped slipcast-app\n"
