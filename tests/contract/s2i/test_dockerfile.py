"""A build written as a Dockerfile gives the same image."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.ports.engine import BuildSpec
from workbench import SCRIPT, World, shell

pytestmark = pytest.mark.engine


def test_the_written_dockerfile_builds_the_same_s2i_334(
    bench: World, tag: str, tmp_path: Path, builder_image: str
):
    bench.put(".s2i/bin/run", SCRIPT + "echo mine\n")
    bench.put(".s2i/environment", 'A=x "quoted" $y\n')
    (tmp_path / "key").write_text("k")
    bench.put(".s2i/bin/assemble", SCRIPT + "cat key 2>/dev/null; exec /usr/libexec/s2i/assemble\n")
    request = bench.request(tag=tag)

    file = bench.s2i.dockerfile(request, tmp_path / "out/Dockerfile", bench.progress)
    bench.engine.build(BuildSpec(context=file.parent, tag=tag, network="none", no_cache=True))

    assert shell(bench.engine, tag, "cat /opt/app/app.txt") == "hello"
    assert 'A=x "quoted" $y\n' in shell(bench.engine, tag, "env")
    facts = bench.engine.inspect(tag)
    assert facts is not None
    assert facts.config.labels["io.openshift.s2i.build.image"] == builder_image


def test_an_incremental_dockerfile_builds_s2i_334(bench: World, tag: str, tmp_path: Path):
    bench.put("old", "old")
    bench.build()
    (bench.source / "old").unlink()

    file = bench.s2i.dockerfile(
        bench.request(incremental=True), tmp_path / "out/Dockerfile", bench.progress
    )
    bench.engine.build(BuildSpec(context=file.parent, tag=tag, network="none", no_cache=True))

    assert shell(bench.engine, tag, "cat /opt/app/old") == "old"
