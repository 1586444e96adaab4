"""The plan of builds by a Dockerfile.

Source: build-lifecycle.md BL-508, section 5.2.
"""

from __future__ import annotations

from typing import Final

from slipcast.api.build import Build
from slipcast.builds.cluster import Cluster
from slipcast.builds.strategies.plan import Facts, Plan
from slipcast.builds.strategies.pod import builder_plan

ROLE: Final = "docker-build"


def plan(build: Build, cluster: Cluster, facts: Facts) -> Plan:  # noqa: ARG001 -- as all plans
    """The pod of a build by a Dockerfile."""
    return builder_plan(build, cluster, ROLE, ())
