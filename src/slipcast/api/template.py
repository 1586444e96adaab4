"""Templates: objects with parameters in them.

The objects stay as written until a template is processed, for a parameter may stand where a number
belongs.

Source: templates.md; the API reference of template.openshift.io/v1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from slipcast.api.meta import Object
from slipcast.api.wire import NULLABLE, Anything, Wire


class Parameter(Wire, frozen=True, kw_only=True):
    """Something that is filled in when a template is processed.

    name: what stands between ${ and } in the objects.
    displayName: what people see.
    description: what it is for.
    value: what is filled in when nothing is given.
    generate: expression, when the value is made by chance.
    from: the expression it is made from.
    required: whether an empty value is refused.
    """

    name: str = ""
    display_name: str = ""
    description: str = ""
    value: str = ""
    generate: str = ""
    from_: str = field(default="", name="from")
    required: bool = False


class Template(Object, frozen=True, kw_only=True):
    """Objects that are made together, with parameters in them.

    message: what people are told when the objects have been made.
    objects: the objects, as written.
    parameters: what is filled in.
    labels: labels that every object is given.
    """

    message: str = ""
    objects: Annotated[tuple[Anything, ...], NULLABLE] = ()
    parameters: tuple[Parameter, ...] = ()
    labels: Mapping[str, str] = {}
