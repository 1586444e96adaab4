"""Where a pod may run.

Source: the API reference of core/v1.
"""

from __future__ import annotations

from typing import Annotated

from slipcast.api.meta import LabelSelector
from slipcast.api.wire import ATOMIC, Int32, Int64, Whole, Wire


class NodeSelectorRequirement(Wire, frozen=True, kw_only=True):
    """A condition on a node.

    key: the label or field.
    operator: In, NotIn, Exists, DoesNotExist, Gt or Lt.
    values: the values it is compared with.
    """

    key: str = ""
    operator: str = ""
    values: Annotated[tuple[str, ...], ATOMIC] = ()


class NodeSelectorTerm(Whole, frozen=True, kw_only=True):
    """Conditions on a node, all of which must hold.

    matchExpressions: conditions on labels.
    matchFields: conditions on fields.
    """

    match_expressions: Annotated[tuple[NodeSelectorRequirement, ...], ATOMIC] = ()
    match_fields: Annotated[tuple[NodeSelectorRequirement, ...], ATOMIC] = ()


class NodeSelector(Whole, frozen=True, kw_only=True):
    """Nodes that fit.

    nodeSelectorTerms: one of them must hold.
    """

    node_selector_terms: Annotated[tuple[NodeSelectorTerm, ...], ATOMIC] = ()


class PreferredSchedulingTerm(Wire, frozen=True, kw_only=True):
    """Nodes that would be better.

    weight: how much better, 1 to 100.
    preference: which.
    """

    weight: Int32 = 0
    preference: NodeSelectorTerm = NodeSelectorTerm()


class NodeAffinity(Wire, frozen=True, kw_only=True):
    """Which nodes fit.

    requiredDuringSchedulingIgnoredDuringExecution: those that must be.
    preferredDuringSchedulingIgnoredDuringExecution: those that would be better.
    """

    required_during_scheduling_ignored_during_execution: NodeSelector | None = None
    preferred_during_scheduling_ignored_during_execution: Annotated[
        tuple[PreferredSchedulingTerm, ...], ATOMIC
    ] = ()


class PodAffinityTerm(Wire, frozen=True, kw_only=True):
    """Pods beside which, or away from which, a pod runs.

    labelSelector: which pods.
    namespaces: in which namespaces.
    topologyKey: the label of nodes that says what beside means.
    namespaceSelector: in which namespaces, by labels.
    matchLabelKeys: labels of the pod that the others must have too.
    mismatchLabelKeys: labels of the pod that the others must not have.
    """

    label_selector: LabelSelector | None = None
    namespaces: Annotated[tuple[str, ...], ATOMIC] = ()
    topology_key: str = ""
    namespace_selector: LabelSelector | None = None
    match_label_keys: Annotated[tuple[str, ...], ATOMIC] = ()
    mismatch_label_keys: Annotated[tuple[str, ...], ATOMIC] = ()


class WeightedPodAffinityTerm(Wire, frozen=True, kw_only=True):
    """Pods beside which, or away from which, it would be better.

    weight: how much better, 1 to 100.
    podAffinityTerm: which.
    """

    weight: Int32 = 0
    pod_affinity_term: PodAffinityTerm = PodAffinityTerm()


class PodAffinity(Wire, frozen=True, kw_only=True):
    """Pods beside which, or away from which, a pod runs.

    requiredDuringSchedulingIgnoredDuringExecution: those that must be.
    preferredDuringSchedulingIgnoredDuringExecution: those that would be better.
    """

    required_during_scheduling_ignored_during_execution: Annotated[
        tuple[PodAffinityTerm, ...], ATOMIC
    ] = ()
    preferred_during_scheduling_ignored_during_execution: Annotated[
        tuple[WeightedPodAffinityTerm, ...], ATOMIC
    ] = ()


class Affinity(Wire, frozen=True, kw_only=True):
    """Where a pod would rather run.

    nodeAffinity: which nodes.
    podAffinity: beside which pods.
    podAntiAffinity: away from which pods.
    """

    node_affinity: NodeAffinity | None = None
    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAffinity | None = None


class Toleration(Wire, frozen=True, kw_only=True):
    """A taint of nodes that a pod does not mind.

    key: the taint; all of them when empty.
    operator: Exists or Equal.
    value: its value, for Equal.
    effect: NoSchedule, PreferNoSchedule or NoExecute; all when empty.
    tolerationSeconds: for how long.
    """

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    toleration_seconds: Int64 | None = None


class TopologySpreadConstraint(Wire, frozen=True, kw_only=True):
    """How evenly pods are spread.

    maxSkew: how uneven it may be.
    topologyKey: the label of nodes over whose values they are spread.
    whenUnsatisfiable: DoNotSchedule or ScheduleAnyway.
    labelSelector: which pods are counted.
    """

    max_skew: Int32 = 0
    topology_key: str = ""
    when_unsatisfiable: str = ""
    label_selector: LabelSelector | None = None
    min_domains: Int32 | None = None
    node_affinity_policy: str | None = None
    node_taints_policy: str | None = None
    match_label_keys: Annotated[tuple[str, ...], ATOMIC] = ()
