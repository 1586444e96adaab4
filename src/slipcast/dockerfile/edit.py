"""The changes that a build makes to a Dockerfile: other images, more variables and labels.

What a Dockerfile says is read in `stages`.

Source: Dockerfile reference, FROM, ARG, ENV, LABEL; openshift build, docker strategy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from slipcast.dockerfile.parse import (
    Dockerfile,
    Instruction,
    parse_dockerfile,
    with_arguments,
    with_flags,
)
from slipcast.dockerfile.quote import LINE_ENDS, env_assignment, label_assignment, word
from slipcast.dockerfile.stages import COPY_FROM, aliases
from slipcast.dockerfile.words import split_words

_LONG = 16_000


def with_base_image(dockerfile: Dockerfile, image: str) -> Dockerfile:
    """The Dockerfile whose last FROM starts from another image; its alias stays.

    Errors: InvalidFault for what is no single word.
    """
    word(image, "image")
    at = max(
        at
        for at, instruction in enumerate(dockerfile.instructions)
        if instruction.keyword == "FROM"
    )
    found = dockerfile.instructions[at]
    _, *alias = split_words(found.arguments, dockerfile.escape)
    changed = with_arguments(found, " ".join((image, *alias)))
    return replace(
        dockerfile,
        instructions=(*dockerfile.instructions[:at], changed, *dockerfile.instructions[at + 1 :]),
    )


def with_stage_env(dockerfile: Dockerfile, env: Iterable[tuple[str, str]]) -> Dockerfile:
    """The Dockerfile with an ENV after each FROM; the same when there are no variables.

    Errors: InvalidFault for names that cannot be quoted.
    """
    assignments = [env_assignment(name, value, exact=True) for name, value in env]
    if not assignments:
        return dockerfile
    declared = "".join(f"ARG {name}\n" for name in _needed(assignments))
    arguments = _joined(assignments, dockerfile.escape)
    pieces: list[str] = []
    for each in dockerfile.instructions:
        pieces += [each.before, each.text]
        if each.keyword == "FROM":
            ended = each.text.endswith("\n") and not each.unfinished
            pieces[-1] = each.text if ended else with_arguments(each, each.arguments).text
            pieces.append(f"{declared}ENV {arguments}\n")
    return parse_dockerfile("".join(pieces) + dockerfile.after)


def with_stand_ins(dockerfile: Dockerfile, images: Mapping[str, str]) -> Dockerfile:
    """The Dockerfile with other images where FROM and COPY --from have just these names.

    Shape:  what is the name of a stage stays.
    Errors: InvalidFault for an image that is no single word.
    """
    stages = aliases(dockerfile)
    meant = {name: image for name, image in images.items() if name.lower() not in stages}
    for image in meant.values():
        word(image, "image")
    changed = tuple(_stood_in(each, meant, dockerfile.escape) for each in dockerfile.instructions)
    return replace(dockerfile, instructions=changed)


def with_argument_stand_ins(dockerfile: Dockerfile, names: Mapping[str, str]) -> Dockerfile:
    """The Dockerfile whose arguments of some names have the values of others, declared for that.

    Shape:  names has the other name of each; a default of what is replaced is never asked for.
    """
    pieces: list[str] = []
    for each in dockerfile.instructions:
        words = split_words(each.arguments, dockerfile.escape) if each.keyword == "ARG" else ()
        declared = [names[name] for word in words if (name := word.partition("=")[0]) in names]
        pieces += [each.before, *(f"ARG {name}\n" for name in dict.fromkeys(declared))]
        if declared:
            every = ((word, names.get(word.partition("=")[0], "")) for word in words)
            said = (
                f"{word.partition('=')[0]}=${{{name}}}" if name else word for word, name in every
            )
            each = with_arguments(each, " ".join(said))  # noqa: PLW2901 -- what stands for it
        pieces.append(each.text)
    return parse_dockerfile("".join(pieces) + dockerfile.after)


def _stood_in(instruction: Instruction, images: Mapping[str, str], escape: str) -> Instruction:
    if instruction.keyword == "FROM":
        image, *rest = split_words(instruction.arguments, escape)
        if image in images:
            return with_arguments(instruction, " ".join((images[image], *rest)))
    if instruction.keyword == "COPY":
        flags = tuple(_other_flag(flag, images) for flag in instruction.flags)
        if flags != instruction.flags:
            return with_flags(instruction, flags)
    return instruction


def _other_flag(flag: str, images: Mapping[str, str]) -> str:
    image = images.get(flag.removeprefix(COPY_FROM)) if flag.startswith(COPY_FROM) else None
    return flag if image is None else f"{COPY_FROM}{image}"


def with_env(dockerfile: Dockerfile, env: Iterable[tuple[str, str]]) -> Dockerfile:
    """The Dockerfile with an ENV at its end; the same when there are no variables.

    Errors: InvalidFault for names that cannot be quoted.
    """
    assignments = [env_assignment(name, value, exact=True) for name, value in env]
    return _appended(dockerfile, "ENV", assignments)


def with_labels(dockerfile: Dockerfile, labels: Iterable[tuple[str, str]]) -> Dockerfile:
    """The Dockerfile with a LABEL at its end; the same when there are no labels.

    Errors: InvalidFault for names that cannot be quoted.
    """
    assignments = [label_assignment(name, value, exact=True) for name, value in labels]
    return _appended(dockerfile, "LABEL", assignments)


def line_ends(dockerfile: Dockerfile) -> dict[str, str]:
    """The build arguments that values of several lines were written with, and what they hold."""
    declared = {each.arguments for each in dockerfile.instructions if each.keyword == "ARG"}
    return {name: text for name, text in LINE_ENDS.items() if name in declared}


def _needed(assignments: Sequence[str]) -> Iterator[str]:
    """The arguments of LINE_ENDS that assignments speak of."""
    for name in LINE_ENDS:
        said = f"${{{name}}}"
        if any(said in text for text in assignments):
            yield name


def _appended(dockerfile: Dockerfile, keyword: str, assignments: list[str]) -> Dockerfile:
    if not assignments:
        return dockerfile
    for name in _needed(assignments):
        dockerfile = _with_last(dockerfile, "ARG", name)
    return _with_last(dockerfile, keyword, _joined(assignments, dockerfile.escape))


def _with_last(dockerfile: Dockerfile, keyword: str, arguments: str) -> Dockerfile:
    *earlier, last = dockerfile.instructions
    if last.unfinished:
        # What is appended would otherwise be swallowed as the line's continuation.
        last = with_arguments(last, last.arguments)
    dockerfile = replace(dockerfile, instructions=(*earlier, last))
    before = str(dockerfile)
    gap = dockerfile.after if before.endswith("\n") else f"{dockerfile.after}\n"
    line = before.count("\n") + (0 if before.endswith("\n") else 1) + 1
    added = Instruction(
        keyword=keyword,
        arguments=arguments,
        before=gap,
        text=f"{keyword} {arguments}\n",
        first_line=line,
        last_line=line,
    )
    return replace(dockerfile, instructions=(*dockerfile.instructions, added), after="")


def _joined(assignments: list[str], escape: str) -> str:
    if escape != "\\":
        # Quoted values escape with a backslash, which this file has given another meaning.
        assignments = [_escaped_by(escape, text) for text in assignments]
    size = sum(map(len, assignments))
    # Engines read lines of 64 KiB, and some of them leave out all that comes after a longer one.
    return " ".join(assignments) if size < _LONG else f" {escape}\n".join(assignments)


def _escaped_by(escape: str, text: str) -> str:
    def other(found: re.Match[str]) -> str:
        return found[1] if found[1] == "\\" else escape + (found[1] or escape)

    return re.sub(rf"\\(.)|{re.escape(escape)}", other, text)
