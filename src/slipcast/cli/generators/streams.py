"""Image streams, and tags of them.

Source: cli.md EX-6.
"""

from __future__ import annotations

from slipcast.api import kinds
from slipcast.api.document import JSON


def image_stream(name: str, *, lookup_local: bool = False) -> JSON:
    """An image stream; lookup_local lets pods name its tags as their images (EX-6)."""
    content: JSON = {
        "apiVersion": f"{kinds.IMAGE}/v1",
        "kind": "ImageStream",
        "metadata": {"name": name},
    }
    if lookup_local:
        content["spec"] = {"lookupPolicy": {"local": True}}
    return content


def image_stream_tag(name: str, source: JSON, *, insecure: bool, scheduled: bool) -> JSON:
    """A tag of a stream that comes from elsewhere; what it comes from is an object reference."""
    policy = {"insecure": insecure, "scheduled": scheduled}
    return {
        "apiVersion": f"{kinds.IMAGE}/v1",
        "kind": "ImageStreamTag",
        "metadata": {"name": name},
        "tag": {
            "name": name.partition(":")[2],
            "from": source,
            "importPolicy": {field: True for field, said in policy.items() if said},
            "referencePolicy": {"type": "Source"},
        },
    }
