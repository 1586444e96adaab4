"""What is told of whole projects, kept under review: `make golden` rewrites it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from projects import (
    build,
    build_config,
    deployment,
    deployment_config,
    pod,
    reference,
    service,
    stream,
    told,
)
from slipcast.api.document import Document
from slipcast.views.status.references import Place

TEXTS = Path(__file__).parent / "status"
REWRITE = os.environ.get("GOLDEN") == "rewrite"
REFUSED = {"type": "ImportSuccess", "status": "False", "message": "unauthorized: log in first."}
PYTHON = "openshift/python:3.11"

PROJECTS: Final[Mapping[str, tuple[Document, ...]]] = {
    "empty": (),
    "first-build": (
        service("shop"),
        deployment_config("shop", "shop:latest"),
        build_config("shop", to="shop:latest", on=PYTHON),
        build("shop", 1, "Running", 2),
        stream("shop"),
        stream("python", "3.11", namespace="openshift"),
    ),
    "deployed": (
        service("shop", address="172.30.60.132"),
        deployment_config("shop", "shop:latest", "sidecar:1", version=2),
        service("db", port=5432),
        deployment("db", "quay.io/example/postgresql:15", generation=1),
        build_config("base", to="base:1", strategy="dockerStrategy", source={"dockerfile": "FROM"}),
        build_config("shop", to="shop:latest", on="base:1"),
        build("base", 1, "Complete", 90),
        build("shop", 1, "Complete", 80),
        build("shop", 2, "Running", 3),
        build("shop", 3, "New", 1),
        stream("base", "1"),
        stream("shop", "latest"),
        stream("sidecar", "1"),
        stream("forgotten", "latest"),
        pod("debug"),
    ),
    "troubled": (
        deployment_config("shop", "shop:latest"),
        build_config("shop", to="shop:latest", on="base:1"),
        build(
            "shop",
            1,
            "Failed",
            7,
            reason="AssembleFailed",
            message="Assemble script failed.",
            logSnippet="npm ERR! missing script: build\nnpm ERR! see the log",
        ),
        build_config("api", to="api:latest", on=PYTHON),
        build(
            "api",
            1,
            "New",
            4,
            reason="InvalidOutputReference",
            message="Output image could not be resolved: no image stream shop/api.",
        ),
        build_config("chicken", to="chicken:1", on="egg:1"),
        build_config("egg", to="egg:1", on="chicken:1"),
        stream(
            "base",
            spec=[{"name": "1", "from": reference("docker://quay.io/example/base:1")}],
            status=[{"tag": "1", "items": [], "conditions": [REFUSED]}],
        ),
        stream("shop"),
        stream("chicken", "1"),
        stream("egg", "1"),
    ),
}


@pytest.mark.parametrize("suggests", [False, True], ids=["short", "long"])
@pytest.mark.parametrize("name", PROJECTS)
def test_what_is_told_of_a_project_is_what_was_reviewed(name: str, *, suggests: bool) -> None:
    path = TEXTS / f"{name}{'-v' if suggests else ''}.txt"
    absent = [Place("openshift", "python")] if name == "troubled" else []
    text = told(*PROJECTS[name], absent=absent, suggests=suggests)
    if REWRITE:
        path.write_text(text)

    assert path.read_text() == text
