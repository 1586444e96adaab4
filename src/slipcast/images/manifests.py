"""Manifests: what an image consists of, read from the bytes that registries keep.

Every form there is: docker's schema 1 (signed or not), schema 2 and list, OCI's manifest and
index. Bytes come from anywhere, so nothing is taken on trust: what is no manifest is an
InvalidFault, and what contradicts itself is none. Whether the pieces are there is asked elsewhere.

Source: OCI image specification 1.1; docker image manifest version 2, schema 1 and 2;
image-streams.md IS-65, IS-66.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec.structs import replace

from slipcast.api import jsontext
from slipcast.api.image import Image, ImageLayer, ImageManifest
from slipcast.images import schema1
from slipcast.images.defaults import METADATA_VERSION
from slipcast.images.imageconfig import metadata_of
from slipcast.values.apifaults import BadRequest
from slipcast.values.digest import Digest
from slipcast.values.faults import FieldError, InvalidFault

LARGEST: Final = 4 * 1024 * 1024
"""The most bytes that a manifest may have."""

SCHEMA_1: Final = "application/vnd.docker.distribution.manifest.v1+json"
SIGNED_SCHEMA_1: Final = "application/vnd.docker.distribution.manifest.v1+prettyjws"
SCHEMA_2: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"

INDEXES: Final = frozenset({DOCKER_LIST, OCI_INDEX})
"""The forms that stand for several images."""
OLDEST: Final = frozenset({SCHEMA_1, SIGNED_SCHEMA_1})
"""The forms of schema 1."""
MEDIA_TYPES: Final = (OCI_MANIFEST, SCHEMA_2, OCI_INDEX, DOCKER_LIST, SIGNED_SCHEMA_1, SCHEMA_1)
"""All forms, the newest first."""

_SCHEMA_1_LAYER: Final = "application/vnd.docker.container.image.rootfs.diff+x-gtar"
_FOREIGN: Final = (".foreign.", ".nondistributable.")
_FAMILIES: Final = {
    SCHEMA_1: OLDEST,
    SIGNED_SCHEMA_1: OLDEST,
    **{form: frozenset({form}) for form in (SCHEMA_2, DOCKER_LIST, OCI_MANIFEST, OCI_INDEX)},
}
"""Which forms a body may say it has, when it was sent as one."""


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """What an image runs on."""

    os: str = ""
    architecture: str = ""
    variant: str = ""
    os_version: str = ""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """Content that a manifest refers to.

    Shape:  is_foreign when registries need not have it, which only layers can be.
    Units:  size in bytes; 0 where the manifest does not say it (schema 1).
    """

    digest: Digest
    size: int = 0
    media_type: str = ""
    is_foreign: bool = False
    platform: Platform = Platform()


class References(msgspec.Struct, frozen=True, kw_only=True):
    """What a manifest refers to.

    Shape:  media_type is what it is, whatever it was sent as; layers the lowest first, each as
            often as it is there; manifests only of an index; artifact_type is that of the
            configuration where the manifest has none itself.
    """

    media_type: str
    config: Piece | None = None
    layers: tuple[Piece, ...] = ()
    manifests: tuple[Piece, ...] = ()
    subject: Piece | None = None
    artifact_type: str = ""
    annotations: Mapping[str, str] = {}

    @property
    def is_index(self) -> bool:
        """Whether it stands for several images."""
        return self.media_type in INDEXES

    @property
    def size(self) -> int:
        """How much is pulled for an image: configuration and layers, each once."""
        pieces = {piece.digest: piece.size for piece in self.layers}
        if self.config is not None:
            pieces[self.config.digest] = self.config.size
        return sum(pieces.values())


_Size = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""Sizes that every reader of JSON reads alike."""


class _Platform(msgspec.Struct, frozen=True, kw_only=True):
    os: str | None = None
    architecture: str | None = None
    variant: str | None = None
    os_version: str | None = msgspec.field(default=None, name="os.version")


