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
    CORE,
    IMAGE,
    RBAC,
    TEMPLATE,
    Kind,
)
from slipcast.builds.updates import reported_build
from slipcast.store.hooked import builds, images, namespaces, pods, secrets
from slipcast.store.hooked.builds import spec_counts
from slipcast.store.occasion import Hooks

_PLAIN: Final = Hooks()

HOOKS: Final[Mapping[tuple[str, str], Hooks]] = {
    (BUILD, "BuildConfig"): Hooks(
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
    (IMAGE, "ImageStream"): Hooks(prepare=images.prepared_stream, validate=images.wrong_stream),
    (TEMPLATE, "Template"): Hooks(validate=images.wrong_template),
    (APPS_OPENSHIFT, "DeploymentConfig"): Hooks(counts=spec_counts, orphans=True),
    (APPS, "Deployment"): Hooks(counts=spec_counts, immutable=("spec.selector",)),
    (BATCH, "Job"): Hooks(counts=spec_counts, immutable=("spec.selector", "spec.template")),
    (CORE, "Namespace"): Hooks(
        fill=namespaces.filled,
        is_held=namespaces.is_held,
        ending=namespaces.ending,
        below={"finalize": namespaces.finalized},
    ),
    (CORE, "Pod"): Hooks(fill=pods.filled, grace=pods.grace),
    (CORE, "Secret"): Hooks(
        fill=secrets.filled_secret,
        check=secrets.wrong,
        immutable=("type",),
        forget=True,
    ),
    (CORE, "ConfigMap"): Hooks(check=secrets.wrong),
    (RBAC, "RoleBinding"): Hooks(immutable=("roleRef",)),
    (RBAC, "ClusterRoleBinding"): Hooks(immutable=("roleRef",)),
}
"""THE TABLE: group and kind to hooks."""


@cache
def hooks_of(kind: Kind) -> Hooks:
    """The hooks of a kind."""
    return HOOKS.get((kind.group, kind.name), _PLAIN)
