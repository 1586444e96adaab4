"""A layer that was moved into the store is one like any other, as other programs judge it."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

import containers
from slipcast.adapters.engine.buildah import BuildahEngine
from slipcast.adapters.engine.host import look
from slipcast.ports.engine import CommitSpec, ContainerSpec, Engine, PushSpec
from slipcast.values.image import ImageConfig, ImageFacts

pytestmark = pytest.mark.engine

Names = Callable[[], str]

CHANGE = """
mkdir -p /new/empty /new/deep/er; head -c 3000000 /dev/urandom > /new/big; echo s > /new/small
: > /new/nothing; ln /new/small /new/twin; ln -s small /new/soft; rm -r /usr/share/doc
mkdir /usr/share/doc; rm /etc/issue; chmod 4750 /usr/bin/id; mkfifo /new/pipe
touch "/new/$(printf 'line\\nbreak')" "/new/$(printf 'not \\377\\376 text')" "/new/\u00fc"
n=$(printf 'x%.0s' $(seq 120)); mkdir -p "/new/$n/$n"; echo long > "/new/$n/$n/$n"
chown -h 70000:80000 /new/soft
"""


def committed(engine: Engine, image: str, tag: str, line: str = CHANGE) -> ImageFacts:
    spec = ContainerSpec(image=image, argv=("/bin/sh", "-ec", line), network="none", user="0")
    with engine.container(spec) as container:
        status = container.run()
        assert status.ok, status
        config = ImageConfig(cmd=("/bin/true",))
        return container.commit(CommitSpec(config=config, tag=tag, timestamp=1_600_000_000))


@pytest.fixture
def made(buildah: BuildahEngine, base_image: str, new_image: Names) -> ImageFacts:
    return committed(buildah, base_image, new_image())


@pytest.fixture
def by_itself() -> BuildahEngine:
    """The adapter as it works where the store may not be written to."""
    host = replace(look(), rootless=True)
    return BuildahEngine(
        containers.STATE / "engine",
        storage_root=containers.STORAGE, run_root=containers.RUN, host=host,
    )  # fmt: skip


def test_podman_runs_it(made: ImageFacts) -> None:
    told = containers.podman("run", "--rm", "--network=none", made.id, "cat", "/new/twin")

    assert told == "s\n"


def test_podman_tells_what_changed(made: ImageFacts) -> None:
    told = containers.podman("image", "diff", "--format=json", made.id)

    changes = json.loads(told)
    assert {"/new/big", "/new/empty", "/new/soft"} <= set(changes["added"])
    assert "/etc/issue" in changes["deleted"]


def test_podman_writes_the_very_tar_that_the_layer_is_named_after(
    made: ImageFacts, tmp_path: Path
) -> None:
    # The digest of a layer saved uncompressed must be its diffID.
    containers.podman("save", "--format=docker-dir", "-o", str(tmp_path / "saved"), made.id)

    names = {path.name for path in (tmp_path / "saved").iterdir()}
    assert made.layers[-1].removeprefix("sha256:") in names


def test_gnu_tar_reads_the_layer(made: ImageFacts, tmp_path: Path) -> None:
    containers.podman("save", "--format=docker-dir", "-o", str(tmp_path / "saved"), made.id)
    layer = tmp_path / "saved" / made.layers[-1].removeprefix("sha256:")

    listed = subprocess.run(
        ["tar", "-tf", str(layer), "--quoting-style=escape"],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip

    assert {"etc/.wh.issue", "usr/share/doc/.wh..wh..opq", "new/line\\nbreak"} <= set(listed)
    assert "new/not\\ \\377\\376\\ text" in listed or "new/not \\377\\376 text" in listed


def test_the_layer_holds_what_a_file_of_two_names_says(made: ImageFacts, tmp_path: Path) -> None:
    containers.podman("save", "--format=docker-dir", "-o", str(tmp_path / "saved"), made.id)

    with tarfile.open(tmp_path / "saved" / made.layers[-1].removeprefix("sha256:")) as tar:
        twin = tar.extractfile("new/twin")
        assert twin is not None
        assert twin.read() == b"s\n"


def test_the_whole_family_counts_and_removes_it(buildah: BuildahEngine, base_image: str) -> None:
    tag = containers.a_name()
    made = committed(buildah, base_image, tag)

    # Other workers remove images of theirs while podman counts, which it calls corruption.
    containers.wait_for(counted, "podman counted the images")
    containers.podman("rmi", tag)

    assert buildah.inspect(made.id) is None
    assert buildah.inspect(base_image) is not None
    layers = json.loads((containers.STORAGE / "overlay-layers" / "layers.json").read_text())
    assert made.layers[-1] not in {layer.get("diff-digest") for layer in layers}


def counted() -> bool:
    try:
        return "Images" in containers.podman("system", "df")
    except AssertionError as odd:
        if "image not known" not in str(odd):
            raise
        return False


def test_buildah_builds_on_it(by_itself: BuildahEngine, made: ImageFacts, new_image: Names) -> None:
    upper = committed(by_itself, made.id, new_image(), "rm -r /new/empty; echo 2 > /second")

    told = containers.podman(
        "run",
        "--rm",
        "--network=none",
        upper.id,
        "sh",
        "-c",
        "ls /new/empty; cat /new/small /second",
    )

    assert told == "s\n2\n"


def test_the_other_way_to_commit_makes_the_same_files(
    buildah: BuildahEngine, by_itself: BuildahEngine, base_image: str, new_image: Names
) -> None:
    line = CHANGE.replace("/dev/urandom", "/dev/zero")
    list_all = "cd /; find new usr/share/doc etc -printf '%p %y %m %U %G %s %T@ %l\\n' | sort"

    moved = committed(buildah, base_image, new_image(), line)
    copied = committed(by_itself, base_image, new_image(), line)

    one, other = (
        containers.podman("run", "--rm", "--network=none", image.id, "sh", "-c", list_all)
        for image in (moved, copied)
    )
    assert without_runtime_files(one) == without_runtime_files(other)


def without_runtime_files(listing: str) -> list[str]:
    files = ("etc/hosts ", "etc/hostname ", "etc/resolv.conf ", "etc/mtab ", "etc d ")
    # Directories have a size of their own on each file system.
    return [
        " ".join(
            part for place, part in enumerate(line.split(" ")) if place != 5 or " d " not in line
        )
        for line in listing.splitlines()
        if not line.startswith(files)
    ]


def test_a_layout_of_it_can_be_pulled_elsewhere(
    buildah: BuildahEngine, made: ImageFacts, tmp_path: Path
) -> None:
    layout = tmp_path / "layout"
    digest = buildah.push(PushSpec(image=made.id, destination=f"oci:{layout}:it"))

    ran = subprocess.run(
        ["skopeo", "copy", f"oci:{layout}:it", f"dir:{tmp_path / 'copy'}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    index = json.loads((layout / "index.json").read_text())
    assert [entry["digest"] for entry in index["manifests"]] == [digest]


def test_a_tar_of_the_whole_image_loads_under_the_same_id(made: ImageFacts, tmp_path: Path) -> None:
    containers.podman("save", "--format=oci-archive", "-o", str(tmp_path / "tar"), made.id)

    shown = subprocess.run(
        ["skopeo", "inspect", "--config", "--raw", f"oci-archive:{tmp_path / 'tar'}"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    assert json.loads(shown)["rootfs"]["diff_ids"] == list(made.layers)


_KILLED = """
import os, sys
sys.path.insert(0, sys.argv[1])
import containers
from slipcast.adapters.engine.buildah import insertion
from slipcast.ports.engine import CommitSpec, ContainerSpec
from slipcast.values.image import ImageConfig
step = getattr(insertion, sys.argv[3])
def die(*given):
    step(*given)
    os._exit(9)
setattr(insertion, sys.argv[3], die)
spec = ContainerSpec(
    image=sys.argv[2], argv=("/bin/sh", "-c", "echo $1 > /f", "-", sys.argv[4]), network="none",
    user="0",
)
with containers.buildah_engine().container(spec) as container:
    container.run()
    container.commit(CommitSpec(config=ImageConfig(), tag=sys.argv[4]))
"""


@pytest.mark.parametrize("step", ["_write", "_move_in", "_image_record"])
def test_a_commit_killed_at_any_step_leaves_a_store_that_works(
    buildah: BuildahEngine, base_image: str, step: str
) -> None:
    tag = containers.a_name("killed")
    arguments = [str(Path(containers.__file__).parent), base_image, step, tag]

    ran = subprocess.run([sys.executable, "-c", _KILLED, *arguments], check=False)
    buildah.sweep()

    assert ran.returncode == 9
    assert buildah.inspect(tag) is None
    assert containers.podman("run", "--rm", "--network=none", base_image, "echo", "ok") == "ok\n"
    layers = json.loads((containers.STORAGE / "overlay-layers" / "layers.json").read_text())
    assert [layer["id"] for layer in layers if (layer.get("flags") or {}).get("incomplete")] == []
