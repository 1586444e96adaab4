"""What only the Docker adapter has to get right: an API whose engines differ (S2I section 23)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

import containers
from slipcast.adapters.dockersocket import DockerSocket, Endpoint
from slipcast.adapters.engine.docker import DockerEngine
from slipcast.adapters.engine.host import look
from slipcast.ports.engine import (
    BuildSpec,
    CommitSpec,
    ContainerSpec,
    Credential,
    Engine,
    PullSpec,
    PushSpec,
    RegistryAccess,
)
from slipcast.values.container import Mount, Owner, PullPolicy
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import EngineFault, NotFound
from slipcast.values.image import ImageConfig
from slipcast.values.sensitive import Sensitive
from working import members, run

pytestmark = pytest.mark.engine

Names = Callable[[], str]
Registries = Callable[..., containers.Registry]
INSECURE = RegistryAccess(insecure=True)


@pytest.fixture
def socket(podman_socket: Path) -> DockerSocket:
    return DockerSocket(Endpoint(url=f"unix://{podman_socket}"))


@pytest.fixture
def docker(socket: DockerSocket) -> Engine:
    return DockerEngine(socket, ulimits=look().ulimits, pause=lambda _: None)


def a_line(image: str, line: str, **given: object) -> ContainerSpec:
    values = {"image": image, "argv": ("/bin/sh", "-c", line), "network": "none", **given}
    return ContainerSpec(**values)  # type: ignore[arg-type]  # tests hand through what one needs


def test_variables_of_the_build_alone_are_not_in_the_image(
    docker: Engine, base_image: str, new_image: Names
) -> None:
    # S2I-317: an engine's own commit lays what is asked for over what the container had.
    spec = a_line(base_image, "echo x > /x", env=(("PIP_CERT", "/run/ca"), ("TOKEN", "secret")))

    with docker.container(spec) as container:
        container.run()
        made = container.commit(CommitSpec(config=ImageConfig(env=(("A", "1"),)), tag=new_image()))

    assert made.config.env == (("A", "1"),)
    assert "secret" not in containers.podman("inspect", made.id)


class Listening(DockerSocket):
    """Remembers which images the engine itself made of containers."""

    committed: tuple[str, ...] = ()

    @override
    def post(self, path: str, *given: Any, **named: Any) -> Any:
        answer = super().post(path, *given, **named)
        if path == "/commit":
            self.committed += (answer["Id"],)
        return answer


def test_a_commit_leaves_no_second_image(
    podman_socket: Path, base_image: str, new_image: Names
) -> None:
    socket = Listening(Endpoint(url=f"unix://{podman_socket}"))
    engine = DockerEngine(socket, ulimits=look().ulimits)

    with engine.container(a_line(base_image, "echo one > /one")) as container:
        container.run()
        made = container.commit(CommitSpec(config=ImageConfig(), tag=new_image()))

    [layered] = socket.committed
    assert engine.inspect(layered) is None
    assert engine.inspect(made.id) is not None


def test_odd_values_survive_a_commit(docker: Engine, base_image: str, new_image: Names) -> None:
    config = ImageConfig(
        env=(("A", 'x "y" $HOME \\ z\nline'), ("B", "")),
        entrypoint=("/e e", "'"),
        cmd=("/a b", 'c"d', ""),
        user="1001:0",
        workdir="/opt/a b",
        labels={"a b": 'v"1$X\n2', "c.d": ""},
        exposed_ports=("53/udp", "8080/tcp"),
        volumes=("/v w",),
        onbuild=("RUN echo \"a\" 'b'",),
        stop_signal="SIGINT",
    )

    with docker.container(a_line(base_image, "true")) as container:
        container.run()
        made = container.commit(CommitSpec(config=config, tag=new_image()))

    assert made.config == config


def test_containers_start_where_the_defaults_of_the_engine_would_not(
    base_image: str, tmp_path: Path
) -> None:
    # S2I-321: podman turns a soft limit below the hard one round, and then refuses it.
    conf = containers.engine_env()["CONTAINERS_CONF"]
    odd = Path(conf).read_text().replace("nofile=10000:10000", "nofile=1024:10000")
    (tmp_path / "containers.conf").write_text(odd)

    with service(tmp_path) as url:
        engine = DockerEngine(DockerSocket(Endpoint(url=url)), ulimits=look().ulimits)
        with engine.container(a_line(base_image, "echo started")) as container:
            told = run(container)

    assert (told.out, told.status.code) == ("started\n", 0)


@contextmanager
def service(tmp_path: Path, address: str = "") -> Generator[str]:
    """A podman service of a test's own over the shared storage; its address."""
    url = address or f"unix://{tmp_path}/podman.sock"
    env = {**containers.engine_env(), "CONTAINERS_CONF": str(tmp_path / "containers.conf")}
    argv = ["podman", *containers.engine_flags(), "system", "service", "--time=0", url]

    def answers() -> bool:
        try:
            return bool(DockerEngine(DockerSocket(Endpoint(url=url))).check())
        except EngineFault:
            return False

    with containers.served(argv, env):
        containers.wait_for(answers, "the service answered")
        yield url


