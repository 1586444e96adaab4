"""What a Dockerfile says: the images it builds on and copies from, its ports and variables.

Source: Dockerfile reference, FROM, ARG, ENV, COPY, EXPOSE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from slipcast.dockerfile.parse import Dockerfile, Instruction
from slipcast.dockerfile.words import expand, expand_words, split_words
from slipcast.values import patterns
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.image import NOTHING

COPY_FROM = "--from="
"""How the flag of a COPY begins that takes files out of another image."""
_PORT = patterns.lazy(
    r"(?P<low>[0-9]+)(?:-(?P<high>[0-9]+))?(?:/(?P<protocol>tcp|udp|sctp))?", re.IGNORECASE
)
_LARGEST_PORT = 65535
_BY_PROGRAMS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL"})
_RUN_MOUNT = "--mount="


class Port(msgspec.Struct, frozen=True):
    """A port that an image listens on; of a range, the lowest."""

    number: int
    protocol: str = "tcp"


class Exposed(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the last stage, in ascending order, and the values that are none."""

    ports: tuple[Port, ...] = ()
    unreadable: tuple[str, ...] = ()


class _Stage(msgspec.Struct, frozen=True):
    """One FROM and what follows it, variables replaced."""

    image: str
    alias: str
    below: int | None
    exposed: list[str] = msgspec.field(default_factory=list)
    env: dict[str, str] = msgspec.field(default_factory=dict)


def base_images(dockerfile: Dockerfile, build_args: Mapping[str, str] = NOTHING) -> tuple[str, ...]:
    """The images that stages start from, once each, in the order of the file.

    Shape:  names of earlier stages are none of them; ARG defaults are filled in, build_args win.
    Errors: InvalidFault for a FROM whose image cannot be told.
    """
    stages = _stages(dockerfile, build_args)
    return tuple(dict.fromkeys(stage.image for stage in stages if stage.below is None))


def base_image(dockerfile: Dockerfile, build_args: Mapping[str, str] = NOTHING) -> str:
    """The image below the last stage, earlier stages followed down.

    Errors: as base_images.
    """
    *_, lowest = _last_and_below(_stages(dockerfile, build_args))
    return lowest.image


def exposed_ports(dockerfile: Dockerfile, build_args: Mapping[str, str] = NOTHING) -> Exposed:
    """The ports that the last stage exposes, those of stages below it included.

    Errors: as base_images.
    """
    ports: set[Port] = set()
    unreadable: dict[str, None] = {}
    for stage in _last_and_below(_stages(dockerfile, build_args)):
        for text in stage.exposed:
            port = _port(text)
            if port is None:
                unreadable[text] = None
            else:
                ports.add(port)
    ordered = sorted(ports, key=lambda port: (port.number, port.protocol))
    return Exposed(ports=tuple(ordered), unreadable=tuple(unreadable))


def copied_images(dockerfile: Dockerfile) -> tuple[str, ...]:
    """The images besides those of FROM that files are taken out of, once each; no stages.

    Shape:  those of COPY --from and of RUN --mount=from=; names with variables are not told.
    """
    stages = aliases(dockerfile)
    found = dict.fromkeys(
        name for each in dockerfile.instructions for name in _taken_from(each) if name
    )
    return tuple(
        name
        for name in found
        if not name.isdecimal() and "$" not in name and name.lower() not in stages
    )


def is_kept(dockerfile: Dockerfile, name: str) -> bool:
    """Whether a variable gets into the image by what the Dockerfile says: ENV, COPY, FROM, ….

    Shape:  programs of RUN, CMD and the like look their variables up themselves.
    """
    named = re.compile(rf"(?<![\\`])\$\{{?{re.escape(name)}(?![A-Za-z0-9_])")
    return any(
        named.search(text) is not None
        for each in dockerfile.instructions
        if each.keyword not in _BY_PROGRAMS
        for text in (each.arguments, *(doc.content for doc in each.heredocs))
    )


def declares(dockerfile: Dockerfile, name: str) -> bool:
    """Whether a stage asks for a build argument."""
    return any(
        name == declared.partition("=")[0]
        for each in dockerfile.instructions
        if each.keyword == "ARG"
        for declared in split_words(each.arguments, dockerfile.escape)
    )


