"""A Build said as a request of source to image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assignments import BUILDER, OUTPUT, URL, FakeOutfit, a_task, an_outfit, build_text, of_strategy
from assignments import secret as given_secret
from slipcast.builder.strategies import source
from slipcast.builder.task import Built, Fetched
from slipcast.builds.s2i.request import S2IRequest, UidRange
from slipcast.ports.engine import ANONYMOUS, ContainerSpec, PullSpec
from slipcast.testing.engine import Process
from slipcast.testing.git import REVISION
from slipcast.testing.objects import a_builder
from slipcast.values.container import Mount, PullPolicy
from slipcast.values.faults import InvalidFault, UsageFault
from slipcast.values.image import ImageConfig
from slipcast.values.revision import SourceRevision

BUILD_SECRETS = "var/run/secrets/openshift.io/build"
BUILD_CONFIGS = "var/run/configs/openshift.io/build"


def fetched(tmp_path: Path, revision: SourceRevision = REVISION) -> Fetched:
    """A source with one file."""
    root = tmp_path / "inputs"
    root.mkdir(exist_ok=True)
    (root / "app.txt").write_text("hello")
    return Fetched(root=root, context=root, revision=revision)


def asked(tmp_path: Path, text: str = "", **env: str) -> S2IRequest:
    """What source to image is asked for."""
    return source.request(a_task(an_outfit(tmp_path, text, **env)), fetched(tmp_path))


def built(tmp_path: Path, outfit: FakeOutfit) -> Built:
    """Run the strategy."""
    return source.run(a_task(outfit), fetched(tmp_path))


def config(outfit: FakeOutfit, image: Built) -> ImageConfig:
    """What the image says of itself."""
    return outfit.engine.image(image.tag).config


def with_strategy(**changes: Any) -> str:
    """A Build with a changed source strategy."""
    return build_text(strategy=of_strategy(**changes))


def test_the_image_holds_the_source_and_says_which_commit_it_is_bld_82_83_89(tmp_path: Path):
    labels = [{"name": "team", "value": "web"}]
    outfit = an_outfit(tmp_path, build_text(labels=labels))

    image = built(tmp_path, outfit)

    said = config(outfit, image).labels
    assert image.tag == "localhost/shop/app-1:00000000"
    assert said["io.openshift.build.commit.id"] == REVISION.commit
    assert said["io.openshift.build.source-location"] == URL
    assert said["io.k8s.display-name"] == "localhost/shop/app-1:latest"
    assert said["team"] == "web"


def test_a_variable_of_a_secret_is_seen_by_assemble_and_kept_by_no_image_up_12(tmp_path: Path):
    secret = {"secretKeyRef": {"name": "s", "key": "k"}}
    env = [{"name": "TOKEN", "valueFrom": secret}, {"name": "PLAIN", "value": "x"}]
    outfit = an_outfit(tmp_path, with_strategy(env=env), BUILD_STRATEGY_ENV_0="hush")

    image = built(tmp_path, outfit)

    assembling = outfit.engine.given("container")[0]
    assert isinstance(assembling, ContainerSpec)
    assert ("TOKEN", "hush") in assembling.env
    assert "TOKEN" not in dict(config(outfit, image).env)
    assert dict(config(outfit, image).env)["PLAIN"] == "x"


def test_the_image_says_which_build_made_it_unless_told_otherwise_ba_97(tmp_path: Path):
    labels = [{"name": "io.openshift.build.namespace", "value": "mine"}]
    outfit = an_outfit(tmp_path, build_text(labels=labels))

    said = config(outfit, built(tmp_path, outfit)).labels

    assert said["io.openshift.build.name"] == "app-1"
    assert said["io.openshift.build.namespace"] == "mine"


def test_the_image_has_the_variables_of_the_build_then_the_strategys_bld_106_110(tmp_path: Path):
    env = [{"name": "A", "value": "1"}, {"name": "OPENSHIFT_BUILD_NAME", "value": "mine"}]
    outfit = an_outfit(
        tmp_path,
        build_text(strategy=of_strategy(env=env), source={"git": {"uri": URL, "ref": "main"}}),
    )

    image = built(tmp_path, outfit)

    assert dict(config(outfit, image).env).items() >= {
        ("OPENSHIFT_BUILD_NAME", "mine"),
        ("OPENSHIFT_BUILD_NAMESPACE", "shop"),
        ("OPENSHIFT_BUILD_SOURCE", URL),
        ("OPENSHIFT_BUILD_REFERENCE", "main"),
        ("OPENSHIFT_BUILD_COMMIT", REVISION.commit),
        ("A", "1"),
    }


def test_without_git_nothing_is_said_of_it_bld_107(tmp_path: Path):
    outfit = an_outfit(tmp_path, build_text(source={"type": "Binary", "binary": {}}))
    task = a_task(outfit)

    names = [name for name, _ in source.variables(task.build, SourceRevision())]

    assert names == ["OPENSHIFT_BUILD_NAME", "OPENSHIFT_BUILD_NAMESPACE"]


def test_a_binary_source_has_no_location_of_this_machine(tmp_path: Path):
    outfit = an_outfit(tmp_path, build_text(source={"type": "Binary", "binary": {}}))

    image = source.run(a_task(outfit), fetched(tmp_path, SourceRevision()))

    assert str(tmp_path) not in str(config(outfit, image))


@pytest.mark.parametrize(
    ("force", "policy"), [(True, PullPolicy.ALWAYS), (False, PullPolicy.IF_NOT_PRESENT)]
)
def test_force_pull_is_for_builder_and_runtime_image_bld_87(
    tmp_path: Path, policy: PullPolicy, *, force: bool
):
    request = asked(tmp_path, with_strategy(forcePull=force))

    assert (request.pull_policy, request.runtime_pull_policy) == (policy, policy)


def test_the_previous_image_is_the_output_and_always_pulled_bld_86(tmp_path: Path):
    text = build_text(strategy=of_strategy(incremental=True), output=OUTPUT)

    request = asked(tmp_path, text)

    assert request.incremental
    assert request.incremental_from_tag == OUTPUT
    assert request.incremental_pull_policy is PullPolicy.ALWAYS


def test_without_output_the_previous_image_is_of_this_node_bld_86(tmp_path: Path):
    request = asked(tmp_path, with_strategy(incremental=True))

    assert request.incremental_from_tag == "localhost/shop/app-1:latest"
    assert request.incremental_pull_policy is PullPolicy.NEVER


def test_the_previous_image_is_pulled_as_who_pushes_bld_79(tmp_path: Path):
    text = build_text(strategy=of_strategy(incremental=True), output=OUTPUT)
    outfit = an_outfit(tmp_path, text)
    given_secret(outfit, "PUSH_DOCKERCFG_PATH", {"config.json": "pusher"})
    given_secret(outfit, "PULL_DOCKERCFG_PATH", {"config.json": "puller"})
    outfit.engine.offer(OUTPUT, a_builder())

    built(tmp_path, outfit)

    assert who(outfit) == {BUILDER: "puller", OUTPUT: "pusher"}


def who(outfit: FakeOutfit) -> dict[str, str]:
    """As whom each image was pulled."""
    specs = [spec for spec in outfit.engine.given("pull") if isinstance(spec, PullSpec)]
    return {
        spec.image: spec.access.credential.username if spec.access.credential else ""
        for spec in specs
    }


def test_without_secrets_we_are_nobody(tmp_path: Path):
    outfit = an_outfit(tmp_path)

    built(tmp_path, outfit)

    pulled = outfit.engine.given("pull")[0]
    assert isinstance(pulled, PullSpec)
    assert pulled.access == ANONYMOUS


def test_what_is_here_is_not_said_to_be_pulled_bld_179(tmp_path: Path):
    outfit = an_outfit(tmp_path)

    built(tmp_path, outfit)

    assert outfit.shown.remarks(0) == []


def test_what_is_pulled_is_said_bld_179(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    outfit.engine.remove(BUILDER)
    outfit.engine.offer(BUILDER, a_builder())

    built(tmp_path, outfit)

    assert outfit.shown.remarks(0) == [f'Pulling image "{BUILDER}" ...']


def test_restrictions_come_from_the_variables_bld_93(tmp_path: Path):
    request = asked(tmp_path, ALLOWED_UIDS="1-,5", DROP_CAPS="KILL, MKNOD")

    assert request.allowed_uids == (UidRange(low=1, high=None), UidRange(low=5, high=5))
    assert request.cap_drop == ("KILL", "MKNOD")
    assert request.block_onbuild


def test_a_bad_restriction_is_an_error_bld_93(tmp_path: Path):
    with pytest.raises(UsageFault, match="'root' is not a range of user ids"):
        asked(tmp_path, ALLOWED_UIDS="root")


def test_artifacts_go_to_the_runtime_image_bld_96(tmp_path: Path):
    text = with_strategy(
        runtimeImage={"kind": "DockerImage", "name": "registry.example/runtime:1"},
        runtimeArtifacts=[{"sourcePath": "/opt/app/app.war", "destinationDir": "deployments"}],
    )

    request = asked(tmp_path, text)

    assert request.runtime_image == "registry.example/runtime:1"
    assert request.runtime_artifacts == ("/opt/app/app.war:deployments",)


def test_volumes_are_seen_and_cannot_be_written(tmp_path: Path):
    volume = {
        "name": "m2",
        "source": {"type": "Secret", "secret": {"secretName": "maven"}},
        "mounts": [{"destinationPath": "/opt/app/.m2"}],
    }

    request = asked(tmp_path, with_strategy(volumes=[volume]))

    place = tmp_path / "root/var/run/openshift.io/volumes/m2-user-build-volume"
    assert request.volumes == (Mount(source=str(place), target="/opt/app/.m2", read_only=True),)


def test_secrets_are_seen_by_assemble_and_in_no_image_config_maps_stay_bld_90_104(tmp_path: Path):
    outfit = with_secret_and_config_map(tmp_path)
    seen: dict[str, bytes | None] = {}
    builder = a_builder(assemble=lambda each: _reads(each, seen), files={"/opt/app/.bashrc": b""})
    outfit.engine.add(BUILDER, builder)

    image = built(tmp_path, outfit)

    files = outfit.engine.image(image.tag).files
    assert seen == {"password": b"hunter2", "settings": b"debug"}
    assert files.get("/opt/app/password") is None
    assert files.get("/opt/app/settings") == b"debug"


def with_secret_and_config_map(tmp_path: Path) -> FakeOutfit:
    """A Build with both, as a platform mounts them: links into a directory of that version."""
    text = build_text(
        source={
            "git": {"uri": URL},
            "secrets": [{"secret": {"name": "db"}}],
            "configMaps": [{"configMap": {"name": "conf"}}],
        }
    )
    outfit = an_outfit(tmp_path, text)
    for place, name, content in (
        (f"{BUILD_SECRETS}/db", "password", "hunter2"),
        (f"{BUILD_CONFIGS}/conf", "settings", "debug"),
    ):
        version = tmp_path / "root" / place / "..2026"
        version.mkdir(parents=True)
        (version / name).write_text(content)
        (version.parent / "..data").symlink_to("..2026")
        (version.parent / name).symlink_to(f"..data/{name}")
    return outfit


def _reads(process: Process, seen: dict[str, bytes | None]) -> int:
    for name in ("password", "settings"):
        seen[name] = process.files.get(f"/opt/app/{name}")
    return 0


def test_scripts_of_the_host_are_refused_in_a_pod(tmp_path: Path):
    with pytest.raises(InvalidFault, match="names files of the host"):
        asked(tmp_path, with_strategy(scripts="file:///root"))


def test_the_proxy_for_scripts_is_told_without_its_password_bld_97(tmp_path: Path):
    env = [{"name": "http_proxy", "value": "http://u:pw@proxy:1"}]
    outfit = an_outfit(tmp_path, with_strategy(scripts="http://scripts", env=env))
    outfit.downloads.pages = {"http://scripts/assemble": b"#!/bin/sh\n", "http://scripts/run": b"#"}
    outfit.engine.programs["/tmp/scripts/assemble"] = lambda _: 0

    built(tmp_path, outfit)

    assert outfit.shown.remarks(0) == [
        "Using HTTP proxy http://***@proxy:1 and HTTPS proxy  for script download"
    ]


@pytest.mark.parametrize(("hook", "destination"), [({}, OUTPUT), ({"script": "true"}, "")])
def test_layers_go_ahead_to_the_registry_unless_a_hook_may_refuse_them(
    tmp_path: Path, hook: dict[str, str], destination: str
):
    request = asked(tmp_path, build_text(output=OUTPUT, postCommit=hook))

    assert request.send_to == destination
