"""Docker and Custom builds by the builder's own program: real images, and no server."""

from __future__ import annotations

import io
import json
import secrets
import signal
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import containers
import gitserver
from builders import Builder, a_container
from slipcast.adapters.engine.buildah import BuildahEngine
from slipcast.ports.engine import Credential, PullSpec, PushSpec, RegistryAccess
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.engine

STAGES = """\
ARG BASE=localhost/no/such:1
FROM $BASE AS build
ARG WHO
RUN printf '%s' "$WHO $GREETING" > /said
FROM $BASE
COPY --from=build /said /said
COPY --from=seed /etc/debian_version /version
"""
GREETING = "a \"b\" $c 'd' \\"


@pytest.fixture
def builder(tmp_path: Path, base_image: str, buildah: BuildahEngine) -> Iterator[Builder]:
    """The builder of a Build that no other test has."""
    assert base_image == containers.BASE
    name = f"web-{secrets.token_hex(6)}"
    builder = Builder(name=name, root=tmp_path / "root", state=tmp_path / "state")
    builder.root.mkdir()
    yield builder
    buildah.remove(builder.image)


def printed(image: str, *words: str) -> str:
    return containers.podman("run", "--rm", "--network=none", image, *words)


def an_image(name: str, **more: Any) -> dict[str, Any]:
    return {"from": {"kind": "DockerImage", "name": name}, **more}


def test_stages_arguments_variables_and_image_sources_work_together(builder: Builder) -> None:
    # BLD-112 to BLD-121, BLD-202
    paths = [{"sourcePath": "/etc/debian_version", "destinationDir": "from/image"}]
    images = [an_image(containers.BASE, **{"as": ["seed"], "paths": paths})]
    args = [{"name": "BASE", "value": containers.BASE}, {"name": "WHO", "value": "you:"}]
    env = [{"name": "GREETING", "value": GREETING.replace("$", "$$")}]
    text = f"{STAGES}COPY from/image/debian_version /copied\n"

    ran = builder.docker({"dockerfile": text, "images": images}, buildArgs=args, env=env)

    assert ran.code == 0, ran.stderr
    said = printed(builder.image, "sh", "-c", "cat /said; cmp /version /copied && printenv")
    assert said.startswith(f"you: {GREETING}")
    assert f"GREETING={GREETING}\n" in said
    assert f"OPENSHIFT_BUILD_NAME={builder.name}\n" in said


def test_the_next_build_uses_the_layers_of_the_one_before(builder: Builder) -> None:
    # UP-14
    text = f"FROM {containers.BASE}\nRUN echo {secrets.token_hex(4)} > /x\n"

    first, second, third = (
        builder.docker({"dockerfile": text}, noCache=no_cache) for no_cache in (False, False, True)
    )

    uses = ["Using cache" in ran.stderr for ran in (first, second, third)]
    assert uses == [False, True, False]


def test_a_zip_with_an_ignore_file_is_built(builder: Builder) -> None:
    # BLD-67, BLD-124, BLD-199
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app/Dockerfile", f"FROM {containers.BASE}\nCOPY . /app\n")
        archive.writestr("app/.dockerignore", "*.log\n")
        archive.writestr("app/big.log", "x")
        archive.writestr("app/index.html", "hello")
        archive.writestr("outside", "x")

    ran = builder.docker({"binary": {}, "contextDir": "app"}, content.getvalue())

    assert ran.code == 0, ran.stderr
    assert "Receiving source from STDIN as archive ..." in ran.stderr
    listed = printed(builder.image, "ls", "-A", "/app").split()
    assert listed == [".dockerignore", "Dockerfile", "index.html"]


def test_a_compressed_tar_is_built_with_another_file(builder: Builder) -> None:
    # BLD-67, BLD-111, BLD-199
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        text = f"FROM {containers.BASE}\nCOPY link /app/\n".encode()
        info = tarfile.TarInfo("./deploy/Dockerfile.web")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
        link = tarfile.TarInfo("./link")
        link.type, link.linkname = tarfile.SYMTYPE, "deploy/Dockerfile.web"
        tar.addfile(link)

    ran = builder.docker({"binary": {}}, content.getvalue(), dockerfilePath="deploy/Dockerfile.web")

    assert ran.code == 0, ran.stderr
    assert "FROM" in printed(builder.image, "sh", "-c", "cat /app/*")


