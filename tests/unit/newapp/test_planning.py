"""From a request to what is to be made: detection.md, generated-objects.md section 12."""

from __future__ import annotations

from typing import Any

import pytest

import newappworld
from slipcast.api.document import JSON
from slipcast.api.image import ImageStream
from slipcast.newapp.documents import documents
from slipcast.newapp.facts import (
    Answer,
    Facts,
    IsSource,
    Lent,
    LookUp,
    Need,
    NoImage,
    NoSource,
    OnHost,
    Question,
    RegistryImage,
    SecretFor,
    Source,
    Streams,
    TagImage,
    Templates,
)
from slipcast.newapp.image import ImageFacts
from slipcast.newapp.objects import Secrets
from slipcast.newapp.planning import Plan, planned
from slipcast.newapp.request import NewAppRequest, Pair
from slipcast.source.inspect import inspect
from slipcast.source.tree import MemoryTree
from slipcast.values.faults import Fault, InvalidFault
from verdicts import seen

SECRETS = Secrets("s1", "s2")
URL = "https://git.example/team/Django.Shop.git"
BUILDER = ImageFacts(labels={"io.openshift.s2i.scripts-url": "image:///x"}, ports=("8080/tcp",))
DATABASE = ImageFacts(ports=("3306/tcp",), volumes=("/data",))


def a_stream(name: str, *versions: str) -> ImageStream:
    """A stream of `openshift` whose latest follows the last of its versions."""
    items = [{"image": "sha256:1", "dockerImageReference": f"r/{name}"}]
    follows = {"kind": "ImageStreamTag", "name": versions[-1]}
    tags: list[dict[str, Any]] = [{"name": each} for each in versions]
    return seen(
        ImageStream,
        metadata={"name": name, "namespace": "openshift"},
        spec={"tags": [*tags, {"name": "latest", "from": follows}]},
        status={"tags": [{"tag": each, "items": items} for each in (*versions, "latest")]},
    )


def a_source(files: dict[str, str], uri: str = URL, **more: Any) -> Source:
    """A repository with some files."""
    tree = MemoryTree({name: text.encode() for name, text in files.items()})
    return Source(
        uri=uri,
        name="Django.Shop",
        facts=inspect(tree),
        dockerfile=files.get("Dockerfile"),
        **more,
    )


WORLD: dict[Question, Answer] = {
    Streams("mine"): (),
    Streams("openshift"): (a_stream("python", "2.7", "3.5"), a_stream("mysql", "5.7")),
    Templates("mine"): (),
    Templates("openshift"): (),
    **{TagImage("openshift", "python", each): BUILDER for each in ("2.7", "3.5")},
    TagImage("openshift", "mysql", "5.7"): DATABASE,
}


def plan_of(request: NewAppRequest, answers: dict[Question, Answer] | None = None) -> Plan:
    """The plan; words that are asked about are no sources, names no images, unless said."""
    facts = Facts({**WORLD, **(answers or {})})
    while True:
        try:
            return planned(request, facts)
        except Need as need:
            facts = facts.with_answers({each: _nothing(each) for each in need.questions})


def _nothing(question: Question) -> Answer:
    if isinstance(question, IsSource):
        return NoSource(why="there is no such directory")
    if isinstance(question, LookUp):
        return NoImage(reason="unknown")
    if isinstance(question, SecretFor):
        return Lent()
    if isinstance(question, OnHost):
        return None
    return ()


def made(
    *words: str, answers: dict[Question, Answer] | None = None, **more: Any
) -> tuple[JSON, ...]:
    """The documents of a request."""
    request = NewAppRequest(words=words, namespace="mine", **more)
    return documents(plan_of(request, answers), request, lambda: SECRETS)


def named(found: tuple[JSON, ...]) -> list[str]:
    return [f"{each['kind']} {each['metadata']['name']}" for each in found]


def test_a_directory_that_an_image_was_given_for_is_sent_from_here() -> None:
    source = a_source({}, uri="", directory="/home/me/shop")
    request = NewAppRequest(words=("python~./shop",), namespace="mine")

    plan = plan_of(request, {IsSource("./shop"): source})

    (part,) = plan.parts
    assert part.source == source
    assert part.build is not None
    assert part.build.source.is_binary


