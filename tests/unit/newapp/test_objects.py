"""Components written as objects: generated-objects.md sections 3 to 8 and 12."""

import json

import pytest

from slipcast.newapp.component import (
    BuildPlan,
    ContainerPlan,
    CopiedImage,
    DeploymentPlan,
    InputImage,
    NewStream,
    Output,
    SourceInput,
)
from slipcast.newapp.objects import (
    TRIGGERS,
    Secrets,
    build_config,
    deployment,
    deployment_config,
    input_stream,
    output_stream,
    selector_of,
    service,
)
from slipcast.newapp.ports import Port
from slipcast.newapp.request import Mounted, Pair

SECRETS = Secrets("for-github", "for-all")
PYTHON = InputImage(name="python:3.5", namespace="openshift")
WEBHOOKS = [
    {"type": "GitHub", "github": {"secret": "for-github"}},
    {"type": "Generic", "generic": {"secret": "for-all"}},
]


def a_build(source: SourceInput, **fields: object) -> BuildPlan:
    given = {"image": PYTHON, "strategy": "Source", **fields}
    return BuildPlan(name="shop", source=source, **given)  # type: ignore[arg-type]


def test_a_git_repository_with_a_builder_go_40_go_50_go_60() -> None:
    source = SourceInput(uri="https://git.example/shop.git", ref="stable", context_dir="web")
    env = (Pair("B", "2"), Pair("A", "1"))

    made = build_config(a_build(source, env=env, output=Output(name="shop:latest")), SECRETS)

    assert made == {
        "apiVersion": "build.openshift.io/v1",
        "kind": "BuildConfig",
        "metadata": {"name": "shop"},
        "spec": {
            "source": {
                "type": "Git",
                "git": {"uri": "https://git.example/shop.git", "ref": "stable"},
                "contextDir": "web",
            },
            "strategy": {
                "type": "Source",
                "sourceStrategy": {
                    "from": {
                        "kind": "ImageStreamTag",
                        "namespace": "openshift",
                        "name": "python:3.5",
                    },
                    "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                },
            },
            "output": {"to": {"kind": "ImageStreamTag", "name": "shop:latest"}},
            "triggers": [
                *WEBHOOKS,
                {"type": "ConfigChange"},
                {"type": "ImageChange", "imageChange": {}},
            ],
        },
    }


def test_an_image_that_is_no_tag_starts_nothing_go_53_go_74() -> None:
    image = InputImage(name="centos:7", is_tag=False)

    made = build_config(a_build(SourceInput(uri="u"), image=image, strategy="Docker"), SECRETS)

    from_ = {"kind": "DockerImage", "name": "centos:7"}
    assert made["spec"]["strategy"] == {"type": "Docker", "dockerStrategy": {"from": from_}}
    assert made["spec"]["triggers"] == [*WEBHOOKS, {"type": "ConfigChange"}]


def test_what_is_sent_along_starts_nothing_go_42_go_73() -> None:
    copied = CopiedImage(image=PYTHON, source_path="/a", destination="b")
    source = SourceInput(is_binary=True, context_dir="x", copied=copied)

    spec = build_config(a_build(source), SECRETS)["spec"]

    assert spec["triggers"] == WEBHOOKS
    assert (spec["source"]["type"], spec["source"]["contextDir"]) == ("Binary", "x")


def test_a_dockerfile_beside_a_repository_go_43_go_44() -> None:
    alone = build_config(a_build(SourceInput(dockerfile="FROM a")), SECRETS)
    beside = build_config(a_build(SourceInput(dockerfile="FROM a", uri="u")), SECRETS)

    assert alone["spec"]["source"] == {"type": "Dockerfile", "dockerfile": "FROM a"}
    assert beside["spec"]["source"] == {"type": "Git", "dockerfile": "FROM a", "git": {"uri": "u"}}


def test_files_of_another_image_and_their_trigger_go_46_go_71() -> None:
    copied = CopiedImage(image=InputImage(name="jenkins:2"), source_path="/a", destination="")

    spec = build_config(a_build(SourceInput(copied=copied)), SECRETS)["spec"]

    from_ = {"kind": "ImageStreamTag", "name": "jenkins:2"}
    paths = [{"sourcePath": "/a", "destinationDir": ""}]
    assert spec["source"] == {"type": "Image", "images": [{"from": from_, "paths": paths}]}
    assert spec["triggers"][2] == {"type": "ImageChange", "imageChange": {"from": from_}}


def test_secrets_of_all_kinds_go_47_go_48_go_67() -> None:
    source = SourceInput(
        uri="u",
        credentials="git",
        secrets=(Mounted("npmrc", ".npmrc"),),
        config_maps=(Mounted("env"),),
    )
    output = Output(name="reg/ns/n:t", is_tag=False, push_secret="push")

    spec = build_config(a_build(source, output=output), SECRETS)["spec"]

    assert spec["source"]["sourceSecret"] == {"name": "git"}
    assert spec["source"]["secrets"] == [{"secret": {"name": "npmrc"}, "destinationDir": ".npmrc"}]
    assert spec["source"]["configMaps"] == [{"configMap": {"name": "env"}, "destinationDir": "."}]
    assert spec["output"] == {
        "to": {"kind": "DockerImage", "name": "reg/ns/n:t"},
        "pushSecret": {"name": "push"},
    }


def test_a_pipeline_has_no_output_go_52_go_66() -> None:
    plan = a_build(SourceInput(uri="u"), image=None, strategy="JenkinsPipeline")

    spec = build_config(plan, SECRETS)["spec"]

    assert spec["strategy"] == {"type": "JenkinsPipeline", "jenkinsPipelineStrategy": {}}
    assert spec["output"] == {}


def test_streams_follow_or_are_filled_go_80_go_81() -> None:
    stream = NewStream(
        name="web", tag="latest", pull_spec="r/acme/web", imported_from="r/acme/web", insecure=True
    )

    assert input_stream(stream)["spec"]["tags"] == [
        {
            "name": "latest",
            "annotations": {"openshift.io/imported-from": "r/acme/web"},
            "from": {"kind": "DockerImage", "name": "r/acme/web"},
            "importPolicy": {"insecure": True},
        }
    ]
    assert output_stream("shop")["spec"] == {}


SHOP = DeploymentPlan(
    name="shop",
    containers=(
        ContainerPlan(
            name="shop",
            image="shop:latest",
            trigger="shop:latest",
            ports=(Port(9090), Port(8080)),
            env=(Pair("DEBUG", "0"),),
        ),
        ContainerPlan(name="db", image="mysql", ports=(Port(8080),), volumes=("/data", "/log")),
    ),
)


def test_a_deployment_config_of_two_containers_go_90_go_92() -> None:
    spec = deployment_config(SHOP, {"app": "shop"})["spec"]

    labels = {"app": "shop", "deploymentconfig": "shop"}
    assert spec["selector"] == labels == spec["template"]["metadata"]["labels"]
    assert spec["triggers"] == [
        {"type": "ConfigChange"},
        {
            "type": "ImageChange",
            "imageChangeParams": {
                "automatic": True,
                "containerNames": ["shop"],
                "from": {"kind": "ImageStreamTag", "name": "shop:latest"},
            },
        },
    ]
    assert [each["name"] for each in spec["template"]["spec"]["containers"]] == ["shop", "db"]


def test_containers_have_ports_variables_and_volumes_go_100_go_104() -> None:
    spec = deployment_config(SHOP, {})["spec"]["template"]["spec"]

    first, second = spec["containers"]
    assert first["env"] == [{"name": "DEBUG", "value": "0"}]
    assert [each["containerPort"] for each in first["ports"]] == [9090, 8080]
    assert second["volumeMounts"] == [
        {"name": "db-volume-1", "mountPath": "/data"},
        {"name": "db-volume-2", "mountPath": "/log"},
    ]
    assert [each["name"] for each in spec["volumes"]] == ["db-volume-1", "db-volume-2"]


def test_a_deployment_waits_for_its_image_section_6() -> None:
    made = deployment(SHOP, {})

    path = 'spec.template.spec.containers[?(@.name=="shop")].image'
    from_ = {"kind": "ImageStreamTag", "name": "shop:latest"}
    assert json.loads(made["metadata"]["annotations"][TRIGGERS]) == [
        {"from": from_, "fieldPath": path}
    ]
    images = [each["image"] for each in made["spec"]["template"]["spec"]["containers"]]
    assert images == [" ", "mysql"]


def test_a_service_has_all_ports_once_the_lowest_first_go_102() -> None:
    made = service(SHOP, selector_of(SHOP, {}))

    assert made is not None
    assert made["spec"]["selector"] == {"deploymentconfig": "shop"}
    assert [each["name"] for each in made["spec"]["ports"]] == ["8080-tcp", "9090-tcp"]


def test_without_ports_there_is_no_service_go_9() -> None:
    plan = DeploymentPlan(name="x", containers=(ContainerPlan(name="x", image="i"),))

    assert service(plan, {}) is None


@pytest.mark.parametrize(
    ("name", "metadata"), [("1x", {"name": "x"}), ("12", {"name": "service-12"})]
)
def test_a_service_is_named_as_it_may_be_go_29(name: str, metadata: dict[str, str]) -> None:
    container = ContainerPlan(name=name, image="i", ports=(Port(80),))

    made = service(DeploymentPlan(name=name, containers=(container,)), {})

    assert made is not None
    assert made["metadata"] == metadata
