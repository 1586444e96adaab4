"""Where the scripts of a build come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from slipcast.testing.engine import FakeEngine
from slipcast.testing.objects import SCRIPTS, a_builder, a_config, moves_source
from slipcast.values.faults import BuildFault
from workbench import Bench

World = Bench[FakeEngine]


def a_bare_builder(bench: World, **labels: str) -> None:
    """A builder image whose uploaded assemble moves the source."""
    image = a_builder(config=a_config(labels=labels))
    programs = {**image.programs, "/tmp/scripts/assemble": moves_source}
    bench.engine.add("example/builder", replace(image, programs=programs))


def test_a_script_of_the_source_wins_over_the_images_s2i_150(bench: World):
    bench.put(".s2i/bin/run", "#!/bin/sh\nexec /usr/libexec/s2i/run\n")

    bench.build()

    image = bench.engine.image("example/app")
    assert image.config.cmd == ("/tmp/scripts/run",)
    node = image.files.node("/tmp/scripts/run")
    assert node is not None
    assert node.entry.mode == 0o755


def test_a_script_taken_from_the_source_is_no_source_any_more_s2i_150(bench: World):
    bench.put(".s2i/bin/run", "#!/bin/sh\n")

    bench.build()

    assert bench.engine.image("example/app").files.get("/tmp/src/.s2i/bin/run") is None


def test_scripts_come_from_a_url_when_asked_s2i_325(bench: World):
    bench.put(".s2i/bin/run", "source")
    bench.downloads.pages = {"http://h/s/run": b"asked", "http://h/s/save-artifacts": None}

    bench.build(scripts_url="http://h/s/")

    assert bench.engine.image("example/app").files.get("/tmp/scripts/run") == b"asked"


def test_scripts_come_from_a_directory_of_this_machine_when_asked_s2i_325(
    bench: World, tmp_path: Path
):
    (tmp_path / "s").mkdir()
    (tmp_path / "s/run").write_text("mine")

    bench.build(scripts_url=f"file://{tmp_path}/s")

    assert bench.engine.image("example/app").files.get("/tmp/scripts/run") == b"mine"


def test_a_file_url_may_be_relative_s2i_154(bench: World, tmp_path: Path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s/run").write_text("mine")

    bench.build(scripts_url="file://s", directory=tmp_path)

    assert bench.engine.image("example/app").config.cmd == ("/tmp/scripts/run",)


def test_an_images_own_http_url_is_downloaded_s2i_322(bench: World):
    a_bare_builder(bench, **{"io.openshift.s2i.scripts-url": "http://h/s"})
    bench.downloads.pages = {"http://h/s/assemble": b"a", "http://h/s/run": b"r"}

    bench.build()

    assert bench.engine.image("example/app").config.cmd == ("/tmp/scripts/run",)
    assert bench.engine.image("example/app").files.get("/opt/app/app.txt") == b"hello"


def test_the_old_variable_still_works_with_a_warning_s2i_323(bench: World):
    config = a_config(labels={}, env=(("STI_SCRIPTS_URL", f"image://{SCRIPTS}"),))
    bench.engine.add("example/builder", a_builder(config=config))

    bench.build()

    assert any("STI_SCRIPTS_URL" in warning for warning in bench.progress.warnings)


def test_each_script_runs_from_where_it_was_found_s2i_159(bench: World):
    config = a_config(labels={"io.openshift.s2i.scripts-url": "http://h/s"})
    bench.engine.add("example/builder", a_builder(config=config))
    bench.put(".s2i/bin/run", "source")

    bench.build(scripts_url=f"image://{SCRIPTS}")

    assert bench.engine.image("example/app").config.cmd == (f"{SCRIPTS}/run",)
    assert bench.downloads.fetched == []


def test_scripts_found_nowhere_are_listed_s2i_153(bench: World):
    bench.engine.add("example/builder", a_builder(config=a_config(labels={})))

    with pytest.raises(BuildFault) as fault:
        bench.build()

    assert "assemble, run" in fault.value.message
    assert (fault.value.exit_code, fault.value.reason) == (11, "InstallScriptsFailed")
    assert "io.openshift.s2i.scripts-url" in fault.value.hint


def test_a_url_that_has_no_script_at_all_fails_the_build_s2i_156(bench: World):
    with pytest.raises(BuildFault) as fault:
        bench.build(scripts_url="http://h/none")

    assert "could not download any scripts from URL http://h/none" in fault.value.message
    assert (fault.value.exit_code, fault.value.reason) == (1, "FetchScriptsFailed")


def test_a_scheme_that_nothing_handles_ends_with_twelve_s2i_74(bench: World):
    with pytest.raises(BuildFault) as fault:
        bench.build(scripts_url="ftp://h/s")

    assert fault.value.exit_code == 12


def test_an_unreachable_place_is_passed_over_s2i_156(bench: World):
    a_bare_builder(bench, **{"io.openshift.s2i.scripts-url": "http://h/s"})
    bench.downloads.reachable = False

    with pytest.raises(BuildFault) as fault:
        bench.build()

    assert any("cannot be reached" in line for line in fault.value.tail)
    assert fault.value.exit_code == 11


def test_the_log_tells_which_place_supplied_a_script_s2i_157(bench: World):
    bench.put(".s2i/bin/run", "x")

    bench.build()

    assert "script run comes from the source" in bench.progress.remarks(1)
    assert "script assemble comes from the image" in bench.progress.remarks(1)


def test_an_ignored_s2i_directory_still_overrides_and_sets_variables_s2i_171(bench: World):
    bench.put(".s2iignore", ".s2i\n")
    bench.put(".s2i/bin/run", "x")
    bench.put(".s2i/environment", "A=1\n")

    bench.build()

    config = bench.engine.image("example/app").config
    assert config.cmd == ("/tmp/scripts/run",)
    assert config.variable("A") == "1"


def test_the_upload_goes_where_the_image_says_s2i_166(bench: World):
    labels = {**a_config().labels, "io.openshift.s2i.destination": "/up"}
    bench.engine.add("example/builder", a_builder(config=a_config(labels=labels)))

    bench.build()

    files = bench.engine.image("example/app").files
    assert files.get("/up/src/app.txt") == b"hello"
    assert files.node("/up/scripts") is not None
