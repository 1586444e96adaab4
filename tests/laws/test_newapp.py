"""Whatever new-app is asked for: the set is valid, whole and in order, and the same again changes
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st
from msgspec.structs import replace

from newappworld import (
    BUILDER,
    FOLLOWED,
    PROJECT,
    REGISTRY,
    SECRETS,
    a_source,
    plan_of,
)
from slipcast.api import lens
from slipcast.api.build import BuildConfig
from slipcast.api.document import JSON
from slipcast.api.image import ImageStream
from slipcast.builds.defaults import defaulted_config
from slipcast.builds.validate.config import build_config
from slipcast.images.defaults import defaulted_stream
from slipcast.images.validate import image_stream
from slipcast.newapp.comparing import differences, kept
from slipcast.newapp.documents import documents
from slipcast.newapp.facts import Answer, IsSource, Question, Streams, TagImage
from slipcast.newapp.image import ImageFacts
from slipcast.newapp.planning import Plan
from slipcast.newapp.request import NewAppRequest, Pair
from slipcast.values.faults import Fault
from slipcast.values.names import dns_label, dns_label_1035
from verdicts import seen

FILES: Mapping[str, Mapping[str, str]] = {
    "python": {"requirements.txt": "", "runtime.txt": "python-2.7"},
    "node": {"package.json": "{}"},
    "centos": {"Dockerfile": "FROM centos:7\nEXPOSE 80 81/udp\n"},
    "newest": {"Dockerfile": "FROM centos\n"},
    "base": {"Dockerfile": "FROM quay.io/team/base:2\n"},
    "pipe": {"Jenkinsfile": ""},
}
images = st.sampled_from(
    ["mysql", "mysql:5.6", "redis", "quay.io/team/proxy:1", "ruby", "python:2.7", "localhost/own:1"]
)
builders = st.sampled_from(["ruby", "python", "python:2.7", "nodejs:4", "openshift/ruby:2.3"])
names = st.sampled_from(
    [
        "shop",
        "Django.Shop",
        "my_App-1",
        "python",
        "ruby",
        "centos",
        "base",
        "mysql",
        "9lives",
        "-x-",
    ]
) | st.text("aB0._-", min_size=1, max_size=80)
urls = st.builds("https://git.example/{}/{}.git".format, st.sampled_from([*FILES]), names)
pairs = st.builds("{}~{}".format, builders, urls)
groups = st.builds("{}+{}".format, pairs | images, images | pairs)
words = st.lists(images | urls | pairs | groups, min_size=1, max_size=3)
asked = st.dictionaries(
    st.sampled_from(["app", "tier", "build"]), st.sampled_from(["theirs", "web"]), max_size=2
)
held = st.dictionaries(st.sampled_from(["app", "tier", "own"]), st.just("held"), max_size=2)


def variables(given: Mapping[str, str]) -> tuple[Pair, ...]:
    return tuple(Pair(name, value) for name, value in given.items())


requests = st.builds(
    NewAppRequest,
    words=st.builds(tuple, words),
    builds=st.booleans(),
    name=st.sampled_from(["", "", "", "web"]),
    env=st.just((Pair("A", "1"),)) | st.just(()),
    labels=asked.map(variables),
    as_deployment_config=st.booleans(),
    source_secret=st.sampled_from(["", "git"]),
    namespace=st.just(PROJECT),
)


@st.composite
def plans(draw: st.DrawFn) -> tuple[NewAppRequest, Plan]:
    """A request that comes to something, and to what."""
    request = draw(requests)
    if request.builds:
        request = replace(request, to=draw(st.sampled_from(["", "", "out:v1", "ns/out"])))
    try:
        return request, plan_of(request, sources(request))
    except Fault:
        reject()


def sources(request: NewAppRequest) -> dict[Question, Answer]:
    """What lies at the URLs of a request."""
    parts = [part for word in request.words for part in word.split("+")]
    uris = [part.partition("~")[2] or part for part in parts if "https:" in part]
    return {
        IsSource(uri, "", request.source_secret): a_source(uri, FILES[uri.split("/")[3]])
        for uri in uris
    }


def made(request: NewAppRequest, plan: Plan, given: Sequence[JSON] = ()) -> tuple[JSON, ...]:
    return documents(plan, request, lambda: SECRETS, given)


def of_kind(found: Sequence[JSON], *wanted: str) -> list[JSON]:
    return [each for each in found if each["kind"] in wanted]


def inner(content: JSON) -> JSON:
    """The template of the pods of what deploys."""
    template: JSON = content["spec"]["template"]
    return template


def references(content: Any) -> Iterator[tuple[str, str]]:
    """Namespace and name of every tag of a stream that a document names."""
    if isinstance(content, dict):
        if content.get("kind") == "ImageStreamTag":
            yield content.get("namespace", PROJECT), content["name"]
        for value in content.values():
            yield from references(value)
    if isinstance(content, list):
        for value in content:
            yield from references(value)
    if isinstance(content, str) and content.startswith("[{"):
        yield from references(json.loads(content))


def tags_of(found: Sequence[JSON]) -> set[tuple[str, str]]:
    """The tags that are there when all of it is made and built."""
    own = {
        f"{each['metadata']['name']}:{tag['name']}"
        for each in of_kind(found, "ImageStream")
        for tag in each["spec"].get("tags", ())
    }
    pushed = {name for _, name in outputs(found)}
    others = {("openshift", f"{name}:{tag}") for name, tags in FOLLOWED.items() for tag in tags}
    return {*((PROJECT, name) for name in own | pushed), *others}


def outputs(found: Sequence[JSON]) -> list[tuple[str, str]]:
    configs = of_kind(found, "BuildConfig")
    return [each for config in configs for each in references(config["spec"]["output"])]


@given(plans())
def test_names_are_valid_and_no_two_are_the_same_up_19(planned: tuple[NewAppRequest, Plan]) -> None:
    found = made(*planned)

    for each in found:
        name = each["metadata"]["name"]
        assert (dns_label_1035 if each["kind"] == "Service" else dns_label)(name) == ()
    for each in of_kind(found, "Deployment", "DeploymentConfig"):
        spec = inner(each)["spec"]
        inside = [one["name"] for one in (*spec["containers"], *spec.get("volumes", ()))]
        assert [*map(dns_label, inside)] == [()] * len(inside)
        assert len(set(inside)) == len(inside)
    assert len({(each["kind"], each["metadata"]["name"]) for each in found}) == len(found)


@given(plans())
def test_whatever_is_named_is_made_or_there(planned: tuple[NewAppRequest, Plan]) -> None:
    found = made(*planned)

    assert set(references([*found])) <= tags_of(found)
    streams = {each["metadata"]["name"] for each in of_kind(found, "ImageStream")}
    assert {name.partition(":")[0] for _, name in outputs(found)} <= streams


@given(plans())
def test_services_find_the_pods_of_one_deployment(planned: tuple[NewAppRequest, Plan]) -> None:
    found = made(*planned)

    pods = [
        inner(each)["metadata"]["labels"]
        for each in of_kind(found, "Deployment", "DeploymentConfig")
    ]
    for each in of_kind(found, "Service"):
        selector = each["spec"]["selector"].items()
        assert len([labels for labels in pods if selector <= labels.items()]) == 1


@given(plans())
def test_the_set_is_valid_before_the_first_write_up_19(planned: tuple[NewAppRequest, Plan]) -> None:
    found = made(*planned)

    for each in of_kind(found, "BuildConfig"):
        read = lens.read(with_namespace(each), BuildConfig)
        assert build_config(defaulted_config(read, creating=True, legacy=False), None) == ()
    for each in of_kind(found, "ImageStream"):
        stream = defaulted_stream(lens.read(with_namespace(each), ImageStream))
        assert image_stream(stream, None) == ()


def with_namespace(content: JSON) -> JSON:
    return {**content, "metadata": {**content["metadata"], "namespace": PROJECT}}


@given(plans())
def test_what_something_needs_stands_before_it_go_15(planned: tuple[NewAppRequest, Plan]) -> None:
    template = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "of-a-template"}}
    found = made(*planned, given=[template])

    at = {(each["kind"], each["metadata"]["name"]): number for number, each in enumerate(found)}
    for each in of_kind(found, "BuildConfig"):
        own = at["BuildConfig", each["metadata"]["name"]]
        needs = [*references(each["spec"]["strategy"]), *references(each["spec"]["output"])]
        streams = [name.partition(":")[0] for namespace, name in needs if namespace == PROJECT]
        assert [name for name in streams if at["ImageStream", name] > own] == []
    services = [at["Service", each["metadata"]["name"]] for each in of_kind(found, "Service")]
    others = [place for (kind, _), place in at.items() if kind not in {"Service", "ConfigMap"}]
    assert max(others) < min(services, default=len(found))
    assert found[-1]["kind"] == "ConfigMap"


@given(plans(), held)
def test_nobodys_labels_are_overwritten_but_by_ones_own_words_up_25(
    planned: tuple[NewAppRequest, Plan], held: dict[str, str]
) -> None:
    request, plan = planned
    template: JSON = {"kind": "ConfigMap", "metadata": {"name": "x", "labels": held}}
    wanted = {pair.name: pair.value for pair in request.labels}

    found = made(request, plan, [template])

    for each in found:
        assert wanted.items() <= each["metadata"].get("labels", {}).items()
    assert found[-1]["metadata"].get("labels", {}).items() >= {**held, **wanted}.items()


@given(plans())
def test_builds_start_neither_themselves_nor_each_other_up_31(
    planned: tuple[NewAppRequest, Plan],
) -> None:
    found = made(*planned)

    starts: dict[tuple[str, str], tuple[str, str]] = {}
    for each in of_kind(found, "BuildConfig"):
        for to in references(each["spec"]["output"]):
            starts |= dict.fromkeys(references(each["spec"]["strategy"]), to)
    for first in () if planned[1].warnings else starts:
        way = [first]
        while (last := starts.get(way[-1])) is not None:
            assert last not in way
            way.append(last)


@given(plans())
def test_the_same_again_changes_nothing_up_24(planned: tuple[NewAppRequest, Plan]) -> None:
    request, plan = planned
    first = made(request, plan)
    there = {(each["kind"], each["metadata"]["name"]): each for each in first}

    again = made(request, plan_of(request, {**sources(request), **after(first)}))

    for each in again:
        current = there[each["kind"], each["metadata"]["name"]]
        assert differences(kept(each, current), current, PROJECT) == []


def after(found: Sequence[JSON]) -> dict[Question, Answer]:
    """What the project holds when all is made, imported and built."""
    pushed = {name.partition(":")[0]: name.partition(":")[2] for _, name in outputs(found)}
    answers: dict[Question, Answer] = {}
    streams = []
    for each in of_kind(found, "ImageStream"):
        name = each["metadata"]["name"]
        imported = [tag["name"] for tag in each["spec"].get("tags", ())]
        tags = [*imported, *([pushed[name]] if name in pushed else [])]
        items = [{"image": "sha256:1", "dockerImageReference": f"r/{name}"}]
        content = {
            **with_namespace(each),
            "status": {"tags": [{"tag": tag, "items": items} for tag in tags]},
        }
        streams.append(
            seen(ImageStream, **{key: content[key] for key in ("metadata", "spec", "status")})
        )
        answers |= {
            TagImage(PROJECT, name, tag): _image(each) if tag in imported else BUILDER
            for tag in tags
        }
    return {**answers, Streams(PROJECT): tuple(streams)}


def _image(stream: JSON) -> ImageFacts:
    """What is imported into a stream."""
    return REGISTRY[stream["spec"]["tags"][0]["from"]["name"]]
