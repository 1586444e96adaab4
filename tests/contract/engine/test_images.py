"""Images in local storage: looked up, built, named, removed, pulled by policy."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import containers
from slipcast.adapters.engine.buildah import BuildahEngine
from slipcast.ports.engine import (
    BuildSpec,
    ContainerSpec,
    Credential,
    Engine,
    PullSpec,
    PushSpec,
    RegistryAccess,
)
from slipcast.values.container import Mount, PullPolicy
from slipcast.values.faults import EngineFault, NotFound
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.engine

Shell = Callable[..., Any]
Names = Callable[[], str]
Start = Callable[..., containers.Registry]


def a_build(directory: Path, *lines: str, **given: Any) -> BuildSpec:
    (directory / "Dockerfile").write_text("\n".join(lines) + "\n")
    return BuildSpec(**{"context": directory, "network": "none", **given})


def test_the_engine_says_what_answers(engine: Engine) -> None:
    assert engine.check()


def test_an_image_is_known_by_name_and_by_id(engine: Engine, builder_image: str) -> None:
    facts = engine.inspect(builder_image)

    assert facts is not None
    assert engine.inspect(facts.id) == facts
    assert (facts.config.user, facts.config.workdir) == ("1001", "/opt/app")
    assert facts.config.labels["io.openshift.s2i.scripts-url"] == "image:///usr/libexec/s2i"
    assert builder_image in facts.names


@pytest.mark.parametrize(
    "name", ["localhost/no/such:1", "no-such-image", "0123456789ab" * 5 + "0123", "-x", "A B"]
)
def test_an_image_that_is_not_there_is_none(engine: Engine, name: str) -> None:
    assert engine.inspect(name) is None


def test_an_image_that_is_here_is_not_pulled(engine: Engine, base_image: str) -> None:
    # S2I-136
    facts = engine.pull(PullSpec(image=base_image, policy=PullPolicy.NEVER))

    assert facts == engine.pull(PullSpec(image=base_image))


def test_never_means_that_a_missing_image_is_not_found(engine: Engine) -> None:
    spec = PullSpec(image="localhost/no/such:1", policy=PullPolicy.NEVER)

    with pytest.raises(NotFound, match="localhost/no/such:1"):
        engine.pull(spec)


def test_an_image_travels_through_a_registry(
    engine: Engine, base_image: str, registry: Start
) -> None:
    name = registry().name()
    access = RegistryAccess(insecure=True)
    before = engine.inspect(base_image)

    digest = engine.push(PushSpec(image=base_image, destination=name, access=access))
    pulled = engine.pull(PullSpec(image=name, policy=PullPolicy.ALWAYS, access=access))
    engine.remove(name)

    assert before is not None
    assert digest.startswith("sha256:")
    assert pulled.layers == before.layers


def test_a_registry_that_asks_who_we_are_is_answered(
    engine: Engine, base_image: str, registry: Start
) -> None:
    place = registry(password="secret")
    credential = Credential(username=place.username, password=Sensitive("secret"))
    access = RegistryAccess(credential=credential, insecure=True)

    digest = engine.push(PushSpec(image=base_image, destination=place.name(), access=access))

    assert digest.startswith("sha256:")


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_credential_is_told_apart(
    engine: Engine, base_image: str, registry: Start, password: str
) -> None:
    place = registry(password="secret")
    wrong = Credential(username="tester", password=Sensitive(password)) if password else None
    access = RegistryAccess(credential=wrong, insecure=True)

    with pytest.raises(EngineFault) as caught:
        engine.push(PushSpec(image=base_image, destination=place.name(), access=access))

    assert caught.value.reason == "Unauthorized"
    assert "wrong" not in str(caught.value)


def test_of_several_logins_the_one_that_is_welcome_counts(
    engine: Engine, base_image: str, registry: Start
) -> None:
    place = registry(password="secret")
    users = [("tester", "old"), (place.username, "secret")]
    known = [Credential(username=name, password=Sensitive(word)) for name, word in users]
    access = RegistryAccess(credential=known[0], others=(known[1],), insecure=True)

    digest = engine.push(PushSpec(image=base_image, destination=place.name(), access=access))
    pulled = engine.pull(PullSpec(image=place.name(), policy=PullPolicy.ALWAYS, access=access))

    assert digest.startswith("sha256:")
    assert pulled.layers


def test_who_is_refused_is_told_what_is_known_of_the_access(
    engine: Engine, base_image: str, registry: Start
) -> None:
    name = registry(password="secret").name()
    access = RegistryAccess(insecure=True, hint="Helpers are not supported.")

    with pytest.raises(EngineFault) as push:
        engine.push(PushSpec(image=base_image, destination=name, access=access))
    with pytest.raises(EngineFault) as pull:
        engine.pull(PullSpec(image=name, policy=PullPolicy.ALWAYS, access=access))

    assert (push.value.reason, push.value.hint) == ("Unauthorized", "Helpers are not supported.")
    assert (pull.value.reason, pull.value.hint) == ("Unauthorized", "Helpers are not supported.")


def test_an_anonymous_access_is_anonymous_whatever_other_programs_know(
    buildah: Engine,
    base_image: str,
    registry: Start,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    # S2I-142: no entry in the file that was named, no credential.
    place = registry(password="secret")
    credential = Credential(username="tester", password=Sensitive("secret"))
    known = RegistryAccess(credential=credential, insecure=True)
    buildah.push(PushSpec(image=base_image, destination=place.name(), access=known))
    auth = base64.b64encode(b"tester:secret").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {place.host: {"auth": auth}}}))
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / "config.json"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))

    anonymous = RegistryAccess(insecure=True)

    with pytest.raises(EngineFault) as caught:
        buildah.pull(PullSpec(image=place.name(), policy=PullPolicy.ALWAYS, access=anonymous))

    assert caught.value.reason == "Unauthorized"


def test_an_image_that_a_registry_does_not_know_is_told_apart(
    engine: Engine, registry: Start
) -> None:
    access = RegistryAccess(insecure=True)

    with pytest.raises(EngineFault) as caught:
        engine.pull(PullSpec(image=registry().name("no/such"), access=access))

    assert caught.value.reason == "ImageUnknown"


def test_an_image_that_a_container_uses_stays_where_only_unused_ones_go(
    engine: Engine, base_image: str, new_image: Names, tmp_path: Path
) -> None:
    made = engine.build(a_build(tmp_path, f"FROM {base_image}", "LABEL a=1", tag=new_image()))
    name = made.names[0]

    with engine.container(ContainerSpec(image=name)), pytest.raises(EngineFault):
        engine.remove(name, unused=True)
    used = engine.inspect(made.id)
    engine.remove(name, unused=True)
    engine.remove(name, unused=True)

    assert used == made
    assert engine.inspect(name) is None


def test_a_build_makes_an_image(
    engine: Engine, base_image: str, new_image: Names, tmp_path: Path, shell: Shell
) -> None:
    (tmp_path / "f").write_text("copied")
    lines = [f"FROM {base_image}", "ARG WHO", "COPY f /f", "RUN echo $WHO > /w", "USER 7"]
    spec = a_build(
        tmp_path, *lines, tag=new_image(), build_args={"WHO": "me, too"}, labels={"a": "b=c"}
    )

    made = engine.build(spec)

    assert made.config.user == "7"
    assert made.config.labels["a"] == "b=c"
    assert shell("cat /f /w", image=made.id).out == "copiedme, too\n"


def test_a_build_argument_arrives_whatever_it_is_called(
    engine: Engine, base_image: str, new_image: Names, tmp_path: Path, shell: Shell
) -> None:
    odd = """a  b $HOME ${PATH} "q" 's' back\\slash"""
    lines = [
        "ARG LDBASE",
        "FROM ${LDBASE}",
        "ARG GOOGLE_KEY=x",
        'RUN printf "%s" "$GOOGLE_KEY" > /k',
    ]
    args = {"LDBASE": base_image, "GOOGLE_KEY": odd}

    made = engine.build(a_build(tmp_path, *lines, tag=new_image(), build_args=args))

    assert shell("cat /k", image=made.id).out == odd


def test_a_build_keeps_onbuild(
    engine: Engine, base_image: str, new_image: Names, tmp_path: Path
) -> None:
    # S2I-318: ONBUILD is read from the image's own configuration.
    spec = a_build(tmp_path, f"FROM {base_image}", "ONBUILD RUN echo a", tag=new_image())

    assert engine.build(spec).config.onbuild == ("RUN echo a",)


def test_a_build_sees_its_mounts_and_keeps_nothing_of_them(
    engine: Engine, base_image: str, new_image: Names, tmp_path: Path, shell: Shell
) -> None:
    if engine.name == "docker":
        pytest.skip("podman's API has mounts for builds from 4.4 on, dockerd's has none")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "f").write_text("seen")
    mount = Mount(source=str(outside), target="/given", read_only=True)
    lines = [f"FROM {base_image}", "RUN cp /given/f /kept"]

    made = engine.build(a_build(tmp_path, *lines, tag=new_image(), mounts=(mount,)))

    assert shell("cat /kept; ls -A /given", image=made.id).out == "seen"


def test_a_build_that_fails_shows_its_last_lines(
    engine: Engine, base_image: str, tmp_path: Path
) -> None:
    log = bytearray()
    spec = a_build(tmp_path, f"FROM {base_image}", "RUN echo so far && exit 9")

    with pytest.raises(EngineFault) as caught:
        engine.build(spec, log=log.extend)

    assert any("so far" in line for line in caught.value.tail)
    assert b"so far" in log


@pytest.mark.parametrize("named", [None, Path("Other")])
def test_a_build_without_a_dockerfile_says_so(
    engine: Engine, tmp_path: Path, named: Path | None
) -> None:
    with pytest.raises(EngineFault, match="Dockerfile") as caught:
        engine.build(BuildSpec(context=tmp_path, dockerfile=named))

    assert caught.value.reason == "DockerfileMissing"


def test_a_name_is_given_and_taken(engine: Engine, base_image: str, new_image: Names) -> None:
    name = new_image()

    engine.tag(base_image, name)
    given = engine.inspect(name)
    engine.remove(name)

    assert given is not None
    assert engine.inspect(name) is None
    assert engine.inspect(base_image) is not None


def test_removing_what_is_not_there_is_no_error(engine: Engine) -> None:
    engine.remove("localhost/no/such:1")


def test_a_registry_with_a_ca_of_its_own_is_trusted_when_told_so(
    engine: Engine, base_image: str, registry: Start
) -> None:
    if engine.name == "docker":
        pytest.skip("the Docker API takes no CA; the daemon has its own")
    place = registry(tls=True, password="secret")
    credential = Credential(username="tester", password=Sensitive("secret"))
    access = RegistryAccess(credential=credential, ca_file=place.ca_file)

    pushed = engine.push(PushSpec(image=base_image, destination=place.name(), access=access))
    spec = PullSpec(image=place.name(), policy=PullPolicy.ALWAYS, access=access)
    pulled = engine.pull(spec)
    engine.remove(place.name())

    assert pushed.startswith("sha256:")
    assert pulled.layers


def test_a_push_to_whom_nobody_vouches_for_is_refused(
    engine: Engine, base_image: str, registry: Start
) -> None:
    name = registry(tls=True).name()

    with pytest.raises(EngineFault) as caught:
        engine.push(PushSpec(image=base_image, destination=name))

    assert caught.value.reason == "TLS"


def test_a_pull_from_whom_nobody_vouches_for_is_refused(engine: Engine, registry: Start) -> None:
    name = registry(tls=True).name()

    with pytest.raises(EngineFault) as caught:
        engine.pull(PullSpec(image=name, policy=PullPolicy.ALWAYS))

    assert caught.value.reason == "TLS"


def test_a_registry_that_does_not_answer_is_told_apart(engine: Engine, base_image: str) -> None:
    destination = f"localhost:{containers.a_port()}/app:1"

    with pytest.raises(EngineFault) as caught:
        engine.push(PushSpec(image=base_image, destination=destination))

    assert caught.value.reason == "Unreachable"


@pytest.mark.usefixtures("buildah")
def test_a_transient_failure_is_tried_again_six_times(tmp_path: Path) -> None:
    # S2I-139
    pauses: list[float] = []
    engine = containers.buildah_engine(tmp_path / "state", pause=pauses.append)
    image = f"localhost:{containers.a_port()}/app:1"

    with pytest.raises(EngineFault) as caught:
        engine.pull(PullSpec(image=image))

    assert caught.value.reason == "Unreachable"
    assert pauses == [5.0] * 6


def test_proxies_are_seen_by_steps_and_kept_nowhere(
    engine: Engine, base_image: str, new_image: Names, tmp_path: Path
) -> None:
    # BLD-126
    lines = [f"FROM {base_image}", "ENV A=1", "RUN test ${#HTTP_PROXY} = 19 && echo > /seen"]
    proxies = {"HTTP_PROXY": "http://u:hush@proxy"}

    made = engine.build(a_build(tmp_path, *lines, tag=new_image(), proxies=proxies))

    assert "hush" not in containers.podman("history", "--no-trunc", "--format=json", made.id)
    assert "HTTP_PROXY" not in dict(made.config.env)


def test_what_steps_alone_are_told_is_kept_nowhere(
    buildah: BuildahEngine, base_image: str, new_image: Names, tmp_path: Path
) -> None:
    # UP-12
    env = {"ARG1": "hush 'a\nb\"", "TOKEN": "hush"}
    lines = [
        f"FROM {base_image}",
        "ARG ARG1=default",
        "RUN test ${#ARG1} = 10 && test ${#TOKEN} = 4 && echo seen > /seen",
        'RUN ["sh", "-c", "test ${#TOKEN} = 4"]',
    ]
    log: list[bytes] = []
    spec = a_build(tmp_path, *lines, tag=new_image(), step_env=env, build_args={"ARG1": ""})

    made = buildah.build(spec, log=log.append)

    assert "hush" not in containers.podman("history", "--no-trunc", "--format=json", made.id)
    assert b"hush" not in b"".join(log)
    assert "TOKEN" not in dict(made.config.env)
    assert containers.podman("run", "--rm", made.id, "cat", "/seen") == "seen\n"


@pytest.mark.parametrize(("given", "more"), [({}, 2), ({"layers": False}, 1)])
def test_steps_become_layers_unless_one_is_asked_for(
    engine: Engine,
    base_image: str,
    new_image: Names,
    tmp_path: Path,
    given: dict[str, bool],
    more: int,
) -> None:
    # BLD-126: imageOptimizationPolicy
    base = engine.inspect(base_image)
    lines = [f"FROM {base_image}", "RUN echo 1 > /1", "RUN echo 2 > /2"]

    made = engine.build(a_build(tmp_path, *lines, tag=new_image(), **given))

    assert base is not None
    assert len(made.layers) == len(base.layers) + more
