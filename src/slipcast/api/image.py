"""Images, image streams, and the views and requests that go with them.

Who fills in what is in `images.defaults`, what is refused in `images.validate`.

Source: image-streams.md; the API reference of image.openshift.io/v1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from slipcast.api.meta import (
    Conditions,
    LocalObjectReference,
    Object,
    ObjectReference,
)
from slipcast.api.status import Status
from slipcast.api.wire import REPLACED, Anything, Int64, Time, Wire, merged


class ImageLayer(Wire, frozen=True, kw_only=True):
    """A layer of an image.

    name: its digest.
    size: how many bytes it has, as the registry keeps it.
    mediaType: its form.
    """

    name: str = ""
    size: Int64 = 0
    media_type: str = ""


class ImageManifest(Wire, frozen=True, kw_only=True):
    """The image for one platform, among those that an image for several stands for.

    digest: the name of its Image.
    mediaType: the form of its manifest.
    manifestSize: how many bytes the manifest has.
    architecture: the processor.
    os: the operating system.
    variant: the variant of the processor.
    """

    digest: str = ""
    media_type: str = ""
    manifest_size: Int64 = 0
    architecture: str = ""
    os: str = ""
    variant: str = ""


class SignatureEntity(Wire, frozen=True, kw_only=True):
    """A person or organization that has to do with a signature.

    organization: the organization.
    commonName: the name.
    publicKeyID: the id of the public key that verifies the signature.
    """

    organization: str = ""
    common_name: str = ""
    public_key_id: str = field(default="", name="publicKeyID")


class ImageSignature(Object, frozen=True, kw_only=True):
    """A signature of an image.

    type: the form of the signature.
    content: the signature.
    conditions: what is known of its validity.
    imageIdentity: the image as the signature names it.
    signedClaims: what the signature says.
    created: when it was made.
    issuedBy: who made it.
    issuedTo: for whom.
    """

    type: str = ""
    content: bytes = b""
    conditions: Conditions = ()
    image_identity: str = ""
    signed_claims: Mapping[str, str] = {}
    created: Time = ""
    issued_by: SignatureEntity | None = None
    issued_to: SignatureEntity | None = None


class Image(Object, frozen=True, kw_only=True):
    """An image, named by its digest.

    dockerImageReference: where it can be pulled.
    dockerImageMetadata: its configuration, as docker inspect shows it.
    dockerImageMetadataVersion: the form of dockerImageMetadata; 1.0 when empty.
    dockerImageManifest: its manifest.
    dockerImageManifestMediaType: the form of the manifest.
    dockerImageConfig: its configuration as the manifest has it.
    dockerImageLayers: its layers, the lowest first.
    dockerImageManifests: the images it stands for, when it is one for several platforms.
    signatures: its signatures.
    dockerImageSignatures: signatures of the oldest form of manifest.
    """

    docker_image_reference: str = ""
    docker_image_metadata: Annotated[Anything, REPLACED] = None
    docker_image_metadata_version: str = ""
    docker_image_manifest: str = ""
    docker_image_layers: tuple[ImageLayer, ...] = ()
    signatures: Annotated[tuple[ImageSignature, ...], merged("name")] = ()
    docker_image_signatures: tuple[bytes, ...] = ()
    docker_image_manifest_media_type: str = ""
    docker_image_config: str = ""
    docker_image_manifests: tuple[ImageManifest, ...] = ()


class ImageLookupPolicy(Wire, frozen=True, kw_only=True):
    """How others in the namespace may name the images of a stream.

    local: whether plain names of images mean this stream.
    """

    local: bool = False


class TagImportPolicy(Wire, frozen=True, kw_only=True):
    """How a tag's image is looked up elsewhere.

    insecure: whether certificates may be wrong, and http may be used.
    scheduled: whether it is looked up again from time to time.
    importMode: Legacy or PreserveOriginal; whether an image for several platforms stays one.
    """

    insecure: bool = False
    scheduled: bool = False
    import_mode: str = ""


class TagReferencePolicy(Wire, frozen=True, kw_only=True):
    """Where those who use a tag pull its image.

    type: Source, for where it came from, or Local, for the registry here.
    """

    type: str = ""


class TagReference(Wire, frozen=True, kw_only=True):
    """What a tag shall be.

    name: the tag.
    annotations: words about the tag.
    from: the image or tag that it follows; pushes make it when absent.
    reference: whether the image is only named, and never looked up.
    generation: rises when the tag changes; 0 asks for the image to be looked up again.
    importPolicy: how the image is looked up.
    referencePolicy: where those who use the tag pull the image.
    """

    name: str = ""
    annotations: Mapping[str, str] = {}
    from_: ObjectReference | None = field(default=None, name="from")
    reference: bool = False
    generation: Int64 | None = None
    import_policy: TagImportPolicy = TagImportPolicy()
    reference_policy: TagReferencePolicy = TagReferencePolicy()


class ImageStreamSpec(Wire, frozen=True, kw_only=True):
    """What a stream shall hold.

    lookupPolicy: how others in the namespace may name its images.
    dockerImageRepository: a repository elsewhere whose tags it takes over.
    tags: the tags it shall have.
    """

    lookup_policy: ImageLookupPolicy = ImageLookupPolicy()
    docker_image_repository: str = ""
    tags: Annotated[tuple[TagReference, ...], merged("name")] = ()


class TagEvent(Wire, frozen=True, kw_only=True):
    """An image that a tag meant, or means.

    created: since when.
    dockerImageReference: where the image can be pulled.
    image: the name of the Image; empty when it was never looked up.
    generation: the generation of the tag that led to it.
    """

    created: Time = ""
    docker_image_reference: str = ""
    image: str = ""
    generation: Int64 = 0


class TagEventCondition(Wire, frozen=True, kw_only=True):
    """What went wrong with a tag.

    type: ImportSuccess.
    status: True, False or Unknown.
    lastTransitionTime: when the status last changed.
    reason: why, in a word for programs.
    message: why, in a sentence for people.
    generation: the generation of the tag that was tried.
    """

    type: str = ""
    status: str = ""
    last_transition_time: Time = ""
    reason: str = ""
    message: str = ""
    generation: Int64 = 0


class NamedTagEventList(Wire, frozen=True, kw_only=True):
    """The history of a tag.

    tag: the tag.
    items: its images, the newest first.
    conditions: what went wrong with it.
    """

    tag: str = ""
    items: tuple[TagEvent, ...] = ()
    conditions: tuple[TagEventCondition, ...] = ()


class ImageStreamStatus(Wire, frozen=True, kw_only=True):
    """What a stream holds.

    dockerImageRepository: where its images can be pulled.
    publicDockerImageRepository: where they can be pulled from outside.
    tags: the history of each tag.
    """

    docker_image_repository: str = ""
    public_docker_image_repository: str = ""
    tags: Annotated[tuple[NamedTagEventList, ...], merged("tag")] = ()


class ImageStream(Object, frozen=True, kw_only=True):
    """Tags, the images they mean, and the images they have meant.

    spec: what it shall hold.
    status: what it holds.
    """

    spec: ImageStreamSpec = ImageStreamSpec()
    status: ImageStreamStatus = ImageStreamStatus()


class ImageStreamTag(Object, frozen=True, kw_only=True):
    """One tag of a stream, and the image it means.

    tag: what the tag shall be; absent when only pushes made it.
    generation: the generation of the image.
    lookupPolicy: how others in the namespace may name the stream's images.
    conditions: what went wrong with the tag.
    image: the image.
    """

    tag: TagReference | None = None
    generation: Int64 = 0
    lookup_policy: ImageLookupPolicy = ImageLookupPolicy()
    conditions: tuple[TagEventCondition, ...] = ()
    image: Image = Image()


class ImageStreamImage(Object, frozen=True, kw_only=True):
    """One image in the history of a stream.

    image: the image.
    """

    image: Image = Image()


class ImageStreamMapping(Object, frozen=True, kw_only=True):
    """Asks for an image to become the newest of a tag.

    dockerImageRepository: the stream, by its repository; old form of the name.
    image: the image.
    tag: the tag.
    """

    docker_image_repository: str = ""
    image: Image = Image()
    tag: str = ""


class RepositoryImportSpec(Wire, frozen=True, kw_only=True):
    """A repository whose tags are looked up.

    from: the repository.
    importPolicy: how it is looked up.
    referencePolicy: where those who use the tags pull the images.
    includeManifest: whether the answer has the manifests.
    """

    from_: ObjectReference = field(default=ObjectReference(), name="from")
    import_policy: TagImportPolicy = TagImportPolicy()
    reference_policy: TagReferencePolicy = TagReferencePolicy()
    include_manifest: bool = False


class ImageImportSpec(Wire, frozen=True, kw_only=True):
    """An image that is looked up.

    from: the image.
    to: the tag it becomes; that of the image's name when absent.
    importPolicy: how it is looked up.
    referencePolicy: where those who use the tag pull the image.
    includeManifest: whether the answer has the manifest.
    """

    from_: ObjectReference = field(default=ObjectReference(), name="from")
    to: LocalObjectReference | None = None
    import_policy: TagImportPolicy = TagImportPolicy()
    reference_policy: TagReferencePolicy = TagReferencePolicy()
    include_manifest: bool = False


class ImageStreamImportSpec(Wire, frozen=True, kw_only=True):
    """What is looked up.

    import: whether the stream is changed, or it is only told what was found.
    repository: a repository all of whose tags are looked up.
    images: single images.
    """

    import_: bool = field(default=False, name="import")
    repository: RepositoryImportSpec | None = None
    images: tuple[ImageImportSpec, ...] = ()


class ImageImportStatus(Wire, frozen=True, kw_only=True):
    """What was found of one image.

    status: whether it was found, and why not.
    image: the image.
    tag: the tag it became.
    manifests: the images it stands for.
    """

    status: Status = Status()
    image: Image | None = None
    tag: str = ""
    manifests: tuple[Image, ...] = ()


class RepositoryImportStatus(Wire, frozen=True, kw_only=True):
    """What was found of a repository.

    status: whether it was found, and why not.
    images: what was found of each image.
    additionalTags: tags that were not looked up.
    """

    status: Status = Status()
    images: tuple[ImageImportStatus, ...] = ()
    additional_tags: tuple[str, ...] = ()


class ImageStreamImportStatus(Wire, frozen=True, kw_only=True):
    """What was found.

    import: the stream as it now is.
    repository: what was found of the repository.
    images: what was found of each image, in the order asked for.
    """

    import_: ImageStream | None = field(default=None, name="import")
    repository: RepositoryImportStatus | None = None
    images: tuple[ImageImportStatus, ...] = ()


class ImageStreamImport(Object, frozen=True, kw_only=True):
    """Asks for images to be looked up elsewhere, and perhaps taken over.

    spec: what is looked up.
    status: what was found.
    """

    spec: ImageStreamImportSpec = ImageStreamImportSpec()
    status: ImageStreamImportStatus = ImageStreamImportStatus()


class ImageTag(Object, frozen=True, kw_only=True):
    """One tag of a stream: what it shall be, its history and its image.

    spec: what the tag shall be; absent when only pushes made it.
    status: its history; absent when it never meant an image.
    image: the image it means.
    """

    spec: TagReference | None = None
    status: NamedTagEventList | None = None
    image: Image | None = None


class ImageBlobReferences(Wire, frozen=True, kw_only=True):
    """The pieces that an image consists of.

    imageMissing: whether the Image is gone.
    layers: digests of its layers.
    config: digest of its configuration.
    manifests: digests of the images it stands for.
    """

    image_missing: bool = False
    layers: tuple[str, ...] = ()
    config: str | None = None
    manifests: tuple[str, ...] = ()


class ImageLayerData(Wire, frozen=True, kw_only=True):
    """A piece of an image.

    size: how many bytes it has, where that is known.
    mediaType: its form.
    """

    size: Int64 | None = None
    media_type: str = ""


class ImageStreamLayers(Object, frozen=True, kw_only=True):
    """The pieces that the images of a stream consist of.

    blobs: the pieces by digest.
    images: the images by name.
    """

    blobs: Mapping[str, ImageLayerData] = {}
    images: Mapping[str, ImageBlobReferences] = {}
