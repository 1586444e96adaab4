"""The words of `slipcast import-image`: cli.md II-1 to II-21."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.api.document import JSON
from slipcast.api.image import ImageStream
from slipcast.cli.streams import importing
from slipcast.cli.streams.importing import Wish
from slipcast.values.faults import Fault, UsageFault
from verdicts import seen

FROM = "r.example.com/acme/web"
WISH = Wish(target="web", name="web", tag="latest")


def a_stream(*tags: dict[str, Any], repository: str = "") -> ImageStream:
    """The stream web with spec tags."""
    metadata = {"name": "web", "namespace": "shop", "resourceVersion": "7"}
    spec = {"tags": tags, "dockerImageRepository": repository}
    return seen(ImageStream, metadata=metadata, spec=spec)


def a_tag(name: str, source: str, kind: str = "DockerImage", **rest: Any) -> dict[str, Any]:
    """A tag that has a source."""
    return {"name": name, "from": {"kind": kind, "name": source}, **rest}


def images(asked: JSON) -> list[tuple[str, str]]:
    """What is asked for: tags, and from where."""
    return [(each["to"]["name"], each["from"]["name"]) for each in asked["spec"]["images"]]


@pytest.mark.parametrize(
    ("words", "everything", "told"),
    [
        ((), False, "you must specify the name"),
        (("a", "b"), False, "you must specify the name"),
        (("Bad_Name",), False, "must be a valid Docker image pull spec"),
        (("a@sha256:" + "a" * 64,), False, "use the 'tag' command"),
        (("a:b",), True, 'cannot specify a tag "a:b" as well as --all'),
    ],
)
def test_names_that_make_no_sense_are_refused_ii_1_to_ii_4(
    words: tuple[str, ...], *, everything: bool, told: str
) -> None:
    with pytest.raises(UsageFault) as refused:
        importing.target_of(words, everything=everything)

    assert told in refused.value.message


def test_latest_is_imported_where_no_tag_is_named_ii_5() -> None:
    assert importing.target_of(("acme/web",), everything=False).tag == "latest"
    assert importing.target_of(("web",), everything=True).tag == ""


def test_a_stream_is_not_made_by_accident_ii_6() -> None:
    with pytest.raises(Fault, match='no image stream named "web" exists, pass --confirm'):
        importing.request(WISH, None)


@pytest.mark.parametrize(("source", "wanted"), [(FROM, FROM), ("", "acme/web")])
def test_a_stream_is_made_when_that_is_confirmed_ii_7(source: str, wanted: str) -> None:
    wish = replace(WISH, target="acme/web", source=source, confirmed=True, insecure=True)

    asked = importing.request(wish, None)

    assert asked["metadata"] == {"name": "web"}
    assert asked["spec"] == {
        "import": True,
        "images": [
            {
                "from": {"kind": "DockerImage", "name": wanted},
                "to": {"name": "latest"},
                "importPolicy": {"insecure": True},
                "referencePolicy": {"type": "Source"},
            }
        ],
    }


def test_a_stream_is_made_of_a_whole_repository_ii_7() -> None:
    wish = replace(WISH, tag="", everything=True, source=FROM, confirmed=True, policy="Local")

    asked = importing.request(wish, None)

    assert asked["spec"]["repository"] == {
        "from": {"kind": "DockerImage", "name": FROM},
        "importPolicy": {},
        "referencePolicy": {"type": "Local"},
    }


def test_all_tags_with_a_source_are_imported_again_ii_9() -> None:
    stream = a_stream(a_tag("a", "r/a:1"), a_tag("b", "a", "ImageStreamTag"), {"name": "pushed"})

    asked = importing.request(replace(WISH, everything=True), stream)

    assert images(asked) == [("a", "r/a:1")]
    assert asked["metadata"] == {"name": "web", "resourceVersion": "7"}


def test_the_repository_of_the_stream_is_imported_ii_9() -> None:
    asked = importing.request(replace(WISH, everything=True), a_stream(repository=FROM))

    assert asked["spec"]["repository"]["from"]["name"] == FROM


@pytest.mark.parametrize(
    ("repository", "source", "told"),
    [
        ("", "", "does not have tags pointing to external docker images"),
        ("", FROM, "does not currently import an entire Docker repository"),
        ("r/other", FROM, 'has a different import spec "r/other", pass --confirm'),
    ],
)
def test_everything_needs_a_known_source_or_a_word_ii_9_ii_10(
    repository: str, source: str, told: str
) -> None:
    with pytest.raises(Fault) as refused:
        importing.request(
            replace(WISH, everything=True, source=source), a_stream(repository=repository)
        )

    assert told in refused.value.message


def test_a_tag_is_imported_again_from_where_it_came_ii_14() -> None:
    stream = a_stream(a_tag("latest", FROM))

    assert images(importing.request(WISH, stream)) == [("latest", FROM)]
    assert images(importing.request(replace(WISH, source=FROM), stream)) == [("latest", FROM)]


@pytest.mark.parametrize("followed", ["b", "web:b"])
def test_what_a_tag_follows_is_imported_ii_11(followed: str) -> None:
    stream = a_stream(a_tag("latest", followed, "ImageStreamTag"), a_tag("b", FROM))

    assert images(importing.request(WISH, stream)) == [("b", FROM)]


@pytest.mark.parametrize(
    ("tags", "source", "told"),
    [
        ([a_tag("latest", "b", "ImageStreamTag")], "", 'is a reference to "b", which does not'),
        ([a_tag("latest", "web:latest", "ImageStreamTag")], "", "follows itself"),
        ([a_tag("latest", "o:b", "ImageStreamTag")], "", "cannot be re-imported"),
        ([a_tag("latest", "web@sha256:1", "ImageStreamImage")], "", "cannot be re-imported"),
        ([{"name": "latest"}], "", "is filled by pushes"),
        ([{"name": "latest"}], FROM, "already exists - you must use the 'tag' command"),
        ([a_tag("latest", "r/x")], FROM, "points to \"r/x\" - use the 'tag' command if you want"),
        (
            [a_tag("latest", "b", "ImageStreamTag"), a_tag("b", "r/x")],
            FROM,
            'points to the tag "b" which points to "r/x"',
        ),
        ([], "", "choose an existing tag to import"),
    ],
)
def test_tags_that_cannot_be_imported_are_refused_ii_11_to_ii_16(
    tags: list[dict[str, Any]], source: str, told: str
) -> None:
    with pytest.raises(Fault) as refused:
        importing.request(replace(WISH, source=source), a_stream(*tags))

    assert told in refused.value.message


def test_latest_of_a_repository_is_imported_ii_15() -> None:
    assert images(importing.request(WISH, a_stream(repository=FROM))) == [("latest", FROM)]


def test_a_new_tag_needs_no_confirmation_ii_17() -> None:
    wish = replace(WISH, tag="1.0", source=FROM)

    assert images(importing.request(wish, a_stream())) == [("1.0", FROM)]


@pytest.mark.parametrize(
    ("insecure", "policy"), [(None, {"insecure": True}), (False, {}), (True, {"insecure": True})]
)
def test_a_flag_wins_over_the_annotation_ii_18(*, insecure: bool | None, policy: JSON) -> None:
    stream = a_stream(a_tag("latest", FROM))
    marked = replace(
        stream, metadata=replace(stream.metadata, annotations={importing.INSECURE: "true"})
    )

    asked = importing.request(replace(WISH, insecure=insecure), marked)

    assert asked["spec"]["images"][0]["importPolicy"] == policy


@pytest.mark.parametrize(("said", "policy"), [(None, {"scheduled": True}), (False, {})])
def test_importing_once_more_does_not_end_the_schedule_up_23(
    *,
    said: bool | None,
    policy: JSON,
) -> None:
    stream = a_stream(a_tag("latest", FROM, importPolicy={"scheduled": True}))

    asked = importing.request(replace(WISH, scheduled=said), stream)

    assert asked["spec"]["images"][0]["importPolicy"] == policy


def test_a_dry_run_only_looks() -> None:
    asked = importing.request(replace(WISH, dry=True), a_stream(a_tag("latest", FROM)))

    assert asked["spec"]["import"] is False


def test_every_failure_is_told_ii_21() -> None:
    failed = {"status": "Failure", "message": "gone"}
    found = {"status": "Success"}
    status = {
        "images": [{"status": failed, "tag": "a"}, {"status": found, "tag": "b"}],
        "repository": {"status": failed, "additionalTags": ["c", "d"]},
    }

    assert list(importing.failures({"status": status})) == ["gone", "tag a failed: gone"]
    assert importing.left_out({"status": status}) == ("c", "d")


def test_what_fails_is_told_by_the_tag_that_was_to_be():
    failed = {"status": "Failure", "message": "gone"}
    answer: JSON = {
        "spec": {"images": [{"to": {"name": "latest"}}, {"to": {"name": "b"}}]},
        "status": {"images": [{"tag": "1", "status": failed}, {"tag": "2", "status": {}}]},
    }

    assert list(importing.failures(answer)) == ["tag latest failed: gone"]
    assert [tag for tag, _ in importing.looked_up(answer)] == ["latest", "b"]


@pytest.mark.parametrize(("given", "policy"), [(None, {"insecure": True}), (False, {})])
def test_a_tag_that_is_looked_up_again_is_asked_for_as_it_was(
    *, given: bool | None, policy: JSON
) -> None:
    stream = a_stream(a_tag("latest", FROM, importPolicy={"insecure": True}))

    asked = importing.request(replace(WISH, insecure=given), stream)

    assert asked["spec"]["images"][0]["importPolicy"] == policy
