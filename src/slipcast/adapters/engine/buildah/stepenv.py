"""Variables that the steps of a Dockerfile see and nothing keeps: neither image, history nor log.

buildah knows proxies of that kind and no others. So it is given a runtime of ours, which lays the
variables over those of the container that is to be created, and is the real one otherwise.

Source: OCI runtime specification, process.env of config.json; runc(8), `create --bundle`.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from slipcast.adapters.engine.buildah import stepenvlaid
from slipcast.values.faults import EngineFault

_CHROOT: Final = "chroot"
_RUNTIME: Final = """\
#!/bin/sh
for word; do
  case $word in
  create | run)
    {laid} "$@" || exit 1
    break
    ;;
  esac
done
exec {runtime} "$@"
"""


def refuse(env: Mapping[str, str], isolation: str) -> None:
    """Refuse variables where steps are started by no runtime.

    Errors: EngineFault NotSupported.
    """
    if env and isolation == _CHROOT:
        raise EngineFault(
            "with the isolation chroot steps cannot be given what the image is not to keep",
            reason="NotSupported",
            hint="Give it to them as a volume.",
        )


def runtime(env: Mapping[str, str], real: str, directory: Path) -> Path:
    """The runtime, in a directory that is ours alone; it goes with the directory."""
    values, program = directory / "variables.json", directory / "runtime"
    values.touch(mode=0o600)
    values.write_text(json.dumps(dict(env)), encoding="utf-8", errors="surrogateescape")
    laid = (sys.executable, "-I", "-S", stepenvlaid.__file__, str(values))
    program.touch(mode=0o700)
    program.write_text(_RUNTIME.format(laid=shlex.join(laid), runtime=shlex.quote(real)))
    return program
