"""The tags and images of streams, as objects of their own."""

from __future__ import annotations

import msgspec
import pytest

from contract.api.conftest import SECRETS, STREAMS
from contract.api.streaming import (
    DOCKER,
    IMAGE_TAGS,
    IMAGES,
    MAPPINGS,
    ONE,
    SIGNATURES,
    STREAM_IMAGES,
    TAGS,
    TWO,
    a_mapping,
    a_tag,
    items,
    of_tag,
    ruby,
    stream,
)
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, DeleteOptions, ListOptions, Patch, WriteOptions
from slipcast.values.apifaults import (
    AlreadyExists,
    BadRequest,
    Conflict,
    Invalid,
    MethodNotAllowed,
    NotFound,
)

__all__ = ["ruby"]

pytestmark = pytest.mark.anyio


@pytest.mark.usefixtures("ruby")
async def test_a_tag_is_seen_with_its_image_is_52(api: Api) -> None:
    document = await api.get(TAGS.named("ruby:latest"))

    found, owner = document.content, await stream(api)
    assert found["image"]["metadata"]["name"] == ONE
    assert found["image"]["dockerImageReference"] == f"docker.io/centos/ruby@{ONE}"
    assert found["tag"]["from"] == of_tag("2.3")
    assert found["metadata"]["uid"] == owner["metadata"]["uid"]
    assert found["metadata"]["resourceVersion"] == owner["metadata"]["resourceVersion"]


@pytest.mark.usefixtures("ruby")
async def test_a_tag_that_only_pushes_made_has_no_spec(api: Api) -> None:
    assert (await api.get(TAGS.named("ruby:2.3"))).content["tag"] is None


@pytest.mark.usefixtures("ruby")
@pytest.mark.parametrize(
    ("name", "plural"),
    [("ruby:9", "imagestreamtags"), ("nowhere:1", "imagestreams")],
)
async def test_a_tag_or_a_stream_that_is_not_there_is_not_found_is_51(
    api: Api, name: str, plural: str
) -> None:
    with pytest.raises(NotFound) as refused:
        await api.get(TAGS.named(name))

    assert refused.value.plural == plural


@pytest.mark.usefixtures("ruby")
async def test_a_tag_whose_image_is_gone_says_so_is_51(api: Api) -> None:
    await api.delete(IMAGES.named(ONE))

    with pytest.raises(NotFound, match=r"images\.image\.openshift\.io"):
        await api.get(TAGS.named("ruby:2.3"))


@pytest.mark.parametrize("name", ["ruby", "ruby:a:b", "ruby:a@b", ":a", "ruby:"])
async def test_a_tag_is_asked_for_by_stream_and_tag_is_50(api: Api, name: str) -> None:
    with pytest.raises(BadRequest, match="must be retrieved with <name>:<tag>"):
        await api.get(TAGS.named(name))


@pytest.mark.usefixtures("ruby")
async def test_tags_with_an_image_are_listed_and_selected_is_53(api: Api) -> None:
    spec = {"tags": [{"name": "none"}]}
    await api.create(STREAMS, {"metadata": {"name": "bare"}, "spec": spec})

    everything = await api.list(TAGS)
    labelled = await api.list(TAGS, ListOptions(labels="lang=ruby"))
    named = await api.list(TAGS, ListOptions(fields="metadata.name=ruby:2.3"))
    others = await api.list(TAGS, ListOptions(labels="lang=perl"))

    names = [each.names.name for each in everything.documents]
    assert names == [each.names.name for each in labelled.documents] == ["ruby:2.3", "ruby:latest"]
    assert [each.names.name for each in named.documents] == ["ruby:2.3"]
    assert others.documents == ()


@pytest.mark.usefixtures("ruby")
async def test_a_tag_is_made_and_answered_as_it_was_sent_is_54(api: Api) -> None:
    answer = await api.create(TAGS, a_tag("ruby:new"))

    assert answer.created
    assert answer.document.content["tag"]["from"] == of_tag("ruby:2.3")
    assert (await api.get(TAGS.named("ruby:new"))).content["image"]["metadata"]["name"] == ONE


