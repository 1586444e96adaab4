"""Docker builds: what is pulled, and what the engine is asked to build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from assignments import FakeOutfit, a_task, an_outfit, build_text, secret
from slipcast.builder.failures import reason_of
from slipcast.builder.strategies.docker import run
from slipcast.builder.task import Fetched
from slipcast.builds.s2i.request import Platform
from slipcast.ports.engine import BuildSpec, PullSpec
from slipcast.testing.engine import FakeImage
from slipcast.values.container import Mount, PullPolicy
from slipcast.values.faults import BuildFault, EngineFault
from slipcast.values.revision import SourceRevision

BASE = "registry.example/base:1"
TEXT = f"ARG BASE={BASE}\nFROM $BASE AS one\nFROM scratch\nCOPY --from=one a b\n"


def a_source(path: Path, text: str = TEXT) -> Fetched:
    context = path / "source"
    context.mkdir()
    (context / "Dockerfile").write_text(text)
    return Fetched(root=context, context=context, revision=SourceRevision())


def an_assignment(path: Path, **strategy: Any) -> FakeOutfit:
    source = strategy.pop("source", {})
    given = {"dockerfile": "FROM scratch", **source}
    outfit = an_outfit(path, build_text(strategy={"dockerStrategy": strategy}, source=given))
    outfit.engine.add(BASE, FakeImage())
    outfit.engine.recipe = lambda _: FakeImage()
    return outfit


def asked(path: Path, outfit: FakeOutfit) -> BuildSpec:
    """What the engine was asked to build."""
    run(a_task(outfit), a_source(path))
    [spec] = outfit.engine.given("build")
    assert isinstance(spec, BuildSpec)
    return spec


def test_the_image_has_the_tag_of_the_task_and_the_id_of_the_engine(tmp_path: Path) -> None:
    # BLD-19, BLD-24
    outfit = an_assignment(tmp_path)
    task = a_task(outfit)

    built = run(task, a_source(tmp_path))

    assert built.tag == task.tag
    assert outfit.engine.image(task.tag).id == built.image


def test_what_a_build_is_asked_for_is_passed_on(tmp_path: Path) -> None:
    # BLD-123
    args = [{"name": "BASE", "value": BASE}, {"name": "A", "value": "b c"}]

    spec = asked(tmp_path, an_assignment(tmp_path, buildArgs=args, noCache=True))

    assert dict(spec.build_args) == {"BASE": BASE, "A": "b c"}
    assert (spec.no_cache, spec.layers) == (True, True)
    assert spec.dockerfile == tmp_path / "source/Dockerfile"


OF_SECRET = {"secretKeyRef": {"name": "s", "key": "k"}}
HIDING: dict[str, Any] = {
    "env": [{"name": "TOKEN", "valueFrom": OF_SECRET}, {"name": "PLAIN", "value": "x"}],
    "buildArgs": [
        {"name": "ARG1", "valueFrom": OF_SECRET},
        {"name": "UNUSED", "valueFrom": OF_SECRET},
    ],
}


def hiding(path: Path) -> FakeOutfit:
    """An assignment with secrets in variables and build arguments."""
    outfit = an_assignment(path, **HIDING)
    outfit.env |= {
        "BUILD_STRATEGY_ENV_0": "hush-0",
        "BUILD_ARGUMENT_0": "hush-1",
        "BUILD_ARGUMENT_1": "hush-2",
    }
    return outfit


def test_what_is_of_a_secret_is_seen_by_steps_only_up_12(tmp_path: Path) -> None:
    outfit = hiding(tmp_path)
    source = a_source(tmp_path, "FROM scratch\nARG ARG1=default\nRUN test $TOKEN$ARG1\n")

    run(a_task(outfit), source)

    [spec] = outfit.engine.given("build")
    assert isinstance(spec, BuildSpec)
    assert dict(spec.step_env) == {"ARG1": "hush-1", "TOKEN": "hush-0"}
    assert dict(spec.build_args) == {"ARG1": "", "UNUSED": ""}
    assert "hush" not in (source.context / "Dockerfile").read_text()
    assert 'ENV PLAIN="x"' in (source.context / "Dockerfile").read_text()


def test_a_secret_that_the_dockerfile_itself_keeps_is_kept_and_warned_about(tmp_path: Path) -> None:
    outfit = hiding(tmp_path)
    source = a_source(tmp_path, "FROM scratch\nARG ARG1\nENV KEPT=$ARG1\n")

    run(a_task(outfit), source)

    [spec] = outfit.engine.given("build")
    assert isinstance(spec, BuildSpec)
    assert dict(spec.build_args) == {"ARG1": "hush-1", "UNUSED": ""}
    assert dict(spec.step_env) == {"TOKEN": "hush-0"}
    assert outfit.shown.warnings == [
        "the image keeps ARG1, which is of a Secret: the Dockerfile says it outside of RUN"
    ]


@pytest.mark.parametrize(
    ("policy", "layers", "warnings"),
    [("None", True, 0), ("SkipLayers", False, 0), ("SkipLayersAndWarn", False, 1)],
)
def test_layers_are_kept_unless_one_is_asked_for(
    tmp_path: Path, policy: str, layers: object, warnings: int
) -> None:
    # BLD-126
    outfit = an_assignment(tmp_path, imageOptimizationPolicy=policy)

    assert asked(tmp_path, outfit).layers is layers
    assert len(outfit.shown.warnings) == warnings


def test_images_that_are_here_are_not_pulled(tmp_path: Path) -> None:
    # BLD-121
    outfit = an_assignment(tmp_path)

    run(a_task(outfit), a_source(tmp_path))

    assert outfit.engine.given("pull") == []


def test_every_image_that_is_missing_is_pulled_with_the_secret(tmp_path: Path) -> None:
    # BLD-80, BLD-121
    outfit = an_assignment(tmp_path, buildArgs=[{"name": "BASE", "value": "reg.example/a:1"}])
    outfit.engine.offer("reg.example/a:1", FakeImage())
    outfit.engine.offer("reg.example/b:1", FakeImage())
    secret(outfit, "PULL_DOCKERCFG_PATH", {".dockercfg": "puller"})

    run(a_task(outfit), a_source(tmp_path, f"{TEXT}COPY --from=reg.example/b:1 c d\n"))

    pulls = [pull for pull in outfit.engine.given("pull") if isinstance(pull, PullSpec)]
    assert [pull.image for pull in pulls] == ["reg.example/a:1", "reg.example/b:1"]
    assert [c.username for pull in pulls if (c := pull.access.credential)] == ["puller"] * 2
    assert outfit.shown.remarks(0)[:1] == ["Pulling image reg.example/a:1 ..."]


def test_a_forced_pull_is_made_although_the_image_is_here(tmp_path: Path) -> None:
    # BLD-121
    outfit = an_assignment(tmp_path, forcePull=True)
    outfit.engine.offer(BASE, FakeImage())

    run(a_task(outfit), a_source(tmp_path))

    [pull] = outfit.engine.given("pull")
    assert isinstance(pull, PullSpec)
    assert pull.policy is PullPolicy.ALWAYS


def test_an_image_source_is_pulled_with_its_own_secret(tmp_path: Path) -> None:
    # BLD-70, BLD-116
    image = {"from": {"kind": "DockerImage", "name": "reg.example/a:1"}, "as": ["seed"]}
    outfit = an_assignment(tmp_path, source={"images": [image]})
    outfit.engine.offer("reg.example/a:1", FakeImage())
    secret(outfit, "PULL_SOURCE_DOCKERCFG_PATH_0", {".dockercfg": "seeder"})

    run(a_task(outfit), a_source(tmp_path, "FROM seed\n"))

    [pull] = outfit.engine.given("pull")
    assert isinstance(pull, PullSpec)
    assert pull.access.credential is not None
    assert pull.access.credential.username == "seeder"


@pytest.mark.parametrize("image", ["reg.example/none:1", "localhost/none:1", "No:Image:1"])
def test_an_image_that_cannot_be_had_ends_the_build(tmp_path: Path, image: str) -> None:
    # BLD-121, BLD-161
    with pytest.raises(BuildFault, match="failed to pull image: ") as caught:
        run(a_task(an_assignment(tmp_path)), a_source(tmp_path, f"FROM {image}\n"))

    assert caught.value.reason == "PullBuilderImageFailed"


def test_a_from_that_cannot_be_told_ends_the_build(tmp_path: Path) -> None:
    with pytest.raises(BuildFault, match="give its ARG a default") as caught:
        run(a_task(an_assignment(tmp_path)), a_source(tmp_path, "ARG X\nFROM $X\n"))

    assert caught.value.reason == "DockerBuildFailed"


def test_a_build_that_fails_has_its_reason_and_shows_its_output_once(tmp_path: Path) -> None:
    # BLD-125, BLD-163
    outfit = an_assignment(tmp_path)
    outfit.engine.fail("build", EngineFault("RUN make ended with 2", tail=("make: no rule",)))

    with pytest.raises(BuildFault, match="RUN make ended with 2") as caught:
        run(a_task(outfit), a_source(tmp_path))

    assert (caught.value.reason, caught.value.tail) == ("DockerBuildFailed", ())


def test_a_build_whose_step_had_no_memory_says_so(tmp_path: Path) -> None:
    # BL-73, UP-2
    outfit = an_assignment(tmp_path)
    outfit.engine.fail("build", EngineFault("RUN make was killed", reason="OutOfMemory"))

    with pytest.raises(BuildFault, match="RUN make was killed") as caught:
        run(a_task(outfit), a_source(tmp_path))

    assert reason_of(caught.value)[0] == "OutOfMemoryKilled"


def test_volumes_are_seen_by_steps_and_copied_nowhere(tmp_path: Path) -> None:
    # BLD-127
    volume = {
        "name": "npm-rc",
        "source": {"type": "Secret", "secret": {"secretName": "npm"}},
        "mounts": [{"destinationPath": "/root/npm"}],
    }
    outfit = an_assignment(tmp_path, volumes=[volume])
    place = tmp_path / "root/var/run/openshift.io/volumes/npm-rc-user-build-volume"
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path)

    spec = asked(tmp_path, outfit)

    assert spec.mounts == (Mount(source=str(tmp_path), target="/root/npm", read_only=True),)
    assert [path.name for path in spec.context.iterdir()] == ["Dockerfile"]


def test_the_authorities_of_the_cluster_are_seen_where_they_are_asked_for(tmp_path: Path) -> None:
    # BLD-39, BLD-127
    bundle = tmp_path / "ca.crt"
    bundle.write_text("trust me")
    outfit = an_assignment(tmp_path)
    outfit.env["BUILD_MOUNT_ETC_PKI_CATRUST"] = "true"
    task = replace(a_task(outfit), platform=Platform(ca_bundle=bundle))

    run(task, a_source(tmp_path))

    [spec] = outfit.engine.given("build")
    assert isinstance(spec, BuildSpec)
    mounts = {mount.target: Path(mount.source) for mount in spec.mounts}
    assert mounts["/run/slipcast/ca.crt"] == bundle
    pem = mounts["/etc/pki/ca-trust"] / "extracted/pem/tls-ca-bundle.pem"
    assert pem.read_text() == "trust me"


def test_an_engine_that_can_show_steps_nothing_builds_all_the_same(tmp_path: Path) -> None:
    outfit = an_assignment(tmp_path)
    outfit.engine.fail("build", EngineFault("no mounts here", reason="NotSupported"))
    task = replace(a_task(outfit), platform=Platform(ca_bundle=tmp_path / "ca.crt"))

    run(task, a_source(tmp_path))

    first, second = outfit.engine.given("build")
    assert isinstance(first, BuildSpec)
    assert second == replace(first, mounts=())


def test_an_engine_that_cannot_show_a_volume_is_told_of(tmp_path: Path) -> None:
    volume = {
        "name": "keys",
        "source": {"type": "Secret", "secret": {"secretName": "keys"}},
        "mounts": [{"destinationPath": "/keys"}],
    }
    outfit = an_assignment(tmp_path, volumes=[volume])
    outfit.engine.fail("build", EngineFault("no mounts here", reason="NotSupported"))

    with pytest.raises(BuildFault, match="no mounts here"):
        run(a_task(outfit), a_source(tmp_path))


def test_proxies_of_the_process_and_the_platform_reach_the_steps(tmp_path: Path) -> None:
    # BLD-126
    outfit = an_assignment(tmp_path, buildArgs=[{"name": "NO_PROXY", "value": "mine"}])
    outfit.env |= {"HTTP_PROXY": "http://p", "NO_PROXY": "theirs", "OTHER": "x"}
    task = replace(a_task(outfit), platform=Platform(env=(("https_proxy", "http://q"),)))

    run(task, a_source(tmp_path))

    [spec] = outfit.engine.given("build")
    assert isinstance(spec, BuildSpec)
    assert dict(spec.proxies) == {"HTTP_PROXY": "http://p", "https_proxy": "http://q"}


def test_secrets_are_in_the_context_while_it_is_built_and_not_after(tmp_path: Path) -> None:
    # BLD-122, BLD-26
    secrets = [{"secret": {"name": "npm"}, "destinationDir": ""}]
    outfit = an_assignment(tmp_path, source={"secrets": secrets})
    directory = tmp_path / "root/var/run/secrets/openshift.io/build/npm"
    directory.mkdir(parents=True)
    (directory / "token").write_text("hush")
    seen: list[str] = []
    outfit.engine.recipe = lambda spec: _looked(spec, seen)

    run(a_task(outfit), a_source(tmp_path))

    assert seen == ["hush"]
    assert not (tmp_path / "source/token").exists()


def _looked(spec: BuildSpec, seen: list[str]) -> FakeImage:
    seen.append((spec.context / "token").read_text())
    return FakeImage()


def test_values_of_several_lines_come_with_their_line_ends(tmp_path: Path) -> None:
    # BLD-118
    outfit = an_assignment(tmp_path, env=[{"name": "KEY", "value": "a\nb"}])

    spec = asked(tmp_path, outfit)

    assert dict(spec.build_args) == {"slipcast_newline": "\n"}
