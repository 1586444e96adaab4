"""THE TABLE of columns: what is printed of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from slipcast.api import kinds
from slipcast.api.kinds import Kind
from slipcast.views import buildcolumns, corecolumns, imagecolumns
from slipcast.views.column import AGE, NAME, Column

COLUMNS: Final[Mapping[tuple[str, str], tuple[Column, ...]]] = {
    (kinds.BUILD, "BuildConfig"): buildcolumns.BUILD_CONFIG,
    (kinds.BUILD, "Build"): buildcolumns.BUILD,
    (kinds.IMAGE, "Image"): imagecolumns.IMAGE,
    (kinds.IMAGE, "ImageStream"): imagecolumns.IMAGE_STREAM,
    (kinds.IMAGE, "ImageStreamTag"): imagecolumns.IMAGE_STREAM_TAG,
    (kinds.IMAGE, "ImageStreamImage"): imagecolumns.IMAGE_STREAM_TAG,
    (kinds.IMAGE, "ImageTag"): imagecolumns.IMAGE_TAG,
    (kinds.TEMPLATE, "Template"): imagecolumns.TEMPLATE,
    (kinds.PROJECT, "Project"): corecolumns.PROJECT,
    (kinds.APPS_OPENSHIFT, "DeploymentConfig"): corecolumns.DEPLOYMENT_CONFIG,
    (kinds.ROUTE, "Route"): corecolumns.ROUTE,
    (kinds.USER, "User"): corecolumns.USER,
    (kinds.USER, "Group"): corecolumns.GROUP,
    (kinds.USER, "Identity"): corecolumns.IDENTITY,
    (kinds.USER, "UserIdentityMapping"): corecolumns.USER_IDENTITY,
    (kinds.OAUTH, "OAuthAccessToken"): corecolumns.OAUTH_TOKEN,
    (kinds.OAUTH, "UserOAuthAccessToken"): corecolumns.OAUTH_TOKEN,
    (kinds.APPS, "Deployment"): corecolumns.DEPLOYMENT,
    (kinds.AUTOSCALING, "Scale"): corecolumns.SCALE,
    (kinds.EXTENSIONS, "Scale"): corecolumns.SCALE,
    (kinds.BATCH, "Job"): corecolumns.JOB,
    (kinds.CORE, "Namespace"): corecolumns.NAMESPACE,
    (kinds.CORE, "Pod"): corecolumns.POD,
    (kinds.CORE, "Secret"): corecolumns.SECRET,
    (kinds.CORE, "ConfigMap"): corecolumns.CONFIG_MAP,
    (kinds.CORE, "ServiceAccount"): corecolumns.SERVICE_ACCOUNT,
    (kinds.CORE, "Service"): corecolumns.SERVICE,
    (kinds.CORE, "Event"): corecolumns.EVENT,
    (kinds.CORE, "LimitRange"): corecolumns.LIMIT_RANGE,
    (kinds.CORE, "ResourceQuota"): corecolumns.RESOURCE_QUOTA,
    (kinds.CORE, "PersistentVolumeClaim"): corecolumns.CLAIM,
    (kinds.RBAC, "Role"): corecolumns.ROLE,
    (kinds.RBAC, "ClusterRole"): corecolumns.ROLE,
    (kinds.RBAC, "RoleBinding"): corecolumns.ROLE_BINDING,
    (kinds.RBAC, "ClusterRoleBinding"): corecolumns.ROLE_BINDING,
    (kinds.AUTHORIZATION_OPENSHIFT, "Role"): corecolumns.ROLE,
    (kinds.AUTHORIZATION_OPENSHIFT, "ClusterRole"): corecolumns.ROLE,
    (kinds.AUTHORIZATION_OPENSHIFT, "RoleBinding"): corecolumns.OPENSHIFT_BINDING,
    (kinds.AUTHORIZATION_OPENSHIFT, "ClusterRoleBinding"): corecolumns.OPENSHIFT_BINDING,
    (kinds.COORDINATION, "Lease"): corecolumns.LEASE,
    (kinds.SLIPCAST, "WebhookDelivery"): buildcolumns.WEBHOOK_DELIVERY,
}
"""THE TABLE."""

USUAL: Final = (NAME, AGE)


def columns_of(kind: Kind) -> tuple[Column, ...]:
    """The columns of a kind; name and age of one that has none of its own."""
    return COLUMNS.get((kind.group, kind.name), USUAL)
