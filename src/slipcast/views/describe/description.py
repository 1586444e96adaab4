"""THE TABLE of descriptions: what is told of each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.views.describe import builds, images, others, page, streams
from slipcast.views.describe.page import Around, Line, Lines

Describe = Callable[[JSON, Around], Lines]

DESCRIPTIONS: Final[Mapping[tuple[str, str], Describe]] = {
    (kinds.BUILD, "Build"): builds.build,
    (kinds.BUILD, "BuildConfig"): builds.config,
    (kinds.SLIPCAST, "WebhookDelivery"): builds.delivery,
    (kinds.IMAGE, "Image"): images.image,
    (kinds.IMAGE, "ImageStream"): streams.stream,
    (kinds.IMAGE, "ImageStreamTag"): images.image_of,
    (kinds.IMAGE, "ImageStreamImage"): images.image_of,
    (kinds.TEMPLATE, "Template"): images.template,
    (kinds.PROJECT, "Project"): others.project,
    (kinds.APPS_OPENSHIFT, "DeploymentConfig"): others.workload,
    (kinds.ROUTE, "Route"): others.route,
    (kinds.APPS, "Deployment"): others.workload,
    (kinds.BATCH, "Job"): others.workload,
    (kinds.CORE, "Namespace"): others.project,
    (kinds.CORE, "Pod"): others.pod,
    (kinds.CORE, "Secret"): others.secret,
    (kinds.CORE, "ConfigMap"): others.config_map,
    (kinds.CORE, "ServiceAccount"): others.service_account,
    (kinds.CORE, "Service"): others.service,
    (kinds.CORE, "Event"): others.event,
    (kinds.CORE, "ResourceQuota"): others.quota,
    (kinds.RBAC, "Role"): others.role,
    (kinds.RBAC, "ClusterRole"): others.role,
    (kinds.RBAC, "RoleBinding"): others.binding,
    (kinds.RBAC, "ClusterRoleBinding"): others.binding,
}
"""THE TABLE; a kind that is not in it is told field by field."""

EVENTLESS: Final = frozenset({(kinds.CORE, "Secret"), (kinds.CORE, "Event")})
"""Kinds to which nothing happens that is worth telling."""


def described(kind: Kind, content: JSON, around: Around, *, events: bool = True) -> str:
    """The description of an object, with its events at the end if they are wanted."""
    return page.text(_lines(kind, content, around, events=events))


def tells_events(kind: Kind) -> bool:
    """Whether a description of the kind ends with its events."""
    return kind.namespaced and (kind.group, kind.name) not in EVENTLESS and kind.group != kinds.RBAC


def _lines(kind: Kind, content: JSON, around: Around, *, events: bool) -> Lines:
    key = (kind.group, kind.name)
    yield from page.head(kind, content, around)
    yield from DESCRIPTIONS.get(key, others.generic)(content, around)
    if events and tells_events(kind):
        yield Line("")
        yield from page.events(around.events, around.now)
