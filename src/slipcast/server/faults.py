"""Faults as answers: every failure of a request becomes a Status document.

Whatever is no Fault is a bug: the client is told a number, and the log has the trace with it.

Source: Kubernetes API conventions, response status kind; build-api.md BA-11 to BA-15.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

import msgspec

from slipcast.values.apifaults import (
    ApiFault,
    Forbidden,
    InternalError,
    MethodNotAllowed,
    NotFound,
    NotServed,
    Unavailable,
    qualified,
)
from slipcast.values.causes import Cause
from slipcast.values.faults import Fault

log = logging.getLogger(__name__)


def fault_of(problem: BaseException, request_id: str) -> ApiFault:
    """The API fault that a failure is for the client; bugs are logged under the request's id."""
    if isinstance(problem, ApiFault):
        return problem
    if isinstance(problem, Fault) and problem.retryable:
        return Unavailable(problem.message, retry_after=1)
    trace = "".join(traceback.format_exception(problem))
    log.error("request.broke", extra={"fields": {"request": request_id, "trace": trace}})
    return InternalError(
        f"Internal error occurred: request {request_id} met a fault of the server; its log has it"
    )


def status_of(fault: ApiFault, *, legacy: bool = False, is_patch: bool = False) -> dict[str, Any]:
    """The Status document of a fault (BA-15).

    Shape:  what is forbidden on the legacy paths, or missing when it shall be patched, is told
            without its group, all else with it: so the original did, whatever path it answered.
    """
    is_missing = is_patch and isinstance(fault, NotFound)
    is_bare = legacy and (isinstance(fault, Forbidden) or is_missing)
    message, details = fault.message, _details(fault, is_bare=is_bare)
    if is_bare and fault.group:
        message = message.replace(qualified(fault.plural, fault.group), fault.plural, 1)
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": fault.reason,
    }
    if details or isinstance(fault, NotServed | MethodNotAllowed):
        status["details"] = details
    return status | {"code": fault.code}


def _details(fault: ApiFault, *, is_bare: bool) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if fault.name:
        details["name"] = fault.name
    if fault.group and not is_bare:
        details["group"] = fault.group
    if fault.plural:
        details["kind"] = fault.plural
    if fault.causes:
        details["causes"] = [_said(cause) for cause in fault.causes]
    if fault.retry_after:
        details["retryAfterSeconds"] = fault.retry_after
    return details


def _said(cause: Cause) -> dict[str, str]:
    """A cause without what it does not say."""
    said = {"reason": cause.reason, "message": cause.message, "field": cause.field}
    return {name: text for name, text in said.items() if text}


def body_of(fault: ApiFault, *, legacy: bool = False, is_patch: bool = False) -> bytes:
    """The Status document as JSON."""
    return msgspec.json.encode(status_of(fault, legacy=legacy, is_patch=is_patch))
