"""Which secrets of its account a build takes: build-lifecycle.md BL-15 to BL-17, BL-20."""

import json
from typing import Any

import pytest

from slipcast.api.build import Build, LocalObjectReference
from slipcast.api.core import Secret
from slipcast.api.meta import ObjectMeta
from slipcast.builds.credentials import fits, login, with_secrets
from slipcast.values.sensitive import Sensitive
from verdicts import a_build

CFG = "kubernetes.io/dockercfg"
JSON = "kubernetes.io/dockerconfigjson"
OUTPUT = "registry:5000/shop/app:1"
TO = {"to": {"kind": "ImageStreamTag", "name": "app:1"}}


def a_secret(*hosts: str, name: str = "login", type_: str = JSON) -> Secret:
    entries: dict[str, Any] = {host: {"auth": "eDp5"} for host in hosts}
    data = {".dockercfg": entries} if type_ == CFG else {".dockerconfigjson": {"auths": entries}}
    return Secret(
        metadata=ObjectMeta(name=name),
        type=type_,
        data={key: json.dumps(value).encode() for key, value in data.items()},
    )


def pulled(name: str) -> dict[str, str]:
    return {"kind": "DockerImage", "name": name}


def secret_of(reference: LocalObjectReference | None) -> str:
    return reference.name if reference is not None else ""


@pytest.mark.parametrize("type_", [CFG, JSON])
@pytest.mark.parametrize(
    ("entry", "image", "fit"),
    [
        ("registry:5000", "registry:5000/shop/app:1", True),
        ("registry:5000/shop", "registry:5000/shop/app:1", True),
        ("registry:5000/shop/app", "registry:5000/shop/app@sha256:" + "a" * 64, True),
        ("registry:5000/sho", "registry:5000/shop/app:1", False),
        ("registry", "registry:5000/shop/app:1", False),
        ("https://index.docker.io/v1/", "ruby:2.3", True),
        ("docker.io/library", "ruby:2.3", True),
        ("https://registry:5000", "registry:5000/x", True),
        ("registry:5000", "Not An Image", False),
    ],
)
def test_a_secret_fits_by_host_and_path_bl_20(
    *, type_: str, entry: str, image: str, fit: bool
) -> None:
    assert fits(a_secret(entry, type_=type_), image) is fit


@pytest.mark.parametrize(
    "data",
    [b"", b"no json", b"[]", b'{"auths": []}', b"\xff\xfe"],
)
def test_a_secret_of_other_content_is_passed_over_bl_20(data: bytes) -> None:
    secret = Secret(type=JSON, data={".dockerconfigjson": data})

    assert not fits(secret, "registry:5000/x")
    assert not fits(Secret(type="Opaque", data={".dockercfg": b'{"registry:5000": {}}'}), OUTPUT)


def test_the_first_secret_that_fits_pushes_bl_15() -> None:
    secrets = [a_secret("other", name="a"), a_secret("registry:5000", name="b")]
    secrets.append(a_secret("registry:5000/shop", name="c"))

    build = with_secrets(a_build(output=TO), secrets, OUTPUT)

    assert secret_of(build.spec.output.push_secret) == "b"


@pytest.mark.parametrize(
    ("output", "found"),
    [({}, ""), (TO | {"pushSecret": {"name": "mine"}}, "mine")],
)
def test_a_build_that_pushes_nothing_or_says_how_is_kept_bl_15(
    output: dict[str, Any], found: str
) -> None:
    build = with_secrets(a_build(output=output), [a_secret("registry:5000")], OUTPUT)

    assert secret_of(build.spec.output.push_secret) == found


@pytest.mark.parametrize("kind", ["sourceStrategy", "dockerStrategy", "customStrategy"])
@pytest.mark.parametrize(
    ("said", "found"), [({}, "login"), ({"pullSecret": {"name": "mine"}}, "mine")]
)
def test_the_image_of_a_strategy_is_pulled_with_what_fits_bl_17(
    kind: str, said: dict[str, Any], found: str
) -> None:
    build = a_build(strategy={kind: {"from": pulled("registry:5000/x"), **said}})

    strategy = with_secrets(build, [a_secret("registry:5000")]).spec.strategy

    chosen = strategy.source_strategy or strategy.docker_strategy or strategy.custom_strategy
    assert chosen is not None
    assert secret_of(chosen.pull_secret) == found


@pytest.mark.parametrize(("runtime", "found"), [("registry:5000/r", "login"), ("other/r", "")])
def test_the_runtime_image_is_second_bl_17(runtime: str, found: str) -> None:
    source = {"from": pulled("elsewhere.example.com/x"), "runtimeImage": pulled(runtime)}

    strategy = with_secrets(
        a_build(strategy={"sourceStrategy": source}), [a_secret("registry:5000")]
    ).spec.strategy.source_strategy

    assert strategy is not None
    assert secret_of(strategy.pull_secret) == found


def test_images_of_the_source_have_their_own_secrets_bl_16() -> None:
    mine = {"from": pulled("registry:5000/b"), "pullSecret": {"name": "mine"}}
    images = [{"from": pulled("registry:5000/a")}, mine, {"from": pulled("other.io/c")}]

    build = with_secrets(a_build(source={"images": images}), [a_secret("registry:5000")])

    assert [secret_of(each.pull_secret) for each in build.spec.source.images] == [
        "login",
        "mine",
        "",
    ]


def test_a_dockerfile_without_image_and_a_pipeline_are_kept() -> None:
    docker = a_build(strategy={"dockerStrategy": {}})

    assert with_secrets(docker, [a_secret("registry:5000")]) == docker
    assert with_secrets(Build(), [a_secret("registry:5000")], OUTPUT) == Build()


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"auth": "eDp5OnM="}, ("x", Sensitive("y:s"))),
        ({"username": "ada", "password": "s"}, ("ada", Sensitive("s"))),
        ({"auth": "not base 64"}, None),
        ({"auth": "/w=="}, None),
        ({"auth": 7, "username": 7}, None),
        ({}, None),
        ("text", None),
    ],
)
def test_who_a_secret_logs_in_as_is_read_in_both_its_forms(
    entry: object, found: tuple[str, Sensitive] | None
) -> None:
    data = json.dumps({"auths": {"registry:5000": entry}}).encode()
    secret = Secret(type=JSON, data={".dockerconfigjson": data})

    assert login(secret, OUTPUT) == found
    assert login(secret, "elsewhere.example.com/x") is None
