"""What planning a build's pod takes and gives: the cluster's facts, and the plan.

Source: build-lifecycle.md section 5; house rule of strategies: plan here, run in the builder.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from slipcast.api.build import Build
from slipcast.api.pod import Pod
from slipcast.builds.cluster import Cluster
from slipcast.builds.reasons import Reason


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked up for one build.

    Shape:  output is where the image is pushed, in full, empty when it is not; push_secret is
            what it is pushed with where the build names nothing, empty for nothing;
            may_be_root is whether the service account may run a pod as root (BL-529).
    """

    output: str = ""
    push_secret: str = ""
    may_be_root: bool = True


class PodPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The build runs in this pod."""

    pod: Pod


class Delegate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else runs the build: the executor of that name."""

    to: str


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """No pod can be made of the build; asking again changes nothing."""

    reason: Reason
    message: str


Plan = PodPlan | Delegate | Refused


class Strategy(Protocol):
    """The plan half of a strategy."""

    def __call__(self, build: Build, cluster: Cluster, facts: Facts) -> Plan:
        """How a build of this strategy runs."""
        ...
