"""The plan of builds by a builder image's scripts.

Source: build-lifecycle.md BL-508, BL-529, section 5.2.
"""

from __future__ import annotations

from typing import Final

from slipcast.api.build import Build, EnvVar
from slipcast.builds.cluster import Cluster
from slipcast.builds.strategies.plan import Facts, Plan
from slipcast.builds.strategies.pod import builder_plan

ROLE: Final = "sti-build"

RESTRICTED: Final = (
    EnvVar(name="ALLOWED_UIDS", value="1-"),
    EnvVar(name="DROP_CAPS", value="KILL,MKNOD,SETGID,SETUID,SYS_CHROOT"),
)
"""What assemble may be, where the service account may not be root (BL-529)."""


def plan(build: Build, cluster: Cluster, facts: Facts) -> Plan:
    """The pod of a build by a builder image."""
    return builder_plan(build, cluster, ROLE, () if facts.may_be_root else RESTRICTED)
