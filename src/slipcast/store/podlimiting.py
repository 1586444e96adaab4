"""New pods get what the limit ranges of their namespace say, or are refused; by quotas, too.

Two pods at once may both be let in where a quota has room for one: they are counted, not booked.

Source: Kubernetes, the admission of limit ranges and of resource quotas.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.limits import LimitRange, ResourceQuota
from slipcast.builds import podquotas
from slipcast.builds.limitranges import limited
from slipcast.ports.api import ListOptions, Resource
from slipcast.store.reading import Reading
from slipcast.store.typed import seen
from slipcast.store.writing import Fill
from slipcast.values.apifaults import refused

POD: Final = kinds.require("", "Pod")
RANGE: Final = kinds.require("", "LimitRange")
QUOTA: Final = kinds.require("", "ResourceQuota")

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
            wrong = wrong or await _beyond_quotas(reading, resource.namespace, content)
            if wrong:
                metadata = content.get("metadata")
                name = metadata.get("name", "") if isinstance(metadata, dict) else ""
                raise refused(POD.plural, "", str(name), ", ".join(wrong))
        return await then(resource, content)

    return fill


async def _beyond_quotas(reading: Reading, namespace: str, pod: JSON) -> tuple[str, ...]:
    listing = await reading.list(Resource(QUOTA, namespace), _ALL)
    every: list[ResourceQuota] = [seen(QUOTA, each) for each in listing.documents]
    quotas = podquotas.applying(every)
    if not quotas:
        return ()
    pods = await reading.list(Resource(POD, namespace), _ALL)
    return podquotas.exceeded(quotas, (each.content for each in pods.documents), pod)
