"""Builder images with ONBUILD instructions: the engine builds."""

from __future__ import annotations

import pytest

from slipcast.ports.engine import BuildSpec
from slipcast.testing.engine import FakeEngine, FakeImage
from slipcast.testing.objects import a_builder, a_config
from slipcast.values.faults import BuildFault, EngineFault
from workbench import Bench

World = Bench[FakeEngine]


@pytest.fixture
def built(bench: World) -> dict[str, str]:
    """The files of the build's context, and its Dockerfile."""
    found: dict[str, str] = {}

    def recipe(spec: BuildSpec) -> FakeImage:
        assert spec.dockerfile is not None
        found["Dockerfile"] = spec.dockerfile.read_text()
        for path in sorted(spec.context.rglob("*")):
            if path.is_file():
                found[str(path.relative_to(spec.context))] = path.read_text()
        return FakeImage()

    bench.engine.recipe = recipe
    bench.engine.add("example/builder", a_builder(config=a_config(onbuild=("COPY . /app",))))
    bench.put("run", "#!/bin/sh\n", mode=0o755)
    return found


def test_the_engine_builds_over_the_source_s2i_251(bench: World, built: dict[str, str]):
    bench.put(".s2i/environment", "A=1\n")

    result = bench.build(env=(("B", "2"),))

    assert result.success
    assert built["app.txt"] == "hello"
    assert built["Dockerfile"].splitlines() == [
        "FROM example/builder",
        'ENV A="1" \\',
        '    B="2"',
        'RUN ["/usr/libexec/s2i/assemble"]',
        'ENTRYPOINT ["./run"]',
    ]


def test_scripts_are_optional_s2i_250(bench: World, built: dict[str, str]):
    config = a_config(onbuild=("COPY . /app",), labels={})
    bench.engine.add("example/builder", a_builder(config=config))

    bench.build()

    assert "RUN" not in built["Dockerfile"]


def test_an_assemble_of_the_source_is_run_s2i_251(bench: World, built: dict[str, str]):
    bench.put(".s2i/bin/assemble", "mine")

    bench.build()

    assert "COPY .s2i-scripts/assemble /tmp/scripts/assemble\n" in built["Dockerfile"]
    assert 'RUN ["/tmp/scripts/assemble"]\n' in built["Dockerfile"]
    assert built[".s2i-scripts/assemble"] == "mine"


@pytest.mark.usefixtures("built")
def test_a_source_that_nothing_starts_is_refused_s2i_250(bench: World):
    (bench.source / "run").chmod(0o644)

    with pytest.raises(BuildFault, match=r"run, run\.sh, start"):
        bench.build()


@pytest.mark.usefixtures("built")
def test_the_callback_is_not_told_s2i_289(bench: World):
    bench.build(callback_url="http://h/done")

    assert bench.downloads.posted == []


@pytest.mark.usefixtures("built")
def test_a_failed_build_has_its_reason_s2i_307(bench: World):
    bench.engine.fail("build", EngineFault("RUN failed", tail=("last words",)))

    with pytest.raises(BuildFault) as fault:
        bench.build()

    assert fault.value.reason == "DockerImageBuildFailed"
    assert fault.value.tail == ("last words",)
    assert bench.left == []