@pytest.mark.usefixtures("ruby")
async def test_a_tag_is_made_with_its_stream_is_54(api: Api) -> None:
    await api.create(TAGS, a_tag("app:1", annotations={"a": "b"}))

    found = await stream(api, "app")
    assert found["spec"]["tags"][0]["annotations"] == {"a": "b"}
    assert items(found, "1")[0]["image"] == ONE


@pytest.mark.usefixtures("ruby")
async def test_a_tag_that_is_wanted_already_exists_is_54(api: Api) -> None:
    with pytest.raises(AlreadyExists, match="ruby:latest"):
        await api.create(TAGS, a_tag("ruby:latest"))


@pytest.mark.usefixtures("ruby")
async def test_a_tag_that_was_only_pushed_is_not_in_the_way_is_54(api: Api) -> None:
    await api.create(TAGS, a_tag("ruby:2.3", DOCKER))

    assert (await api.get(TAGS.named("ruby:2.3"))).content["tag"]["from"] == DOCKER


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"metadata": {"name": "ruby:a"}}, "tag"),
        (a_tag("ruby"), "metadata.name"),
        (a_tag("ruby:a", {"kind": "Pod", "name": "x"}), "tag.from.kind"),
    ],
)
async def test_a_tag_that_is_wrong_is_refused_at_its_field_is_54_is_56(
    api: Api, sent: JSON, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await api.create(TAGS, sent)

    assert [cause.field for cause in refused.value.causes] == [field]


@pytest.mark.usefixtures("ruby")
async def test_a_tag_is_put_in_place_or_made_is_55(api: Api) -> None:
    made = await api.update(TAGS.named("app:1"), a_tag("app:1"))
    again = await api.update(TAGS.named("app:1"), a_tag("app:1", DOCKER))

    assert (made.created, again.created) == (True, False)
    assert again.document.content["tag"]["from"] == DOCKER
    assert again.document.content["image"]["metadata"]["name"] == ONE


@pytest.mark.usefixtures("ruby")
async def test_a_tag_is_put_at_the_revision_it_was_read_at_is_55(api: Api) -> None:
    read = (await api.get(TAGS.named("ruby:latest"))).content
    await api.create(MAPPINGS, a_mapping("other"))

    with pytest.raises(Conflict, match="another caller has updated the resource version to"):
        await api.update(TAGS.named("ruby:latest"), read)


async def test_a_tag_of_a_revision_is_not_made_is_55(api: Api) -> None:
    with pytest.raises(NotFound):
        await api.update(TAGS.named("app:1"), a_tag("app:1", DOCKER, resourceVersion="1"))


@pytest.mark.usefixtures("ruby")
async def test_annotations_of_a_tag_are_those_of_its_spec_is_55(api: Api) -> None:
    body = {"metadata": {"annotations": {"tags": "builder"}}}

    answer = await api.patch(TAGS.named("ruby:latest"), Patch(type="merge", body=body))

    assert answer.document.content["image"]["metadata"]["annotations"] == {"tags": "builder"}
    (tag,) = (await stream(api))["spec"]["tags"]
    assert tag["annotations"] == {"tags": "builder"}


@pytest.mark.usefixtures("ruby")
async def test_nothing_else_of_a_tag_changes_is_56(api: Api) -> None:
    body = {"metadata": {"labels": {"a": "b"}}}

    with pytest.raises(Invalid, match="may not update fields other than"):
        await api.patch(TAGS.named("ruby:latest"), Patch(type="merge", body=body))


@pytest.mark.usefixtures("ruby")
async def test_a_tag_goes_with_its_history_and_the_image_stays_is_57(api: Api) -> None:
    before = (await stream(api))["metadata"]["generation"]

    answer = await api.delete(TAGS.named("ruby:latest"))

    found = await stream(api)
    assert answer.gone
    assert "tags" not in found["spec"]
    assert [each["tag"] for each in found["status"]["tags"]] == ["2.3"]
    assert found["metadata"]["generation"] == before + 1
    assert (await api.get(IMAGES.named(ONE))).names.name == ONE


@pytest.mark.usefixtures("ruby")
async def test_a_tag_that_is_not_there_cannot_go_is_57(api: Api) -> None:
    with pytest.raises(NotFound):
        await api.delete(TAGS.named("ruby:9"))


@pytest.mark.usefixtures("ruby")
async def test_a_tag_goes_only_from_the_stream_that_is_meant(api: Api) -> None:
    with pytest.raises(Conflict, match="Precondition failed"):
        await api.delete(TAGS.named("ruby:latest"), DeleteOptions(uid="another"))


@pytest.mark.usefixtures("ruby")
async def test_a_tag_that_is_tried_is_not_made_and_does_not_go(api: Api) -> None:
    before, dry = await stream(api), WriteOptions(dry_run=True)

    await api.create(TAGS, a_tag("ruby:new"), dry)
    await api.update(TAGS.named("ruby:latest"), a_tag("ruby:latest", DOCKER), dry)
    await api.delete(TAGS.named("ruby:latest"), DeleteOptions(dry_run=True))

    assert await stream(api) == before


@pytest.mark.usefixtures("ruby")
async def test_tags_are_neither_watched_nor_removed_together_is_501(api: Api) -> None:
    with pytest.raises(MethodNotAllowed):
        await api.watch(TAGS)
    with pytest.raises(MethodNotAllowed):
        await api.delete_all(TAGS)


@pytest.mark.usefixtures("ruby")
async def test_an_image_tag_shows_what_is_wanted_and_what_was(api: Api) -> None:
    found = (await api.get(IMAGE_TAGS.named("ruby:latest"))).content

    assert found["spec"]["from"] == of_tag("2.3")
    assert found["status"]["items"][0]["image"] == ONE
    assert found["image"]["metadata"]["name"] == ONE


@pytest.mark.usefixtures("ruby")
async def test_image_tags_are_written_as_well(api: Api) -> None:
    sent = {"metadata": {"name": "ruby:new"}, "spec": {"name": "new", "from": of_tag("ruby:2.3")}}

    await api.create(IMAGE_TAGS, sent)
    again = await api.update(IMAGE_TAGS.named("ruby:new"), {**sent, "spec": {"from": DOCKER}})
    gone = await api.delete(IMAGE_TAGS.named("ruby:new"))

    assert again.document.content["spec"]["from"] == DOCKER
    assert gone.gone


async def test_an_image_tag_is_listed_before_it_means_anything(api: Api) -> None:
    await api.create(STREAMS, {"metadata": {"name": "s"}, "spec": {"tags": [{"name": "a"}]}})

    assert [each.names.name for each in (await api.list(IMAGE_TAGS)).documents] == ["s:a"]


async def test_an_image_tag_of_another_name_is_refused(api: Api) -> None:
    sent = {"metadata": {"name": "ruby:new"}, "spec": {"name": "old", "from": DOCKER}}

    with pytest.raises(Invalid, match=r"spec\.name"):
        await api.create(IMAGE_TAGS, sent)


@pytest.mark.usefixtures("ruby")
@pytest.mark.parametrize("asked", [ONE, "sha256:1", "111"])
async def test_an_image_of_a_stream_is_seen_by_the_beginning_of_its_id_is_60_is_61(
    api: Api, asked: str
) -> None:
    found = (await api.get(STREAM_IMAGES.named(f"ruby@{asked}"))).content

    assert found["metadata"]["name"] == f"ruby@{asked}"
    assert found["image"]["metadata"]["name"] == ONE


@pytest.mark.usefixtures("ruby")
async def test_an_id_of_two_images_is_a_conflict_is_42(api: Api) -> None:
    await api.create(MAPPINGS, a_mapping("2.3", TWO))

    with pytest.raises(Conflict, match="multiple images match the prefix"):
        await api.get(STREAM_IMAGES.named("ruby@sha256:"))


@pytest.mark.usefixtures("ruby")
async def test_an_id_of_no_image_is_not_found_is_42(api: Api) -> None:
    with pytest.raises(NotFound, match=r'imagestreamimage\.image\.openshift\.io "9" not found'):
        await api.get(STREAM_IMAGES.named("ruby@9"))


async def test_an_image_of_a_stream_is_asked_for_by_stream_and_id_is_60(api: Api) -> None:
    with pytest.raises(BadRequest, match="must be retrieved with <name>@<id>"):
        await api.get(STREAM_IMAGES.named("ruby"))


@pytest.mark.usefixtures("ruby")
async def test_what_a_stream_consists_of_lies_below_it_is_507(api: Api) -> None:
    place = msgspec.structs.replace(STREAMS.named("ruby"), subresource="layers")

    document = await api.get(place)

    assert document.kind is kinds.LAYERS
    assert set(document.content["images"]) == {ONE}


async def test_secrets_that_images_are_pulled_with_lie_below_a_stream_is_500(api: Api) -> None:
    login = {"type": "kubernetes.io/dockercfg", "stringData": {".dockercfg": "{}"}}
    out = {"openshift.io/image.excludeSecret": "true"}
    await api.create(SECRETS, {"metadata": {"name": "login"}, **login})
    await api.create(SECRETS, {"metadata": {"name": "left-out", "annotations": out}, **login})
    await api.create(SECRETS, {"metadata": {"name": "opaque"}})

    document = await api.get(msgspec.structs.replace(STREAMS.named("s"), subresource="secrets"))

    assert document.kind is kinds.SECRETS
    assert [each["metadata"]["name"] for each in document.content["items"]] == ["login"]


@pytest.mark.usefixtures("ruby")
async def test_a_signature_is_kept_in_its_image_is_506(api: Api) -> None:
    name = f"{ONE}@mine"
    sent = {"metadata": {"name": name}, "type": "atomic", "content": "c2lnbmVk"}

    await api.create(SIGNATURES, sent)

    (kept,) = (await api.get(IMAGES.named(ONE))).content["signatures"]
    assert (kept["metadata"]["name"], kept["content"]) == (name, "c2lnbmVk")
    with pytest.raises(AlreadyExists):
        await api.create(SIGNATURES, sent)


@pytest.mark.usefixtures("ruby")
async def test_a_signature_goes_is_506(api: Api) -> None:
    name = f"{ONE}@mine"
    sent = {"metadata": {"name": name}, "type": "atomic", "content": "c2lnbmVk"}
    await api.create(SIGNATURES, sent)

    await api.delete(SIGNATURES.named(name))

    assert "signatures" not in (await api.get(IMAGES.named(ONE))).content
    with pytest.raises(NotFound):
        await api.delete(SIGNATURES.named(name))


async def test_a_signature_says_of_which_image_and_what(api: Api) -> None:
    with pytest.raises(Invalid) as refused:
        await api.create(SIGNATURES, {"metadata": {"name": "mine"}})

    fields = [cause.field for cause in refused.value.causes]
    assert fields == ["metadata.name", "type", "content"]


@pytest.mark.usefixtures("ruby")
async def test_a_stream_goes_and_its_images_stay_is_130(api: Api) -> None:
    await api.delete(STREAMS.named("ruby"))

    assert (await api.get(IMAGES.named(ONE))).names.name == ONE
    with pytest.raises(NotFound):
        await api.get(TAGS.named("ruby:2.3"))


@pytest.mark.usefixtures("ruby")
async def test_what_an_image_consists_of_never_changes_is_67(api: Api) -> None:
    kept = (await api.get(IMAGES.named(ONE))).content
    layers = [{"name": TWO, "size": 1, "mediaType": "x"}]

    await api.update(IMAGES.named(ONE), {**kept, "dockerImageLayers": layers})

    assert (await api.get(IMAGES.named(ONE))).content["dockerImageLayers"] == []
