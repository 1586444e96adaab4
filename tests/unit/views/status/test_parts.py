"""The parts of an application: all that new-app made of it, and nothing else (UP-25)."""

from __future__ import annotations

from typing import Any

from projects import build, build_config, deployment, deployment_config, reference, service, stream
from slipcast.api import kinds
from slipcast.api.applications import GENERATED_BY, NAMED
from slipcast.api.document import Document
from slipcast.views.status.graph import graph
from slipcast.views.status.objects import objects
from slipcast.views.status.parts import Parts, names, parts

SIGNED = {GENERATED_BY: "OpenShiftNewApp"}


def secret(name: str, **metadata: Any) -> Document:
    """A secret."""
    content = {"metadata": {"name": name, "namespace": "shop", **metadata}}
    return Document.of(kinds.require("", "Secret"), content)


def of(name: str, *documents: Document) -> Parts:
    """The parts of an application among objects."""
    return parts(documents, graph(objects(documents, ["shop"])), name)


def going(name: str, *documents: Document) -> list[str]:
    """What goes with an application."""
    return [f"{each.kind.name} {each.names.name}" for each in of(name, *documents).going]


def staying(name: str, *documents: Document) -> list[tuple[str, tuple[str, ...]]]:
    """What stays, and who uses it."""
    return [(each.document.names.name, each.users) for each in of(name, *documents).staying]


def test_everything_that_was_made_goes_services_first_up_25() -> None:
    assert going(
        "shop",
        stream("shop"),
        build_config("shop", to="shop:latest"),
        secret("login", labels={"app": "shop"}, annotations=SIGNED),
        deployment_config("shop", "shop:latest"),
        service("shop"),
    ) == [
        "Service shop",
        "DeploymentConfig shop",
        "BuildConfig shop",
        "ImageStream shop",
        "Secret login",
    ]


def test_other_applications_stay_up_25() -> None:
    assert going("shop", stream("shop"), stream("blog")) == ["ImageStream shop"]


def test_the_annotation_counts_more_than_a_label() -> None:
    annotations = {**SIGNED, NAMED: "shop"}

    assert going("shop", secret("a", labels={"app": "db"}, annotations=annotations)) == ["Secret a"]


def test_what_comes_of_a_part_goes_with_it_and_not_by_itself() -> None:
    owners = [{"kind": "BuildConfig", "name": "shop", "uid": "1", "controller": True}]
    labels = {"app": "shop"}

    assert (
        going("shop", secret("a", labels=labels, annotations=SIGNED, ownerReferences=owners)) == []
    )


def test_what_somebody_else_made_stays_though_it_has_the_label_up_25() -> None:
    mine = secret("mine", labels={"app": "shop"})

    assert going("shop", stream("shop"), mine) == ["ImageStream shop"]
    assert staying("shop", stream("shop"), mine) == [("mine", ())]


def test_a_stream_that_others_build_from_deploy_or_follow_stays_up_25() -> None:
    followed = [{"name": "1", "from": reference("base:1")}]
    others = (
        build_config("blog", on="base:1"),
        deployment_config("web", "base:1"),
        stream("copy", spec=followed),
        build_config("pusher", to="base:2"),
    )
    base = stream("base", "1")

    assert going("base", base, *others) == []
    assert staying("base", base, *others) == [
        ("base", ("bc/blog", "bc/pusher", "dc/web", "is/copy"))
    ]


def test_a_stream_that_only_the_application_uses_goes() -> None:
    documents = (
        stream("shop", "1", spec=[{"name": "latest", "from": reference("shop:1")}]),
        build_config("shop", to="shop:1"),
        deployment_config("shop", "shop:1"),
        deployment("other", "quay.io/x"),
        build("shop", 1, "Complete"),
    )

    assert "ImageStream shop" in going("shop", *documents)


def test_a_name_that_nothing_has_is_no_application() -> None:
    assert of("gone", stream("shop")) == Parts()


def test_applications_are_listed() -> None:
    assert names([stream("b"), stream("a"), secret("c", labels={"app": "c"})]) == ("a", "b")