def test_a_directory_with_a_dockerfile_is_sent_from_here() -> None:
    text = "FROM localhost/base:1\n"
    source = a_source({"Dockerfile": text}, uri="", directory="/home/me/shop")

    config = made("./shop", answers={IsSource("./shop"): source})[1]

    assert config["spec"]["source"] == {"type": "Binary", "binary": {}}
    image = {"kind": "DockerImage", "name": "localhost/base:1"}
    assert config["spec"]["strategy"]["dockerStrategy"]["from"] == image


def test_two_sources_of_one_builder_image_may_be_deployed_together_na_35() -> None:
    found = made("python~https://x.example/shop.git+python~https://x.example/mail.git")

    (config,) = [each for each in found if each["kind"] == "DeploymentConfig"]
    containers = config["spec"]["template"]["spec"]["containers"]
    assert [each["name"] for each in containers] == ["shop", "mail"]


def test_a_directory_that_an_image_was_given_for_has_to_be_there() -> None:
    with pytest.raises(Fault, match=r"\./shop cannot be read: there is no such directory"):
        made("python~./shop")


def test_a_git_repository_in_python_example_a() -> None:
    answers: dict[Question, Answer] = {
        IsSource(URL, "web"): a_source({"requirements.txt": ""}, ref="stable")
    }

    found = made(
        URL,
        answers=answers,
        context_dir="web",
        env=(Pair("DEBUG", "0"),),
        build_env=(Pair("PIP_INDEX_URL", "http://m"),),
    )

    stream, config, deployment, service = found
    assert named(found) == [
        "ImageStream djangoshop",
        "BuildConfig djangoshop",
        "DeploymentConfig djangoshop",
        "Service djangoshop",
    ]
    assert config["spec"]["source"] == {
        "type": "Git",
        "git": {"uri": URL, "ref": "stable"},
        "contextDir": "web",
    }
    assert config["spec"]["strategy"]["sourceStrategy"]["from"]["name"] == "python:3.5"
    assert config["spec"]["strategy"]["sourceStrategy"]["env"][0]["name"] == "PIP_INDEX_URL"
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert container["env"] == [{"name": "DEBUG", "value": "0"}]
    labels = {"app": "djangoshop", "deploymentconfig": "djangoshop"}
    assert deployment["spec"]["selector"] == service["spec"]["selector"] == labels
    assert stream["metadata"] == {
        "name": "djangoshop",
        "labels": {"app": "djangoshop"},
        "annotations": {"openshift.io/generated-by": "OpenShiftNewApp"},
    }


def test_a_wanted_version_chooses_the_tag() -> None:
    files = {"requirements.txt": "", "runtime.txt": "python-2.7"}

    found = made(URL, answers={IsSource(URL): a_source(files)})

    assert found[1]["spec"]["strategy"]["sourceStrategy"]["from"]["name"] == "python:2.7"


def test_a_dockerfile_whose_base_is_in_a_registry_example_b() -> None:
    source = a_source({"Dockerfile": "FROM centos:7\nEXPOSE 8080 8443\n"})
    image = RegistryImage(image=ImageFacts(), pull_spec="centos@sha256:1")

    found = made(URL, answers={IsSource(URL): source, LookUp("centos:7"): image})

    assert named(found) == [
        "ImageStream centos",
        "ImageStream djangoshop",
        "BuildConfig djangoshop",
        "DeploymentConfig djangoshop",
        "Service djangoshop",
    ]
    assert found[2]["spec"]["strategy"]["dockerStrategy"]["from"] == {
        "kind": "ImageStreamTag",
        "name": "centos:7",
    }
    assert [each["port"] for each in found[4]["spec"]["ports"]] == [8080, 8443]


def test_a_jenkinsfile_is_a_config_and_nothing_else_example_d() -> None:
    source = a_source({"Jenkinsfile": "", "Dockerfile": "FROM x", "Gemfile": ""})

    found = made(URL, answers={IsSource(URL): source})

    assert named(found) == ["BuildConfig djangoshop"]
    assert found[0]["spec"]["strategy"]["type"] == "JenkinsPipeline"


def test_an_image_is_deployed_with_its_volumes_go_28() -> None:
    found = made("mysql")

    assert named(found) == ["DeploymentConfig mysql", "Service mysql"]
    assert found[0]["spec"]["triggers"][1]["imageChangeParams"]["from"] == {
        "kind": "ImageStreamTag",
        "name": "mysql:5.7",
        "namespace": "openshift",
    }


