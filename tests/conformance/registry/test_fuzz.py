"""Whatever is put as a manifest is taken or refused in words; the registry does not fail.

Some bodies are put, the same ones every time. SLIPCAST_FUZZ asks for another number, chosen anew
each time.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from conformance.registry.conftest import (
    EMPTY,
    NOTHING,
    OCI_INDEX,
    OCI_MANIFEST,
    SCHEMA_2,
    SCHEMA_2_LIST,
    SPACE,
    Repo,
    code_of,
    descriptor,
    digest_of,
)

LONG = int(os.environ.get("SLIPCAST_FUZZ", "0"))
EXAMPLES = 250
OLD = "application/vnd.docker.distribution.manifest.v1+json"
SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"
REFUSALS = {400, 404, 405, 413}

types = st.sampled_from(
    [OCI_MANIFEST, OCI_INDEX, SCHEMA_2, SCHEMA_2_LIST, OLD, SIGNED, "", "text/html", "a;b=c"]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
descriptors: st.SearchStrategy[Any] = st.one_of(
    st.just(descriptor(NOTHING, EMPTY)),
    st.fixed_dictionaries(
        {},
        optional={
            "mediaType": types | anything,
            "digest": st.just(digest_of(NOTHING)) | anything,
            "size": st.integers() | anything,
            "urls": st.lists(st.text(max_size=9), max_size=2) | anything,
            "platform": st.fixed_dictionaries({}, optional={"os": anything}) | anything,
            "annotations": anything,
        },
    ),
    anything,
)
layers = st.fixed_dictionaries({"blobSum": st.just(digest_of(NOTHING)) | anything}) | anything
lines = st.fixed_dictionaries({"v1Compatibility": st.text(max_size=20) | anything}) | anything
manifests = st.fixed_dictionaries(
    {},
    optional={
        "schemaVersion": st.sampled_from([1, 2]) | anything,
        "mediaType": types | anything,
        "config": descriptors,
        "layers": st.lists(descriptors, max_size=3) | anything,
        "manifests": st.lists(descriptors, max_size=3) | anything,
        "subject": descriptors,
        "artifactType": st.text(max_size=9) | anything,
        "annotations": st.dictionaries(st.text(max_size=5), st.text(max_size=5)) | anything,
        "fsLayers": st.lists(layers, max_size=2) | anything,
        "history": st.lists(lines, max_size=2) | anything,
        "signatures": st.lists(anything, max_size=2) | anything,
        "name": anything,
    },
)
bodies = manifests.map(lambda each: json.dumps(each).encode()) | st.binary(max_size=60)
references = st.sampled_from(["1", digest_of(NOTHING)]) | st.text(min_size=1, max_size=20)


@pytest.fixture(scope="module")
def fuzzed(http: Any) -> Repo:
    """A repository that has what manifests of nothing refer to."""
    repo = Repo(http, f"{SPACE}/fuzzed")
    repo.send_blob(NOTHING)
    return repo


def fuzz(function: Any) -> Any:
    """Many examples."""
    chosen = settings(
        max_examples=LONG or EXAMPLES, derandomize=not LONG, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    return chosen(function)


def test_whatever_is_put_is_taken_or_refused_in_words(fuzzed: Repo) -> None:
    @fuzz
    @given(body=bodies, media_type=types)
    def put(body: bytes, media_type: str) -> None:
        answer = fuzzed.put("1", body, media_type)

        if answer.status_code != 201:
            assert answer.status_code in REFUSALS, answer.text
            assert code_of(answer)

    put()


def test_whatever_is_taken_is_given_back(fuzzed: Repo) -> None:
    @fuzz
    @given(body=manifests.map(lambda each: json.dumps(each).encode()))
    def put(body: bytes) -> None:
        sent = fuzzed.put("1", body, "")

        if sent.status_code == 201 and b'"signatures"' not in body:
            assert fuzzed.get(sent.headers["location"]).content == body

    put()


def test_whatever_is_asked_for_is_answered(fuzzed: Repo) -> None:
    @fuzz
    @given(
        reference=references,
        what=st.sampled_from(["manifests", "blobs", "referrers", "blobs/uploads"]),
        method=st.sampled_from(["GET", "HEAD", "PUT", "DELETE", "PATCH", "POST"]),
        query=st.dictionaries(
            st.sampled_from(["n", "last", "digest", "mount", "from", "artifactType"]),
            st.text(max_size=9),
        ),
    )
    def ask(reference: str, what: str, method: str, query: dict[str, str]) -> None:
        url = fuzzed.http.base_url.copy_with(
            raw_path=f"/v2/{fuzzed.name}/{what}/{quoted(reference)}".encode()
        )

        answer = fuzzed.http.request(method, url, params=query)

        assert answer.status_code < 500, answer.text

    ask()


def quoted(text: str) -> str:
    """A text as part of a path, whatever it is."""
    return "".join(f"%{byte:02X}" for byte in text.encode(errors="replace"))
