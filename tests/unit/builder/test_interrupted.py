"""A signal at any step: everything begun is taken back."""

from __future__ import annotations

import pytest

from slipcast.testing.engine import FakeEngine, Process
from slipcast.testing.objects import a_builder, moves_source
from slipcast.values.faults import Interrupted
from workbench import Bench

World = Bench[FakeEngine]


def saves_nothing(process: Process) -> int:
    process.stderr(b"saving")
    return 0


@pytest.fixture
def world(bench: World) -> World:
    """A second, incremental build of a source: it goes through every step."""
    image = a_builder(assemble=moves_source, save_artifacts=saves_nothing)
    bench.engine.add("example/builder", image)
    bench.build()
    bench.engine.calls.clear()
    bench.defaults = {
        "env": (("CHANGED", "1"),),
        "incremental": True,
        "remove_previous": True,
        "push_to": "host/app",
        "callback_url": "http://h/done",
    }
    return bench


@pytest.mark.parametrize(
    "verb", ["pull", "inspect", "container", "write", "read", "run", "commit", "remove", "push"]
)
def test_a_signal_at_any_step_leaves_nothing_behind_s2i_336(world: World, verb: str):
    world.engine.fail(verb, Interrupted("stopped by SIGTERM"))

    with pytest.raises(Interrupted) as fault:
        world.build()

    assert fault.value.exit_code == 2
    assert world.engine.open == []
    assert world.left == []
    assert world.downloads.posted == []


def test_a_signal_while_assemble_runs_ends_the_build_s2i_296(bench: World):
    def assemble(_: Process) -> int:
        raise Interrupted("stopped by SIGINT")

    bench.engine.add("example/builder", a_builder(assemble=assemble))

    with pytest.raises(Interrupted):
        bench.build()

    assert bench.engine.open == []
    assert bench.left == []
    assert bench.engine.given("commit") == []
