"""What is fuzzed: one function of bytes per parser that reads what strangers send.

Each says something of any input; what it raises beyond the faults it promises is a finding. The
laws in tests/laws ask the same of inputs that are nearly right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from slipcast.adapters.remoteregistry.challenges import challenge_of, token_of, token_url
from slipcast.api.image import Image
from slipcast.builds.delivery import Accepted, Ignored, Posted, Rejected, Wanted
from slipcast.builds.webhooks import FORGES
from slipcast.images.manifests import MEDIA_TYPES, described, digest_of, references
from slipcast.images.references import pull_spec, split_stream_image, split_stream_tag, stream_name
from slipcast.images.scheduling import LOOKS, looks
from slipcast.newapp.classify import classified
from slipcast.newapp.facts import (
    Answer,
    Facts,
    IsSource,
    Need,
    NoSource,
    NoTemplate,
    Question,
)
from slipcast.newapp.naming import sanitised
from slipcast.newapp.references import references as names_of
from slipcast.newapp.request import NewAppRequest
from slipcast.registry.faults import RegistryFault
from slipcast.registry.names import Repository
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef
from slipcast.values.sensitive import Sensitive

Target = Callable[[bytes], None]

TYPES = (*MEDIA_TYPES, "", "text/plain")
WEB = ImageRef.parse("registry.example/a/b:1")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADERS = (
    {"x-github-event": "push", "content-type": "application/json"},
    {"x-gitlab-event": "Push Hook", "content-type": "application/json"},
    {"x-event-key": "repo:push", "content-type": "application/json"},
    {"x-event-key": "repo:refs_changed", "content-type": "application/json"},
    {"content-type": "application/json"},
    {"content-type": "application/yaml"},
)
WANTED = (
    Wanted(ref="main"),
    Wanted(ref="main", branches=("**",), paths=("frontend", "!**/*.md")),
    Wanted(has_git=False, allows_env=True),
)
POSTS = tuple(product(FORGES, HEADERS, WANTED))
SECRETS = (Sensitive("a"), Sensitive("b"))


def manifest(data: bytes) -> None:
    """What registries serve: manifests, configurations, challenges and tokens."""
    media_type, body = TYPES[data[0] % len(TYPES)], data[1:]
    with suppress(InvalidFault):
        assert references(media_type, body).media_type in MEDIA_TYPES
    digest = digest_of(body, media_type)
    assert Digest.parse(str(digest)) == digest
    text = body.decode("utf-8", "replace")
    first, _, second = text.partition("\x1e")
    image = Image(
        docker_image_manifest=first,
        docker_image_config=second,
        docker_image_manifest_media_type=media_type,
    )
    once = described(image)
    assert json.dumps(once.docker_image_metadata)
    looks({LOOKS: text})
    challenge = challenge_of([text])
    if challenge:
        token_url(challenge, WEB)
    token_of(body, NOW)


def webhook(data: bytes) -> None:
    """What forges post, and what says that it was they."""
    forge, headers, wanted = POSTS[data[0] % len(POSTS)]
    body = data[1:]
    assert isinstance(
        forge.read(Posted(headers=headers, body=body), wanted), Accepted | Ignored | Rejected
    )
    said = body[:40].decode("latin-1")
    named = ("content-type", "x-hub-signature-256", "x-gitlab-token", "x-gogs-signature")
    posted = Posted(headers={**headers, **dict.fromkeys(named, said)}, body=body)
    assert isinstance(forge.read(posted, wanted), Accepted | Ignored | Rejected)
    forge.is_genuine(posted, SECRETS)


def reference(data: bytes) -> None:
    """Names of images: in objects, in the registry's paths, and as words of new-app."""
    text = data.decode("utf-8", "replace")
    with suppress(InvalidFault):
        _is_its_own_name(ImageRef.parse(text), text)
    with suppress(InvalidFault):
        assert str(Digest.parse(text)) == text
    with suppress(RegistryFault):
        assert str(Repository.parse(text)) == text
    for halves, mark in ((split_stream_tag(text), ":"), (split_stream_image(text), "@")):
        assert halves is None or mark.join(halves) == text
    assert isinstance(pull_spec(text), ImageRef | str)
    assert all(stream_name(text))
    sanitised(text)
    _is_classified(text)


def _is_its_own_name(ref: ImageRef, text: str) -> None:
    assert str(ref) == text
    exact = ImageRef.parse(ref.exact)
    assert exact.exact == ref.exact
    minimal = ImageRef.parse(ref.minimal)
    assert minimal.exact == ref.exact
    assert len(ref.minimal) <= len(text)
    assert ref.with_tag("v1").tag == "v1"


def _is_classified(text: str) -> None:
    request = NewAppRequest(words=tuple(text.split("\n")))
    facts = Facts()
    with suppress(InvalidFault):
        try:
            classified(request, facts)
        except Need as need:
            facts = facts.with_answers({each: _none_there(each) for each in need.questions})
        with suppress(Need):
            names_of(request, classified(request, facts))


def _none_there(question: Question) -> Answer:
    return NoSource(why="fuzzed") if isinstance(question, IsSource) else NoTemplate(why="fuzzed")


def _manifests() -> Iterator[bytes]:
    digest = f"sha256:{'0' * 64}"
    piece = {"digest": digest, "size": 1, "mediaType": "application/octet-stream"}
    image = {"schemaVersion": 2, "config": piece, "layers": [piece]}
    index = {"schemaVersion": 2, "manifests": [{**piece, "platform": {"os": "linux"}}]}
    old = {"schemaVersion": 1, "fsLayers": [{"blobSum": digest}], "history": [{}], "signatures": []}
    for number, content in product(range(len(TYPES)), (image, index, old)):
        yield bytes((number,)) + json.dumps(content).encode()


def _webhooks() -> Iterator[bytes]:
    payloads = Path(__file__).parents[1] / "unit/builds/webhooks/payloads"
    for each, number in product(sorted(payloads.iterdir()), range(len(POSTS))):
        yield bytes((number,)) + each.read_bytes()


def _references() -> Iterator[bytes]:
    yield from (
        b"python:3.11",
        b"docker.io/library/python",
        b"[::1]:5000/a/b/c_d__e--f:v1.0@sha256:" + b"0" * 64,
        b"localhost:5000/a@sha512:" + b"f" * 128,
        b"a+b~https://git.example/x.git#ref\nA=b",
        b"https://git.example/x.git\nhttp://127.0.0.1/template.json",
        b"git@git.example:x/y.git\ngit+ssh://git.example/x+c",
    )


TARGETS: Mapping[str, tuple[Target, Callable[[], Iterator[bytes]]]] = {
    "manifests": (manifest, _manifests),
    "webhooks": (webhook, _webhooks),
    "references": (reference, _references),
}
"""THE TABLE of what is fuzzed, with inputs to begin from."""