@pytest.mark.parametrize("content", [b"", b"just a text"])
def test_what_is_no_archive_ends_the_build(builder: Builder, content: bytes) -> None:
    # BLD-68, BLD-175, BLD-199
    ran = builder.docker({"binary": {}}, content)

    assert ran.code == 1
    last = ran.stderr.splitlines()[-1]
    assert last.startswith(
        "error: build error: unable to extract binary build input, must be a zip"
    )
    assert json.loads(ran.stdout.splitlines()[-1])["status"]["reason"] == "FetchSourceFailed"


def test_what_is_for_the_build_only_is_nowhere_in_the_image(builder: Builder) -> None:
    # BLD-26, BLD-122, BLD-126, BLD-127, UP-12
    builder.secret("npm", token="hush-secret")
    builder.volume("/var/run/openshift.io/volumes/keys-user-build-volume", key="hush-volume")
    volume = {
        "name": "keys",
        "source": {"type": "Secret", "secret": {"secretName": "keys"}},
        "mounts": [{"destinationPath": "/run/keys"}],
    }
    source = {
        "dockerfile": (
            f"FROM {containers.BASE} AS build\nCOPY in/token /token\nRUN test -s /token\n"
            f"FROM {containers.BASE}\nRUN grep -q hush /run/keys/key\n"
            'RUN test "${#HTTP_PROXY}" = 19 && echo built > /built\n'
        ),
        "secrets": [{"secret": {"name": "npm"}, "destinationDir": "in"}],
    }
    builder.environment["HTTP_PROXY"] = "http://hush-proxy:1"

    ran = builder.docker(source, volumes=[volume])

    assert ran.code == 0, ran.stderr
    saved = containers.podman("save", "--format=docker-archive", builder.image)
    assert "built" in saved
    assert "hush-" not in saved
    assert "hush-" not in ran.stderr


def test_one_layer_is_made_when_it_is_asked_for(builder: Builder, buildah: BuildahEngine) -> None:
    # BLD-126
    text = f"FROM {containers.BASE}\nRUN echo 1 > /1\nRUN echo 2 > /2\n"

    ran = builder.docker({"dockerfile": text}, imageOptimizationPolicy="SkipLayers")

    made, base = buildah.inspect(builder.image), buildah.inspect(containers.BASE)
    assert ran.code == 0, ran.stderr
    assert made is not None
    assert base is not None
    assert len(made.layers) == len(base.layers) + 1


def test_a_step_that_fails_is_told_with_its_output(builder: Builder) -> None:
    # BLD-125, BLD-163, BLD-177
    text = f"FROM {containers.BASE}\nRUN echo so far && exit 9\n"

    ran = builder.docker({"dockerfile": text})

    status = json.loads(ran.stdout.splitlines()[-1])["status"]
    assert (ran.code, status["reason"]) == (1, "DockerBuildFailed")
    assert ran.stderr.count("\nso far\n") == 1
    assert ran.stderr.splitlines()[-1].startswith("error: build error: ")


def test_an_image_that_cannot_be_had_is_told(builder: Builder) -> None:
    # BLD-121, BLD-161
    ran = builder.docker({"dockerfile": "FROM localhost/no/such:1\n"})

    status = json.loads(ran.stdout.splitlines()[-1])["status"]
    assert (ran.code, status["reason"]) == (1, "PullBuilderImageFailed")
    assert "failed to pull image" in ran.stderr.splitlines()[-1]


def test_a_repository_on_a_private_image_is_built_and_pushed(
    builder: Builder, buildah: BuildahEngine, tmp_path: Path
) -> None:
    # BLD-80, BLD-111 to BLD-114, BLD-136
    files = {"app/Dockerfile": "FROM wrong\nCOPY . /app/\n", "app/index.html": "hello"}
    source = gitserver.repository(tmp_path / "repositories/web", files)
    commit = gitserver.git(source, "rev-parse", "HEAD")
    gitserver.bare(source, tmp_path / "served/web.git")
    with (
        gitserver.http(tmp_path / "served") as served,
        containers.registry(tmp_path / "registry", password="hunter2") as registry,
    ):
        base, output = registry.name("team/base"), registry.name("shop/web")
        access = RegistryAccess(credential=credential("hunter2"), insecure=True)
        buildah.push(PushSpec(image=containers.BASE, destination=base, access=access))
        builder.environment["SLIPCAST_INSECURE_REGISTRIES"] = registry.host
        builder.registry_secret("PULL_DOCKERCFG_PATH", registry)
        builder.registry_secret("PUSH_DOCKERCFG_PATH", registry)
        spec = {
            "source": {"git": {"uri": f"{served.url}/web.git"}, "contextDir": "app"},
            "strategy": {"dockerStrategy": an_image(base)},
            "output": {
                "to": {"kind": "DockerImage", "name": output},
                "imageLabels": [{"name": "team", "value": 'the "a" team'}],
            },
        }

        ran = builder("docker-build", BUILD=builder.build(spec))

        here = buildah.inspect(output)
        made = buildah.pull(PullSpec(image=output, access=access))
        buildah.remove(made.id)
        buildah.remove(base)
    assert ran.code == 0, ran.stderr
    status = json.loads(ran.stdout.splitlines()[-1])["status"]
    assert status["output"]["to"]["imageDigest"].startswith("sha256:")
    assert here is None
    assert made.config.labels["io.openshift.build.commit.id"] == commit
    assert made.config.labels["team"] == 'the "a" team'
    assert f"Pulling image {base} ..." in ran.stderr
    assert "hunter2" not in ran.stderr


