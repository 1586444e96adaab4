"""Variables of a container with their values: its own, of Secrets and ConfigMaps, of its pod.

Source: the API reference of core/v1, EnvVar and EnvFromSource; build-lifecycle.md BL-47.
"""

from __future__ import annotations

from collections.abc import Mapping

from slipcast.api.container import Container
from slipcast.api.env import EnvFromSource, EnvVar, EnvVarSource
from slipcast.api.meta import KeySelector
from slipcast.api.pod import Pod
from slipcast.builds.expansion import expanded
from slipcast.builds.variablevalues import FILE_INSTEAD, refusal, why_not
from slipcast.controllers import podfields
from slipcast.controllers.lookup import Data, Lookup, unfit
from slipcast.ports.pods import Variable
from slipcast.values.names import variable_name
from slipcast.values.sensitive import Sensitive


async def variables(
    lookup: Lookup, pod: Pod, container: Container, given: Mapping[str, str]
) -> tuple[Variable, ...]:
    """All variables of a container, in their order; a later one of a name replaces an earlier.

    Shape:  given are those that every container has, unless it says otherwise.
    Errors: PodFault for a reference that leads nowhere.
    """
    found = dict(given)
    for source in container.env_from:
        found |= await _all_of(lookup, source)
    for each in container.env:
        value = await _value(lookup, pod, container, each, found)
        if value is not None:
            found[each.name] = value
    return tuple(Variable(name=name, value=Sensitive(text)) for name, text in found.items())


async def _all_of(lookup: Lookup, source: EnvFromSource) -> dict[str, str]:
    """The entries of a Secret or ConfigMap whose keys can be names."""
    data: Data | None = None
    place = lookup.namespace
    if source.config_map_ref is not None:
        ref, place = source.config_map_ref, f"ConfigMap {place}/{source.config_map_ref.name}"
        data = await lookup.config_map(ref.name, optional=bool(ref.optional))
    elif source.secret_ref is not None:
        ref, place = source.secret_ref, f"Secret {place}/{source.secret_ref.name}"
        data = await lookup.secret(ref.name, optional=bool(ref.optional))
    named = ((f"{source.prefix}{key}", key, value) for key, value in (data or {}).items())
    found = tuple(each for each in named if not variable_name(each[0]))
    for _, _, value in found if source.secret_ref is not None else ():
        lookup.hide(value)
    return {name: _text(place, key, value) for name, key, value in found}


async def _value(
    lookup: Lookup, pod: Pod, container: Container, variable: EnvVar, known: Mapping[str, str]
) -> str | None:
    """The value of a variable; None: there is none, and there need not be."""
    source = variable.value_from
    if source is None:
        return expanded(variable.value, known)
    ref = source.secret_key_ref or source.config_map_key_ref
    if ref is not None:
        return await _entry(lookup, source, ref)
    value: str | None = None
    if source.field_ref is not None:
        value = podfields.field(pod, source.field_ref)
    elif source.resource_field_ref is not None:
        value = podfields.amount(pod, container, source.resource_field_ref)
    if value is None:
        raise unfit(f"variable {variable.name} of container {container.name} refers to nothing")
    return value


async def _entry(lookup: Lookup, source: EnvVarSource, ref: KeySelector) -> str | None:
    optional = bool(ref.optional)
    if source.secret_key_ref is not None:
        kind, data = "Secret", await lookup.secret(ref.name, optional=optional)
    else:
        kind, data = "ConfigMap", await lookup.config_map(ref.name, optional=optional)
    if data is None:
        return None
    if ref.key not in data:
        if not optional:
            lookup.miss(f"couldn't find key {ref.key} in {kind} {lookup.namespace}/{ref.name}")
        return None
    if source.secret_key_ref is not None:
        lookup.hide(data[ref.key])
    return _text(f"{kind} {lookup.namespace}/{ref.name}", ref.key, data[ref.key])


def _text(place: str, key: str, data: bytes) -> str:
    """The value that a variable has of an entry.

    Errors: PodFault when no variable can hold it.
    """
    why = why_not(data)
    if why:
        raise unfit(f"{refusal(place, key, why)}. {FILE_INSTEAD}")
    return data.decode("utf-8")