class _Descriptor(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    digest: str
    size: _Size
    media_type: str | None = None
    urls: list[str] | None = None
    platform: _Platform | None = None


class _Manifest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All that manifests of schema 2 and of OCI may have."""

    schema_version: int
    media_type: str | None = None
    config: _Descriptor | None = None
    layers: list[_Descriptor] | None = None
    manifests: list[_Descriptor] | None = None
    subject: _Descriptor | None = None
    artifact_type: str | None = None
    annotations: dict[str, str] | None = None


def references(media_type: str, body: bytes) -> References:
    """What a manifest refers to.

    Shape:  media_type is what it was sent as; where that is no form of manifest (text/plain,
            application/json, nothing), the body says what it is.
    Errors: InvalidFault when it is no manifest, or another than it was sent as.
    """
    content = _content(body)
    form = _form(media_type, content)
    if form in OLDEST:
        return _of_schema1(form, _content(schema1.payload(body)))
    found = _converted(content)
    if found.schema_version != 2:  # noqa: PLR2004 -- the one version of all these forms
        raise _wrong(f"schemaVersion {found.schema_version} is none that is known")
    return _of_index(form, found) if form in INDEXES else _of_image(form, found)


def digest_of(body: bytes, media_type: str = "") -> Digest:
    """What names a manifest: the digest of its bytes, without the signatures of schema 1.

    Shape:  media_type is what it was sent as, of use only to spare a look at the body.
    """
    plain = _plain(media_type)
    if plain in _FAMILIES and plain not in OLDEST:
        return Digest.of(body)
    return Digest.of(schema1.payload(body))


def described(image: Image) -> Image:
    """The image with what its manifest and configuration say of it (IS-66).

    Shape:  an image without a manifest, or with one that is none, stays as it is; one whose
            configuration cannot be read gets what the manifest says. Manifests of schema 1 do
            not say how large layers are: these sizes stay as whoever has the layers tells them.
    """
    if not image.docker_image_manifest:
        return image
    body = image.docker_image_manifest.encode(errors="surrogatepass")
    try:
        found = references(image.docker_image_manifest_media_type, body)
    except InvalidFault:
        return image
    image = replace(image, docker_image_manifest_media_type=found.media_type)
    if found.is_index:
        return replace(image, docker_image_manifests=_platforms(found))
    if found.media_type in OLDEST:
        return _described_schema1(image, found, body)
    if not image.docker_image_config and image.docker_image_metadata is not None:
        return replace(image, docker_image_layers=_layers(found))
    name = str(found.config.digest) if found.config is not None else image.metadata.name
    metadata = metadata_of(image.docker_image_config, name, found.size)
    return _with_metadata(image, metadata, _layers(found))


def _described_schema1(image: Image, found: References, body: bytes) -> Image:
    old = schema1.read(_content(schema1.payload(body)))
    known = {layer.name: layer.size for layer in image.docker_image_layers}
    layers = tuple(
        ImageLayer(
            name=str(piece.digest),
            size=known.get(str(piece.digest)) or size,
            media_type=piece.media_type,
        )
        for piece, size in zip(found.layers, old.sizes, strict=True)
    )
    size = sum({layer.name: layer.size for layer in layers}.values())
    return _with_metadata(image, metadata_of(old.config, "", size), layers)


def _with_metadata(
    image: Image, metadata: Mapping[str, object], layers: tuple[ImageLayer, ...]
) -> Image:
    return replace(
        image,
        docker_image_metadata=metadata,
        docker_image_metadata_version=METADATA_VERSION,
        docker_image_layers=layers,
        docker_image_manifests=(),
    )


def _content(body: bytes) -> dict[str, Any]:
    if len(body) > LARGEST:
        raise _wrong(f"it has more than {LARGEST} bytes")
    try:
        content = jsontext.read(body)
    except BadRequest as fault:
        raise _wrong(fault.message) from fault
    if not isinstance(content, dict):
        raise _wrong("it is no JSON object")
    return content


def _form(sent_as: str, content: Mapping[str, Any]) -> str:
    """Which form it is: as it was sent, where that fits what is in it."""
    sent, said = _plain(sent_as), content.get("mediaType")
    if said is not None and not isinstance(said, str):
        raise _wrong("mediaType is no text")
    if sent not in _FAMILIES:
        sent = said or _guessed(content)
    if sent not in _FAMILIES:
        raise _wrong(f"{sent!r} is no form of manifest that is known")
    if said and said not in _FAMILIES[sent]:
        raise _wrong(f"it was sent as {sent} and says it is {said[:200]}")
    if sent in OLDEST:
        return SIGNED_SCHEMA_1 if content.get("signatures") else SCHEMA_1
    return sent


def _plain(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _guessed(content: Mapping[str, Any]) -> str:
    if content.get("schemaVersion") == 1:
        return SCHEMA_1
    return OCI_INDEX if "manifests" in content else OCI_MANIFEST


def _converted(content: dict[str, Any]) -> _Manifest:
    try:
        return msgspec.convert(content, _Manifest)
    except msgspec.ValidationError as error:
        raise _wrong(str(error)) from error


def _of_schema1(form: str, content: dict[str, Any]) -> References:
    old = schema1.read(content)
    layers = tuple(
        Piece(digest=digest, media_type=_SCHEMA_1_LAYER)
        for digest in (_digest(text) for text in old.layers)
    )
    return References(media_type=form, layers=layers)


def _of_image(form: str, found: _Manifest) -> References:
    if found.manifests is not None:
        # Who reads it as an index would see another image (CVE-2021-41190).
        raise _wrong("a manifest of one image has no manifests")
    if found.config is None:
        raise _wrong("it has no config")
    # Whoever reads the configuration of an image reads it here, wherever else it may be.
    config = replace(_piece(found.config), is_foreign=False)
    return References(
        media_type=form,
        config=config,
        layers=tuple(map(_piece, found.layers or ())),
        subject=_subject(found),
        artifact_type=found.artifact_type or config.media_type,
        annotations=found.annotations or {},
    )


def _of_index(form: str, found: _Manifest) -> References:
    if found.config is not None or found.layers is not None:
        raise _wrong("an index has no config and no layers")
    if found.manifests is None:
        raise _wrong("it has no manifests")
    return References(
        media_type=form,
        manifests=tuple(map(_piece, found.manifests)),
        subject=_subject(found),
        artifact_type=found.artifact_type or "",
        annotations=found.annotations or {},
    )


def _subject(found: _Manifest) -> Piece | None:
    return _piece(found.subject) if found.subject is not None else None


def _piece(descriptor: _Descriptor) -> Piece:
    media_type, platform = descriptor.media_type or "", descriptor.platform or _Platform()
    return Piece(
        digest=_digest(descriptor.digest),
        size=descriptor.size,
        media_type=media_type,
        is_foreign=bool(descriptor.urls) or any(mark in media_type for mark in _FOREIGN),
        platform=Platform(
            os=platform.os or "",
            architecture=platform.architecture or "",
            variant=platform.variant or "",
            os_version=platform.os_version or "",
        ),
    )


def _digest(text: str) -> Digest:
    # Longer ones are not shown: they come from anywhere.
    return Digest.parse(text[:200], "manifest")


def _layers(found: References) -> tuple[ImageLayer, ...]:
    return tuple(
        ImageLayer(name=str(piece.digest), size=piece.size, media_type=piece.media_type)
        for piece in found.layers
    )


def _platforms(found: References) -> tuple[ImageManifest, ...]:
    return tuple(
        ImageManifest(
            digest=str(piece.digest),
            media_type=piece.media_type,
            manifest_size=piece.size,
            architecture=piece.platform.architecture,
            os=piece.platform.os,
            variant=piece.platform.variant,
        )
        for piece in found.manifests
    )


def _wrong(what: str) -> InvalidFault:
    return InvalidFault((FieldError(path="manifest", what=what[:500]),))