def test_an_engine_over_tcp_is_reached_as_well(base_image: str, tmp_path: Path) -> None:
    # S2I-335
    conf = Path(containers.engine_env()["CONTAINERS_CONF"]).read_text()
    (tmp_path / "containers.conf").write_text(conf)

    with service(tmp_path, f"tcp://127.0.0.1:{containers.a_port()}") as url:
        engine = DockerEngine(DockerSocket(Endpoint(url=url)))
        with engine.container(a_line(base_image, "echo x >/x; echo far")) as container:
            container.write("/opt/new", [Entry(path="f", content=b"x")], owner=Owner(uid=5, gid=6))
            told = run(container)
            made = container.commit(CommitSpec(config=ImageConfig(cmd=("/x",))))
        engine.remove(made.id)

    assert told.out == "far\n"
    assert made.config.cmd == ("/x",)


def test_an_engine_that_does_not_answer_is_named_with_advice(tmp_path: Path) -> None:
    engine = DockerEngine(DockerSocket(Endpoint(url=f"unix://{tmp_path}/none.sock")))

    with pytest.raises(EngineFault, match=r"none\.sock") as caught:
        engine.check()

    assert caught.value.reason == "Unreachable"
    assert "DOCKER_HOST" in caught.value.hint


def test_the_version_can_be_pinned(podman_socket: Path) -> None:
    # S2I-15
    socket = DockerSocket(Endpoint(url=f"unix://{podman_socket}", version="1.40"))

    assert DockerEngine(socket).check().startswith("Libpod/")
    assert DockerEngine(socket).inspect("localhost/slipcast-tests/nowhere:1") is None


def test_missing_directories_belong_to_the_owner_and_present_ones_stay(
    docker: Engine, base_image: str
) -> None:
    entries = [
        Entry(path="a/b/one", content=b"1"),
        Entry(path="a/b/two", content=b"2"),
        Entry(path="c", kind=Kind.DIRECTORY, mode=0o700),
        Entry(path="c/three", content=b"3"),
    ]
    line = "stat -c '%n %a %u:%g' /opt /opt/a /opt/a/b /opt/a/b/two /opt/c /srv /srv/x /srv/x/y"

    with docker.container(a_line(base_image, line)) as container:
        container.write("/opt", entries, owner=Owner(uid=5, gid=6))
        container.write("/srv/x/y", [Entry(path="z/f", content=b"")], owner=Owner(uid=7, gid=8))
        told = run(container)

    assert told.out.splitlines() == [
        "/opt 755 0:0",
        "/opt/a 755 5:6",
        "/opt/a/b 755 5:6",
        "/opt/a/b/two 644 5:6",
        "/opt/c 700 5:6",
        "/srv 755 0:0",
        "/srv/x 755 7:8",
        "/srv/x/y 755 7:8",
    ]


def test_a_directory_reached_by_a_link_is_entered_and_not_replaced(
    docker: Engine, base_image: str
) -> None:
    # /bin is a link to /usr/bin in every current Debian.
    with docker.container(a_line(base_image, "readlink /bin; cat /usr/bin/one /usr/bin/two")) as c:
        c.write("/", [Entry(path="bin/one", content=b"1")], owner=Owner())
        c.write("/bin", [Entry(path="two", content=b"2")], owner=Owner())
        told = run(c)

    assert told.out == "usr/bin\n12"


def test_large_output_arrives_whole(docker: Engine, base_image: str) -> None:
    seen = 0

    def count(data: bytes) -> None:
        nonlocal seen
        seen += len(data)

    line = "head -c 20000000 /dev/zero; head -c 10000 /dev/zero >&2"
    with docker.container(a_line(base_image, line)) as container:
        status = container.run(stdout=count, stderr=count)

    assert (seen, status.code) == (20_010_000, 0)


