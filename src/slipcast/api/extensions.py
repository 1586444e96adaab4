"""Scales as the legacy paths have them; the newer ones are in `autoscaling`.

Source: the API reference of extensions/v1beta1.
"""

from __future__ import annotations

from collections.abc import Mapping

from slipcast.api.autoscaling import ScaleSpec
from slipcast.api.meta import Object
from slipcast.api.wire import Int32, Wire


class OlderScaleStatus(Wire, frozen=True, kw_only=True):
    """How many pods there are.

    replicas: how many.
    selector: labels of the pods that are counted.
    targetSelector: the same, as a label selector is written in a URL.
    """

    replicas: Int32 = 0
    selector: Mapping[str, str] = {}
    target_selector: str = ""


class OlderScale(Object, frozen=True, kw_only=True):
    """How many pods there should be, and are: a part of what keeps them running.

    spec: how many there should be.
    status: how many there are; never written.
    """

    spec: ScaleSpec = ScaleSpec()
    status: OlderScaleStatus = OlderScaleStatus()
