"""`slipcast-builder`: the program of build pods, which makes an image of the BUILD variable.

The name it is called by, or its first word, chooses its role. Everything it needs of the machine is
an Outfit's.

Source: builder-process.md sections 1, 2, 3 and 13.
"""

# ruff: noqa: PLC0415 -- a role pays for what it uses: some are over in a moment

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from slipcast import __version__
from slipcast.builder import choosing
from slipcast.builder.outfit import Outfit, Words, root_of
from slipcast.values.faults import Fault, Interrupted, UsageFault

if TYPE_CHECKING:
    from slipcast.builder.task import Task

DONE, FAILED = 0, 1
"""All that this program ever ends with (BLD-175), but for what a Custom build's image does."""

LOG_LEVEL: Final = "BUILD_LOGLEVEL"


ALIASES: Final = MappingProxyType(
    {
        "openshift-sti-build": "sti-build",
        "openshift-docker-build": "docker-build",
        "openshift-git-clone": "git-clone",
        "openshift-extract-image-content": "extract-image-content",
        "openshift-manage-dockerfile": "manage-dockerfile",
    }
)
"""THE TABLE of old names (BLD-1 to BLD-5)."""


def run(words: Sequence[str], outfit: Outfit) -> int:
    """Run a command line, the program's name first; the exit code."""
    try:
        said = parse(words, outfit.env)
        if said.role == "version":
            outfit.say(f"slipcast-builder {__version__}")
            return DONE
        if said.role == "custom-build":
            return _custom(outfit, said)
        role = ROLES.get(said.role)
        if role is None:
            hint = f"The roles are {', '.join((*ROLES, 'custom-build', 'version'))}."
            raise UsageFault(f"unknown command name: {said.role}", hint=hint)
        outfit.choose(choosing.choice(said.engine, outfit.env, root_of(outfit.env)))
    except Fault as fault:
        return _refused(outfit, fault)
    return _carried_out(role, said, outfit)


def parse(words: Sequence[str], env: Mapping[str, str]) -> Words:
    """What a command line says.

    Errors: UsageFault.
    """
    called = words[0].rpartition("/")[2] if words else ""
    rest = list(words[1:])
    role = ALIASES.get(called, called if called in ROLES else "")
    level, file = _level(env.get(LOG_LEVEL, "")), None
    engine: dict[str, str] = {}
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            if role:
                raise UsageFault(f"unexpected argument {word!r}")
            role = ALIASES.get(word, word)
            continue
        flag, value = _flag(word, rest)
        if flag in _FILE_FLAGS:
            file = Path(value)
        elif flag in _LEVEL_FLAGS:
            level = _level(value)
        else:
            engine[flag] = value
    if not role:
        raise UsageFault("no role was given", hint=_USAGE)
    return Words(role=role, level=level, file=file, engine=engine)


def _flag(word: str, rest: list[str]) -> tuple[str, str]:
    """A flag and its value, which may be the next word.

    Errors: UsageFault.
    """
    flag, equals, value = word.partition("=")
    if flag not in _FLAGS:
        raise UsageFault(f"unknown flag: {flag}", hint=_USAGE)
    if equals:
        return flag, value
    if flag in choosing.SWITCHES:
        return flag, "true"
    if not rest:
        raise UsageFault(f"flag needs an argument: {flag}", hint=_USAGE)
    return flag, rest.pop(0)


_FILE_FLAGS = frozenset({"-f", "--filename"})
_LEVEL_FLAGS = frozenset({"--loglevel", "--v", "-v"})
_FLAGS = _FILE_FLAGS | _LEVEL_FLAGS | set(choosing.FLAGS) | set(choosing.SWITCHES)
_USAGE = "Write slipcast-builder ROLE [--loglevel=N] [--filename=BUILD]."


def _level(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def _carried_out(role: Role, words: Words, outfit: Outfit) -> int:
    """A role on a Build; whatever goes wrong is told once."""
    from slipcast.builder import assignment

    try:
        with assignment.given_to(words, outfit) as task:
            return _told(role, task, outfit)
    except Fault as fault:
        return _refused(outfit, fault)


def _told(role: Role, task: Task, outfit: Outfit) -> int:
    """A role carried out, and how it ended."""
    from slipcast.builder import failures

    try:
        last_words = role(task)
    except Interrupted as fault:
        # Who ended us knows why: the Build is not told.
        outfit.complain(f"error: build error: {fault.message}")
        return FAILED
    except Fault as fault:
        reason, message = failures.reason_of(fault)
        task.record.failed(reason, message)
        _explain(outfit, fault)
        cause = failures.cause(fault)
    except BrokenPipeError:
        raise  # nobody is there to be told
    except Exception as broken:  # noqa: BLE001 -- the last handler there is
        reason, message = failures.reason_of(broken)
        task.record.failed(reason, message)
        cause = f"the builder has a bug: {outfit.record_bug()}"
    else:
        if last_words:
            outfit.say(last_words)
        task.record.tell()
        return DONE
    task.record.tell()
    outfit.complain(f"error: build error: {cause}")
    return FAILED


def _refused(outfit: Outfit, fault: Fault) -> int:
    """What was wrong before any work was done."""
    from slipcast.builder import failures

    _explain(outfit, fault)
    outfit.complain(f"error: {failures.cause(fault)}")
    return FAILED


def _explain(outfit: Outfit, fault: Fault) -> None:
    """What helps to understand a fault; the cause itself comes last (BLD-177)."""
    from slipcast.builder import hints
    from slipcast.builds.reasons import Reason
    from slipcast.values.sensitive import redacted

    # What programs other than git say was shown as it came.
    for line in fault.tail if fault.reason == Reason.FETCH_SOURCE_FAILED else ():
        outfit.complain(redacted(line))
    # What is wrong with our own command line is told in its own words.
    hint = fault.hint if isinstance(fault, UsageFault) else hints.of_build(fault.hint)
    if hint:
        outfit.complain(f"hint: {redacted(hint)}")


def _custom(outfit: Outfit, words: Words) -> int:
    """A Custom build where pods are local processes; its image reads BUILD, we do not."""
    from slipcast.builder import customrun, failures

    try:
        return customrun.run(
            customrun.Custom(
                env=outfit.env,
                root=root_of(outfit.env),
                stdin=outfit.stdin,
                engine=outfit.engine,
                progress=outfit.progress(words.level or 0),
                registries=outfit.registries,
            )
        )
    except Fault as fault:
        if not isinstance(fault, Interrupted):
            _explain(outfit, fault)
        outfit.complain(f"error: build error: {failures.cause(fault)}")
        return FAILED


def _clone(task: Task) -> str:
    from slipcast.builder import fetching, handover

    fetching.clone(task)
    handover.keep_stages(task)
    return ""


def _extract(task: Task) -> str:
    from slipcast.builder import fetching, handover

    fetching.extract(task)
    handover.keep_stages(task)
    return ""


def _prepare(task: Task) -> str:
    from slipcast.builder import fetching, handover

    fetching.prepare(task)
    handover.keep_stages(task)
    return ""


def _sti(task: Task) -> str:
    from slipcast.builder import finishing

    return finishing.build(task, "Source")


def _docker(task: Task) -> str:
    from slipcast.builder import finishing

    return finishing.build(task, "Docker")


Role = Callable[["Task"], str]
"""Does its part of a build; what is said on standard output in the end."""

ROLES: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "sti-build": _sti,
        "docker-build": _docker,
        "git-clone": _clone,
        "extract-image-content": _extract,
        "manage-dockerfile": _prepare,
    }
)
"""THE TABLE of roles that work on a Build."""
