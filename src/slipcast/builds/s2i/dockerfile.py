"""The Dockerfile that does what a source-to-image build does.

Everything a user or an image can name is quoted, so that no name becomes an instruction.

Source: source-to-image, Dockerfile output (S2I-253 to 274).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from slipcast.builds.s2i.reasons import Reason, failure
from slipcast.dockerfile import quote
from slipcast.values.faults import InvalidFault

MARK = "# A source-to-image build; its context is the directory of this file."
DEFAULT_USER = "1001"
WORKDIR = "/opt/app-root/src"
ARTIFACTS = "/tmp/artifacts.tar"  # noqa: S108 - fixed by the contract, in the container
_DIRECTORY_OF_APP_SCRIPTS = "upload/scripts"

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_USER = re.compile(r"[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)?")


class Copied(msgspec.Struct, frozen=True):
    """A file or directory of the context and where it goes; injected files name each of theirs.

    Shape:  removed are the absolute paths that must be gone after assemble.
    """

    source: str
    target: str
    removed: tuple[str, ...] = ()


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What the Dockerfile says.

    Shape:  assemble, run and save_artifacts are absolute paths in the container. overriding says
            that upload/scripts holds any script, overriding_save that it holds save-artifacts.
            previous is the image whose artifacts are reused, empty when none.
    """

    builder_image: str
    destination: str
    user: str
    assemble: str
    run: str
    labels: Mapping[str, str]
    env: tuple[tuple[str, str], ...] = ()
    overriding: bool = False
    injections: tuple[Copied, ...] = ()
    previous: str = ""
    save_artifacts: str = ""
    overriding_save: bool = False


def text(recipe: Recipe) -> str:
    """The Dockerfile.

    Errors: BuildFault DockerFileCreationFailed for a value that no Dockerfile can hold.
    """
    try:
        return "\n".join(_lines(recipe)) + "\n"
    except InvalidFault as fault:
        raise failure(Reason.DOCKERFILE_CREATION_FAILED, str(fault)) from fault


def _lines(recipe: Recipe) -> Iterator[str]:
    if not _USER.fullmatch(recipe.user):
        raise _impossible(f"the user {recipe.user!r} is neither a number nor a name")
    own = f"--chown={recipe.user.partition(':')[0]}:0"
    yield MARK
    if recipe.previous:
        yield from _cached(recipe, own)
    yield f"FROM {word(recipe.builder_image)}"
    yield from label_lines(recipe.labels)
    yield from env_lines(recipe.env)
    if recipe.previous:
        yield f"COPY --from=cached {own} {ARTIFACTS} {ARTIFACTS}"
    if recipe.overriding:
        yield copy_line(own, _DIRECTORY_OF_APP_SCRIPTS, f"{recipe.destination}/scripts")
    yield copy_line(own, "upload/src", f"{recipe.destination}/src")
    for each in recipe.injections:
        yield copy_line(own, each.source, each.target)
    if recipe.user != "root":
        yield f"USER {recipe.user}"
    if recipe.previous:
        below = _shell(f"{recipe.destination}/artifacts")
        yield (
            f"RUN if [ -s {ARTIFACTS} ]; then mkdir -p {below} && "
            f"tar -xf {ARTIFACTS} -C {below}; fi && rm {ARTIFACTS}"
        )
    yield f"RUN {_shell(recipe.assemble)}"
    removed = [path for each in recipe.injections for path in each.removed]
    if removed:
        yield "RUN " + " && ".join(f"rm {_shell(path)}" for path in removed)
    yield f"CMD {_shell(recipe.run)}"


def _cached(recipe: Recipe, own: str) -> Iterator[str]:
    script = recipe.save_artifacts
    yield f"FROM {word(recipe.previous)} as cached"
    if recipe.overriding_save:
        yield copy_line(own, f"{_DIRECTORY_OF_APP_SCRIPTS}/save-artifacts", script)
    yield f"USER {recipe.user}"
    path = _shell(script)
    yield (f"RUN if [ -s {path} ]; then {path} > {ARTIFACTS}; else touch {ARTIFACTS}; fi")


def word(text: str) -> str:
    """An image as an argument; anything but a plain word is refused."""
    return quote.word(text, "image")


def copy_line(options: str, source: str, target: str) -> str:
    """A COPY; paths that are not plain words take the JSON form."""
    pattern = quote.source_pattern(source)
    if _PLAIN.fullmatch(pattern) and _PLAIN.fullmatch(target):
        words = f"{pattern} {target}"
    else:
        words = quote.json_form((_path(pattern), _path(target)), expands=True)
    return " ".join(part for part in ("COPY", options, words) if part)


def label_lines(labels: Mapping[str, str]) -> Iterator[str]:
    """One LABEL, names in order; none when there are no labels."""
    pairs = [quote.label_assignment(name, value) for name, value in sorted(labels.items())]
    if pairs:
        yield "LABEL " + " \\\n      ".join(pairs)


def env_lines(env: Iterable[tuple[str, str]]) -> Iterator[str]:
    """One ENV; none when there are no variables."""
    pairs = [quote.env_assignment(name, value) for name, value in env]
    if pairs:
        yield "ENV " + " \\\n    ".join(pairs)


def _shell(path: str) -> str:
    return shlex.quote(_path(path))


def _path(path: str) -> str:
    if "\n" in path or "\r" in path or "\0" in path:
        raise _impossible(f"the path {path!r} holds a line break")
    return path


def _impossible(what: str) -> Exception:
    return failure(Reason.DOCKERFILE_CREATION_FAILED, f"{what}, which a Dockerfile cannot express")
