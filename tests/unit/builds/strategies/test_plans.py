"""The pod a build runs in: build-lifecycle.md sections 4 and 5."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from slipcast.api.build import Build
from slipcast.api.container import Container
from slipcast.api.pod import Pod
from slipcast.builds import othersecrets
from slipcast.builds.cluster import Cluster
from slipcast.builds.overrides import BuildDefaults, BuildOverrides
from slipcast.builds.strategies import (
    Delegate,
    Facts,
    PodPlan,
    Refused,
    is_delegated,
    plan,
)
from verdicts import PULLED, a_build, seen

CLUSTER = Cluster(builder_image="slipcast/builder:1", version="v1.5.0")
STAGES = Cluster(builder_image="slipcast/builder:1", stages=True)
SOCKET = Cluster(builder_image="slipcast/builder:1", engine_socket="/run/podman.sock")
DOCKER: dict[str, Any] = {"dockerStrategy": {}}
SOURCE = {"sourceStrategy": {"from": PULLED}}
CUSTOM = {"customStrategy": {"from": PULLED}}
FIELD = {"fieldRef": {"fieldPath": "metadata.name"}}
SECRET = {"secretKeyRef": {"name": "s", "key": "k"}}


def pod(cluster: Cluster = CLUSTER, facts: Facts | None = None, **spec: Any) -> Pod:
    found = plan(a_build(**spec), cluster, facts or Facts())
    assert isinstance(found, PodPlan), found
    return found.pod


def main(cluster: Cluster = CLUSTER, facts: Facts | None = None, **spec: Any) -> Container:
    return pod(cluster, facts, **spec).spec.containers[0]


def env(container: Container) -> dict[str, str]:
    return {each.name: each.value for each in container.env if each.name != "BUILD"}


def told(container: Container) -> Build:
    (text,) = [each.value for each in container.env if each.name == "BUILD"]
    return msgspec.json.decode(text.encode(), type=Build)


def test_a_pod_is_named_and_owned_by_its_build_bl_507_bl_517() -> None:
    metadata = pod(strategy=DOCKER).metadata

    assert metadata.name == "frontend-1-build"
    assert metadata.labels == {"openshift.io/build.name": "frontend-1"}
    assert metadata.annotations == {"openshift.io/build.name": "frontend-1"}
    (owner,) = metadata.owner_references
    assert (owner.kind, owner.name, owner.controller) == ("Build", "frontend-1", True)


@pytest.mark.parametrize(
    ("strategy", "name", "image"),
    [
        (DOCKER, "docker-build", "slipcast/builder:1"),
        (SOURCE, "sti-build", "slipcast/builder:1"),
        (CUSTOM, "custom-build", PULLED["name"]),
    ],
)
def test_each_strategy_has_its_container_bl_508_bl_512(
    strategy: dict[str, Any], name: str, image: str
) -> None:
    container = main(strategy=strategy)

    assert (container.name, container.image) == (name, image)
    assert container.image_pull_policy == "IfNotPresent"
    assert container.security_context is not None
    assert container.security_context.privileged
    assert container.termination_message_policy == "FallbackToLogsOnError"


def test_a_custom_image_is_pulled_when_it_must_be_bl_510() -> None:
    strategy = {"customStrategy": {"from": PULLED, "forcePull": True, "pullSecret": {"name": "p"}}}

    spec = pod(strategy=strategy).spec

    assert spec.containers[0].image_pull_policy == "Always"
    assert [each.name for each in spec.image_pull_secrets] == ["p"]


def test_a_pod_runs_once_where_and_as_long_as_the_build_says_bl_511_bl_514() -> None:
    spec = pod(
        completionDeadlineSeconds=60,
        nodeSelector={"zone": "a"},
        serviceAccount="robot",
        resources={"limits": {"memory": "1Gi"}},
    ).spec

    assert spec.restart_policy == "Never"
    assert spec.active_deadline_seconds == 60
    assert spec.node_selector == {"zone": "a"}
    assert spec.service_account_name == "robot"
    assert spec.containers[0].resources.limits == {"memory": "1Gi"}


def test_the_pod_of_a_build_made_by_hand_has_the_account_of_builders_bl_12_bl_513() -> None:
    assert pod().spec.service_account_name == "builder"


def test_what_is_built_is_told_in_variables_bl_521_bl_525() -> None:
    source = {"git": {"uri": "https://x/y", "ref": "dev"}, "contextDir": "app"}

    assert env(main(source=source, strategy=DOCKER)) == {
        "SOURCE_REPOSITORY": "https://x/y",
        "SOURCE_URI": "https://x/y",
        "SOURCE_CONTEXT_DIR": "app",
        "SOURCE_REF": "dev",
        "ORIGIN_VERSION": "v1.5.0",
    }


@pytest.mark.parametrize(("strategy", "found"), [(DOCKER, "app"), (CUSTOM, None)])
def test_a_directory_is_told_without_a_repository_except_to_custom_images_bl_523(
    strategy: dict[str, Any], found: str | None
) -> None:
    variables = env(main(source={"contextDir": "app"}, strategy=strategy))

    assert variables.get("SOURCE_CONTEXT_DIR") == found


def test_only_some_variables_of_the_strategy_reach_the_builder_bl_526_bl_528() -> None:
    given = [("LANG", "C"), ("BUILD_LOGLEVEL", "2"), ("X", "1"), ("BUILD_LOGLEVEL", "5")]
    strategy_env = [{"name": name, "value": value} for name, value in given]

    container = main(CLUSTER, source={}, strategy={"dockerStrategy": {"env": strategy_env}})

    assert env(container) == {"ORIGIN_VERSION": "v1.5.0", "LANG": "C", "BUILD_LOGLEVEL": "5"}
    assert container.args == ("--loglevel=5",)


def test_all_variables_reach_a_custom_image_after_the_others_bl_528() -> None:
    strategy = {"customStrategy": {"from": PULLED, "env": [{"name": "SOURCE_URI", "value": "x"}]}}

    container = main(strategy=strategy)

    assert (container.env[-1].name, container.env[-1].value) == ("SOURCE_URI", "x")
    assert container.args == ()


def test_assemble_is_restricted_where_nobody_may_be_root_bl_529() -> None:
    facts = Facts(may_be_root=False)

    assert env(main(facts=facts, strategy=SOURCE))["ALLOWED_UIDS"] == "1-"
    assert env(main(facts=facts, strategy=SOURCE))["DROP_CAPS"].startswith("KILL,MKNOD")
    assert "ALLOWED_UIDS" not in env(main(strategy=SOURCE))
    assert "ALLOWED_UIDS" not in env(main(facts=facts, strategy=DOCKER))


@pytest.mark.parametrize(
    ("output", "registry", "image"),
    [
        ("registry:5000/shop/app:1", "registry:5000", "shop/app:1"),
        ("shop/app", "", "shop/app"),
        ("Not An Image", "", "Not An Image"),
    ],
)
def test_a_custom_image_is_told_where_the_image_goes_bl_530(
    output: str, registry: str, image: str
) -> None:
    to = {"to": {"kind": "DockerImage", "name": output}}

    variables = env(main(facts=Facts(output=output), strategy=CUSTOM, output=to))

    assert variables["OUTPUT_REGISTRY"] == registry
    assert variables["OUTPUT_IMAGE"] == image


def test_the_engine_is_shown_to_custom_images_that_ask_bl_516_bl_531() -> None:
    strategy = {"customStrategy": {"from": PULLED, "exposeDockerSocket": True}}

    found = pod(SOCKET, strategy=strategy).spec

    assert env(found.containers[0])["DOCKER_SOCKET"] == "/var/run/docker.sock"
    assert found.volumes[0].host_path is not None
    assert found.volumes[0].host_path.path == "/run/podman.sock"


def test_the_engine_is_not_shown_where_no_build_may_have_it() -> None:
    build = a_build(strategy={"customStrategy": {"from": PULLED, "exposeDockerSocket": True}})

    found = plan(build, CLUSTER, Facts())

    assert isinstance(found, Refused)
    assert found.reason == "CannotCreateBuildPodSpec"


def secrets(strategy: dict[str, Any], cluster: Cluster = CLUSTER) -> dict[str, str]:
    """Which variable leads where a volume of that secret is seen."""
    images = [{"from": PULLED, "pullSecret": {"name": "img"}, "paths": []}]
    source = {"images": images, "sourceSecret": {"name": "src"}, "git": {"uri": "x"}}
    container = main(
        cluster,
        source=source,
        output={"pushSecret": {"name": "push.me"}},
        strategy=strategy,
    )
    volumes = {each.mount_path: each.name for each in container.volume_mounts}
    return {
        name: volumes[value]
        for name, value in env(container).items()
        if name.endswith(("PATH", "_0"))
    }


@pytest.mark.parametrize("kind", ["dockerStrategy", "sourceStrategy"])
def test_secrets_are_seen_where_variables_say_bl_532_bl_535_bl_50(kind: str) -> None:
    assert secrets({kind: {"from": PULLED, "pullSecret": {"name": "pull"}}}) == {
        "PUSH_DOCKERCFG_PATH": "push-me-push",
        "PULL_DOCKERCFG_PATH": "pull-pull",
        "PULL_SOURCE_DOCKERCFG_PATH_0": "img-source-image",
        "SOURCE_SECRET_PATH": "src-source",
    }


def test_secrets_that_are_tried_too_may_be_missing() -> None:
    images = [{"from": PULLED, "pullSecret": {"name": "img"}}]
    build = a_build(source={"images": images}, output={"pushSecret": {"name": "a"}})
    noted = othersecrets.noted(build, {"push": ["b.c"], "source-image-0": ["d"]})

    planned = plan(noted, CLUSTER, Facts())

    assert isinstance(planned, PodPlan)
    spec = planned.pod.spec
    found = env(spec.containers[0])
    volumes = {each.secret.secret_name: each.secret for each in spec.volumes if each.secret}
    mounts = {each.mount_path: each.name for each in spec.containers[0].volume_mounts}
    assert mounts[found["PUSH_DOCKERCFG_PATH_TOO_1"]] == "b-c-push-too"
    assert mounts[found["PULL_SOURCE_DOCKERCFG_PATH_0_TOO_1"]] == "d-source-image-0-too"
    assert [volumes[name].optional for name in ("a", "b.c", "d")] == [None, True, True]


def test_custom_images_have_registries_secrets_with_the_engine_only_bl_532() -> None:
    custom = {"from": PULLED, "pullSecret": {"name": "pull"}}
    exposed = {**custom, "exposeDockerSocket": True}

    assert list(secrets({"customStrategy": custom})) == ["SOURCE_SECRET_PATH"]
    assert len(secrets({"customStrategy": exposed}, SOCKET)) == 4


def test_input_secrets_and_config_maps_are_mounted_bl_538_bl_540() -> None:
    source = {
        "secrets": [{"secret": {"name": "a"}}, {"secret": {"name": "a"}, "destinationDir": "x"}],
        "configMaps": [{"configMap": {"name": "b"}}],
    }

    spec = pod(source=source).spec

    assert [(each.name, each.mount_path) for each in spec.containers[0].volume_mounts] == [
        ("a-build", "/var/run/secrets/openshift.io/build/a"),
        ("b-build-config", "/var/run/configs/openshift.io/build/b"),
    ]
    assert [each.name for each in spec.volumes] == ["a-build", "b-build-config"]


def test_secrets_of_a_custom_build_are_where_it_says_bl_539() -> None:
    secret = {"secretSource": {"name": "a"}, "mountPath": "/secret"}

    container = main(strategy={"customStrategy": {"from": PULLED, "secrets": [secret]}})

    assert [each.mount_path for each in container.volume_mounts] == ["/secret"]


def test_volumes_of_the_strategy_are_mounted_bl_542() -> None:
    volume = {"name": "m2", "source": {"type": "Secret", "secret": {"secretName": "x"}}}

    spec = pod(strategy={"sourceStrategy": {"from": PULLED, "volumes": [volume]}}).spec

    assert spec.volumes[0].secret is not None
    assert spec.containers[0].volume_mounts[0].mount_path == (
        "/var/run/openshift.io/volumes/m2-user-build-volume"
    )


@pytest.mark.parametrize("strategy", [DOCKER, CUSTOM])
def test_what_is_sent_along_goes_into_the_container_bl_515(strategy: dict[str, Any]) -> None:
    container = main(source={"binary": {}}, strategy=strategy)

    assert container.stdin
    assert container.stdin_once
    assert not main(strategy=strategy).stdin


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ({"git": {"uri": "x"}}, ["git-clone", "manage-dockerfile"]),
        ({"dockerfile": "FROM x"}, ["manage-dockerfile"]),
        (
            {"binary": {}, "images": [{"from": PULLED, "paths": []}]},
            ["git-clone", "extract-image-content", "manage-dockerfile"],
        ),
    ],
)
def test_stages_are_init_containers_where_the_cluster_wants_them_bl_544_bl_546(
    source: dict[str, Any], names: list[str]
) -> None:
    spec = pod(STAGES, source=source, strategy=DOCKER).spec

    assert [each.name for each in spec.init_containers] == names
    assert [each.stdin for each in spec.init_containers] == [
        name == "git-clone" and "binary" in source for name in names
    ]
    assert not spec.containers[0].stdin
    assert spec.init_containers[0].volume_mounts[0].mount_path == "/tmp/build"
    assert spec.init_containers[-1].command == ("slipcast-builder", "manage-dockerfile")


def test_a_custom_build_has_no_stages_bl_546() -> None:
    assert pod(STAGES, strategy=CUSTOM).spec.init_containers == ()


def test_the_pod_is_told_the_output_in_full_bl_41() -> None:
    to = {"to": {"kind": "ImageStreamTag", "name": "app:1"}}

    build = told(main(facts=Facts(output="registry:5000/shop/app:1"), output=to))

    assert build.spec.output.to is not None
    assert build.spec.output.to.kind == "DockerImage"
    assert build.spec.output.to.name == "registry:5000/shop/app:1"
    assert build.status.output_docker_image_reference == "registry:5000/shop/app:1"


def test_defaults_and_overrides_are_in_the_copy_and_the_pod_bl_553_bl_564() -> None:
    cluster = Cluster(
        builder_image="b",
        defaults=BuildDefaults(git_http_proxy="http://p", annotations={"a": "1"}),
        overrides=BuildOverrides(node_selector={"zone": "a"}),
    )

    found = pod(cluster)

    git = told(found.spec.containers[0]).spec.source.git
    assert git is not None
    assert git.http_proxy == "http://p"
    assert found.spec.node_selector == {"zone": "a"}
    assert found.metadata.annotations["a"] == "1"


@pytest.mark.parametrize(
    ("said", "version"), [("", "v1"), ("build.openshift.io/v1", "build.openshift.io/v1")]
)
def test_a_custom_image_is_told_the_build_in_its_version_ba_580(said: str, version: str) -> None:
    container = main(strategy={"customStrategy": {"from": PULLED, "buildAPIVersion": said}})

    (text,) = [each.value for each in container.env if each.name == "BUILD"]
    assert msgspec.json.decode(text)["apiVersion"] == version


def test_a_version_that_nobody_knows_is_refused_ba_580() -> None:
    build = a_build(strategy={"customStrategy": {"from": PULLED, "buildAPIVersion": "v9"}})

    assert isinstance(plan(build, CLUSTER, Facts()), Refused)


def test_nothing_is_expanded_in_the_build_that_is_told_bl_520() -> None:
    container = main(postCommit={"script": "echo $(HOME) $$(X)"})

    (text,) = [each.value for each in container.env if each.name == "BUILD"]
    assert "$" not in text
    assert told(container).spec.post_commit.script == "echo $(HOME) $$(X)"


def test_fields_of_the_build_are_filled_in_and_secrets_are_not_bl_47() -> None:
    variables = [{"name": "ME", "valueFrom": FIELD}, {"name": "KEY", "valueFrom": SECRET}]

    container = main(strategy={"dockerStrategy": {"env": variables}})

    docker = told(container).spec.strategy.docker_strategy
    assert docker is not None
    assert (docker.env[0].value, docker.env[0].value_from) == ("frontend-1", None)
    assert docker.env[1].value_from is not None
    assert container.env[-1].name == "BUILD_STRATEGY_ENV_1"
    assert container.env[-1].value_from == docker.env[1].value_from


def test_build_arguments_are_told_like_variables() -> None:
    args = [{"name": "ME", "valueFrom": FIELD}, {"name": "KEY", "valueFrom": SECRET}]

    container = main(strategy={"dockerStrategy": {"buildArgs": args}})

    docker = told(container).spec.strategy.docker_strategy
    assert docker is not None
    assert docker.build_args[0].value == "frontend-1"
    assert container.env[-1].name == "BUILD_ARGUMENT_1"
    assert container.env[-1].value_from == docker.build_args[1].value_from


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.namespace", "shop"),
        ("metadata.uid", "u"),
        ("metadata.labels", 'a="1"\nb="2"'),
        ("metadata.labels['b']", "2"),
        ("metadata.annotations['b']", ""),
        ("metadata.annotations", ""),
    ],
)
def test_fields_are_those_of_the_build_bl_47(path: str, value: str) -> None:
    env_ = [{"name": "ME", "valueFrom": {"fieldRef": {"fieldPath": path}}}]
    metadata = {"name": "x", "namespace": "shop", "uid": "u", "labels": {"b": "2", "a": "1"}}
    spec = {"strategy": {"customStrategy": {"from": PULLED, "env": env_}}}

    found = plan(seen(Build, metadata=metadata, spec=spec), CLUSTER, Facts())

    assert isinstance(found, PodPlan)
    assert found.pod.spec.containers[0].env[-1].value == value


def test_a_field_that_a_build_does_not_have_ends_it_bl_47() -> None:
    variable = {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}

    found = plan(a_build(strategy={"dockerStrategy": {"env": [variable]}}), CLUSTER, Facts())

    assert isinstance(found, Refused)
    assert found.reason == "UnresolvableEnvironmentVariable"
    assert found.message == (
        "Unable to resolve build environment variable reference. "
        "IP refers to 'status.podIP', which a build does not have."
    )


@pytest.mark.parametrize(("trusts", "said"), [(True, "true"), (False, "false")])
def test_trust_is_told_where_it_is_said_bl_536(*, trusts: bool, said: str) -> None:
    assert env(main(mountTrustedCA=trusts))["BUILD_MOUNT_ETC_PKI_CATRUST"] == said


def test_pipelines_are_run_by_somebody_else_bl_2() -> None:
    build = a_build(strategy={"jenkinsPipelineStrategy": {"jenkinsfile": "x"}})

    assert plan(build, CLUSTER, Facts()) == Delegate(to="JenkinsPipeline")
    assert is_delegated(build)
    assert not is_delegated(a_build())


def test_a_build_without_strategy_has_no_pod_bl_42() -> None:
    assert isinstance(plan(Build(), CLUSTER, Facts()), Refused)


def test_what_was_sent_is_built_by_the_server_that_has_it() -> None:
    there = {"build.slipcast.io/upload-server": "server-1"}
    build = a_build(strategy=DOCKER)
    build = replace(build, metadata=replace(build.metadata, annotations=there))

    found = plan(build, CLUSTER, Facts())

    assert isinstance(found, PodPlan)
    assert found.pod.spec.node_name == "server-1"
    assert pod(strategy=DOCKER).spec.node_name == ""
