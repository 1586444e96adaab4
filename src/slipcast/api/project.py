"""Projects: namespaces as OpenShift shows them to people.

Source: the API reference of project.openshift.io/v1.
"""

from __future__ import annotations

from slipcast.api.core import NamespaceSpec, NamespaceStatus
from slipcast.api.meta import Object


class ProjectSpec(NamespaceSpec, frozen=True, kw_only=True):
    """Who must agree before a project goes.

    finalizers: their names.
    """


class ProjectStatus(NamespaceStatus, frozen=True, kw_only=True):
    """How a project is doing.

    phase: Active or Terminating.
    conditions: what keeps it from going.
    """


class Project(Object, frozen=True, kw_only=True):
    """A namespace, for those who may see it.

    spec: who must agree before it goes.
    status: how it is doing.
    """

    spec: ProjectSpec = ProjectSpec()
    status: ProjectStatus = ProjectStatus()


class ProjectRequest(Object, frozen=True, kw_only=True):
    """Asks for a project.

    displayName: what people see.
    description: what it is for.
    """

    display_name: str = ""
    description: str = ""
