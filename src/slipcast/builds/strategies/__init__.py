"""How builds run: THE TABLE of strategies, and the plan of a build.

The plan of a build is made of a copy that the stored Build never shows: with the cluster's defaults
and overrides, and with the output in full (BL-41, BL-42).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from slipcast.api.build import Build, LocalObjectReference, ObjectReference
from slipcast.builds.cluster import Cluster
from slipcast.builds.overrides import with_defaults, with_overrides, with_pod_defaults
from slipcast.builds.reasons import MESSAGES, Reason
from slipcast.builds.strategies import custom, docker, pipeline, source
from slipcast.builds.strategies.environment import with_fields
from slipcast.builds.strategies.plan import (
    Delegate,
    Facts,
    Plan,
    PodPlan,
    Refused,
    Strategy,
)
from slipcast.builds.strategy import strategy_type

__all__ = [
    "STRATEGIES",
    "Delegate",
    "Facts",
    "Plan",
    "PodPlan",
    "Refused",
    "Strategy",
    "is_delegated",
    "plan",
]

STRATEGIES: Final[Mapping[str, Strategy]] = {
    "Source": source.plan,
    "Docker": docker.plan,
    "Custom": custom.plan,
    "JenkinsPipeline": pipeline.plan,
}


def plan(build: Build, cluster: Cluster, facts: Facts) -> Plan:
    """How a build runs on a cluster."""
    strategy = STRATEGIES.get(strategy_type(build.spec.strategy))
    if strategy is None:
        what = "The build has no strategy."
        return Refused(reason=Reason.CANNOT_CREATE_POD_SPEC, message=what)
    told = with_overrides(with_defaults(build, cluster.defaults), cluster.overrides)
    filled = with_fields(_with_output(told, facts))
    if isinstance(filled, str):
        message = f"{MESSAGES[Reason.UNRESOLVABLE_VARIABLE]} {filled}"
        return Refused(reason=Reason.UNRESOLVABLE_VARIABLE, message=message)
    found = strategy(filled, cluster, facts)
    if isinstance(found, PodPlan):
        return PodPlan(pod=with_pod_defaults(found.pod, cluster.defaults, cluster.overrides))
    return found


def is_delegated(build: Build) -> bool:
    """Whether somebody else runs the build and says how it goes (BL-2)."""
    return build.spec.strategy.jenkins_pipeline_strategy is not None


def _with_output(build: Build, facts: Facts) -> Build:
    """The copy for the pod: its output in full (BL-41), and what that is pushed with."""
    output = build.spec.output
    if output.to is None or not facts.output:
        return build
    to = ObjectReference(kind="DockerImage", name=facts.output)
    secret = output.push_secret
    if secret is None and facts.push_secret:
        secret = LocalObjectReference(name=facts.push_secret)
    spec = replace(build.spec, output=replace(output, to=to, push_secret=secret))
    status = replace(build.status, output_docker_image_reference=facts.output)
    return replace(build, spec=spec, status=status)
