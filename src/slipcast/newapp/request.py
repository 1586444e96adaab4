"""NewAppRequest: everything that can be said to new-app and new-build, as data.

What the words mean is `classify`'s; what they lead to is `resolve`'s.

Source: detection.md section 12.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Strategy = Literal["", "docker", "pipeline", "source"]


class Pair(msgspec.Struct, frozen=True):
    """A name and a value, in the order in which they were given."""

    name: str
    value: str


def by_name(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Pairs of which each name is there once: the last counts (DF-9)."""
    return tuple({each.name: each for each in pairs}.values())


class Mounted(msgspec.Struct, frozen=True):
    """A Secret or ConfigMap for a build, and where it lies."""

    name: str
    destination: str = "."


class NewAppRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants made of what.

    Shape:  words are bare arguments as typed. builds is new-build: something is built, nothing is
            deployed. sources, images, streams, templates and files are what the flags of that name
            list; env goes to containers, build_env to builds; values fill templates. dockerfile is
            a text, None when none was given. groups are `a+b`. to is an output as typed;
            is_listed is `-L`, is_searched `-S`. secret_names of the source and of pushes are those
            of Secrets; keeps_hooks says that what webhooks must know is kept in one, too.
    """

    words: tuple[str, ...] = ()
    builds: bool = False
    sources: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    context_dir: str = ""
    name: str = ""
    strategy: Strategy = ""
    env: tuple[Pair, ...] = ()
    build_env: tuple[Pair, ...] = ()
    build_args: tuple[Pair, ...] = ()
    values: tuple[Pair, ...] = ()
    labels: tuple[Pair, ...] = ()
    dockerfile: str | None = None
    binary: bool = False
    to: str = ""
    to_docker: bool = False
    no_output: bool = False
    source_image: str = ""
    source_image_path: str = ""
    build_secrets: tuple[Mounted, ...] = ()
    build_config_maps: tuple[Mounted, ...] = ()
    source_secret: str = ""
    push_secret: str = ""
    keeps_hooks: bool = False
    insecure: bool = False
    import_mode: str = ""
    allow_missing_images: bool = False
    allow_missing_tags: bool = False
    ignore_unknown_values: bool = False
    as_deployment_config: bool = True
    as_test: bool = False
    is_listed: bool = False
    is_searched: bool = False
    namespace: str = ""
