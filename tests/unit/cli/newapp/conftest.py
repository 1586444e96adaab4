"""A server that offers a builder image, for every test of new-app."""

from __future__ import annotations

import pytest

from slipcast.newapp.offered import streams
from slipcast.source.catalogue import parse_catalogue
from slipcast.testing.toolbox import FakeToolbox

URL = "https://git.example.org/team/shop.git"
ROW = {
    "name": "python:3.11",
    "version": "3.11",
    "image": "localhost/python:3.11",
    "supports": ["python"],
    "tags": ["builder", "python"],
}


@pytest.fixture(autouse=True)
def _offered(toolbox: FakeToolbox) -> None:
    for stream in streams(parse_catalogue({"builder": [ROW]})):
        toolbox.server.put(stream, namespace="openshift")
