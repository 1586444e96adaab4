"""How it is found out whether a container is well, set and taken away.

Source: oc's set probe; the API reference of Probe.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli.setting import parts
from slipcast.values.faults import UsageFault

FIELDS: Final = {
    "readiness": "readinessProbe",
    "liveness": "livenessProbe",
    "startup": "startupProbe",
}
TIMES: Final = {
    "initial_delay_seconds": "initialDelaySeconds",
    "timeout_seconds": "timeoutSeconds",
    "period_seconds": "periodSeconds",
    "success_threshold": "successThreshold",
    "failure_threshold": "failureThreshold",
}
WAYS: Final = ("exec", "httpGet", "tcpSocket", "grpc")
"""The fields of which a probe has one."""

Probe = dict[str, Any]


def wanted(given: Mapping[str, Any], command: Sequence[str]) -> Probe:
    """What flags say of a probe, whichever it is of; empty when it is taken away.

    Errors: UsageFault.
    """
    if not any(given[name] for name in FIELDS):
        raise UsageFault("you must specify one of --readiness, --liveness or --startup")
    ways = _ways(given, command)
    times = {field: given[name] for name, field in TIMES.items() if given[name] is not None}
    if len(ways) > 1:
        raise UsageFault("you may only set one of --get-url, --open-tcp, or a command")
    if given["remove"]:
        if ways or times:
            raise UsageFault("--remove may not be used with any flag except --readiness, ...")
        return {}
    if not ways and not times:
        raise UsageFault(
            "you must say how to find out", hint="By --get-url, --open-tcp or -- COMMAND."
        )
    return {**ways, **times}


def changed(
    kind: Kind, content: JSON, fields: Sequence[str], probe: Probe, containers: str
) -> JSON:
    """An object whose containers have a probe; times that are not said stay as they were.

    Errors: Fault when the object has no containers, or none of that name.
    """
    after = copy.deepcopy(content)
    for container in parts.chosen(kind, after, containers, inits=False):
        for field in fields:
            _put(container, field, probe)
    return after


def _put(container: dict[str, Any], field: str, probe: Probe) -> None:
    if not probe:
        container.pop(field, None)
        return
    was = container.get(field) or {}
    if any(way in probe for way in WAYS):
        was = {name: value for name, value in was.items() if name not in WAYS}
    container[field] = {**was, **probe}


def _ways(given: Mapping[str, Any], command: Sequence[str]) -> Probe:
    ways: Probe = {}
    if command:
        ways["exec"] = {"command": list(command)}
    if given["open_tcp"]:
        ways["tcpSocket"] = {"port": _port(given["open_tcp"])}
    if given["get_url"]:
        ways["httpGet"] = _request(given["get_url"])
    return ways


def _request(url: str) -> Probe:
    """A request as a probe has it: `http://:8080/healthz`, or `http://HOST:NAME/`."""
    scheme, divided, rest = url.partition("://")
    host, _, port = rest.partition("/")[0].rpartition(":")
    if not divided or scheme not in {"http", "https"} or not port:
        raise UsageFault(
            f"--get-url could not be read: {url!r}", hint="Write http://:PORT/PATH, or https."
        )
    path = urlsplit(f"http://x/{rest.partition('/')[2]}")
    said: Probe = {"port": _port(port), "path": path.path, "scheme": scheme.upper()}
    if path.query:
        said["path"] += f"?{path.query}"
    return {**said, **({"host": host} if host else {})}


def _port(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() else text
