"""The graph of a project for Graphviz (ST-5)."""

from __future__ import annotations

import pytest

from projects import build, build_config, deployment_config, known, pod, route, service, stream
from slipcast.api.document import Document
from slipcast.views.status import dot

WHOLE: tuple[Document, ...] = (
    service("shop"),
    route("web", "shop"),
    deployment_config("shop", "shop:1"),
    build_config("shop", to="shop:1", on="base@sha256:aa"),
    build_config("other", on="docker://quay.io/b:1"),
    build("shop", 1, "Running"),
    stream("shop", "1"),
    pod("tool"),
)


@pytest.mark.parametrize(
    "line",
    [
        '"isimage/base@sha256:aa\\nshop" -> "bc/shop\\nshop" [label="built from"];',
        '"image quay.io/b:1" -> "bc/other\\nshop" [label="built from"];',
        '"bc/shop\\nshop" -> "istag/shop:1\\nshop" [label="pushes"];',
        '"is/shop\\nshop" -> "istag/shop:1\\nshop" [label="has"];',
        '"bc/shop\\nshop" -> "build/shop-1\\nshop" [label="Running"];',
        '"istag/shop:1\\nshop" -> "dc/shop\\nshop" [label="deployed"];',
        '"dc/shop\\nshop" -> "svc/shop\\nshop" [label="served by"];',
        '"svc/shop\\nshop" -> "route/web\\nshop" [label="reached by"];',
        '"pod/tool\\nshop";',
    ],
)
def test_arrows_go_the_way_of_images_st_5(line: str) -> None:
    assert f"  {line}\n" in dot.text(known(*WHOLE))


def test_nothing_that_objects_say_ends_a_string() -> None:
    page = dot.text(known(build_config("a", on='docker://q"] -> evil\\')))

    assert '"image q\\"] -> evil\\\\" -> "bc/a' in page


def test_pods_of_builds_and_streams_of_others_are_not_drawn() -> None:
    page = dot.text(
        known(
            pod("shop-1-build", labels={"openshift.io/build.name": "shop-1"}),
            stream("python", "3", namespace="openshift"),
        )
    )

    assert "->" not in page
    assert '"pod/' not in page
    assert '"is/' not in page