def test_a_program_that_closes_its_output_is_still_waited_for(
    docker: Engine, base_image: str
) -> None:
    with docker.container(a_line(base_image, "exec >&- 2>&-; sleep 1; exit 4")) as container:
        assert container.run().code == 4


def test_anonymous_volumes_go_with_the_container(
    docker: Engine, socket: DockerSocket, base_image: str, new_image: Names
) -> None:
    # S2I-206
    with docker.container(a_line(base_image, "true")) as container:
        container.run()
        made = container.commit(CommitSpec(config=ImageConfig(volumes=("/v",)), tag=new_image()))
    before = socket.get("/volumes")["Volumes"]

    with docker.container(a_line(made.id, "echo x > /v/x")) as container:
        assert container.run().ok

    assert socket.get("/volumes")["Volumes"] == before


_VICTIM = """
import sys
sys.path.insert(0, sys.argv[1])
from slipcast.adapters.dockersocket import DockerSocket, Endpoint
from slipcast.adapters.engine.docker import DockerEngine
from slipcast.adapters.engine.host import look
from slipcast.ports.engine import ContainerSpec
engine = DockerEngine(DockerSocket(Endpoint(url=sys.argv[2])), ulimits=look().ulimits)
line = "echo running; exec sleep 1000"
spec = ContainerSpec(image=sys.argv[3], argv=("/bin/sh", "-c", line), network="none")
with engine.container(spec) as container:
    print(container.id, flush=True)
    container.run(stdout=lambda data: print(data.decode(), end="", flush=True))
"""


def victim(podman_socket: Path, image: str) -> tuple[subprocess.Popen[str], str]:
    """A process of its own with a container that runs; the container's id."""
    here = str(Path(containers.__file__).parent)
    arguments = [here, f"unix://{podman_socket}", image]
    child = subprocess.Popen(
        [sys.executable, "-c", _VICTIM, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    container = child.stdout.readline().strip()
    assert child.stdout.readline() == "running\n"
    return child, container


def exists(socket: DockerSocket, container: str) -> bool:
    try:
        return bool(socket.get(f"/containers/{container}/json"))
    except NotFound:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT])
def test_an_interrupt_removes_the_container(
    socket: DockerSocket, podman_socket: Path, base_image: str, number: signal.Signals
) -> None:
    child, container = victim(podman_socket, base_image)

    child.send_signal(number)
    child.communicate(timeout=120)

    assert not exists(socket, container)


def test_what_a_killed_process_left_is_swept_up_and_the_living_stay(
    docker: Engine, socket: DockerSocket, podman_socket: Path, base_image: str
) -> None:
    child, dead = victim(podman_socket, base_image)
    other, living = victim(podman_socket, base_image)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate(timeout=120)

    swept = docker.sweep()

    assert swept >= 1
    assert (exists(socket, dead), exists(socket, living)) == (False, True)
    other.send_signal(signal.SIGINT)
    other.communicate(timeout=120)


def a_context(tmp_path: Path, *lines: str) -> Path:
    context = tmp_path / "context"
    context.mkdir(exist_ok=True)
    (context / "Dockerfile").write_text("\n".join(lines) + "\n")
    return context


def listed(docker: Engine, image: str, path: str) -> list[str]:
    with docker.container(ContainerSpec(image=image)) as container:
        return sorted(members(container, path))


def test_dockerignore_is_honoured_before_anything_is_sent(
    docker: Engine, base_image: str, new_image: Names, tmp_path: Path
) -> None:
    context = a_context(tmp_path, f"FROM {base_image}", "COPY . /got")
    (context / ".dockerignore").write_text("*.log\nsub\n!sub/kept\nDockerfile\n.dockerignore\n")
    (context / "sub").mkdir()
    for name in ("a.txt", "b.log", "sub/gone", "sub/kept"):
        (context / name).write_text(name)
    (context / "link").symlink_to("/etc/passwd")

    made = docker.build(BuildSpec(context=context, tag=new_image(), network="none"))

    assert listed(docker, made.id, "/got") == [
        "got",
        "got/a.txt",
        "got/link",
        "got/sub",
        "got/sub/kept",
    ]


def test_a_dockerfile_from_elsewhere_stays_out_of_the_image(
    docker: Engine, base_image: str, new_image: Names, tmp_path: Path
) -> None:
    context = a_context(tmp_path, "FROM nowhere")
    (tmp_path / "Other").write_text(f"FROM {base_image}\nCOPY . /got\n")

    made = docker.build(
        BuildSpec(context=context, dockerfile=tmp_path / "Other", tag=new_image(), network="none")
    )

    assert listed(docker, made.id, "/got") == ["got", "got/Dockerfile"]