def test_an_image_with_a_source_that_nobody_looks_at_na_3() -> None:
    found = made("python~https://nowhere.example/shop.git#v1+mysql")

    assert named(found) == [
        "ImageStream shop",
        "BuildConfig shop",
        "DeploymentConfig shop",
        "Service shop",
    ]
    git = {"uri": "https://nowhere.example/shop.git", "ref": "v1"}
    assert found[1]["spec"]["source"]["git"] == git


def test_a_directory_that_no_remote_has_is_sent_sr_22() -> None:
    source = a_source({"requirements.txt": ""}, uri="", directory="/shop")

    _, config, *_ = made("./shop", answers={IsSource("./shop"): source})

    assert config["spec"]["source"] == {"type": "Binary", "binary": {}}
    assert [each["type"] for each in config["spec"]["triggers"]] == ["GitHub", "Generic"]


def test_a_builder_without_source_is_deployed_by_new_app_only_na_32() -> None:
    assert named(made("python")) == ["DeploymentConfig python", "Service python"]
    with pytest.raises(Fault, match="nothing is to be built with python"):
        made("python", builds=True)


def test_a_builder_and_a_source_are_paired_dt_25() -> None:
    found = made("python", URL, answers={IsSource(URL): a_source({"Gemfile": ""})})

    assert named(found)[1] == "BuildConfig djangoshop"
    assert found[1]["spec"]["strategy"]["type"] == "Source"


def test_an_image_that_builds_nothing_goes_beside_the_source_c_8() -> None:
    answers: dict[Question, Answer] = {IsSource(URL): a_source({"setup.py": ""})}

    assert named(made("mysql", URL, answers=answers)) == [
        "DeploymentConfig mysql",
        "ImageStream djangoshop",
        "BuildConfig djangoshop",
        "DeploymentConfig djangoshop",
        "Service mysql",
        "Service djangoshop",
    ]
    with pytest.raises(Fault, match="does not appear to be a source-to-image builder"):
        made("mysql", URL, answers=answers, builds=True)


def test_one_builder_and_two_sources_are_not_guessed_at_c_10() -> None:
    answers: dict[Question, Answer] = {
        IsSource(each): a_source({"setup.py": ""}, uri=each) for each in (URL, "https://x/y")
    }

    with pytest.raises(Fault, match=r"python~https://x/y"):
        made("python", URL, "https://x/y", answers=answers)


def test_builds_go_where_they_are_told_example_e() -> None:
    from_: dict[Question, Answer] = {
        LookUp("centos:7"): RegistryImage(image=ImageFacts(), pull_spec="c@sha256:1")
    }
    cases: dict[str, tuple[dict[str, Any], str, dict[str, str]]] = {
        "nothing": ({}, "centos", {"kind": "ImageStreamTag", "name": "centos:latest"}),
        "to": (
            {"to": "out:v1"},
            "out",
            {"kind": "ImageStreamTag", "name": "out:v1"},
        ),
        "docker": (
            {"to_docker": True, "to": "reg/ns/out:t"},
            "out",
            {"kind": "DockerImage", "name": "reg/ns/out:t"},
        ),
        "named": (
            {"to": "out", "name": "mm"},
            "mm",
            {"kind": "ImageStreamTag", "name": "out:latest"},
        ),
    }

    outcome = {
        case: [
            (each["metadata"]["name"], each["spec"]["output"]["to"])
            for each in made(dockerfile="FROM centos:7", builds=True, answers={**from_}, **more)
            if each["kind"] == "BuildConfig"
        ]
        for case, (more, _, _) in cases.items()
    }

    assert outcome == {case: [(name, to)] for case, (_, name, to) in cases.items()}


def test_everything_that_is_not_found_is_said_together_na_4() -> None:
    with pytest.raises(Fault) as refused:
        made("nosuch", "mysq", "other")

    assert refused.value.message.splitlines() == [
        'no match for "nosuch"',
        "  as a source: there is no such directory",
        'only a partial match was found for "mysq": "openshift/mysql:5.7"',
        "  as a source: there is no such directory",
        'no match for "other"',
        "  as a source: there is no such directory",
    ]
    assert '--image-stream="openshift/mysql:5.7"' in refused.value.hint


def test_a_language_that_nobody_builds_is_said_rs_44() -> None:
    with pytest.raises(Fault, match=r"a language that suits .* \(ruby\)"):
        made(URL, answers={IsSource(URL): a_source({"Gemfile": ""})})
    with pytest.raises(Fault, match="No language matched the source repository"):
        made(URL, answers={IsSource(URL): a_source({"README": ""})})


