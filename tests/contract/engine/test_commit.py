"""What a working container becomes: its configuration, and one layer that holds the change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.ports.engine import CommitSpec, ContainerSpec, Engine
from slipcast.values.container import Mount, Owner
from slipcast.values.entries import Entry
from slipcast.values.image import ImageConfig, ImageFacts
from working import members

pytestmark = pytest.mark.engine

Shell = Callable[..., Any]
Make = Callable[..., ImageFacts]

THEN = 1_600_000_000


@pytest.fixture
def make(engine: Engine, base_image: str, new_image: Callable[[], str]) -> Make:
    """Runs a line and commits what came of it under a new name."""

    def made(
        line: str, *, image: str = base_image, mounts: tuple[Mount, ...] = (), **given: Any
    ) -> ImageFacts:
        spec = ContainerSpec(
            image=image, argv=("/bin/sh", "-ec", line), network="none", user="0", mounts=mounts
        )
        commit = {"config": ImageConfig(cmd=("/bin/sh",)), "timestamp": THEN, "tag": new_image()}
        with engine.container(spec) as container:
            status = container.run()
            assert status.ok, status
            return container.commit(CommitSpec(**{**commit, **given}))

    return made


def test_one_layer_lies_on_those_of_the_base(engine: Engine, make: Make, base_image: str) -> None:
    # S2I-211
    base = engine.inspect(base_image)

    made = make("echo x > /x")

    assert base is not None
    assert made.layers[:-1] == base.layers
    assert len(made.layers) == len(base.layers) + 1


def test_the_configuration_is_the_one_given_and_nothing_else(engine: Engine, make: Make) -> None:
    # S2I-317: a commit is believed when the result says so.
    config = ImageConfig(
        env=(("B", "2 and, more"), ("A", 'q"uote $x')),
        entrypoint=("/bin/echo", "a b"), cmd=("c", ""), user="7:0", workdir="/usr",
        labels={"l": "x=y, z", "empty": ""}, exposed_ports=("8080/tcp",), volumes=("/data",),
        stop_signal="SIGQUIT",
    )  # fmt: skip

    made = make("true", config=config)

    assert made.config == config
    again = engine.inspect(made.names[0])
    assert again is not None
    assert again.config == config


def test_onbuild_instructions_are_kept(make: Make) -> None:
    config = ImageConfig(cmd=("/bin/sh",), onbuild=("RUN echo a, b", "USER 5"))

    assert make("true", config=config).config.onbuild == config.onbuild


def test_the_result_runs_with_its_configuration(make: Make, shell: Shell) -> None:
    config = ImageConfig(env=(("WORD", "said"),), cmd=("/bin/sh", "-c", 'echo "$WORD $(cat /x)"'))
    made = make("echo x > /x", config=config)

    told = shell("", image=made.id, argv=config.cmd)

    assert told.out == "said x\n"


def test_what_was_changed_moved_and_removed_is_so_in_the_result(make: Make, shell: Shell) -> None:
    made = make(
        "rm /etc/debian_version; rm -r /usr/share/doc; mkdir /usr/share/doc;"
        " echo n > /usr/share/doc/n; mv /etc/issue /etc/moved; ln /etc/moved /etc/twice;"
        " ln -s moved /etc/soft"
    )

    told = shell(
        "ls /etc/debian_version /etc/issue 2>/dev/null; ls /usr/share/doc; readlink /etc/soft;"
        " test /etc/moved -ef /etc/twice && echo same",
        image=made.id,
    )
    assert told.out.split() == ["n", "moved", "same"]


def test_modes_owners_and_capabilities_of_files_are_kept(make: Make, shell: Shell) -> None:
    made = make("cp /bin/true /t; chown 5:6 /t; chmod 4711 /t; mkdir -m 1730 /d; chown 7:8 /d")

    told = shell("stat -c '%a %u %g' /t /d", image=made.id)

    assert told.out.splitlines() == ["4711 5 6", "1730 7 8"]


def test_the_same_input_gives_the_same_image(make: Make) -> None:
    line = "mkdir -p /a/b; echo 1 > /a/b/1; echo 2 > /a/2; rm /etc/issue; ln /a/2 /a/3"

    first, second = make(line), make(line)

    assert first.id == second.id
    assert first.digest == second.digest


def test_no_file_is_younger_than_the_timestamp(make: Make, shell: Shell) -> None:
    made = make("echo new > /new; touch -d @1500000000 /old")

    told = shell("stat -c %Y /new /old", image=made.id)

    assert told.out.split() == [str(THEN), "1500000000"]
    assert made.created == THEN


def test_paths_to_leave_out_are_not_in_the_layer(make: Make, shell: Shell) -> None:
    made = make(
        "mkdir -p /tmp/up/deep; echo s > /tmp/up/deep/secret; echo k > /tmp/kept",
        leave_out=("/tmp/up", "/no/such"),
    )

    assert shell("ls /tmp", image=made.id).out.split() == ["kept"]


def test_mounts_leave_no_trace(engine: Engine, make: Make, shell: Shell, tmp_path: Any) -> None:
    (tmp_path / "f").write_text("from the host")
    mounts = (
        Mount(source=str(tmp_path), target="/new/place", read_only=True),
        Mount(source=str(tmp_path / "f"), target="/opt/file"),
    )

    made = make("test -f /new/place/f && test -s /opt/file && echo x > /x", mounts=mounts)

    assert shell("ls -d /new /opt/file; ls /x", image=made.id).out.split() == ["/x"]
    # Looked for in a container that never ran, since an engine gives its own file to any that runs.
    with engine.container(ContainerSpec(image=made.id)) as container:
        assert "run/.containerenv" not in members(container, "/run")


def test_what_a_program_puts_beside_a_mount_stays(make: Make, shell: Shell, tmp_path: Any) -> None:
    mounts = (Mount(source=str(tmp_path), target="/new/place"),)

    made = make("echo beside > /new/beside", mounts=mounts)

    assert shell("cat /new/beside", image=made.id).out == "beside\n"


def test_an_image_without_a_tag_is_known_by_its_id(engine: Engine, make: Make) -> None:
    # S2I-330
    made = make(f"echo {THEN} > /untagged", tag="")

    found = engine.inspect(made.id)
    engine.remove(made.id)

    assert found is not None
    assert found.names == ()


def test_a_name_moves_to_the_newest_image(engine: Engine, make: Make, new_image: Any) -> None:
    name = new_image()
    old, new = make("echo 1 > /n", tag=name), make("echo 2 > /n", tag=name)

    found = engine.inspect(name)

    assert found is not None
    assert found.id == new.id != old.id
    engine.remove(old.id)


def test_an_image_can_be_made_on_a_result(make: Make, shell: Shell) -> None:
    lower = make("echo 1 > /one; rm /etc/issue")

    upper = make("rm /one; echo 2 > /two", image=lower.id)

    told = shell("ls /one /etc/issue 2>/dev/null; cat /two", image=upper.id)
    assert told.out == "2\n"


def test_files_that_were_written_in_are_part_of_the_layer(
    engine: Engine, base_image: str, new_image: Any, shell: Shell
) -> None:
    with engine.container(ContainerSpec(image=base_image, argv=("/bin/true",))) as container:
        container.write("/put/in", [Entry(path="f", content=b"written")], owner=Owner(3, 4))
        made = container.commit(CommitSpec(config=ImageConfig(), tag=new_image()))

    assert shell("cat /put/in/f; stat -c %u /put/in/f", image=made.id).out == "written3\n"


def test_labels_given_to_the_result_do_not_touch_the_base(
    engine: Engine, make: Make, builder_image: str
) -> None:
    before = engine.inspect(builder_image)
    assert before is not None

    made = make("true", image=builder_image, config=replace(before.config, labels={"a": "b"}))

    assert dict(made.config.labels) == {"a": "b"}
    assert engine.inspect(builder_image) == before
