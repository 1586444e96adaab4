"""The Contexts port: the user's kubeconfig. Synchronous."""

from __future__ import annotations

from typing import Protocol

from slipcast.api.document import JSON


class Contexts(Protocol):
    """A kubeconfig document that is kept somewhere."""

    def load(self) -> JSON:
        """The document as it is kept; an empty one when nothing is.

        Errors: InvalidFault when what is kept is no kubeconfig.
        """
        ...

    def save(self, config: JSON) -> None:
        """Keep the document, whole or not at all, for its owner's eyes only.

        Errors: HostFault.
        """
        ...
