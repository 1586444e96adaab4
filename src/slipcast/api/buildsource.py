"""What is built: the source of a build and its revision.

Source: build-api.md section 4; the API reference of build.openshift.io/v1.
"""

from __future__ import annotations

from msgspec import field

from slipcast.api.meta import LocalObjectReference, ObjectReference
from slipcast.api.wire import Wire


class SourceControlUser(Wire, frozen=True, kw_only=True):
    """A person as a commit has them.

    name: the name.
    email: the address.
    """

    name: str = ""
    email: str = ""


class GitSourceRevision(Wire, frozen=True, kw_only=True):
    """A commit.

    commit: its hash.
    author: who wrote it.
    committer: who committed it.
    message: its message.
    """

    commit: str = ""
    author: SourceControlUser = SourceControlUser()
    committer: SourceControlUser = SourceControlUser()
    message: str = ""


class SourceRevision(Wire, frozen=True, kw_only=True):
    """The revision of the source that is built.

    type: Git, whatever was written.
    git: the commit.
    """

    type: str = ""
    git: GitSourceRevision | None = None


class GitBuildSource(Wire, frozen=True, kw_only=True):
    """A Git repository.

    uri: where it is.
    ref: the branch, tag or commit; the default branch when empty.
    httpProxy: the proxy for http while cloning.
    httpsProxy: the proxy for https while cloning.
    noProxy: hosts that are reached without a proxy.
    """

    uri: str = ""
    ref: str = ""
    http_proxy: str | None = None
    https_proxy: str | None = None
    no_proxy: str | None = None


class BinaryBuildSource(Wire, frozen=True, kw_only=True):
    """Source that is sent along when a build is started.

    asFile: the name under which what is sent becomes one file; empty for an archive.
    """

    as_file: str = ""


class ImageSourcePath(Wire, frozen=True, kw_only=True):
    """A path that is copied out of an image.

    sourcePath: the path in the image; a trailing /. copies what is in the directory.
    destinationDir: the directory in the source that receives it.
    """

    source_path: str = ""
    destination_dir: str = ""


class ImageSource(Wire, frozen=True, kw_only=True):
    """Files out of an image, as part of the source.

    from: the image.
    as: names of build stages that the image stands for.
    paths: what is copied, and where to.
    pullSecret: what the image is pulled with.
    """

    from_: ObjectReference = field(default=ObjectReference(), name="from")
    as_: tuple[str, ...] = field(default=(), name="as")
    paths: tuple[ImageSourcePath, ...] = ()
    pull_secret: LocalObjectReference | None = None


class SecretBuildSource(Wire, frozen=True, kw_only=True):
    """A Secret as files of the source.

    secret: the Secret.
    destinationDir: the directory that receives its files.
    """

    secret: LocalObjectReference = LocalObjectReference()
    destination_dir: str = ""


class ConfigMapBuildSource(Wire, frozen=True, kw_only=True):
    """A ConfigMap as files of the source.

    configMap: the ConfigMap.
    destinationDir: the directory that receives its files.
    """

    config_map: LocalObjectReference = LocalObjectReference()
    destination_dir: str = ""


class BuildSource(Wire, frozen=True, kw_only=True):
    """What is built.

    type: which of the inputs is meant: Git, Dockerfile, Binary, Image or None; follows from them.
    binary: what is sent along when the build is started.
    dockerfile: a Dockerfile written here; stands for the one in the source.
    git: a Git repository.
    images: files out of images.
    contextDir: the directory of the source that is built.
    sourceSecret: what the repository is cloned with.
    secrets: Secrets as files of the source.
    configMaps: ConfigMaps as files of the source.
    """

    type: str = ""
    binary: BinaryBuildSource | None = None
    dockerfile: str | None = None
    git: GitBuildSource | None = None
    images: tuple[ImageSource, ...] = ()
    context_dir: str = ""
    source_secret: LocalObjectReference | None = None
    secrets: tuple[SecretBuildSource, ...] = ()
    config_maps: tuple[ConfigMapBuildSource, ...] = ()
