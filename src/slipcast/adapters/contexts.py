"""The kubeconfig in files: several are read as one, the first takes what is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from slipcast.adapters.privatefiles import write_private
from slipcast.api import codec, kubeconfig, plainyaml
from slipcast.api.document import JSON
from slipcast.values.apifaults import BadRequest
from slipcast.values.faults import FieldError, HostFault, InvalidFault


class KubeconfigFiles:
    """Implements Contexts."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Read all the paths that are there, write the first of them."""
        self._paths = tuple(paths)

    def load(self) -> JSON:
        """The files as one document."""
        found = [config for path in self._paths if (config := _read(path)) is not None]
        return kubeconfig.merged(found)

    def save(self, config: JSON) -> None:
        """Write the document to the first file."""
        path = self._paths[0]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, codec.to_yaml(config).encode())
        except OSError as fault:
            raise HostFault(f"the kubeconfig {path} cannot be written: {fault.strerror}") from fault


def _read(path: Path) -> JSON | None:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise HostFault(f"the kubeconfig {path} cannot be read: {fault.strerror}") from fault
    if not raw.strip():
        return None
    plain = plainyaml.read(raw.decode("utf-8", "replace"))
    if plain is not None:
        return plain
    try:
        config: JSON = codec.parse(raw, "application/yaml")
    except BadRequest as wrong:
        error = FieldError(path=str(path), what=f"is no kubeconfig: {wrong.message}")
        raise InvalidFault((error,)) from wrong
    return config
