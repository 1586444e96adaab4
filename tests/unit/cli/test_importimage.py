"""`slipcast import-image` over a server in memory: cli.md II-1 to II-21."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.store.store import Streaming
from slipcast.testing.registries import FakeRegistries
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

FROM = "r.example.com/acme/web"


@pytest.fixture(autouse=True)
def elsewhere(toolbox: FakeToolbox) -> FakeRegistries:
    """A registry elsewhere that has three tags of an image."""
    registries = FakeRegistries()
    for tag in ("latest", "1.0", "1.1"):
        registries.push(f"{FROM}:{tag}", {"Env": [f"TAG={tag}"]})
    toolbox.server.streaming = Streaming(distribution=registries, imported_at_once=2)
    return registries


def stream(call: Call, name: str = "web") -> dict[str, Any]:
    """A stream as it is."""
    return call("get", "is", name, "-o", "json").document


def test_an_image_is_imported_and_its_stream_shown_ii_20(call: Call) -> None:
    ended = call("import-image", "web", f"--from={FROM}", "--confirm")

    assert (ended.code, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert lines[0] == "The import completed successfully."
    assert "  tagged from r.example.com/acme/web" in lines
    assert "Events:" not in ended.stdout
    assert [tag["name"] for tag in stream(call)["spec"]["tags"]] == ["latest"]


def test_a_stream_is_not_made_by_accident_ii_6(call: Call) -> None:
    ended = call("import-image", "web", f"--from={FROM}")

    assert (ended.code, ended.stdout) == (1, "")
    assert 'no image stream named "web" exists, pass --confirm' in ended.stderr


def test_tags_that_are_too_many_at_once_are_told_ii_20(call: Call) -> None:
    ended = call("import-image", "web", "--all", f"--from={FROM}", "--confirm")

    assert "contained 1 additional tags which were not imported: 1.0" in ended.stdout
    assert len(stream(call)["spec"]["tags"]) == 2


def test_what_is_not_found_is_told_and_kept_with_its_tag_ii_21(call: Call) -> None:
    ended = call("import-image", "web:2.0", f"--from={FROM}:2.0", "--confirm")

    assert ended.code == 0
    assert ended.stderr.startswith("The import completed with errors.\n\nerror: tag 2.0 failed: ")
    assert "! error: Import failed (NotFound)" in ended.stdout


def test_an_import_is_asked_for_again_ii_14(call: Call, elsewhere: FakeRegistries) -> None:
    call("import-image", "web", f"--from={FROM}", "--confirm", "--scheduled")
    newer = elsewhere.push(f"{FROM}:latest", {"Env": ["TAG=newer"]})

    call("import-image", "web")

    assert stream(call)["status"]["tags"][0]["items"][0]["image"] == str(newer)
    assert stream(call)["spec"]["tags"][0]["importPolicy"] == {"scheduled": True}


def test_a_dry_run_says_what_is_found_and_makes_nothing(call: Call) -> None:
    ended = call("import-image", "web:1.0", f"--from={FROM}:1.0", "--confirm", "--dry-run")

    assert "1.0   r.example.com/acme/web@sha256:" in ended.stdout
    assert call("get", "is", "web").code == 1


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("web@sha256:" + "1" * 64,),
        ("web:1", "--all"),
        ("web", f"--from={FROM}", "--confirm", "--reference-policy=odd"),
        ("web", f"--from={FROM}", "--confirm", "--import-mode=odd"),
    ],
)
def test_words_that_make_no_sense_are_refused(call: Call, words: tuple[str, ...]) -> None:
    ended = call("import-image", *words)

    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("error: ")
