"""Components: what is built of what, and what is deployed, before it is written as objects.

Source: generated-objects.md sections 1 to 7.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from slipcast.newapp.image import UNKNOWN, ImageFacts
from slipcast.newapp.ports import Port
from slipcast.newapp.request import Mounted, Pair

StrategyKind = Literal["Source", "Docker", "JenkinsPipeline"]


class NewStream(msgspec.Struct, frozen=True, kw_only=True):
    """A stream that follows an image of a registry (GO-1, GO-81).

    Shape:  imported_from is the image as it was typed; mode is that of the import, empty for the
            usual.
    """

    name: str
    tag: str
    pull_spec: str
    imported_from: str
    insecure: bool = False
    mode: str = ""


class InputImage(msgspec.Struct, frozen=True, kw_only=True):
    """An image that a build starts from, or that is deployed (GO-53).

    Shape:  name is `stream:tag` in a namespace (empty: here), or a pull spec when is_tag is False.
            stream is what must be made for the tag to be there. shown is the pull spec that a
            container is written with until a trigger sets it.
    """

    name: str
    is_tag: bool = True
    namespace: str = ""
    stream: NewStream | None = None
    facts: ImageFacts = UNKNOWN
    shown: str = ""


class CopiedImage(msgspec.Struct, frozen=True, kw_only=True):
    """A path out of another image, and where it lies in the source (GO-46)."""

    image: InputImage
    source_path: str
    destination: str = ""


class SourceInput(msgspec.Struct, frozen=True, kw_only=True):
    """What is built: a Git repository, what is sent along, a Dockerfile, files of an image."""

    uri: str = ""
    ref: str = ""
    context_dir: str = ""
    is_binary: bool = False
    dockerfile: str | None = None
    copied: CopiedImage | None = None
    secrets: tuple[Mounted, ...] = ()
    config_maps: tuple[Mounted, ...] = ()
    credentials: str = ""


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """Where a built image goes (GO-60 to GO-68).

    Shape:  name is `stream:tag` or a pull spec, empty for nowhere; stream is what must be made.
    """

    name: str = ""
    is_tag: bool = True
    stream: str = ""
    push_secret: str = ""


class BuildPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A build of a component."""

    name: str
    strategy: StrategyKind
    source: SourceInput
    image: InputImage | None = None
    env: tuple[Pair, ...] = ()
    args: tuple[Pair, ...] = ()
    output: Output = Output()


class ContainerPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A container of a deployment (GO-90 to GO-104).

    Shape:  trigger is `stream:tag` in a namespace that sets the image; empty for none. volumes are
            the paths that the image declares.
    """

    name: str
    image: str
    trigger: str = ""
    trigger_namespace: str = ""
    ports: tuple[Port, ...] = ()
    volumes: tuple[str, ...] = ()
    env: tuple[Pair, ...] = ()


class DeploymentPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is deployed together: a group of containers, under one name."""

    name: str
    containers: tuple[ContainerPlan, ...]
    is_test: bool = False
    is_config: bool = True
