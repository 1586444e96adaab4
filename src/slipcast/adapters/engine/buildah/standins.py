"""Build arguments whose names buildah itself heeds, so that it finds them in its environment.

buildah looks an argument up by its own name only, and what is called `PATH`, `HOME` or `GODEBUG`
must not be in its environment. So the Dockerfile is given under other words: each such argument is
made of another one, whose name means nothing to anybody, right where it is declared. What no stage
declares needs no value; only its name is passed, for the warning. Where the base image declares it
for whoever builds on it (ONBUILD ARG), the value stays on the command line.

Source: buildah-build(1), --build-arg; Dockerfile reference, ARG, ONBUILD.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from slipcast.adapters.heeded import is_heeded
from slipcast.dockerfile import edit, stages
from slipcast.dockerfile.parse import Dockerfile, parse_dockerfile
from slipcast.dockerfile.quote import LINE_ENDS
from slipcast.ports.engine import BuildSpec
from slipcast.values.faults import InvalidFault
from slipcast.values.image import ImageFacts

_NAME: Final = "argument_{}_of_slipcast"
"""No program heeds it."""
_IGNORING: Final = (".containerignore", ".dockerignore")

Inspect = Callable[[str], ImageFacts | None]


def prepared(
    spec: BuildSpec, dockerfile: Path, directory: Path, inspect: Inspect
) -> tuple[BuildSpec, Path]:
    """A build with the arguments that can be in buildah's environment, and its Dockerfile.

    Shape:  directory is ours alone; a Dockerfile that is not changed is used where it lies.
    Errors: OSError.
    """
    heeded = tuple(sorted(filter(_is_ours, spec.build_args)))
    if not heeded:
        return spec, dockerfile
    try:
        parsed = parse_dockerfile(dockerfile.read_bytes().decode("utf-8", "surrogateescape"))
        declared = tuple(name for name in heeded if stages.declares(parsed, name))
        inherited = _inherited(parsed, spec.build_args, inspect)
    except InvalidFault:
        # buildah has words of its own for what is wrong with it.
        return spec, dockerfile
    stand_ins = {name: _NAME.format(number) for number, name in enumerate(declared)}
    left = {
        name: value if name in inherited or not _is_ours(name) else ""
        for name, value in spec.build_args.items()
        if name not in stand_ins or name in inherited
    }
    args = {**left, **{stand_in: spec.build_args[name] for name, stand_in in stand_ins.items()}}
    changed = edit.with_argument_stand_ins(parsed, stand_ins)
    return replace(spec, build_args=args), _written(changed, dockerfile, directory)


def _is_ours(name: str) -> bool:
    """Whether an argument is to have another name; line ends are nobody's secret."""
    return is_heeded(name) and name not in LINE_ENDS


def _inherited(dockerfile: Dockerfile, args: Mapping[str, str], inspect: Inspect) -> frozenset[str]:
    """The heeded arguments that images declare which the Dockerfile begins with."""
    found = (inspect(image) for image in stages.base_images(dockerfile, args))
    lines = (line for facts in found if facts is not None for line in facts.config.onbuild)
    declared: set[str] = set()
    for line in lines:
        with suppress(InvalidFault):
            inner = parse_dockerfile(f"FROM scratch\n{line}\n")
            declared.update(name for name in args if stages.declares(inner, name))
    return frozenset(filter(_is_ours, declared))


def _written(changed: Dockerfile, dockerfile: Path, directory: Path) -> Path:
    """The changed Dockerfile, with what is beside the one it comes from: what it ignores."""
    path = directory / "Dockerfile"
    path.write_bytes(str(changed).encode("utf-8", "surrogateescape"))
    for suffix in _IGNORING:
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{dockerfile}{suffix}", f"{path}{suffix}")
    return path
