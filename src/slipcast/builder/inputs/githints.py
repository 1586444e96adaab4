"""What to do about a repository that cannot be fetched, where only the Build can be changed.

By hand git is a person's own, with helpers and keys to configure; in a pod it knows nothing but the
source secret. Pure.

Source: user-pain.md UP-4; builder-process.md 4.1.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from slipcast.api.build import Build
from slipcast.builds import naming
from slipcast.values.faults import PortFault

_TO_CONFIGURE: Final = MappingProxyType(
    {
        "known_hosts": "Once the host's key is verified (ssh-keyscan prints it), put it into "
        "known_hosts of {secret}.",
        "http.sslCAInfo": "Put the certificate of the authority that vouches for the host into "
        "ca.crt of {secret}.",
    }
)
"""THE TABLE: what git is to be configured with, and what that is in the source secret."""
_CREDENTIALS: Final = "credential helper"


def of_pod(fault: PortFault, build: Build, unfit: str = "") -> str:
    """The hint of a fault of git, in words of the Build.

    Shape:  unfit says why its source secret opens no such address.
    """
    name = _secret(build)
    if _CREDENTIALS in fault.hint:
        return f"The source secret {name} {unfit}." if name and unfit else _of_credentials(build)
    called = f"the source secret {name}" if name else "a source secret of the build"
    told = next((told for word, told in _TO_CONFIGURE.items() if word in fault.hint), fault.hint)
    return told.replace("{secret}", called)


def _secret(build: Build) -> str:
    """The name of the source secret; empty where there is none."""
    given = build.spec.source.source_secret
    return given.name if given is not None else ""


def _of_credentials(build: Build) -> str:
    if name := _secret(build):
        return f"See whether the address is right, and what the source secret {name} holds."
    config = naming.config_name(build) or "NAME"
    return (
        "The build has no source secret. If the repository is private: "
        f"slipcast set build-secret --source bc/{config} SECRET"
    )