def credential(password: str) -> Credential:
    return Credential(username="tester", password=Sensitive(password))


def test_a_pod_with_stages_prepares_and_then_builds(builder: Builder) -> None:
    # BLD-3 to BLD-5, BLD-65
    source = {
        "dockerfile": f"FROM {containers.BASE}\nCOPY os/debian_version /v\n",
        "images": [
            an_image(
                containers.BASE,
                paths=[{"sourcePath": "/etc/debian_version", "destinationDir": "os"}],
            )
        ],
    }
    text = builder.build({"source": source, "strategy": {"dockerStrategy": {}}})

    codes = [
        builder(role, BUILD=text).code
        for role in ("git-clone", "extract-image-content", "manage-dockerfile", "docker-build")
    ]

    assert codes == [0, 0, 0, 0]
    assert printed(builder.image, "cat", "/v").startswith("12")


def test_a_custom_image_is_given_what_its_pod_has(builder: Builder) -> None:
    # BLD-144, BLD-145, BLD-147, BLD-148
    builder.volume("/var/run/secrets/mine", key="hush")
    script = (
        'printf "%s\\n" "$BUILD" "$OUTPUT_IMAGE"; cat /var/run/secrets/mine/key; cat;'
        "touch /var/run/secrets/mine/x 2>/dev/null || echo ' read-only';"
        "mkdir /m && mount -t tmpfs none /m && exit 7"
    )
    mounts = [{"name": "m", "mountPath": "/var/run/secrets/mine", "readOnly": True}]
    env = [{"name": "BUILD", "value": "mine"}, {"name": "OUTPUT_IMAGE", "value": "shop/app:1"}]

    ran = builder.custom(
        containers.BASE,
        b" sent",
        command=["/bin/sh", "-c", script],
        env=env,
        volumeMounts=mounts,
        stdin=True,
    )

    assert ran.code == 7
    assert ran.stderr == "mine\nshop/app:1\nhush sent read-only\n"


def test_the_socket_is_there_when_the_pod_mounts_it_and_not_else(
    builder: Builder, podman_socket: Path
) -> None:
    # BLD-146, BLD-207
    socket = builder.root / "var/run/docker.sock"
    socket.parent.mkdir(parents=True)
    socket.symlink_to(podman_socket)
    ask = (
        "import socket; s = socket.socket(socket.AF_UNIX); s.connect('/var/run/docker.sock');"
        "s.send(b'GET /_ping HTTP/1.0\\r\\n\\r\\n'); print(s.recv(4096).split()[1])"
    )
    command = ["python3", "-c", ask]
    mounts = [{"name": "docker-socket", "mountPath": "/var/run/docker.sock"}]

    given = builder.custom(containers.BASE, command=command, volumeMounts=mounts)
    not_given = builder.custom(containers.BASE, command=command)

    assert (given.code, given.stderr) == (0, "b'200'\n")
    assert not_given.code == 1
    assert "FileNotFoundError" in not_given.stderr


def test_a_custom_image_is_told_to_end_and_leaves_nothing(builder: Builder) -> None:
    # BLD-176, BLD-206
    script = "trap 'echo ending; exit 5' TERM; echo begun; while :; do sleep 0.1; done"
    container = a_container(containers.BASE, command=["/bin/sh", "-c", script])

    begun = builder.begun("custom-build", SLIPCAST_CONTAINER=container)
    assert begun.stdout is not None
    first = begun.stdout.readline()
    begun.send_signal(signal.SIGTERM)
    rest, _ = begun.communicate(timeout=60)

    assert first == b"begun\n"
    assert begun.returncode != 0
    assert b"ended by SIGTERM" in rest
    assert f"-{begun.pid}-" not in containers.podman("ps", "--all", "--external")
