"""Templates of a plan, filled in by the server with what was given, and with what was made before.

Source: templates.md TP-73 to TP-76; user-pain UP-32.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.lens import content_of, read
from slipcast.api.template import Template
from slipcast.cli import templating
from slipcast.cli.newapp import creating
from slipcast.cli.toolbox import Connection
from slipcast.newapp.documents import with_build_env, with_env
from slipcast.newapp.filled import Filled
from slipcast.newapp.matches import Match
from slipcast.newapp.planning import Plan
from slipcast.newapp.request import NewAppRequest
from slipcast.templates.recalling import asked, findable, recalled
from slipcast.values.faults import UsageFault

TEMPLATE: Final = kinds.require(kinds.TEMPLATE, "Template")


async def filled(connection: Connection, plan: Plan, request: NewAppRequest) -> list[Filled]:
    """The templates of a plan, with their objects.

    Errors: UsageFault; Fault with the server's words.
    """
    if request.values and not plan.templates:
        raise UsageFault("--param and --param-file may only be used with a template")
    return [
        await _filled(connection, match, match.template, plan, request)
        for match in plan.templates
        if match.template is not None
    ]


async def _filled(
    connection: Connection, match: Match, template: Template, plan: Plan, request: NewAppRequest
) -> Filled:
    given = {pair.name: pair.value for pair in request.values}
    wanted = asked(template, given)
    places = findable(wanted)
    there = await creating.made_before(connection, [head for _, head in places])
    pairs = zip((each for each, _ in places), there, strict=True)
    known = recalled(wanted, ((each, one) for each, one in pairs if one is not None))
    content = templating.prepared(
        content_of(template, TEMPLATE),
        {**given, **known},
        {},
        lenient=request.ignore_unknown_values,
    )
    made = await templating.on_server(connection, content)
    objects = with_build_env(with_env(made.get("objects") or [], plan.env), request.build_env)
    return Filled(
        match=match,
        objects=tuple(objects),
        message=str(made.get("message") or ""),
        parameters=read(made, Template).parameters,
        made=wanted.made - known.keys(),
        recalled=frozenset(known),
    )
