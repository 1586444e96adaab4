"""Query parameters: what the part after `?` says about a list, a watch, a write, a deletion.

Pure. A parameter that is not understood is refused with every cause, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, cast
from urllib.parse import unquote_plus

from slipcast.ports.api import DeleteOptions, ListOptions, Resource, WatchOptions, WriteOptions
from slipcast.server.calls import is_true
from slipcast.values import causes
from slipcast.values.apifaults import BadRequest, Invalid

MOST_PARAMETERS: Final = 200
LONGEST_MANAGER: Final = 128

Propagation = Literal["", "Orphan", "Background", "Foreground"]


def parse(query: bytes) -> dict[str, str]:
    """The parameters of a query string; of one that is said several times, the first.

    Errors: BadRequest.
    """
    if not query:
        return {}
    pairs = query.split(b"&")
    if len(pairs) > MOST_PARAMETERS:
        raise BadRequest(f"more than {MOST_PARAMETERS} query parameters")
    found: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        try:
            found.setdefault(_text(name), _text(value))
        except UnicodeDecodeError as wrong:
            raise BadRequest("the query is not UTF-8") from wrong
    return found


def _text(raw: bytes) -> str:
    text = raw.decode("ascii")
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


def listing(parameters: Mapping[str, str]) -> ListOptions:
    """Which objects a list asks for."""
    return ListOptions(
        labels=parameters.get("labelSelector", ""),
        fields=parameters.get("fieldSelector", ""),
        limit=max(0, _number(parameters, "limit")),
        from_token=parameters.get("continue", ""),
        resource_version=parameters.get("resourceVersion", ""),
        match=parameters.get("resourceVersionMatch", ""),
    )


def watching(parameters: Mapping[str, str], resource: Resource) -> WatchOptions:
    """Which changes a watch asks for; the watch of one object is one of its name."""
    fields = parameters.get("fieldSelector", "")
    if resource.name:
        named = f"metadata.name={resource.name}"
        fields = f"{fields},{named}" if fields else named
    return WatchOptions(
        labels=parameters.get("labelSelector", ""),
        fields=fields,
        resource_version=parameters.get("resourceVersion", ""),
        match=parameters.get("resourceVersionMatch", ""),
        bookmarks=is_true(parameters.get("allowWatchBookmarks", "")),
        initial_events=is_true(parameters.get("sendInitialEvents", "")),
        timeout=max(0, _number(parameters, "timeoutSeconds")),
    )


def writing(parameters: Mapping[str, str], agent: str) -> WriteOptions:
    """How to write; who writes is said by the parameter, else by the first word of the agent.

    Errors: Invalid.
    """
    if not parameters:
        return WriteOptions(manager=_agent(agent))
    wrong = []
    validation = parameters.get("fieldValidation", "")
    if validation not in {"", "Ignore", "Warn", "Strict"}:
        allowed = ("", "Ignore", "Strict", "Warn")
        wrong.append(causes.not_supported("fieldValidation", validation, allowed))
    manager = parameters.get("fieldManager", "")
    if len(manager) > LONGEST_MANAGER:
        wrong.append(causes.too_long("fieldManager", LONGEST_MANAGER))
    elif not manager.isprintable():
        detail = "should only contain printable characters"
        wrong.append(causes.invalid("fieldManager", manager, detail))
    dry_run = _dry_run([parameters["dryRun"]] if "dryRun" in parameters else [], wrong)
    if wrong:
        raise Invalid("WriteOptions", "meta.k8s.io", "", tuple(wrong))
    return WriteOptions(
        dry_run=dry_run,
        manager=manager or _agent(agent),
        validation=cast("Literal['', 'Ignore', 'Warn', 'Strict']", validation),
        force=is_true(parameters.get("force", "")),
    )


def deleting(parameters: Mapping[str, str], body: Mapping[str, Any]) -> DeleteOptions:
    """How to delete, as body and query say together; the body wins.

    Shape:  body is a DeleteOptions document, or empty.
    Errors: Invalid; BadRequest.
    """
    if body.get("kind") not in _OPTIONS:
        raise BadRequest("the body of a deletion must be a DeleteOptions")
    wrong: list[causes.Cause] = []
    said = body.get("dryRun") or ([parameters["dryRun"]] if parameters.get("dryRun") else [])
    dry_run = _dry_run(said if isinstance(said, list) else [said], wrong)
    propagation = _word(body, "propagationPolicy") or parameters.get("propagationPolicy", "")
    orphan = body.get("orphanDependents", parameters.get("orphanDependents"))
    if orphan is not None:
        if propagation:
            detail = "orphanDependents and propagationPolicy cannot be both set"
            wrong.append(causes.invalid("propagationPolicy", propagation, detail))
        propagation = "Orphan" if is_true(str(orphan)) else "Background"
    if propagation not in {"", "Orphan", "Background", "Foreground"}:
        allowed = ("Background", "Foreground", "Orphan")
        wrong.append(causes.not_supported("propagationPolicy", propagation, allowed))
    preconditions = body.get("preconditions") or {}
    grace = body.get("gracePeriodSeconds", parameters.get("gracePeriodSeconds"))
    if wrong:
        raise Invalid("DeleteOptions", "meta.k8s.io", "", tuple(wrong))
    return DeleteOptions(
        dry_run=dry_run,
        uid=_word(preconditions, "uid"),
        resource_version=_word(preconditions, "resourceVersion"),
        propagation=cast("Propagation", propagation),
        grace=None if grace is None else _number({"gracePeriodSeconds": str(grace)}, *_GRACE),
    )


_GRACE: Final = ("gracePeriodSeconds",)


_OPTIONS: Final = (None, "", "DeleteOptions")


def _word(holder: object, field: str) -> str:
    if not isinstance(holder, dict):
        raise BadRequest("preconditions must be an object")
    value = holder.get(field) or ""
    if not isinstance(value, str):
        raise BadRequest(f"DeleteOptions: {field} must be a string")
    return value


def _dry_run(said: list[Any], wrong: list[causes.Cause]) -> bool:
    if not said:
        return False
    if any(each != "All" for each in said):
        wrong.append(causes.not_supported("dryRun", said, ("All",)))
    return True


def _number(parameters: Mapping[str, str], name: str) -> int:
    text = parameters.get(name, "")
    if not text:
        return 0
    if len(text) > 19 or not text.lstrip("-").isascii() or not text.lstrip("-").isdigit():  # noqa: PLR2004 -- digits of 2^63
        raise BadRequest(f"the parameter {name} must be a whole number, not {text[:40]!r}")
    return int(text)


def _agent(agent: str) -> str:
    name = agent.partition("/")[0][:LONGEST_MANAGER]
    return name if name and name.isprintable() else "unknown"
