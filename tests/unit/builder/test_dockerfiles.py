"""A Dockerfile and its context instead of a build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipcast.builds.s2i.request import Injection
from slipcast.builds.s2i.users import parse_allowed_uids
from slipcast.testing.engine import FakeEngine
from slipcast.testing.objects import a_builder, a_config
from slipcast.values.faults import BuildFault, EngineFault
from workbench import Bench

World = Bench[FakeEngine]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    directory = tmp_path / "out"
    directory.mkdir()
    return directory


def write(bench: World, target: Path, **changes: Any) -> str:
    return bench.s2i.dockerfile(bench.request(**changes), target, bench.progress).read_text()


def test_the_dockerfile_lies_beside_its_context_s2i_253(bench: World, out: Path):
    text = write(bench, out / "File")

    assert "RUN /usr/libexec/s2i/assemble\nCMD /usr/libexec/s2i/run\n" in text
    assert (out / "upload/src/app.txt").read_text() == "hello"
    assert (out / "upload/scripts").is_dir()


def test_a_directory_receives_a_file_named_dockerfile_s2i_253(bench: World, out: Path):
    write(bench, out)

    assert (out / "Dockerfile").is_file()


def test_no_engine_is_needed_s2i_253(bench: World, out: Path):
    bench.engine.fail("inspect", EngineFault("nobody answers"))

    text = write(bench, out)

    assert "RUN /usr/libexec/s2i/assemble" in text
    assert any("nobody answers" in warning for warning in bench.progress.warnings)


def test_overriding_scripts_are_part_of_the_context_s2i_270(bench: World, out: Path):
    bench.put(".s2i/bin/run", "mine")

    text = write(bench, out)

    assert "COPY --chown=1001:0 upload/scripts /tmp/scripts\n" in text
    assert text.endswith("CMD /tmp/scripts/run\n")
    assert (out / "upload/scripts/run").read_text() == "mine"


def test_an_image_url_disables_overriding_scripts_s2i_270(bench: World, out: Path):
    bench.put(".s2i/bin/run", "mine")

    text = write(bench, out, scripts_url="image:///else")

    assert text.endswith("CMD /else/run\n")
    assert '"io.openshift.s2i.scripts-url"="image:///else"' in text


def test_the_label_of_the_image_wins_over_the_fallback_s2i_270(bench: World, out: Path):
    labels = {"io.openshift.s2i.scripts-url": "image:///label"}
    bench.engine.add("example/builder", a_builder(config=a_config(labels=labels)))

    assert write(bench, out).endswith("CMD /label/run\n")


def test_the_fallback_serves_an_image_nobody_knows_s2i_37(bench: World, out: Path):
    text = write(bench, out, builder_image="not/here", image_scripts_url="image:///fallback")

    assert text.endswith("CMD /fallback/run\n")


def test_injected_files_are_part_of_the_context_and_removed_s2i_263(
    bench: World, out: Path, tmp_path: Path
):
    (tmp_path / "key").write_text("k")

    text = write(bench, out, injections=(Injection(source=tmp_path / "key"),))

    assert f"upload/injections{tmp_path}/key /opt/app-root/src/key\n" in text
    assert "RUN rm /opt/app-root/src/key\n" in text
    assert (out / f"upload/injections{tmp_path}/key").read_text() == "k"


def test_environment_and_labels_are_written_s2i_258_259(bench: World, out: Path):
    bench.put(".s2i/environment", "A=1\n")

    text = write(bench, out, env=(("B", "$x"),), description="text")

    assert 'ENV A="1" \\\n    B="\\$x"\n' in text
    assert '"io.k8s.description"="text"' in text


def test_the_user_is_checked_s2i_269(bench: World, out: Path):
    with pytest.raises(BuildFault) as fault:
        write(bench, out, assemble_user="0", allowed_uids=parse_allowed_uids("1-"))

    assert (fault.value.exit_code, fault.value.reason) == (15, "AssembleUserForbidden")
    assert list(out.iterdir()) == []


def test_an_incremental_dockerfile_saves_artifacts_of_the_tag_s2i_256(bench: World, out: Path):
    text = write(bench, out, incremental=True)

    assert "FROM example/app as cached\n" in text
    assert "/usr/libexec/s2i/save-artifacts > /tmp/artifacts.tar" in text


def test_a_target_inside_the_source_is_refused_s2i_255(bench: World):
    with pytest.raises(BuildFault, match="lies inside the source"):
        write(bench, bench.source / "Dockerfile")


def test_files_that_are_not_ours_are_never_replaced(bench: World, out: Path):
    (out / "upload/src").mkdir(parents=True)
    (out / "upload/src/mine").write_text("precious")

    with pytest.raises(BuildFault, match="holds files already"):
        write(bench, out)

    assert (out / "upload/src/mine").read_text() == "precious"


def test_writing_again_replaces_what_was_written_before(bench: World, out: Path):
    write(bench, out)
    (bench.source / "app.txt").rename(bench.source / "other.txt")

    write(bench, out)

    assert sorted(path.name for path in (out / "upload/src").iterdir()) == ["other.txt"]


def test_generate_writes_the_dockerfile_only_s2i_273(bench: World, out: Path):
    labels = {**a_config().labels, "io.openshift.s2i.destination": "/up"}
    bench.engine.add("example/builder", a_builder(config=a_config(labels=labels)))

    file = bench.s2i.generate(bench.request(source=""), out / "Dockerfile", bench.progress)

    assert "COPY --chown=1001:0 upload/src /up/src\n" in file.read_text()
    assert [path.name for path in out.iterdir()] == ["Dockerfile"]
    assert "io.k8s.description" not in file.read_text()
