"""FakeEngine behaves as an engine would, as far as data goes."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from slipcast.ports.engine import (
    BuildSpec,
    CommitSpec,
    Container,
    ContainerSpec,
    Engine,
    PullSpec,
    PushSpec,
)
from slipcast.testing.engine import FakeEngine, FakeImage, Process
from slipcast.testing.files import Files
from slipcast.testing.objects import SCRIPTS, a_builder, a_config, an_image
from slipcast.values.container import ExitStatus, Owner, PullPolicy
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import EngineFault, NotFound

APP = Owner(uid=1001, gid=0)
ASSEMBLE = f"{SCRIPTS}/assemble"


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.add("example/builder", a_builder())
    return engine


def spec(*argv: str, image: str = "example/builder") -> ContainerSpec:
    return ContainerSpec(image=image, argv=argv)


def test_a_program_changes_files_and_its_commit_keeps_them(engine: FakeEngine) -> None:
    with engine.container(spec(ASSEMBLE)) as container:
        container.write("/tmp/src", [Entry(path="app.py", content=b"print()")], owner=APP)
        status = container.run()
        facts = container.commit(CommitSpec(config=a_config(cmd=("/run",)), tag="example/app"))

    assert status == ExitStatus(code=0)
    assert engine.image("example/app").files.get("/opt/app/app.py") == b"print()"
    assert facts.config.cmd == ("/run",)
    assert facts.names == ("docker.io/example/app:latest",)


def test_output_arrives_at_its_own_sink(engine: FakeEngine) -> None:
    def shouts(process: Process) -> int:
        process.stdout(b"out")
        process.stderr(b"err")
        return 3

    engine.add("loud", FakeImage(files=Files.of({"/shout": b""}), programs={"/shout": shouts}))
    out, err = bytearray(), bytearray()

    with engine.container(spec("/shout", image="loud")) as container:
        status = container.run(stdout=out.extend, stderr=err.extend)

    assert (bytes(out), bytes(err), status.code) == (b"out", b"err", 3)


def test_a_program_sees_the_environment_laid_over_the_images(engine: FakeEngine) -> None:
    seen: list[Process] = []
    engine.programs["/look"] = seen.append
    engine.add("img", FakeImage(config=a_config(), files=Files.of({"/look": b""})))

    with engine.container(
        ContainerSpec(image="img", argv=("/look",), env=(("HOME", "/x"),), user="7")
    ) as container:
        container.run()

    assert seen[0].env == {"PATH": "/usr/bin:/bin", "HOME": "/x"}
    assert (seen[0].user, seen[0].workdir) == ("7", "/opt/app")


def test_an_entrypoint_gets_the_program_as_arguments(engine: FakeEngine) -> None:
    builder = a_builder(config=a_config(entrypoint=("container-entrypoint",)))
    engine.add("wrapped", builder)

    with engine.container(spec(ASSEMBLE, image="wrapped")) as container:
        status = container.run()

    assert status.ok


def test_a_program_that_is_not_there_cannot_be_started(engine: FakeEngine) -> None:
    with engine.container(spec("/nowhere")) as container:
        status = container.run()

    assert status == ExitStatus(code=127, error="/nowhere: no such file or directory")


def test_a_program_without_execute_permission_cannot_be_started(engine: FakeEngine) -> None:
    engine.programs["/tmp/scripts/assemble"] = lambda _: 0

    with engine.container(spec("/tmp/scripts/assemble")) as container:
        container.write("/tmp/scripts", [Entry(path="assemble", content=b"")], owner=APP)
        status = container.run()

    assert status.code == 126


def test_a_container_runs_once(engine: FakeEngine) -> None:
    with engine.container(spec(ASSEMBLE)) as container:
        container.run()

        with pytest.raises(EngineFault, match="has run already"):
            container.run()


def test_a_container_is_gone_after_an_exception(engine: FakeEngine) -> None:
    with pytest.raises(KeyboardInterrupt), engine.container(spec(ASSEMBLE)):
        raise KeyboardInterrupt

    assert engine.open == []


def test_the_image_of_a_container_stays_as_it_was(engine: FakeEngine) -> None:
    before = engine.image("example/builder").files.paths

    with engine.container(spec(ASSEMBLE)) as container:
        container.write("/opt", [Entry(path="new", content=b"")], owner=APP)

    assert engine.image("example/builder").files.paths == before


def test_the_same_input_commits_to_the_same_image(engine: FakeEngine) -> None:
    ids = set()
    for _ in range(2):
        with engine.container(spec(ASSEMBLE)) as container:
            container.write("/tmp/src", [Entry(path="f", content=b"x", mtime=99)], owner=APP)
            container.run()
            ids.add(container.commit(CommitSpec(config=a_config(), timestamp=10)).id)

    assert len(ids) == 1


def test_paths_left_out_of_a_commit_are_not_in_its_image(engine: FakeEngine) -> None:
    with engine.container(spec(ASSEMBLE)) as container:
        container.write("/run/secrets", [Entry(path="ca", content=b"x")], owner=APP)
        container.commit(CommitSpec(config=a_config(), tag="clean", leave_out=("/run/secrets",)))

    assert engine.image("clean").files.get("/run/secrets/ca") is None


def test_a_read_is_a_tar_named_from_the_base_name(engine: FakeEngine) -> None:
    with engine.container(spec(ASSEMBLE)) as container:
        container.write("/opt/app", [Entry(path="d/f", content=b"x", mode=0o640)], owner=APP)
        with container.read("/opt/app/d") as stream, tarfile.open(fileobj=stream) as tar:
            members = {member.name: member for member in tar}

    assert list(members) == ["d", "d/f"]
    assert (members["d/f"].mode, members["d/f"].uid) == (0o640, 1001)


def test_reading_what_is_not_there_says_so(engine: FakeEngine) -> None:
    with engine.container(spec(ASSEMBLE)) as container, pytest.raises(NotFound, match="/none"):
        container.read("/none").__enter__()


def test_links_are_followed_inside_the_root_only(engine: FakeEngine) -> None:
    with engine.container(spec(ASSEMBLE)) as container:
        link = Entry(path="link", kind=Kind.LINK, target="../../../../etc")
        container.write("/opt", [link], owner=APP)
        container.write("/opt/link", [Entry(path="f", content=b"x")], owner=APP)

        assert tar_names(container, "/etc/f") == ["f"]


def test_links_that_lead_in_circles_are_refused(engine: FakeEngine) -> None:
    with engine.container(spec(ASSEMBLE)) as container:
        container.write("/opt", [Entry(path="a", kind=Kind.LINK, target="a")], owner=APP)

        with pytest.raises(EngineFault, match="too many links"):
            container.write("/opt/a", [Entry(path="f", content=b"x")], owner=APP)


@pytest.mark.parametrize("path", ["../f", "/f", "a/../../f"])
def test_entries_that_would_lie_outside_are_refused(engine: FakeEngine, path: str) -> None:
    with engine.container(spec(ASSEMBLE)) as container, pytest.raises(EngineFault):
        container.write("/opt", [Entry(path=path, content=b"x")], owner=APP)


def test_a_pull_follows_its_policy(engine: FakeEngine) -> None:
    engine.offer("example/builder", FakeImage(created=7))

    kept = engine.pull(PullSpec(image="example/builder"))
    fresh = engine.pull(PullSpec(image="example/builder", policy=PullPolicy.ALWAYS))

    assert (kept.created, fresh.created) == (0, 7)


def test_a_pull_that_is_forbidden_finds_nothing(engine: FakeEngine) -> None:
    engine.offer("other", FakeImage())

    with pytest.raises(NotFound):
        engine.pull(PullSpec(image="other", policy=PullPolicy.NEVER))


def test_a_pull_of_what_nobody_offers_fails(engine: FakeEngine) -> None:
    with pytest.raises(EngineFault) as caught:
        engine.pull(PullSpec(image="other"))

    assert caught.value.reason == "ImageUnknown"


def test_a_failure_asked_for_comes_once(engine: FakeEngine) -> None:
    engine.fail("inspect", EngineFault("no"))

    with pytest.raises(EngineFault):
        engine.inspect("example/builder")

    assert engine.inspect("example/builder") is not None


def test_an_image_goes_with_its_last_name(engine: FakeEngine) -> None:
    engine.tag("example/builder", "second")

    engine.remove("example/builder")

    assert engine.inspect("example/builder") is None
    assert engine.inspect("second") is not None


def test_removing_what_is_not_there_is_no_error(engine: FakeEngine) -> None:
    engine.remove("none")

    assert engine.given("remove") == ["none"]


def test_a_build_is_what_its_recipe_makes(engine: FakeEngine, tmp_path: Path) -> None:
    engine.recipe = lambda _: FakeImage(config=a_config(cmd=("/made",)))

    facts = engine.build(BuildSpec(context=tmp_path, tag="made", labels={"a": "b"}))

    assert facts.config.cmd == ("/made",)
    assert facts.config.labels["a"] == "b"


def test_a_pushed_image_can_be_pulled(engine: FakeEngine) -> None:
    digest = engine.push(PushSpec(image="example/builder", destination="reg.test/x:1"))

    assert engine.pull(PullSpec(image="reg.test/x:1")).digest == digest


def test_calls_are_recorded_in_order(engine: FakeEngine) -> None:
    with engine.container(spec(ASSEMBLE)) as container:
        container.run()

    assert [call.verb for call in engine.calls] == ["container", "run"]


def test_the_fake_is_an_engine() -> None:
    engine: Engine = FakeEngine()

    assert engine.check() == "fake engine"
    assert engine.sweep() == 0
    assert an_image(size=5).size == 5


def tar_names(container: Container, path: str) -> list[str]:
    with container.read(path) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        return tar.getnames()
