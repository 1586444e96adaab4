"""New images that start builds, told over a store: which ones do, once each, and which do not."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api.document import JSON
from slipcast.ports.api import Resource
from slipcast.testing.world import (
    BUILD,
    BUILD_CONFIG,
    NAMESPACE,
    PULLED,
    SOURCE,
    SPACE,
    STREAM,
    World,
)

pytestmark = pytest.mark.anyio

ON_CHANGE = {"type": "ConfigChange"}
ON_IMAGE = {"type": "ImageChange", "imageChange": {}}
PLAIN = {"strategy": {"sourceStrategy": {"from": PULLED}}}
PAUSED = "openshift.io/build-config.paused"


def tag(name: str, **more: str) -> JSON:
    return {"kind": "ImageStreamTag", "name": name, **more}


def a_config(*triggers: JSON, name: str = "app", **spec: Any) -> JSON:
    strategy = {"sourceStrategy": {"from": tag("ruby:latest")}}
    given = {"runPolicy": "Parallel", "source": SOURCE, "strategy": strategy, **spec}
    return {"metadata": {"name": name}, "spec": {**given, "triggers": list(triggers)}}


async def causes(world: World) -> dict[str, list[str]]:
    """Why each build was started: messages, or the images."""
    return {
        each["metadata"]["name"]: [
            (cause.get("imageChangeBuild") or {}).get("imageID") or cause["message"]
            for cause in each["spec"]["triggeredBy"]
        ]
        for each in await world.all(BUILD)
    }


async def config(world: World, name: str = "app") -> JSON:
    return (await world.api.get(Resource(BUILD_CONFIG, SPACE, name))).content


async def reapplied(world: World, manifest: JSON) -> None:
    """The manifest once more: what the server filled in is left out, but for the status."""
    now = await config(world)
    await world.api.update(Resource(BUILD_CONFIG, SPACE, "app"), {**now, "spec": manifest["spec"]})
    await world.settle()


async def test_an_image_starts_a_build_of_just_it_tr_92_tr_95_tr_102(world: World) -> None:
    await world.create(BUILD_CONFIG, a_config(ON_IMAGE))
    await world.settle()
    assert await causes(world) == {}

    image = await world.push("ruby:latest", "a")
    await world.settle()

    assert await causes(world) == {"app-1": [image]}
    (build,) = await world.all(BUILD)
    assert build["spec"]["strategy"]["sourceStrategy"]["from"]["name"] == image
    assert build["spec"]["triggeredBy"][0]["imageChangeBuild"]["fromRef"] == tag("ruby:latest")
    (trigger,) = (await config(world))["spec"]["triggers"]
    assert trigger["imageChange"]["lastTriggeredImageID"] == image


async def test_an_image_that_is_there_already_starts_a_build_too_tr_93(world: World) -> None:
    image = await world.push("ruby:latest", "a")

    await world.create(BUILD_CONFIG, a_config(ON_IMAGE))
    await world.settle()

    assert await causes(world) == {"app-1": [image]}


async def test_the_same_image_again_starts_nothing_tr_92(world: World) -> None:
    image = await world.push("ruby:latest", "a")
    await world.create(BUILD_CONFIG, a_config(ON_IMAGE))
    await world.settle()

    await world.push("ruby:latest", "a")
    await world.later(minutes=5)

    assert await causes(world) == {"app-1": [image]}


async def test_an_older_image_is_another_one_tr_92(world: World) -> None:
    await world.create(BUILD_CONFIG, a_config(ON_IMAGE))
    images = []
    for image in "aba":
        images.append(await world.push("ruby:latest", image))
        await world.settle()

    assert [each for (each,) in (await causes(world)).values()] == images


async def test_config_and_image_make_one_first_build_tr_113_up_18(world: World) -> None:
    await world.create(BUILD_CONFIG, a_config(ON_CHANGE, ON_IMAGE))
    await world.settle()
    assert await causes(world) == {}

    await world.push("ruby:latest", "a")
    await world.settle()
    await world.later(minutes=10)

    assert list(await causes(world)) == ["app-1"]
    assert (await world.events("app")).keys() == {"BuildConfigInstantiateFailed"}


async def test_with_an_image_from_the_beginning_there_is_one_first_build_too_tr_113(
    world: World,
) -> None:
    await world.push("ruby:latest", "a")

    await world.create(BUILD_CONFIG, a_config(ON_IMAGE, ON_CHANGE))
    await world.settle()
    await world.later(minutes=10)

    assert list(await causes(world)) == ["app-1"]
    assert await world.events("app") == {}


async def test_several_new_images_start_one_build_that_names_them_all_tr_94(world: World) -> None:
    other = {"type": "ImageChange", "imageChange": {"from": tag("assets:1")}}
    images = [await world.push("ruby:latest", "a"), await world.push("assets:1", "b")]

    await world.create(BUILD_CONFIG, a_config(ON_IMAGE, other))
    await world.settle()

    assert await causes(world) == {"app-1": images}


async def test_an_image_of_another_namespace_starts_builds_tr_90(world: World) -> None:
    await world.push("ruby:latest", "a")
    watched = {"from": tag("ruby:latest", namespace=SPACE)}
    content = a_config({"type": "ImageChange", "imageChange": watched})
    elsewhere = Resource(BUILD_CONFIG, "elsewhere")
    await world.api.create(Resource(NAMESPACE), {"metadata": {"name": "elsewhere"}})

    await world.api.create(elsewhere, {**content, "spec": {**content["spec"], **PLAIN}})
    await world.settle()

    builds = await world.api.list(Resource(BUILD, "elsewhere"))
    (cause,) = builds.documents[0].content["spec"]["triggeredBy"]
    assert cause["imageChangeBuild"]["fromRef"] == tag("ruby:latest", namespace=SPACE)


async def test_a_paused_trigger_waits_tr_99(world: World) -> None:
    paused = {"type": "ImageChange", "imageChange": {"paused": True}}
    await world.create(BUILD_CONFIG, a_config(paused))
    image = await world.push("ruby:latest", "a")
    await world.settle()
    assert await causes(world) == {}

    await world.change(BUILD_CONFIG, "app", {"spec": {"triggers": [ON_IMAGE]}})
    await world.settle()

    assert await causes(world) == {"app-1": [image]}


async def test_a_paused_config_builds_when_it_is_no_longer_tr_100(world: World) -> None:
    await world.create(BUILD_CONFIG, a_config(ON_IMAGE))
    pause = {"metadata": {"annotations": {PAUSED: "true"}}}
    await world.change(BUILD_CONFIG, "app", pause)
    image = await world.push("ruby:latest", "a")
    await world.later(minutes=5)
    assert await causes(world) == {}
    assert await world.events("app") == {}

    await world.change(BUILD_CONFIG, "app", {"metadata": {"annotations": {PAUSED: None}}})
    await world.settle()

    assert await causes(world) == {"app-1": [image]}


async def test_a_start_by_hand_takes_the_image_along_tr_97(world: World) -> None:
    await world.create(BUILD_CONFIG, a_config(ON_IMAGE))
    await world.settle()
    await world.push("ruby:latest", "a")

    place = Resource(BUILD_CONFIG, SPACE, "app", "instantiate")
    await world.api.act(place, {"metadata": {"name": "app"}})
    await world.later(minutes=5)

    assert await causes(world) == {"app-1": ["Manually triggered"]}


async def test_a_refusal_is_told_and_tried_again_tr_98(world: World) -> None:
    await world.create(BUILD_CONFIG, a_config(ON_IMAGE, serviceAccount="nobody"))
    await world.create(BUILD_CONFIG, a_config(ON_IMAGE, name="other"))

    await world.push("ruby:latest", "a")
    await world.settle()

    assert list(await causes(world)) == ["other-1"]
    before = (await world.events("app"))["BuildConfigTriggerFailed"]
    await world.later(minutes=1)
    assert (await world.events("app"))["BuildConfigTriggerFailed"] > before


async def test_the_same_manifest_again_starts_nothing_up_17(world: World) -> None:
    manifest = a_config(ON_IMAGE)
    await world.create(BUILD_CONFIG, manifest)
    image = await world.push("ruby:latest", "a")
    await world.settle()

    await reapplied(world, manifest)

    assert await causes(world) == {"app-1": [image]}
    assert "lastTriggeredImageID" not in (await config(world))["spec"]["triggers"][0]["imageChange"]
    newer = await world.push("ruby:latest", "b")
    await world.settle()
    assert await causes(world) == {"app-1": [image], "app-2": [newer]}


async def test_a_manifest_that_knows_of_no_status_starts_nothing_up_17(world: World) -> None:
    manifest = a_config(ON_IMAGE)
    await world.create(BUILD_CONFIG, manifest)
    image = await world.push("ruby:latest", "a")
    await world.settle()
    revision = (await config(world))["metadata"]["resourceVersion"]

    replaced = {**manifest, "metadata": {"name": "app", "resourceVersion": revision}}
    await world.api.update(Resource(BUILD_CONFIG, SPACE, "app"), replaced)
    await world.settle()

    assert await causes(world) == {"app-1": [image]}


async def test_who_says_that_it_is_no_image_has_it_built_again_tr_103(world: World) -> None:
    await world.create(BUILD_CONFIG, a_config(ON_IMAGE))
    image = await world.push("ruby:latest", "a")
    await world.settle()

    cleared = {"type": "ImageChange", "imageChange": {"lastTriggeredImageID": ""}}
    await world.change(BUILD_CONFIG, "app", {"spec": {"triggers": [cleared]}})
    await world.settle()

    assert await causes(world) == {"app-1": [image], "app-2": [image]}


async def test_a_changed_spec_is_built_where_an_annotation_says_so_up_17(world: World) -> None:
    content = a_config(ON_CHANGE)
    content["metadata"]["annotations"] = {"build.slipcast.io/rebuild-on-change": "true"}
    await world.push("ruby:latest", "a")
    await world.create(BUILD_CONFIG, content)
    await world.settle()

    await world.change(BUILD_CONFIG, "app", {"spec": {"runPolicy": "Serial"}})
    await world.settle()
    assert list(await causes(world)) == ["app-1"]
    await world.change(BUILD_CONFIG, "app", {"spec": {"postCommit": {"script": "rake test"}}})
    await world.settle()

    assert await causes(world) == {
        "app-1": ["Build configuration change"],
        "app-2": ["Build configuration change"],
    }


async def test_changes_are_built_from_when_it_was_said_up_17(world: World) -> None:
    await world.push("ruby:latest", "a")
    await world.create(BUILD_CONFIG, a_config(ON_CHANGE))
    await world.settle()

    said = {"build.slipcast.io/rebuild-on-change": "true"}
    await world.change(BUILD_CONFIG, "app", {"metadata": {"annotations": said}})
    await world.settle()
    assert list(await causes(world)) == ["app-1"]
    await world.change(BUILD_CONFIG, "app", {"spec": {"postCommit": {"script": "rake test"}}})
    await world.settle()

    assert list(await causes(world)) == ["app-1", "app-2"]


def feeding_itself(**spec: Any) -> JSON:
    """A BuildConfig that builds from what it has built."""
    return a_config(ON_IMAGE, output={"to": tag("ruby:latest")}, **spec)


async def pushes(world: World, build: str, image: str) -> str:
    """A build pushes an image and ends, in this order."""
    await world.runs(build)
    await world.settle()
    spec = await world.push("ruby:latest", image)
    await world.settle()
    said = {"status": {"output": {"to": {"imageDigest": "sha256:" + image * 64}}}}
    await world.change(BUILD, build, said)
    await world.ends(build)
    await world.settle()
    return spec


@pytest.mark.parametrize("limits", [{}, {"successfulBuildsHistoryLimit": 0}])
async def test_a_build_of_its_own_output_does_not_loop_tr_104(
    world: World, limits: dict[str, int]
) -> None:
    await world.push("ruby:latest", "a")
    await world.create(BUILD_CONFIG, feeding_itself(**limits))
    await world.settle()

    image = await pushes(world, "app-1", "b")
    await world.later(minutes=5)

    assert (await config(world))["status"]["lastVersion"] == 1
    (trigger,) = (await config(world))["spec"]["triggers"]
    assert trigger["imageChange"]["lastTriggeredImageID"] == image
    assert await world.events("app") == {"BuildConfigTriggerSkipped": 1}


async def test_what_others_push_to_its_output_starts_a_build_tr_104(world: World) -> None:
    await world.push("ruby:latest", "a")
    await world.create(BUILD_CONFIG, feeding_itself())
    await world.settle()
    await pushes(world, "app-1", "b")

    image = await world.push("ruby:latest", "c")
    await world.settle()

    assert (await causes(world))["app-2"] == [image]


async def test_a_build_that_failed_after_its_push_has_pushed_all_the_same_tr_104(
    world: World,
) -> None:
    await world.push("ruby:latest", "a")
    await world.create(BUILD_CONFIG, feeding_itself())
    await world.settle()
    await world.runs("app-1")
    image = await world.push("ruby:latest", "b")
    await world.settle()
    assert list(await causes(world)) == ["app-1"]

    await world.ends("app-1", code=1)
    await world.later(minutes=5)

    assert list(await causes(world)) == ["app-1"]
    assert await world.events("app") == {"BuildConfigTriggerSkipped": 1}
    (trigger,) = (await config(world))["spec"]["triggers"]
    assert trigger["imageChange"]["lastTriggeredImageID"] == image


async def test_what_others_push_after_a_build_failed_starts_one_tr_104(world: World) -> None:
    await world.push("ruby:latest", "a")
    await world.create(BUILD_CONFIG, feeding_itself())
    await world.settle()
    await world.runs("app-1")
    await world.ends("app-1", code=1)
    await world.settle()
    await world.later(minutes=1)

    image = await world.push("ruby:latest", "b")
    await world.settle()

    assert (await causes(world))["app-2"] == [image]


def fed_by(source: str, output: str, name: str, **spec: Any) -> JSON:
    """A BuildConfig that builds from one tag to another."""
    strategy = {"sourceStrategy": {"from": tag(source)}}
    return a_config(ON_IMAGE, name=name, strategy=strategy, output={"to": tag(output)}, **spec)


async def a_circle(world: World, **spec: Any) -> None:
    """Two BuildConfigs that build from each other's output; the first has an image."""
    await world.create(STREAM, {"metadata": {"name": "b"}})
    await world.create(BUILD_CONFIG, fed_by("a:latest", "b:latest", "to-b", **spec))
    await world.create(BUILD_CONFIG, fed_by("b:latest", "a:latest", "to-a", **spec))
    await world.push("a:latest", "1")
    await world.settle()


