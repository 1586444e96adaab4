"""Faults as the Build and its log tell them: a reason, its sentence, a last line with the cause.

Source: builder-process.md section 12, BLD-98, BLD-99, BLD-157 to BLD-167, BLD-175, BLD-177.
"""

from __future__ import annotations

from slipcast.builder.diagnosis import OutOfMemory
from slipcast.builds import reasons
from slipcast.builds.s2i import reasons as s2i
from slipcast.values.faults import BuildFault, Fault, InvalidFault
from slipcast.values.sensitive import redacted

Reasons = reasons.Reason | s2i.Reason


def reason_of(fault: BaseException) -> tuple[str, str]:
    """Reason and message of the Build that a fault ends (BLD-99); what has none is generic."""
    if isinstance(fault, OutOfMemory):
        # What a pod's own end would say, had the kernel ended all of it.
        killed = reasons.Reason.OUT_OF_MEMORY
        return str(killed), reasons.MESSAGES[killed]
    if isinstance(fault, BuildFault):
        said = fault.reason
        # Some words are in both tables: who raised the fault says whose sentence goes with it.
        if not isinstance(said, s2i.Reason) and said in reasons.MESSAGES:
            return str(said), reasons.MESSAGES[said]
        if said in s2i.MESSAGES:
            return str(said), s2i.MESSAGES[s2i.Reason(said)]
    generic = reasons.Reason.GENERIC_FAILED
    return str(generic), reasons.MESSAGES[generic]


def failure(
    reason: reasons.Reason, text: str, *, hint: str = "", tail: tuple[str, ...] = ()
) -> BuildFault:
    """A fault that ends a build, with its reason from the table of builds."""
    return BuildFault(text, reason=reason, hint=hint, tail=tail)


def cause(fault: Fault) -> str:
    """What went wrong, on one line (BLD-98, BLD-177)."""
    text = ", ".join(map(str, fault.errors)) if isinstance(fault, InvalidFault) else fault.message
    return redacted(" ".join(text.split()))