def test_a_build_under_never_does_not_pull(docker: Engine, tmp_path: Path) -> None:
    context = a_context(tmp_path, "FROM localhost/slipcast-tests/nowhere:1")

    with pytest.raises(NotFound, match="nowhere"):
        docker.build(BuildSpec(context=context, policy=PullPolicy.NEVER))


def test_a_registry_with_a_password_takes_the_credential(
    docker: Engine, base_image: str, registry: Registries
) -> None:
    there = registry(password="s3cret")
    good = Credential(username="tester", password=Sensitive("s3cret"))
    spec = PushSpec(
        image=base_image,
        destination=there.name(),
        access=RegistryAccess(credential=good, insecure=True),
    )

    digest = docker.push(spec)

    assert digest.startswith("sha256:")
    assert docker.inspect(there.name()) is None
    assert docker.pull(PullSpec(image=there.name(), access=spec.access)).names[-1:] != ()
    docker.remove(there.name())


def test_a_wrong_password_is_told_from_other_failures(
    docker: Engine, base_image: str, registry: Registries
) -> None:
    there = registry(password="s3cret")
    bad = Credential(username="tester", password=Sensitive("wr0ng"))
    access = RegistryAccess(credential=bad, insecure=True)

    with pytest.raises(EngineFault) as caught:
        docker.push(PushSpec(image=base_image, destination=there.name(), access=access))

    assert caught.value.reason == "Unauthorized"
    assert "wr0ng" not in f"{caught.value} {caught.value.tail}"


def test_a_name_held_before_a_push_is_held_by_the_same_image_after_it(
    docker: Engine, base_image: str, builder_image: str, registry: Registries
) -> None:
    there = registry().name()
    docker.tag(builder_image, there)
    before = docker.inspect(there)

    docker.push(PushSpec(image=base_image, destination=there, access=INSECURE))

    after = docker.inspect(there)
    docker.remove(there)
    assert before is not None
    assert after is not None
    assert after.id == before.id


def test_a_registry_of_unknown_authority_is_a_matter_of_tls(
    docker: Engine, base_image: str, registry: Registries
) -> None:
    there = registry(tls=True)

    with pytest.raises(EngineFault) as caught:
        docker.push(PushSpec(image=base_image, destination=there.name()))

    assert caught.value.reason == "TLS"
    assert "CA certificate" in caught.value.hint


def test_an_image_is_saved_as_a_layout_that_others_read(
    docker: Engine, builder_image: str, tmp_path: Path
) -> None:
    first = docker.push(PushSpec(image=builder_image, destination=f"oci:{tmp_path}/layout:one"))
    second = docker.push(PushSpec(image=builder_image, destination=f"oci:{tmp_path}/layout:two"))

    index = json.loads((tmp_path / "layout" / "index.json").read_text())
    names = [
        each["annotations"]["org.opencontainers.image.ref.name"] for each in index["manifests"]
    ]
    builder = docker.inspect(builder_image)
    assert builder is not None
    assert first == second == index["manifests"][0]["digest"]
    assert names == ["one", "two"]
    # podman takes the image for the one it has, so configuration and layers are the same.
    pulled = containers.podman("pull", "-q", f"oci:{tmp_path}/layout:one").strip()
    docker.remove(f"localhost{tmp_path}/layout:latest")
    assert pulled == builder.id


def test_a_build_with_mounts_is_refused_where_they_would_be_ignored(
    docker: Engine, socket: DockerSocket, base_image: str, tmp_path: Path
) -> None:
    if not socket.server.startswith(("Libpod/3.", "Libpod/4.3")):
        pytest.skip("this podman has mounts in builds")
    context = a_context(tmp_path, f"FROM {base_image}")

    with pytest.raises(EngineFault) as caught:
        docker.build(BuildSpec(context=context, mounts=(Mount(source="/tmp", target="/x"),)))

    assert caught.value.reason == "NotSupported"
    assert "buildah" in caught.value.hint


def test_a_mount_with_options_is_given_as_such(
    docker: Engine, base_image: str, tmp_path: Path
) -> None:
    (tmp_path / "f").write_text("x")
    mount = Mount(source=str(tmp_path), target="/given", options=("ro", "rprivate"))

    with docker.container(a_line(base_image, "cat /given/f; : > /given/f", mounts=(mount,))) as c:
        told = run(c)

    assert told.out == "x"
    assert not told.status.ok
