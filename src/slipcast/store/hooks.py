"""THE TABLE of hooks: what is particular about writing each kind.

A kind without a row is kept as it is given. The rules themselves are in `hooked`, and below the
ports; this table only says which kind has which.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from slipcast.api.kinds import (
    APPS,
    APPS_OPENSHIFT,
    BATCH,
    BUILD,
    COORDINATION,
    CORE,
    IMAGE,
    RBAC,
    ROUTE,
    TEMPLATE,
    USER,
    Kind,
)
from slipcast.api.presets import others as other_presets
from slipcast.api.presets import pods as pod_presets
from slipcast.api.presets import services as service_presets
from slipcast.api.presets import workloads as workload_presets
from slipcast.api.validity import (
    claims,
    data,
    limits,
    others,
    people,
    roles,
    routes,
    services,
    workloads,
)
from slipcast.api.validity import pods as pod_rules
from slipcast.builds.updates import reported_build
from slipcast.images.defaults import imported_stream
from slipcast.store.hooked import builds, images, namespaces, pods
from slipcast.store.hooked.builds import spec_counts
from slipcast.store.occasion import Hooks, prepared, ruled

_PLAIN: Final = Hooks()

HOOKS: Final[Mapping[tuple[str, str], Hooks]] = {
    (BUILD, "BuildConfig"): Hooks(
        fill=builds.filled_config,
        prepare=builds.prepared_config,
        validate=builds.wrong_config,
        counts=builds.config_counts,
        demands_revision=True,
        orphans=True,
    ),
    (BUILD, "Build"): Hooks(
        prepare=builds.prepared_build,
        validate=builds.wrong_build,
        counts=spec_counts,
        below={"details": reported_build},
        demands_revision=True,
    ),
    (IMAGE, "Image"): Hooks(prepare=images.prepared_image, validate=images.wrong_image),
    (IMAGE, "ImageStream"): Hooks(
        prepare=images.prepared_stream,
        validate=images.wrong_stream,
        below={
            "status": images.reported,
            images.WHOLE: images.rewritten,
            images.IMPORTS: imported_stream,
        },
        demands_revision=True,
    ),
    (TEMPLATE, "Template"): Hooks(validate=images.wrong_template),
    (APPS_OPENSHIFT, "DeploymentConfig"): Hooks(
        prepare=prepared(workload_presets.filled_deployment_config),
        validate=ruled(workloads.deployment_config),
        counts=spec_counts,
        orphans=True,
    ),
    (ROUTE, "Route"): Hooks(
        prepare=prepared(service_presets.filled_route), validate=ruled(routes.route)
    ),
    (APPS, "Deployment"): Hooks(
        prepare=prepared(workload_presets.filled_deployment),
        validate=ruled(workloads.deployment),
        counts=spec_counts,
    ),
    (BATCH, "Job"): Hooks(
        prepare=prepared(workload_presets.filled_job),
        validate=ruled(workloads.job),
        counts=spec_counts,
    ),
    (CORE, "Namespace"): Hooks(
        fill=namespaces.filled,
        validate=ruled(others.namespace),
        is_held=namespaces.is_held,
        ending=namespaces.ending,
        below={"finalize": namespaces.finalized},
    ),
    (CORE, "Pod"): Hooks(
        fill=pods.filled,
        prepare=prepared(pod_presets.filled_pod),
        validate=ruled(pod_rules.pod),
        grace=pods.grace,
    ),
    (CORE, "Secret"): Hooks(
        prepare=prepared(other_presets.filled_secret), validate=ruled(data.secret), forget=True
    ),
    (CORE, "ConfigMap"): Hooks(validate=ruled(data.config_map)),
    (CORE, "Service"): Hooks(
        prepare=prepared(service_presets.filled_service), validate=ruled(services.service)
    ),
    (CORE, "Event"): Hooks(validate=ruled(others.event)),
    (CORE, "LimitRange"): Hooks(
        prepare=prepared(other_presets.filled_limit_range), validate=ruled(limits.limit_range)
    ),
    (CORE, "ResourceQuota"): Hooks(validate=ruled(limits.resource_quota)),
    (CORE, "PersistentVolumeClaim"): Hooks(
        prepare=prepared(other_presets.filled_claim), validate=ruled(claims.claim)
    ),
    (RBAC, "Role"): Hooks(validate=ruled(roles.role)),
    (RBAC, "ClusterRole"): Hooks(validate=ruled(roles.cluster_role)),
    (RBAC, "RoleBinding"): Hooks(
        prepare=prepared(other_presets.filled_binding), validate=ruled(roles.role_binding)
    ),
    (RBAC, "ClusterRoleBinding"): Hooks(
        prepare=prepared(other_presets.filled_binding),
        validate=ruled(roles.cluster_role_binding),
    ),
    (USER, "Group"): Hooks(validate=ruled(people.group)),
    (COORDINATION, "Lease"): Hooks(validate=ruled(others.lease)),
}
"""THE TABLE: group and kind to hooks."""


@cache
def hooks_of(kind: Kind) -> Hooks:
    """The hooks of a kind."""
    return HOOKS.get((kind.group, kind.name), _PLAIN)
