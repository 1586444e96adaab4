"""The Build that a builder is given: read, its variables resolved, checked.

Source: builder-process.md 3.2; build-lifecycle.md BL-47.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from slipcast.api import jsontext, kinds, lens
from slipcast.api.build import Build, EnvVar
from slipcast.api.document import JSON
from slipcast.api.env import EnvVarSource
from slipcast.builds import expansion
from slipcast.builds.defaults import defaulted_build
from slipcast.builds.options import args_of, env_of, with_all_args, with_all_env
from slipcast.builds.s2i import environment
from slipcast.builds.strategies.environment import REFERRED, REFERRED_ARGUMENT, build_text
from slipcast.builds.validate.build import build as wrongs
from slipcast.builds.variablevalues import FILE_INSTEAD, refusal, why_not
from slipcast.values.apifaults import BadRequest, Invalid
from slipcast.values.causes import Cause, required
from slipcast.values.faults import Fault, HostFault
from slipcast.values.sensitive import redacted

VARIABLE: Final = "BUILD"

FILE: Final = "SLIPCAST_BUILD_FILE"
"""The variable that names a file with the Build, where it is too long to be a variable."""


def read(text: str) -> Build:
    """The Build in a text, JSON or YAML.

    Errors: HostFault when there is none (BLD-41).
    """
    if not text.strip():
        raise _unreadable(f"the variable {VARIABLE} is empty")
    try:
        content = _content(text.encode("utf-8", "surrogateescape"))
        kind = kinds.of(str(content.get("apiVersion", "")), str(content.get("kind", "")))
        if kind is None or kind.name != "Build":
            said = f"{content.get('apiVersion')}, {content.get('kind')}"
            raise BadRequest(f"it is no Build of build.openshift.io/v1, but {said}")
        return lens.read(content, Build)
    except Fault as fault:
        raise _unreadable(fault.message) from fault


def resolved(build: Build, env: Mapping[str, str]) -> Build:
    """The Build with the values of its variables in place, found in order.

    Errors: HostFault when a value did not come along, Invalid with all that is wrong (BLD-42).
    """
    found = with_values(defaulted_build(build), env)
    causes = (*_unnamed(found), *wrongs(found, None))
    if causes:
        raise Invalid("Build", kinds.BUILD, found.metadata.name, causes)
    return found


def hidden(build: Build) -> frozenset[str]:
    """The variables and arguments of a Build that was read which no image is to keep (UP-12).

    Shape:  those of Secrets, and variables that say one of these by $(NAME).
    """
    found: set[str] = set()
    for each in env_of(build.spec.strategy):
        if _is_secret(each) or any(f"$({name})" in each.value for name in found):
            found.add(each.name)
    found.update(each.name for each in args_of(build.spec.strategy) if _is_secret(each))
    return frozenset(found)


def shown(build: Build) -> str:
    """A Build that was read, fit for a log: no address and no variable in it shows a secret."""
    strategy = build.spec.strategy
    strategy = with_all_env(strategy, _shown(env_of(strategy)))
    strategy = with_all_args(strategy, _shown(args_of(strategy)))
    return redacted(build_text(replace(build, spec=replace(build.spec, strategy=strategy))))


def with_values(build: Build, env: Mapping[str, str]) -> Build:
    """The Build whose variables and build arguments hold values: those of secrets.

    Shape:  in variables $(NAME) is expanded; arguments are what they say.
    Errors: HostFault when the value of a variable did not come along.
    """
    known: dict[str, str] = {}
    variables: list[EnvVar] = []
    for name, value, referred in _came(env_of(build.spec.strategy), env, REFERRED):
        known[name] = value if referred else expansion.expanded(value, known)
        variables.append(EnvVar(name=name, value=known[name]))
    args = _came(args_of(build.spec.strategy), env, REFERRED_ARGUMENT)
    strategy = with_all_env(build.spec.strategy, tuple(variables))
    valued = tuple(EnvVar(name=name, value=value) for name, value, _ in args)
    strategy = with_all_args(strategy, valued)
    return replace(build, spec=replace(build.spec, strategy=strategy))


def _came(
    variables: tuple[EnvVar, ...], env: Mapping[str, str], prefix: str
) -> Iterator[tuple[str, str, bool]]:
    """Names and values, and whether those were referred to; what is optional may be missing."""
    for index, each in enumerate(variables):
        came = env.get(f"{prefix}{index}")
        if each.value_from is None:
            yield each.name, each.value, False
        elif came is not None:
            _check_text(each.value_from, came)
            yield each.name, came, True
        elif not _is_optional(each):
            raise HostFault(
                f"the variable {each.name} refers to a value that did not come along",
                hint=f"Give the builder the value as {prefix}{index}.",
            )


def _shown(variables: tuple[EnvVar, ...]) -> tuple[EnvVar, ...]:
    pairs = environment.shown((each.name, each.value) for each in variables)
    return tuple(
        replace(each, value=value) for each, (_, value) in zip(variables, pairs, strict=True)
    )


def _content(body: bytes) -> JSON:
    """JSON as pods have it; what people write by hand, YAML, takes a parser that pods need not."""
    if not body.lstrip().startswith(b"{"):
        from slipcast.api import codec  # noqa: PLC0415 -- see above

        return codec.parse(body, "application/yaml")
    content = jsontext.read(body)
    if not isinstance(content, dict):
        raise BadRequest("it is no object")
    return content


def _unreadable(what: str) -> HostFault:
    return HostFault(f"unable to parse build: {what}")


def _unnamed(build: Build) -> tuple[Cause, ...]:
    said = (("name", build.metadata.name), ("namespace", build.metadata.namespace))
    return tuple(required(f"metadata.{field}") for field, value in said if not value)


def _is_secret(variable: EnvVar) -> bool:
    return variable.value_from is not None and variable.value_from.secret_key_ref is not None


def _check_text(source: EnvVarSource, came: str) -> None:
    why = why_not(came.encode("utf-8", "surrogateescape"))
    secret, config = source.secret_key_ref, source.config_map_key_ref
    kind, ref = ("Secret", secret) if secret is not None else ("ConfigMap", config)
    if why and ref is not None:
        raise HostFault(refusal(f"{kind} {ref.name}", ref.key, why), hint=FILE_INSTEAD)


def _is_optional(variable: EnvVar) -> bool:
    source = variable.value_from
    if source is None:
        return False
    selector = source.secret_key_ref or source.config_map_key_ref
    return selector is not None and bool(selector.optional)
