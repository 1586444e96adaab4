"""What manifests say, in each of their forms, and what is none."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from slipcast.api.image import Image, ImageLayer, ImageManifest
from slipcast.api.meta import ObjectMeta
from slipcast.images.manifests import (
    DOCKER_LIST,
    LARGEST,
    OCI_INDEX,
    OCI_MANIFEST,
    SCHEMA_1,
    SCHEMA_2,
    SIGNED_SCHEMA_1,
    described,
    digest_of,
    references,
)
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault

ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "123")
GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"


def a_body(**fields: Any) -> bytes:
    """A manifest with such fields."""
    return json.dumps({"schemaVersion": 2, **fields}).encode()


def a_descriptor(digest: str, size: int, media_type: str = GZIP, **more: Any) -> dict[str, Any]:
    """A piece as manifests name it."""
    return {"digest": digest, "size": size, "mediaType": media_type, **more}


def an_image_body(**more: Any) -> bytes:
    """A manifest of schema 2 with a configuration and two layers."""
    fields = {
        "mediaType": SCHEMA_2,
        "config": a_descriptor(ONE, 392, CONFIG_TYPE),
        "layers": [a_descriptor(TWO, 21), a_descriptor(THREE, 7)],
        **more,
    }
    return a_body(**fields)


def an_old_body(*names: str, sizes: Mapping[str, int] | None = None) -> bytes:
    """A manifest of schema 1 with layers, the newest first."""
    history = [
        {"id": f"id-{name[-1]}", "created": "2015-01-02T03:04:05.6Z", "author": "somebody"}
        | ({"Size": sizes[name]} if sizes else {})
        for name in names
    ]
    content = {
        "schemaVersion": 1,
        "name": "acme/web",
        "tag": "1.0",
        "fsLayers": [{"blobSum": name} for name in names],
        "history": [{"v1Compatibility": json.dumps(each)} for each in history],
    }
    return json.dumps(content, indent=3).encode()


def signed(body: bytes, *, claims: bytes | None = None) -> bytes:
    """The manifest as docker signs it: the signatures are put before the last bracket.

    claims: what is signed instead.
    """
    cut, tail = body[:-2], body[-2:]
    if claims is not None:
        cut, tail = b"", claims
    protected = {"formatLength": len(cut), "formatTail": _packed(tail)}
    signature = {"header": {}, "signature": "c2ln", "protected": _packed(json.dumps(protected))}
    return body[:-2] + b',\n   "signatures": [' + json.dumps(signature).encode() + b"]\n}"


def _packed(text: str | bytes) -> str:
    content = text.encode() if isinstance(text, str) else text
    return urlsafe_b64encode(content).decode().rstrip("=")


def test_a_manifest_of_schema_2_names_configuration_and_layers():
    found = references(SCHEMA_2, an_image_body())

    assert found.config is not None
    assert (str(found.config.digest), found.config.size) == (ONE, 392)
    assert [(str(each.digest), each.size) for each in found.layers] == [(TWO, 21), (THREE, 7)]
    assert (found.media_type, found.is_index, found.size) == (SCHEMA_2, False, 420)


def test_a_layer_that_is_there_twice_is_pulled_once():
    body = an_image_body(layers=[a_descriptor(TWO, 21), a_descriptor(TWO, 21)])

    found = references(SCHEMA_2, body)

    assert (len(found.layers), found.size) == (2, 413)


def test_a_manifest_of_oci_may_have_a_subject_a_type_and_annotations():
    body = a_body(
        config=a_descriptor(ONE, 2, "application/vnd.oci.empty.v1+json"),
        layers=[],
        subject=a_descriptor(TWO, 99, OCI_MANIFEST),
        artifactType="application/spdx+json",
        annotations={"of": "somebody"},
    )

    found = references(OCI_MANIFEST, body)

    assert found.subject is not None
    assert str(found.subject.digest) == TWO
    assert found.artifact_type == "application/spdx+json"
    assert found.annotations == {"of": "somebody"}


def test_without_a_type_of_its_own_an_artifact_has_that_of_its_configuration():
    body = a_body(config=a_descriptor(ONE, 2, "application/vnd.helm"), layers=[])

    assert references(OCI_MANIFEST, body).artifact_type == "application/vnd.helm"


@pytest.mark.parametrize("media_type", [OCI_INDEX, DOCKER_LIST])
def test_an_index_names_images_and_what_they_run_on(media_type: str):
    platform = {"os": "linux", "architecture": "arm", "variant": "v7"}
    body = a_body(
        mediaType=media_type, manifests=[a_descriptor(ONE, 7, SCHEMA_2, platform=platform)]
    )

    found = references(media_type, body)

    (image,) = found.manifests
    assert (found.is_index, str(image.digest), image.size) == (True, ONE, 7)
    assert (image.platform.os, image.platform.architecture) == ("linux", "arm")
    assert image.platform.variant == "v7"


def test_layers_with_urls_need_not_be_in_a_registry():
    layers = [
        a_descriptor(ONE, 1, urls=["https://elsewhere.example/layer"]),
        a_descriptor(TWO, 1, "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
        a_descriptor(THREE, 1),
    ]

    found = references(SCHEMA_2, an_image_body(layers=layers))

    assert [layer.is_foreign for layer in found.layers] == [True, True, False]


def test_a_configuration_with_urls_is_in_the_registry_nevertheless():
    config = a_descriptor(ONE, 1, CONFIG_TYPE, urls=["https://elsewhere.example/config"])

    found = references(SCHEMA_2, an_image_body(config=config))

    assert found.config is not None
    assert not found.config.is_foreign


def test_layers_of_schema_1_are_turned_round():
    found = references(SCHEMA_1, an_old_body(ONE, TWO))

    assert [str(layer.digest) for layer in found.layers] == [TWO, ONE]
    assert (found.media_type, found.config) == (SCHEMA_1, None)


@pytest.mark.parametrize("sent_as", [SIGNED_SCHEMA_1, SCHEMA_1, "application/json", ""])
def test_a_signed_manifest_of_schema_1_is_known_by_its_signatures(sent_as: str):
    found = references(sent_as, signed(an_old_body(ONE, TWO)))

    assert found.media_type == SIGNED_SCHEMA_1
    assert [str(layer.digest) for layer in found.layers] == [TWO, ONE]


def test_of_a_signed_manifest_only_what_is_signed_counts():
    other = an_old_body(THREE)

    found = references(SIGNED_SCHEMA_1, signed(an_old_body(ONE), claims=other))

    assert [str(layer.digest) for layer in found.layers] == [THREE]
    assert digest_of(signed(an_old_body(ONE), claims=other)) == Digest.of(other)


def test_signatures_do_not_change_the_digest():
    body = an_old_body(ONE, TWO)

    assert digest_of(signed(body), SIGNED_SCHEMA_1) == digest_of(body, SCHEMA_1) == Digest.of(body)


@pytest.mark.parametrize("media_type", [SCHEMA_2, "", "text/plain"])
def test_what_is_not_schema_1_is_named_by_all_its_bytes(media_type: str):
    signature = {"protected": _packed(json.dumps({"formatLength": 1, "formatTail": ""}))}
    body = an_image_body(signatures=[signature])

    assert digest_of(body, media_type) == Digest.of(body)


@pytest.mark.parametrize("sent_as", ["", "text/plain; charset=utf-8", "application/json"])
def test_a_body_says_what_it_is_when_its_sender_does_not(sent_as: str):
    assert references(sent_as, an_image_body()).media_type == SCHEMA_2


def test_without_any_word_it_is_taken_for_oci():
    index = a_body(manifests=[])
    image = a_body(config=a_descriptor(ONE, 1))

    assert references("", index).media_type == OCI_INDEX
    assert references("", image).media_type == OCI_MANIFEST


@pytest.mark.parametrize(
    ("sent_as", "body", "what"),
    [
        (SCHEMA_2, b"", "too early"),
        (SCHEMA_2, b"[]", "no JSON object"),
        (SCHEMA_2, b"[" * 100_000, "300 levels"),
        (SCHEMA_2, b" " * (LARGEST + 1), "more than"),
        (SCHEMA_2, b'{"schemaVersion": 2, "mediaType": 3}', "no text"),
        (SCHEMA_2, a_body(mediaType=OCI_INDEX), "says it is"),
        ("", a_body(mediaType="text/html"), "no form"),
        (SCHEMA_2, a_body(layers=[]), "no config"),
        (SCHEMA_2, an_image_body(schemaVersion=3), "schemaVersion 3"),
        (SCHEMA_2, an_image_body(schemaVersion="2"), "Expected `int`"),
        (SCHEMA_2, an_image_body(layers=[a_descriptor(ONE, -1)]), ">= 0"),
        (SCHEMA_2, an_image_body(layers=[a_descriptor(ONE, 2**63)]), "<="),
        (SCHEMA_2, an_image_body(layers=[a_descriptor("sha256:../../x", 1)]), "64 lower-case"),
        (SCHEMA_2, an_image_body(layers=[a_descriptor("md5:11", 1)]), "begins with one of"),
        (OCI_MANIFEST, a_body(config=a_descriptor(ONE, 1), manifests=[]), "no manifests"),
        (OCI_INDEX, a_body(manifests=[], layers=[]), "no layers"),
        (OCI_INDEX, a_body(), "no manifests"),
        (SCHEMA_1, an_old_body(), "empty"),
        (SCHEMA_1, b'{"schemaVersion": 2, "fsLayers": [], "history": []}', "not 1"),
        (SCHEMA_1, b'{"schemaVersion": 1, "fsLayers": 4}', "Expected `array`"),
    ],
)
def test_what_is_no_manifest_is_invalid(sent_as: str, body: bytes, what: str):
    with pytest.raises(InvalidFault, match=what):
        references(sent_as, body)


@pytest.mark.parametrize(
    "protected", ["%%%", _packed("{}"), _packed('{"formatLength": 99999, "formatTail": ""}')]
)
def test_signatures_that_make_no_sense_are_no_signatures(protected: str):
    content = {"schemaVersion": 1, "signatures": [{"protected": protected}]}
    body = json.dumps(content).encode()

    assert digest_of(body, SIGNED_SCHEMA_1) == Digest.of(body)


def an_image(body: bytes, config: Mapping[str, Any] | None = None, media_type: str = "") -> Image:
    """An Image as it was sent, with manifest and configuration."""
    return Image(
        metadata=ObjectMeta(name=THREE),
        docker_image_reference=f"docker.io/acme/web@{THREE}",
        docker_image_manifest=body.decode(),
        docker_image_manifest_media_type=media_type,
        docker_image_config="" if config is None else json.dumps(config),
    )


CONFIG = {
    "architecture": "amd64",
    "os": "linux",
    "created": "2017-03-01T12:00:00.123Z",
    "docker_version": "1.12.6",
    "config": {
        "User": "1001",
        "ExposedPorts": {"8080/tcp": {}},
        "Env": ["A=0"],
        "Cmd": ["/web"],
        "Labels": {},
    },
    "rootfs": {"type": "layers", "diff_ids": [TWO]},
}


def test_an_image_is_described_by_its_configuration_is_66():
    image = described(an_image(an_image_body(), CONFIG))

    assert list(image.docker_image_metadata.items()) == [
        ("kind", "DockerImage"),
        ("apiVersion", "1.0"),
        ("Id", ONE),
        ("Created", "2017-03-01T12:00:00Z"),
        ("ContainerConfig", {}),
        ("DockerVersion", "1.12.6"),
        (
            "Config",
            {
                "User": "1001",
                "ExposedPorts": {"8080/tcp": {}},
                "Env": ["A=0"],
                "Cmd": ["/web"],
            },
        ),
        ("Architecture", "amd64"),
        ("Size", 420),
    ]


def test_an_image_has_its_layers_and_the_form_of_its_manifest_is_66():
    image = described(an_image(an_image_body(), CONFIG))

    assert image.docker_image_layers == (
        ImageLayer(name=TWO, size=21, media_type=GZIP),
        ImageLayer(name=THREE, size=7, media_type=GZIP),
    )
    assert image.docker_image_metadata_version == "1.0"
    assert image.docker_image_manifest_media_type == SCHEMA_2


def test_an_image_of_schema_1_is_described_by_its_history_is_66():
    image = described(an_image(an_old_body(ONE, TWO, sizes={ONE: 5, TWO: 6})))

    assert [(layer.name, layer.size) for layer in image.docker_image_layers] == [(TWO, 6), (ONE, 5)]
    assert image.docker_image_metadata["Id"] == "id-1"
    assert image.docker_image_metadata["Created"] == "2015-01-02T03:04:05Z"
    assert image.docker_image_metadata["Author"] == "somebody"
    assert image.docker_image_metadata["Size"] == 11


def test_an_image_for_several_platforms_names_those_that_it_stands_for_is_65():
    platform = {"os": "linux", "architecture": "arm64", "variant": "v8"}
    body = a_body(manifests=[a_descriptor(ONE, 7, OCI_MANIFEST, platform=platform)])

    image = described(an_image(body))

    assert image.docker_image_manifests == (
        ImageManifest(
            digest=ONE,
            media_type=OCI_MANIFEST,
            manifest_size=7,
            architecture="arm64",
            os="linux",
            variant="v8",
        ),
    )
    assert image.docker_image_metadata is None


@pytest.mark.parametrize("body", ["", "{", '{"schemaVersion": 2}', "\ud800"])
def test_an_image_whose_manifest_cannot_be_read_stays_as_it_is_is_66(body: str):
    image = Image(docker_image_manifest=body)

    assert described(image) == image


def test_metadata_that_was_given_stays_when_there_is_no_configuration():
    given = Image(
        docker_image_manifest=an_image_body().decode(), docker_image_metadata={"Id": "given"}
    )

    image = described(given)

    assert image.docker_image_metadata == {"Id": "given"}
    assert len(image.docker_image_layers) == 2


@pytest.mark.parametrize("config", ["", "{", "[]", '{"config": 7, "created": 3}', "\ud800"])
def test_a_configuration_that_cannot_be_read_says_nothing(config: str):
    image = Image(docker_image_manifest=an_image_body().decode(), docker_image_config=config)

    assert described(image).docker_image_metadata == {
        "kind": "DockerImage",
        "apiVersion": "1.0",
        "Id": ONE,
        "Created": None,
        "ContainerConfig": {},
        "Size": 420,
    }


def test_of_a_configuration_only_what_has_the_right_type_is_taken():
    config = {"Env": "A=1", "Cmd": "run", "Labels": {"a": 1}, "Volumes": {"/v": 3}, "Memory": True}

    image = described(an_image(an_image_body(), {"config": config}))

    assert image.docker_image_metadata["Config"] == {"Cmd": ["run"], "Volumes": {"/v": {}}}


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00Z", "yesterday", "9999-99-99T00:00:00Z"])
def test_a_moment_that_is_none_is_absent(created: str):
    image = described(an_image(an_image_body(), {"created": created}))

    assert image.docker_image_metadata["Created"] is None


def test_what_has_no_configuration_is_as_large_as_its_layers():
    assert references(SCHEMA_1, an_old_body(ONE)).size == 0


def test_an_image_without_content_has_no_size():
    body = a_body(config=a_descriptor(ONE, 0), layers=[])

    assert "Size" not in described(an_image(body, {})).docker_image_metadata


@pytest.mark.parametrize("text", ["{", "[]", '{"Size": "9"}', '{"Size": -1}'])
def test_a_layer_of_schema_1_that_says_nothing_of_its_size_has_none(text: str):
    content = {
        "schemaVersion": 1,
        "fsLayers": [{"blobSum": ONE}],
        "history": [{"v1Compatibility": text}],
    }

    image = described(an_image(json.dumps(content).encode()))

    assert [layer.size for layer in image.docker_image_layers] == [0]
