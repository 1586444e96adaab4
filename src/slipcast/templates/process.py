"""Templates processed: values for all parameters, then objects with the values in them.

Pure: chance is passed in, and nothing is made but the objects' texts. Whether a server takes them
is another question.

Source: templates.md sections 1, 2, 4 and 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from slipcast.api.document import JSON
from slipcast.api.metadata import labels_of
from slipcast.api.template import Parameter, Template
from slipcast.templates.expressions import Draw, Wrong, generated
from slipcast.templates.substitution import has_reference, in_text, in_value
from slipcast.templates.validate import parameters_of
from slipcast.values.causes import Cause, invalid, required

EXPRESSION: Final = "expression"


class Processed(msgspec.Struct, frozen=True, kw_only=True):
    """A template with its objects as they are to be made.

    Shape:  the template's parameters have the values that were put in, those made by chance too
            (TP-15): whoever reads it reads passwords.
    """

    template: Template


def with_values(template: Template, values: Mapping[str, str]) -> Template:
    """The template with values for some parameters, which are not made by chance then (TP-10)."""
    given = (
        replace(each, value=values[each.name], generate="") if each.name in values else each
        for each in template.parameters
    )
    return replace(template, parameters=tuple(given))


def processed(template: Template, draw: Draw) -> Processed | tuple[Cause, ...]:
    """The template processed, or everything that is wrong with it."""
    wrong = list(parameters_of(template.parameters))
    filled = [_filled(number, each, draw) for number, each in enumerate(template.parameters)]
    wrong += [each for each in filled if isinstance(each, Cause)]
    parameters = tuple(each for each in filled if isinstance(each, Parameter))
    values = {each.name: each.value for each in parameters}
    labels = {
        in_text(name, values): in_text(value, values) for name, value in template.labels.items()
    }
    wrong += labels_of(labels, "labels")
    objects = [_object(each, number, wrong) for number, each in enumerate(template.objects)]
    if not wrong:
        objects = [
            _labelled(in_value(_homeless(each), values, f"item[{number}]", wrong), labels)
            for number, each in enumerate(objects)
        ]
    if wrong:
        return tuple(wrong)
    return Processed(
        template=replace(
            template,
            message=in_text(template.message, values),
            objects=tuple(objects),
            parameters=parameters,
            labels=labels,
        )
    )


def _filled(number: int, parameter: Parameter, draw: Draw) -> Parameter | Cause:
    """A parameter with its value (TP-11, TP-12)."""
    path = f"template.parameters[{number}]"
    if not parameter.value and parameter.generate:
        if parameter.generate != EXPRESSION:
            what = f"Unknown generator name '{parameter.generate}' for parameter {parameter.name}"
            return invalid(path, parameter.generate, what)
        made = generated(parameter.from_, draw)
        if isinstance(made, Wrong):
            return invalid(path, parameter.from_, made.why)
        parameter = replace(parameter, value=made)
    if parameter.required and not parameter.value:
        what = f"{path}: parameter {parameter.name} is required and must be specified"
        return required(path, what)
    return parameter


def _object(value: Any, number: int, wrong: list[Cause]) -> JSON:
    path = f"item[{number}].objects"
    if not isinstance(value, dict):
        wrong.append(invalid(path, value, "unable to handle object: it is no object"))
        return {}
    if not isinstance(value.get("kind"), str) or not value["kind"]:
        wrong.append(invalid(path, value, "unable to handle object: its kind is missing"))
    return value


def _homeless(value: JSON) -> JSON:
    """An object without the namespace that was written into it, unless it is asked for (TP-45)."""
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or not metadata.get("namespace"):
        return value
    namespace = metadata["namespace"]
    if isinstance(namespace, str) and has_reference(namespace):
        return value
    return {**value, "metadata": {**metadata, "namespace": ""}}


def _labelled(value: JSON, labels: Mapping[str, str]) -> JSON:
    """An object with the template's labels (TP-47)."""
    if not labels:
        return value
    metadata = value.get("metadata")
    if metadata is None and isinstance(value.get("labels"), dict):
        return {**value, "labels": {**value["labels"], **labels}}
    if metadata is not None and not isinstance(metadata, dict):
        return value
    own = (metadata or {}).get("labels")
    both = {**(own if isinstance(own, dict) else {}), **labels}
    return {**value, "metadata": {**(metadata or {}), "labels": both}}