async def makes(world: World, build: str, output: str, image: str) -> str:
    """A build pushes an image and ends well."""
    await world.runs(build)
    await world.settle()
    spec = await world.push(output, image)
    await world.settle()
    said = {"status": {"output": {"to": {"imageDigest": "sha256:" + image * 64}}}}
    await world.change(BUILD, build, said)
    await world.ends(build)
    await world.settle()
    return spec


@pytest.mark.parametrize("limits", [{}, {"successfulBuildsHistoryLimit": 0}])
async def test_two_that_build_from_each_other_come_to_rest_up_31(
    world: World, limits: dict[str, int]
) -> None:
    await a_circle(world, **limits)

    await makes(world, "to-b-1", "b:latest", "2")
    last = await makes(world, "to-a-1", "a:latest", "3")
    await world.later(minutes=5)

    versions = [(await config(world, each))["status"]["lastVersion"] for each in ("to-a", "to-b")]
    assert versions == [1, 1]
    assert await world.events("to-b") == {"BuildConfigTriggerSkipped": 1}
    (trigger,) = (await config(world, "to-b"))["spec"]["triggers"]
    assert trigger["imageChange"]["lastTriggeredImageID"] == last


async def test_an_image_from_outside_goes_round_once_more_up_31(world: World) -> None:
    await a_circle(world)
    await makes(world, "to-b-1", "b:latest", "2")
    await makes(world, "to-a-1", "a:latest", "3")

    await world.push("b:latest", "4")
    await world.settle()
    await makes(world, "to-a-2", "a:latest", "5")
    await makes(world, "to-b-2", "b:latest", "6")
    await world.later(minutes=5)

    assert sorted(await causes(world)) == ["to-a-1", "to-a-2", "to-b-1", "to-b-2"]


