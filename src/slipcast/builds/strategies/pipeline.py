"""The plan of pipelines: no pod of their own, Jenkins runs them.

Source: build-lifecycle.md BL-2, BL-97.
"""

from __future__ import annotations

from slipcast.api.build import Build
from slipcast.builds.cluster import Cluster
from slipcast.builds.strategies.plan import Delegate, Facts, Plan


def plan(build: Build, cluster: Cluster, facts: Facts) -> Plan:  # noqa: ARG001 -- as all plans
    """Who runs a pipeline."""
    return Delegate(to="JenkinsPipeline")
