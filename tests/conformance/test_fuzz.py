"""Whatever the documents allow to be asked, and whatever they do not, is answered as they say.

Some requests are made of each OpenAPI document, the same ones every time. SLIPCAST_FUZZ
asks for another number per document, chosen anew each time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from conformance.conftest import Server, running
from slipcast.server import openapi

LONG = int(os.environ.get("SLIPCAST_FUZZ", "0"))
EXAMPLES = 15
NAME = "fuzz"
LASTING = ("watch", "follow", "timeoutSeconds")
CHECKS = [
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]

load_all_checks()


def _cases(root: str) -> SearchStrategy[Case[Any]]:
    """Requests of one document, right ones and wrong ones, often of things that exist."""
    document = msgspec.json.decode(openapi.document(f"v3/{root}") or b"")
    # A certificate says who asks; tokens made up would be all that is ever looked at.
    del document["security"]
    schema = schemathesis.openapi.from_dict(document)
    strategies = [
        each.ok().as_strategy(generation_mode=mode)  # type: ignore[union-attr]
        for each in schema.get_all_operations()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ]
    return st.builds(_aimed, st.one_of(strategies), st.booleans())


def _aimed(case: Case[Any], is_known: bool) -> Case[Any]:  # noqa: FBT001
    """Ask for what lasts never, and for what there may be often."""
    query: Any = case.query
    if isinstance(query, dict):
        for name in LASTING:
            query.pop(name, None)
    places: Any = case.path_parameters
    if isinstance(places, dict) and "namespace" in places:
        places["namespace"] = "default"
    if isinstance(places, dict) and "name" in places and is_known:
        places["name"] = NAME
    body: Any = case.body
    if is_known and case.method in {"POST", "PUT"} and isinstance(body, dict):
        metadata = body.get("metadata")
        given_metadata = metadata if isinstance(metadata, dict) else {}
        case.body = {**body, "metadata": {**given_metadata, "name": NAME, "namespace": ""}}
    return case


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of which nobody else minds what is made and deleted there; it runs no builds."""
    with running(tmp_path_factory, SLIPCAST_PODS="none") as server:
        yield server


@pytest.fixture(scope="module")
def session(server: Server) -> Iterator[requests.Session]:
    """A client that is the administrator."""
    keys = server.state / "pki"
    with requests.Session() as asking:
        # The environment may name authorities of its own.
        asking.trust_env = False
        asking.verify = str(keys / "ca.crt")
        asking.cert = (str(keys / "admin.crt"), str(keys / "admin.key"))
        yield asking


def _is_told_why(response: schemathesis.Response) -> bool:
    """Whether a refusal is a Status that says what its code says."""
    status = response.json()
    return (
        status["kind"] == "Status"
        and status["status"] == "Failure"
        and status["code"] == response.status_code
        and bool(status["reason"])
        and bool(status["message"])
    )


def _is_unavailable(response: schemathesis.Response) -> bool:
    return response.status_code in {503, 504} and "retry-after" in response.headers


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("root", openapi.root_groups())
def test_every_request_is_answered_as_the_document_says(
    server: Server, session: requests.Session, root: str
) -> None:
    @settings(
        max_examples=LONG or EXAMPLES, derandomize=not LONG, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(case=_cases(root))
    def ask(case: Case[Any]) -> None:
        response = case.call(base_url=server.url, session=session, verify=session.verify)

        if not _is_unavailable(response):
            case.validate_response(response, checks=[not_a_server_error, *CHECKS])
        if response.status_code >= 400 and case.method != "HEAD":
            assert _is_told_why(response), case.as_curl_command()

    ask()