async def test_a_chain_that_is_no_circle_says_nothing_of_its_way(world: World) -> None:
    await world.create(STREAM, {"metadata": {"name": "b"}})
    await world.create(BUILD_CONFIG, fed_by("a:latest", "b:latest", "to-b"))
    await world.create(BUILD_CONFIG, fed_by("b:latest", "c:latest", "to-c"))
    await world.push("a:latest", "1")
    await world.settle()

    await makes(world, "to-b-1", "b:latest", "2")

    builds = {each["metadata"]["name"]: each["metadata"] for each in await world.all(BUILD)}
    assert "to-c-1" in builds
    assert "build.slipcast.io/triggered-through" not in builds["to-c-1"]["annotations"]


async def test_who_builds_in_a_circle_waits_until_it_is_known_whose_an_image_is_up_31(
    world: World,
) -> None:
    await a_circle(world)
    await world.runs("to-b-1")
    await world.settle()

    await world.push("b:latest", "2")
    await world.settle()
    assert list(await causes(world)) == ["to-b-1"]
    await world.ends("to-b-1", code=1)
    await world.settle()

    (build,) = [each for each in await world.all(BUILD) if each["metadata"]["name"] == "to-a-1"]
    assert build["metadata"]["annotations"]["build.slipcast.io/triggered-through"] == "shop/to-b"
