"""Scales: how many pods there should be, and are, of whatever keeps pods running.

What the 3.5 era's clients call so is in `extensions`.

Source: the API reference of autoscaling/v1.
"""

from __future__ import annotations

from slipcast.api.meta import Object
from slipcast.api.wire import Int32, Wire


class ScaleSpec(Wire, frozen=True, kw_only=True):
    """How many pods there should be.

    replicas: how many; none when absent.
    """

    replicas: Int32 = 0


class ScaleStatus(Wire, frozen=True, kw_only=True):
    """How many pods there are.

    replicas: how many.
    selector: which pods are counted, as a label selector is written in a URL.
    """

    replicas: Int32 = 0
    selector: str = ""


class Scale(Object, frozen=True, kw_only=True):
    """How many pods there should be, and are: a part of what keeps them running.

    spec: how many there should be.
    status: how many there are; never written.
    """

    spec: ScaleSpec = ScaleSpec()
    status: ScaleStatus = ScaleStatus()
