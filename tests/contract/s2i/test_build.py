"""Source to image over real engines: a source becomes an image, the same one each time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from slipcast.builds.s2i.request import Platform
from workbench import SCRIPT, World, printed, shell

pytestmark = pytest.mark.engine


def commit(directory: Path) -> None:
    git = ("git", "-C", str(directory), "-c", "user.name=A", "-c", "user.email=a@b")
    subprocess.run(("git", "init", "-q", "-b", "main", str(directory)), check=True)
    subprocess.run((*git, "add", "-A"), check=True)
    subprocess.run((*git, "commit", "-q", "-m", "first"), check=True)


def test_a_directory_becomes_an_image_that_runs_s2i_324(bench: World, tag: str):
    result = bench.build(env=(("GREETING", "hi there"),))

    assert result.labels["io.k8s.display-name"] == tag
    assert "assembled 1 files" in bench.progress.stdout.decode()
    assert printed(bench.engine, tag, "/bin/cat", "/opt/app/app.txt") == "hello"
    assert printed(bench.engine, tag, "/usr/bin/env").splitlines().count("GREETING=hi there") == 1
    facts = bench.engine.inspect(tag)
    assert facts is not None
    assert facts.config.cmd == ("/usr/libexec/s2i/run",)
    assert facts.config.user == "1001"
    assert bench.left == []


def test_a_build_adds_one_layer_s2i_211(bench: World, builder_image: str, tag: str):
    bench.build()

    base, made = bench.engine.inspect(builder_image), bench.engine.inspect(tag)
    assert base is not None
    assert made is not None
    assert made.layers[:-1] == base.layers


def test_an_untagged_image_is_reported_by_its_id_s2i_330(bench: World):
    result = bench.build(tag="")

    try:
        assert printed(bench.engine, result.image, "/bin/cat", "/opt/app/app.txt") == "hello"
    finally:
        bench.engine.remove(result.image)


def test_the_bundle_of_the_platform_is_seen_and_not_kept(bench: World, tag: str, tmp_path: Path):
    (tmp_path / "ca.crt").write_text("CERTIFICATE")
    bench.put(".s2i/bin/assemble", SCRIPT + 'cat "$SSL_CERT_FILE"; echo "$INDEX"\n')

    bench.build(platform=Platform(ca_bundle=tmp_path / "ca.crt", env=(("INDEX", "there"),)))

    assert bench.progress.stdout == b"CERTIFICATEthere\n"
    assert shell(
        bench.engine, tag, "ls /run/slipcast 2>/dev/null; env | grep -c INDEX || true"
    ) in {
        "0\n",
        "ca.crt\n0\n",
    }


@pytest.mark.parametrize("engine", ["buildah"], indirect=True)  # the Docker API sets no times
def test_the_same_commit_gives_the_same_image(bench: World, tag: str):
    bench.put("many/deep/file", "x")
    commit(bench.source)

    first = bench.build()
    bench.engine.remove(tag)
    second = bench.build()

    assert first.image == second.image
    assert first.digest == second.digest


def test_a_rebuild_repeats_the_build_s2i_275(bench: World, tag: str):
    commit(bench.source)
    bench.build()
    request = bench.request(source="", builder_image="", tag="")

    result = bench.s2i.rebuild(request, tag, bench.progress)

    assert result.tag == tag
    assert shell(bench.engine, tag, "cat /opt/app/app.txt") == "hello"


def test_names_with_newlines_and_stray_bytes_arrive(bench: World, tag: str):
    (bench.source / "line\nbreak").write_text("1")
    (bench.source / "stray\udcff").write_text("2")

    bench.build()

    assert shell(bench.engine, tag, "cat /opt/app/line*break /opt/app/stray*") == "12"