def test_a_second_language_is_taken_when_nobody_builds_the_first_df_1() -> None:
    source = a_source({"Gemfile": "", "setup.py": ""})

    plan = plan_of(NewAppRequest(words=(URL,), namespace="mine"), {IsSource(URL): source})

    assert plan.parts[0].reasons == (
        "found Gemfile, setup.py",
        "there is no builder image for ruby",
        "packages: pip, by setup.py",
    )


def test_of_several_languages_the_one_that_starts_something_is_taken_and_that_is_said_up_7() -> (
    None
):
    files = {"package.json": "{}", "requirements.txt": "", "manage.py": ""}

    plan = newappworld.plan_of(
        newappworld.request_of("new-app", newappworld.SHOP),
        {IsSource(newappworld.SHOP): newappworld.a_source(newappworld.SHOP, files)},
    )

    _, chose, also, _ = plan.parts[0].reasons
    assert chose.startswith("chose python because manage.py starts an application")
    assert also == "also possible: openshift/nodejs:4; write IMAGE~SOURCE for one of them"


def test_what_the_builder_image_makes_of_a_source_is_said() -> None:
    source = a_source({"main.py": "", "pyproject.toml": "[project]", "uv.lock": ""})

    plan = plan_of(NewAppRequest(words=(URL,), namespace="mine"), {IsSource(URL): source})

    (part,) = plan.parts
    assert part.reasons[-1] == "packages: pip, by pyproject.toml"
    assert [each.partition(":")[0] for each in part.warnings] == [
        "uv.lock is not read",
        "nothing starts it",
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "You must specify one or more images"),
        ({"builds": True}, "you must specify at least one source repository"),
        ({"binary": True}, "you must provide a --name"),
        ({"binary": True, "strategy": "source"}, "you must provide a builder image"),
        ({"words": ("mysql",), "strategy": "docker"}, "at least one source code location"),
    ],
)
def test_a_request_for_nothing_is_told_what_to_ask(more: dict[str, Any], said: str) -> None:
    with pytest.raises(Fault, match=said):
        made(*more.pop("words", ()), **more)


def test_what_contradicts_itself_is_refused_at_once() -> None:
    with pytest.raises(InvalidFault) as refused:
        made(name="X", dockerfile="FROM a", strategy="source", source_image="x")

    assert [each.path for each in refused.value.errors] == [
        "--name",
        "--strategy",
        "--source-image",
    ]


def test_labels_of_the_user_stand_for_the_usual_one_go_111_go_112() -> None:
    config, _ = made("mysql", labels=(Pair("app", "x"),))

    assert config["metadata"]["labels"] == {"app": "x"}
    assert config["spec"]["selector"] == {"app": "x", "deploymentconfig": "mysql"}


def test_deployments_are_wanted_as_of_today_section_6() -> None:
    deployment, service = made("mysql", as_deployment_config=False)

    assert deployment["spec"]["selector"]["matchLabels"] == {"deployment": "mysql"}
    assert service["spec"]["selector"] == {"deployment": "mysql"}
    assert deployment["metadata"]["labels"]["app.kubernetes.io/instance"] == "mysql"


def test_what_would_start_from_what_it_makes_is_refused_or_warned_of_go_122_go_123() -> None:
    items = [{"image": "sha256:1", "dockerImageReference": "r"}]
    own = seen(
        ImageStream,
        metadata={"name": "shop", "namespace": "mine"},
        status={"tags": [{"tag": "latest", "items": items}]},
    )
    answers: dict[Question, Answer] = {
        Streams("mine"): (own,),
        TagImage("mine", "shop", "latest"): BUILDER,
    }
    word = "shop~https://x.example/shop.git"

    plan = plan_of(NewAppRequest(words=(word,), namespace="mine", name="shop"), answers)

    assert "should be different than input" in plan.warnings[0]
    with pytest.raises(Fault, match="override artifact names with --name"):
        made(word, answers=answers)
    with pytest.raises(Fault, match="override artifact names with --to"):
        made(word, answers=answers, builds=True)


def test_a_word_that_is_typed_twice_is_two_things_go_25() -> None:
    assert named(made("mysql", "mysql")) == [
        "DeploymentConfig mysql",
        "DeploymentConfig mysql-1",
        "Service mysql",
        "Service mysql-1",
    ]
