"""New pods get what the limit ranges of their namespace say, or are refused.

Source: Kubernetes, the admission of limit ranges.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.limits import LimitRange
from slipcast.builds.limitranges import limited
from slipcast.ports.api import ListOptions, Resource
from slipcast.store.reading import Reading
from slipcast.store.typed import seen
from slipcast.store.writing import Fill
from slipcast.values.apifaults import refused

POD: Final = kinds.require("", "Pod")
RANGE: Final = kinds.require("", "LimitRange")

_ALL: Final = ListOptions()


def limiting(reading: Reading, then: Fill) -> Fill:
    """What new pods are given before anything else is filled in.

    Errors: Forbidden, from what is returned.
    """

    async def fill(resource: Resource, content: JSON) -> JSON:
        if resource.kind is POD and not resource.subresource:
            listing = await reading.list(Resource(RANGE, resource.namespace), _ALL)
            ranges: list[LimitRange] = [seen(RANGE, each) for each in listing.documents]
            content, wrong = limited(content, ranges)
            if wrong:
                metadata = content.get("metadata")
                name = metadata.get("name", "") if isinstance(metadata, dict) else ""
                raise refused(POD.plural, "", str(name), ", ".join(wrong))
        return await then(resource, content)

    return fill
