"""Objects as answers: the bytes of one object or of a list, in the form the client likes.

A stored object is sent as it is kept; only other forms than plain JSON read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import msgspec

from slipcast.api import codec, kinds
from slipcast.api.document import Document
from slipcast.ports.api import Listing, Resource
from slipcast.server.negotiate import Form

PARTIAL = "PartialObjectMetadata"
MOST_WARNED = 4096
"""Characters of all warnings together; beyond it, each is cut, and the last ones are left out."""
LONGEST_WARNING = 256
"""Characters that are left of a warning when there are too many."""
_encode = msgspec.json.encode


class _Whole(msgspec.Struct):
    metadata: msgspec.Raw


_metadata = msgspec.json.Decoder(_Whole).decode


def api_version(resource: Resource) -> str:
    """The apiVersion under which a resource was asked for; empty for the kind's own."""
    return "v1" if resource.legacy else ""


def link(resource: Resource, document: Document) -> str:
    """The selfLink that clients of the legacy paths expect; empty elsewhere."""
    is_nowhere = document.kind in kinds.TRAVELLING or document.kind.is_review
    if not resource.legacy or is_nowhere:
        return ""
    names, kind = document.names, document.kind
    inside = f"namespaces/{names.namespace}/" if kind.namespaced else ""
    below = f"/{resource.subresource}" if resource.subresource else ""
    # What an action made is told as if it lay where it was asked for: so the original did.
    plural = resource.kind.plural if below else kind.plural
    return f"/oapi/v1/{inside}{plural}/{quote(names.name, safe='')}{below}"


def one(resource: Resource, document: Document, form: Form) -> bytes:
    """One object."""
    if form.shape == "partial":
        return _written(partial(document, form.version), form)
    # The older paths have one version for all but this, which was never theirs.
    version = "" if document.kind in kinds.SCALES else api_version(resource)
    body = document.wire(version, link(resource, document))
    return body if form.encoding == "json" else yaml(body)


def many(resource: Resource, listing: Listing, form: Form) -> bytes:
    """A list of objects."""
    metadata = list_metadata(listing, resource if resource.legacy else None)
    if form.shape in {"partial", "partial-list"}:
        items = b",".join(partial(each, form.version) for each in listing.documents)
        head = _list_head(f"{PARTIAL}List", f"{kinds_version(form)}", metadata)
        return _written(b"%b%b]}" % (head, items), form)
    kind = resource.kind
    head = _list_head(f"{kind.name}List", api_version(resource) or kind.api_version, metadata)
    if resource.legacy:
        items = b",".join([each.item(link(resource, each)) for each in listing.documents])
        return _written(b"".join((head, items, b"]}")), form)
    # Each byte is copied once: a list is large, and this is most of what it costs.
    pieces: list[bytes | memoryview] = []
    for each in listing.documents:
        first, rest = each.parts()
        pieces += (b",", first, rest)
    pieces[:1] = (head,)
    pieces.append(b"]}")
    return _written(b"".join(pieces), form)


def list_metadata(listing: Listing, legacy_of: Resource | None = None) -> dict[str, Any]:
    """The metadata of a list.

    Shape:  legacy_of is what was listed by a legacy path, where a list has a link.
    """
    metadata: dict[str, Any] = {"resourceVersion": str(listing.revision)}
    if legacy_of is not None:
        inside = f"namespaces/{legacy_of.namespace}/" if legacy_of.namespace else ""
        metadata["selfLink"] = f"/oapi/v1/{inside}{legacy_of.kind.plural}"
    if listing.token:
        metadata["continue"] = listing.token
    if listing.remaining:
        metadata["remainingItemCount"] = listing.remaining
    return metadata


def kinds_version(form: Form) -> str:
    """The apiVersion of the forms that are not the object itself."""
    return f"meta.k8s.io/{form.version}"


def partial(document: Document, version: str) -> bytes:
    """The metadata of an object, as PartialObjectMetadata."""
    raw = bytes(_metadata(document.item()).metadata)
    head = f'{{"kind":"{PARTIAL}","apiVersion":"meta.k8s.io/{version}","metadata":'
    return b"%b%b}" % (head.encode(), raw)


def success(resource: Resource, document: Document) -> bytes:
    """What a deletion answers when nothing is left of the object."""
    status: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
    }
    if resource.legacy:
        return _encode(status | {"code": 200})
    names, kind = document.names, document.kind
    details = {"name": names.name, "group": kind.group, "kind": kind.plural, "uid": names.uid}
    return _encode(status | {"details": {name: said for name, said in details.items() if said}})


def said(message: str) -> bytes:
    """A success that made no object, and what there is to say of it."""
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    return _encode(status | {"message": message, "code": 200})


def warning_headers(warnings: Iterable[str]) -> list[tuple[bytes, bytes]]:
    """What the writer should know, as headers: each once, and no more than clients can take.

    Source: RFC 7234 section 5.5, Kubernetes API concepts: warnings.
    """
    texts = tuple(dict.fromkeys(warnings))
    if sum(map(len, texts)) > MOST_WARNED:
        texts = tuple(text[:LONGEST_WARNING] for text in texts)[: MOST_WARNED // LONGEST_WARNING]
    return [(b"warning", b'299 - "%b"' % _quoted(text)) for text in texts]


def _quoted(text: str) -> bytes:
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    return clean.replace("\\", "\\\\").replace('"', '\\"').encode()


def _list_head(kind: str, version: str, metadata: dict[str, Any]) -> bytes:
    head = f'{{"kind":"{kind}","apiVersion":"{version}","metadata":'
    return b'%b%b,"items":[' % (head.encode(), _encode(metadata))


def _written(body: bytes, form: Form) -> bytes:
    return body if form.encoding == "json" else yaml(body)


def yaml(body: bytes) -> bytes:
    """A JSON answer as YAML."""
    return codec.to_yaml(msgspec.json.decode(body)).encode()


def pretty(body: bytes) -> bytes:
    """A JSON answer with a line for each field, for people."""
    return msgspec.json.format(body, indent=2) + b"\n"
