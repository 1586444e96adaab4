"""The builder images of an installation: listed, made when missing, made anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from slipcast.builder.images import BuilderImages
from slipcast.builds.s2i.request import Platform
from slipcast.ports.engine import ANONYMOUS, BuildSpec, Sink, ignore
from slipcast.source.catalogue import BaseImage, BuilderImage, Catalogue
from slipcast.testing.engine import FakeEngine, FakeImage
from slipcast.testing.objects import a_config
from slipcast.testing.progress import RecordingProgress
from slipcast.values.faults import HostFault, NotFound

CATALOGUE = Catalogue(
    bases=(
        BaseImage(
            name="debian",
            image="localhost/debian:1",
            public="example/debian",
            recipe="debian",
            suite="bookworm",
            packages=("ca-certificates",),
        ),
        BaseImage(name="base", image="localhost/base:1", on="debian", recipe="base"),
        BaseImage(
            name="builder", image="localhost/builder:1", on="base", recipe="builder", package=True
        ),
    ),
    builders=(
        BuilderImage(
            name="python:3.11",
            version="3.11",
            image="localhost/python:3.11",
            public="example/python",
            base="base",
            recipe="python",
            build_args=(("VERSION", "3.11"),),
        ),
    ),
)


class Rootfs:
    """Writes a tar, or says why it cannot."""

    def __init__(self) -> None:
        self.suites: list[str] = []
        self.fault: HostFault | None = None

    def make(
        self, suite: str, packages: tuple[str, ...], into: Path, *, log: Sink = ignore
    ) -> None:
        if self.fault is not None:
            raise self.fault
        log(b"making\n")
        self.suites.append(suite)
        into.write_bytes(b"tar of " + " ".join(packages).encode())


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    count = iter(range(100))

    def recipe(spec: BuildSpec) -> FakeImage:
        assert spec.dockerfile is not None
        assert spec.dockerfile.is_file()
        # Each is another image, as real ones are.
        return FakeImage(config=a_config(labels={"made": str(next(count))}))

    engine.recipe = recipe
    return engine


@pytest.fixture
def rootfs() -> Rootfs:
    return Rootfs()


@pytest.fixture
def images(engine: FakeEngine, rootfs: Rootfs, tmp_path: Path) -> BuilderImages:
    recipes = tmp_path / "recipes"
    for name in ("debian", "base", "builder", "python"):
        (recipes / name).mkdir(parents=True)
        (recipes / name / "Containerfile").write_text("ARG BASE\nFROM ${BASE}\nARG INDEX\n")
    return BuilderImages(
        engine=engine,
        rootfs=rootfs,
        catalogue=CATALOGUE,
        recipes=recipes,
        state=tmp_path / "state",
        credentials=lambda _: ANONYMOUS,
        package=lambda into: (into / "slipcast").mkdir(),
        platform=Platform(
            ca_bundle=tmp_path / "ca.crt",
            env=(("https_proxy", "http://p"), ("INDEX", "i"), ("SECRET", "s")),
        ),
    )


@pytest.fixture
def progress() -> RecordingProgress:
    return RecordingProgress()


def specs(engine: FakeEngine) -> list[BuildSpec]:
    return [spec for spec in engine.given("build") if isinstance(spec, BuildSpec)]


def test_the_list_shows_what_is_here(engine: FakeEngine, images: BuilderImages):
    before = images.list()
    engine.add("localhost/python:3.11", FakeImage())
    after = images.list()

    assert before[0].present is None
    assert after[0].present is not None
    assert after[0].image == "localhost/python:3.11"


def test_a_row_is_found_by_the_name_of_its_image(images: BuilderImages):
    offer = images.named("localhost/python:3.11")

    assert offer is not None
    assert offer.builder.name == "python:3.11"
    assert images.named("localhost/python:3.12") is None


def test_a_missing_image_is_made_with_all_that_it_stands_on(
    engine: FakeEngine, images: BuilderImages, rootfs: Rootfs, progress: RecordingProgress
):
    offer = images.ensure("python", progress)

    assert offer.present is not None
    assert rootfs.suites == ["bookworm"]
    assert [spec.tag for spec in specs(engine)] == [
        "localhost/debian:1",
        "localhost/base:1",
        "localhost/python:3.11",
    ]


def test_an_image_that_is_here_is_used(
    engine: FakeEngine, images: BuilderImages, progress: RecordingProgress
):
    engine.add("localhost/python:3.11", FakeImage())

    images.ensure("python:3.11", progress)

    assert specs(engine) == []


def test_a_recipe_is_told_its_base_and_what_it_declares(
    engine: FakeEngine, images: BuilderImages, progress: RecordingProgress, tmp_path: Path
):
    images.ensure("python", progress)

    python = specs(engine)[-1]
    assert dict(python.build_args) == {
        "https_proxy": "http://p",
        "INDEX": "i",
        "VERSION": "3.11",
        "BASE": "localhost/base:1",
    }
    assert python.mounts[0].source == str(tmp_path / "ca.crt")


def test_the_distribution_is_pulled_where_it_can_be(
    engine: FakeEngine, images: BuilderImages, rootfs: Rootfs, progress: RecordingProgress
):
    engine.offer("example/debian", FakeImage())

    images.ensure("python", progress)

    assert rootfs.suites == []
    assert engine.inspect("localhost/debian:1") is not None


def test_neither_pulled_nor_made_tells_both(
    images: BuilderImages, rootfs: Rootfs, progress: RecordingProgress
):
    rootfs.fault = HostFault("mmdebstrap is missing", hint="install it")

    with pytest.raises(HostFault) as fault:
        images.ensure("python", progress)

    assert "does not know the image example/debian" in fault.value.message
    assert "mmdebstrap is missing" in fault.value.message
    assert fault.value.hint == "install it"


def test_building_makes_it_anew_and_its_bases_only_where_missing(
    engine: FakeEngine, images: BuilderImages, progress: RecordingProgress
):
    images.ensure("python", progress)
    engine.calls.clear()

    images.build("python", progress, no_cache=True)

    assert [(spec.tag, spec.no_cache) for spec in specs(engine)] == [
        ("localhost/python:3.11", True)
    ]


def test_a_base_image_is_built_by_its_name_too(
    engine: FakeEngine, images: BuilderImages, progress: RecordingProgress
):
    offer = images.build("base", progress)

    assert offer.image == "localhost/base:1"
    assert specs(engine)[-1].tag == "localhost/base:1"


def test_an_unknown_name_is_answered_with_the_known_ones(
    images: BuilderImages, progress: RecordingProgress
):
    with pytest.raises(NotFound) as fault:
        images.ensure("cobol", progress)

    assert "python:3.11" in fault.value.hint


def test_public_images_are_pulled_instead_where_that_was_chosen(
    engine: FakeEngine, rootfs: Rootfs, progress: RecordingProgress, tmp_path: Path
):
    engine.offer("example/python", FakeImage())
    images = BuilderImages(
        engine=engine,
        rootfs=rootfs,
        catalogue=CATALOGUE,
        recipes=tmp_path,
        state=tmp_path / "state",
        credentials=lambda _: ANONYMOUS,
        public=True,
    )

    offer = images.ensure("python", progress)

    assert offer.image == "example/python"
    assert specs(engine) == []


def test_a_recipe_that_was_not_installed_is_named(
    engine: FakeEngine, rootfs: Rootfs, progress: RecordingProgress, tmp_path: Path
):
    catalogue = replace(CATALOGUE, bases=(), builders=(replace(CATALOGUE.builders[0], base=""),))
    images = BuilderImages(
        engine=engine,
        rootfs=rootfs,
        catalogue=catalogue,
        recipes=tmp_path / "nothing",
        state=tmp_path / "state",
        credentials=lambda _: ANONYMOUS,
    )

    with pytest.raises(HostFault, match="Containerfile"):
        images.ensure("python", progress)


def test_the_builder_itself_is_put_beside_its_recipe(
    engine: FakeEngine, images: BuilderImages, progress: RecordingProgress
):
    found: list[str] = []

    def recipe(spec: BuildSpec) -> FakeImage:
        found.extend(sorted(path.name for path in spec.context.iterdir()))
        return FakeImage()

    images.ensure("python", progress)
    engine.recipe = recipe
    images.build("builder", progress)

    assert found == ["Containerfile", "slipcast"]
