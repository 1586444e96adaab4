"""Roles given and taken, as rules over bindings.

Source: oc policy and oc adm policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import msgspec

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.cli.generators import roles


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A role: its name, whether it is a role of the cluster, and the binding that is asked for.

    Shape:  everywhere means that it is given in the cluster, not in a namespace.
    """

    role: str
    kind: str = "ClusterRole"
    everywhere: bool = False
    binding: str = ""

    @property
    def said(self) -> str:
        """The role as messages name it."""
        return f"{self.kind.lower()}.{kinds.RBAC}/{self.role}"

    def is_in(self, binding: JSON) -> bool:
        """Whether a binding gives this role."""
        ref = binding.get("roleRef") or {}
        return (ref.get("kind"), ref.get("name")) == (self.kind, self.role)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A binding to be created, replaced, or, when nobody is left in it, removed."""

    verb: str
    content: JSON


def given(grant: Grant, bindings: Sequence[JSON], subjects: Sequence[JSON]) -> tuple[Step, ...]:
    """What is to be done so that the subjects have the role."""
    own = [each for each in bindings if grant.is_in(each)]
    held = [subject for each in own for subject in each.get("subjects") or ()]
    missing = [subject for subject in subjects if not _is_in(subject, held)]
    named = grant.binding or grant.role
    target = next((each for each in own if each["metadata"]["name"] == named), None)
    if not missing and (target is not None or not grant.binding):
        return ()
    if target is not None:
        some = [*(target.get("subjects") or ()), *missing]
        return (Step(verb="update", content={**target, "subjects": some}),)
    name = _free(named, {each["metadata"]["name"] for each in bindings})
    wanted = list(missing or subjects)
    if grant.everywhere:
        return (Step(verb="create", content=roles.cluster_binding(name, wanted, grant.role)),)
    cluster = grant.kind == "ClusterRole"
    content = roles.binding(
        name,
        wanted,
        cluster_role=grant.role if cluster else "",
        role="" if cluster else grant.role,
    )
    return (Step(verb="create", content=content),)


def taken(grant: Grant, bindings: Sequence[JSON], subjects: Sequence[JSON]) -> tuple[Step, ...]:
    """What is to be done so that the subjects have the role no more."""
    steps: list[Step] = []
    for each in bindings:
        held = each.get("subjects") or []
        left = [subject for subject in held if not _is_in(subject, subjects)]
        asked = not grant.binding or each["metadata"]["name"] == grant.binding
        if grant.is_in(each) and asked and left != held:
            verb = "update" if left else "delete"
            steps.append(Step(verb=verb, content={**each, "subjects": left}))
    return tuple(steps)


def targets(names: Sequence[str]) -> str:
    """Those whom something was done to, as messages name them."""
    quoted = [f'"{name}"' for name in names]
    return quoted[0] if len(quoted) == 1 else f"[{' '.join(quoted)}]"


def _is_in(subject: JSON, some: Sequence[JSON]) -> bool:
    return any(_key(subject) == _key(each) for each in some)


def _key(subject: JSON) -> tuple[object, ...]:
    return subject.get("kind"), subject.get("name"), subject.get("namespace") or ""


def _free(name: str, used: set[str]) -> str:
    if name not in used:
        return name
    return next(each for number in count() if (each := f"{name}-{number}") not in used)
