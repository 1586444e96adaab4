"""The builder images of this installation: listed, made when missing, made anew.

A row of the catalogue is either our own image, made from its recipe on top of the base images
below it, or the well-known public one with the same contract, pulled.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from slipcast.builder import stages, turn
from slipcast.builder.job import Credentials
from slipcast.builder.workspace import workspace
from slipcast.builds.s2i import platform as platforms
from slipcast.builds.s2i.request import Platform
from slipcast.ports.builders import Offer
from slipcast.ports.engine import BuildSpec, Engine, PullSpec
from slipcast.ports.progress import Progress
from slipcast.ports.rootfs import Rootfs
from slipcast.source.catalogue import BaseImage, BuilderImage, Catalogue
from slipcast.values.container import PullPolicy
from slipcast.values.faults import EngineFault, HostFault, NotFound
from slipcast.values.image import ImageFacts

BASE_ARGUMENT = "BASE"
ROOTFS = "rootfs.tar"
RECIPE = "Containerfile"
_LOCK = "builders.lock"

_DECLARED = re.compile(r"^\s*ARG\s+(\w+)", re.MULTILINE | re.IGNORECASE)
_PROXIES = frozenset(
    {"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"}
)  # what every engine takes as a build argument without ARG


class _Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """One image to make: a directory of recipes, what it starts from, and its name."""

    name: str
    image: str
    directory: Path
    base: str = ""
    args: tuple[tuple[str, str], ...] = ()


class BuilderImages:
    """Implements ports.builders.Builders over an engine and a catalogue."""

    def __init__(  # noqa: PLR0913 -- the ports, and the settings that choose among images
        self,
        *,
        engine: Engine,
        rootfs: Rootfs,
        catalogue: Catalogue,
        recipes: Path,
        state: Path,
        credentials: Credentials,
        platform: Platform | None = None,
        public: bool = False,
        suite: str = "",
        package: Callable[[Path], None] | None = None,
    ) -> None:
        """Take what images are made of.

        Shape:  recipes is the directory that holds a directory for each recipe; public chooses the
                well-known images wherever the catalogue names one; suite wins over the catalogue's;
                package puts slipcast itself into a directory.
        """
        self._engine = engine
        self._rootfs = rootfs
        self._catalogue = catalogue
        self._recipes = recipes
        self._state = state
        self._credentials = credentials
        self._platform = platform or Platform()
        self._public = public
        self._suite = suite
        self._package = package

    def list(self) -> tuple[Offer, ...]:
        """Every row, in the catalogue's order."""
        return tuple(map(self._offer, self._catalogue.builders))

    def named(self, image: str) -> Offer | None:
        """The row whose image is called so here."""
        rows = (row for row in self._catalogue.builders if self._name_of(row) == image)
        return next(map(self._offer, rows), None)

    def ensure(self, name: str, progress: Progress) -> Offer:
        """The builder image called name, made or pulled if it is not here."""
        row = self._row(name)
        offer = self._offer(row)
        if offer.present is not None:
            return offer
        lock = self._state / _LOCK
        with turn.taken(lock, progress, "Waiting for others who make builder images ..."):
            offer = self._offer(row)
            return offer if offer.present else self._made(row, progress, no_cache=False)

    def build(self, name: str, progress: Progress, *, no_cache: bool = False) -> Offer:
        """Make it anew, base images below it only where they are missing."""
        base = self._catalogue.base(name)
        if base is None:
            return self._made(self._row(name), progress, no_cache=no_cache)
        facts = self._make_base(base, progress, no_cache=no_cache)
        shown = BuilderImage(
            name=base.name,
            version="",
            image=base.image,
            recipe=base.recipe,
            description=base.description,
        )
        return Offer(builder=shown, image=base.image, present=facts)

    def _offer(self, row: BuilderImage) -> Offer:
        image = self._name_of(row)
        return Offer(builder=row, image=image, present=self._engine.inspect(image))

    def _row(self, name: str) -> BuilderImage:
        row = self._catalogue.find(name)
        if row is None:
            known = ", ".join((*self._catalogue.names, *(b.name for b in self._catalogue.bases)))
            raise NotFound(f"the catalogue has no builder image {name!r}", hint=f"It has {known}.")
        return row

    def _is_public(self, row: BuilderImage) -> bool:
        return bool(row.public) and (self._public or not row.recipe)

    def _name_of(self, row: BuilderImage) -> str:
        return row.public if self._is_public(row) else row.image

    def _made(self, row: BuilderImage, progress: Progress, *, no_cache: bool) -> Offer:
        if self._is_public(row):
            facts = self._pull(row.public, PullPolicy.ALWAYS, progress)
            return Offer(builder=row, image=row.public, present=facts)
        recipe = _Recipe(
            name=row.name,
            image=row.image,
            directory=self._recipes / row.recipe,
            base=self._base_below(row.base, progress),
            args=row.build_args,
        )
        facts = self._built(recipe, recipe.directory, progress, no_cache=no_cache)
        return Offer(builder=row, image=row.image, present=facts)

    def _base_below(self, name: str, progress: Progress) -> str:
        """The reference of a base image, which is here afterwards; empty for none."""
        base = self._catalogue.base(name)
        if base is None:
            return ""
        if self._engine.inspect(base.image) is None:
            self._make_base(base, progress, no_cache=False)
        return base.image

    def _make_base(self, base: BaseImage, progress: Progress, *, no_cache: bool) -> ImageFacts:
        if not base.on:
            return self._lowest(base, progress)
        recipe = _Recipe(
            name=base.name,
            image=base.image,
            directory=self._recipes / base.recipe,
            base=self._base_below(base.on, progress),
        )
        if not base.package:
            return self._built(recipe, recipe.directory, progress, no_cache=no_cache)
        if self._package is None:
            raise HostFault(f"the image {base.name} cannot be made here")
        with workspace(self._state, progress) as space:
            context = space.root / "context"
            shutil.copytree(recipe.directory, context)
            self._package(context)
            return self._built(recipe, context, progress, no_cache=no_cache)

    def _lowest(self, base: BaseImage, progress: Progress) -> ImageFacts:
        """The distribution: pulled where its registry can be reached, else made here."""
        if not base.public:
            return self._from_packages(base, progress)
        try:
            facts = self._pull(base.public, PullPolicy.ALWAYS, progress)
        except EngineFault as unreachable:
            progress.note(f"{base.public} cannot be pulled, so it is made here: {unreachable}")
            try:
                return self._from_packages(base, progress)
            except HostFault as fault:
                raise HostFault(
                    f"the base image {base.name} can neither be pulled ({unreachable.message}) nor "
                    f"made ({fault.message})",
                    hint=fault.hint or unreachable.hint,
                    tail=fault.tail,
                ) from fault
        self._engine.tag(facts.id, base.image)
        return facts

    def _from_packages(self, base: BaseImage, progress: Progress) -> ImageFacts:
        with workspace(self._state, progress) as space:
            context = space.root / "context"
            shutil.copytree(self._recipes / base.recipe, context)
            suite = self._suite or base.suite
            with progress.stage("PullImages", "MakeRootfs", f"Making a root file system ({suite})"):
                self._rootfs.make(
                    suite,
                    base.packages,
                    context / ROOTFS,
                    log=lambda data: progress.output("stderr", data),
                )
            recipe = _Recipe(name=base.name, image=base.image, directory=context)
            return self._built(recipe, context, progress, no_cache=True)

    def _pull(self, image: str, policy: PullPolicy, progress: Progress) -> ImageFacts:
        with progress.stage(*stages.PULL_BUILDER, f"Pulling {image}"):
            spec = PullSpec(image=image, policy=policy, access=self._credentials(image))
            return self._engine.pull(spec, log=lambda data: progress.output("stderr", data))

    def _built(
        self, recipe: _Recipe, context: Path, progress: Progress, *, no_cache: bool
    ) -> ImageFacts:
        file = context / RECIPE
        if not file.is_file():
            raise HostFault(
                f"the recipe of {recipe.name} is not installed: there is no {file}",
                hint="Install slipcast whole, with its containers directory.",
            )
        args = dict(self._args(recipe, file.read_text(encoding="utf-8")))
        spec = BuildSpec(
            context=context,
            dockerfile=file,
            tag=recipe.image,
            build_args=args,
            mounts=platforms.mounts(self._platform),
            no_cache=no_cache,
            policy=PullPolicy.NEVER,
        )
        with progress.stage(*stages.BUILD_IMAGE, f"Building {recipe.image}"):
            return self._engine.build(spec, log=lambda data: progress.output("stderr", data))

    def _args(self, recipe: _Recipe, text: str) -> Iterator[tuple[str, str]]:
        declared = frozenset(_DECLARED.findall(text))
        for name, value in self._platform.env:
            if name.upper() in _PROXIES or name in declared:
                yield name, value
        yield from recipe.args
        if recipe.base:
            yield BASE_ARGUMENT, recipe.base
