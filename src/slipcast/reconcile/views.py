"""What the build controller sees of the world when it decides about one build.

Whoever gathers a view must have looked twice before it says that a pod is not there (BL-76).

Source: build-lifecycle.md sections 3, 4 and 7.
"""

from __future__ import annotations

import msgspec

from slipcast.api.build import Build
from slipcast.api.pod import Pod
from slipcast.builds.cluster import Cluster


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """Where an image is pushed (BL-40).

    Shape:  name is the pull spec in full, empty when nothing is pushed or wrong says why it is not
            known, such as `the referenced output image stream NS/NAME does not exist`. secret is
            what it is pushed with where the build names nothing: the stream came after the build.
    """

    name: str = ""
    secret: str = ""
    wrong: str = ""


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """What a build refers to and is not there (BL-46, BL-47).

    Shape:  names of objects; values say which variable has no value, and why.
    """

    config_maps: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


class BuildView(msgspec.Struct, frozen=True, kw_only=True):
    """A build and all that matters for it.

    Shape:  pod is whatever has the name of the build's pod; siblings are the builds that may have
            the same BuildConfig, this one included or not: those that are over may be left out.
    """

    build: Build
    cluster: Cluster
    pod: Pod | None = None
    siblings: tuple[Build, ...] = ()
    output: Output = Output()
    missing: Missing = Missing()
    push_secret_missing: bool = False
    may_be_root: bool = True