def aliases(dockerfile: Dockerfile) -> frozenset[str]:
    """The names of stages, in lower case."""
    froms = (each for each in dockerfile.instructions if each.keyword == "FROM")
    words = (split_words(each.arguments, dockerfile.escape) for each in froms)
    return frozenset(each[2].lower() for each in words if _has_alias(each))


def _taken_from(instruction: Instruction) -> Iterator[str]:
    for flag in instruction.flags:
        if instruction.keyword == "COPY" and flag.startswith(COPY_FROM):
            yield flag.removeprefix(COPY_FROM)
        if instruction.keyword == "RUN" and flag.startswith(_RUN_MOUNT):
            options = flag.removeprefix(_RUN_MOUNT).split(",")
            yield from (each.removeprefix("from=") for each in options if each.startswith("from="))


def _has_alias(words: Sequence[str]) -> bool:
    return len(words) == 3 and words[1].upper() == "AS"  # noqa: PLR2004  IMAGE AS NAME


def _stages(dockerfile: Dockerfile, build_args: Mapping[str, str]) -> list[_Stage]:
    stages: list[_Stage] = []
    escape = dockerfile.escape
    global_args: dict[str, str] = {}
    for instruction in dockerfile.instructions:
        match instruction.keyword:
            case "FROM":
                stages.append(_stage(instruction, stages, global_args, escape))
            case "ARG" if not stages:
                global_args |= _args(instruction, global_args, build_args, {}, escape)
            case "ARG":
                env = stages[-1].env
                env |= _args(instruction, env, build_args, global_args, escape)
            case "ENV":
                env = stages[-1].env
                env |= _env(instruction, env, escape)
            case "EXPOSE":
                words = expand_words(instruction.arguments, stages[-1].env, escape)
                stages[-1].exposed.extend(words)
            case _:
                pass
    return stages


def _stage(
    instruction: Instruction, earlier: list[_Stage], args: Mapping[str, str], escape: str
) -> _Stage:
    words = split_words(instruction.arguments, escape)
    where = f"Dockerfile line {instruction.first_line}"
    with_alias = _has_alias(words)
    if not with_alias and len(words) != 1:
        what = "FROM takes an image, or an image, AS and a name"
        raise InvalidFault((FieldError(path=where, what=what, value=instruction.arguments),))
    image = expand(words[0], args, escape)
    if not image:
        what = "the image of FROM is empty; give its ARG a default"
        raise InvalidFault((FieldError(path=where, what=what, value=words[0]),))
    below = _find(image, earlier)
    inherited = {} if below is None else dict(earlier[below].env)
    return _Stage(image, words[2] if with_alias else "", below, env=inherited)


def _find(name: str, stages: list[_Stage]) -> int | None:
    for at in range(len(stages) - 1, -1, -1):
        if stages[at].alias and stages[at].alias.lower() == name.lower():
            return at
    return None


def _last_and_below(stages: list[_Stage]) -> Iterator[_Stage]:
    at: int | None = len(stages) - 1
    while at is not None:
        yield stages[at]
        at = stages[at].below


def _args(
    instruction: Instruction,
    env: Mapping[str, str],
    build_args: Mapping[str, str],
    outer: Mapping[str, str],
    escape: str,
) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in split_words(instruction.arguments, escape):
        name, equals, default = text.partition("=")
        if name in build_args:
            found[name] = build_args[name]
        elif equals:
            found[name] = expand(default, {**env, **found}, escape)
        elif name in outer:
            found[name] = outer[name]
    return found


def _env(instruction: Instruction, env: Mapping[str, str], escape: str) -> dict[str, str]:
    words = split_words(instruction.arguments, escape)
    if "=" not in words[0]:
        # The old form: one name, and the rest of the line is its value.
        _, _, value = instruction.arguments.partition(words[0])
        return {words[0]: expand(value.strip(), env, escape)}
    pairs = (text.partition("=") for text in words)
    return {name: expand(value, env, escape) for name, _, value in pairs}


def _port(text: str) -> Port | None:
    found = _PORT.fullmatch(text)
    if found is None:
        return None
    low, high = int(found["low"]), int(found["high"] or found["low"])
    fits = 0 < low <= high <= _LARGEST_PORT
    return Port(low, (found["protocol"] or "tcp").lower()) if fits else None
