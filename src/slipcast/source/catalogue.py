"""The catalogue of builder images, and which of them suits a source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderImage:
    """A row of the catalogue.

    Shape:  name is language and version as a user types it (`python:3.11`; `python` alone means the
            newest). image is our own reference, public that of the well-known image with the same
            contract, maybe empty. supports are detector terms (`python`, `nodejs`). recipe is the
            directory below containers/ that makes it, build_args are given to it.
    """

    name: str
    version: str
    image: str
    public: str = ""
    supports: tuple[str, ...] = ()
    recipe: str = ""
    build_args: tuple[tuple[str, str], ...] = ()
    description: str = ""
    port: int = 8080
    tags: tuple[str, ...] = ()
