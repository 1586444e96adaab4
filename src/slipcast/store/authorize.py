"""Authorization: whether an actor may do what it asks, in the words of the API.

What is allowed is decided by a Policy. The rules of roles and bindings are one; `AllowAll` is for
worlds with a single user.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec
from msgspec.structs import replace

from slipcast.access.book import Subject
from slipcast.access.rules import Attempt
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.ports.api import Resource
from slipcast.store.keys import Place
from slipcast.values.actor import AUTHENTICATED, UNAUTHENTICATED, Actor
from slipcast.values.apifaults import Forbidden, qualified


class Verdict(msgspec.Struct, frozen=True):
    """Whether something is allowed, and why, or why not, where there is something to say."""

    allowed: bool
    reason: str = ""


ALLOWED: Final = Verdict(allowed=True)


class Policy(Protocol):
    """Decides who may do what.

    Shape:  changes counts what decisions rest on as it changes: as long as it stays the same, so
            does every decision.
    """

    @property
    def changes(self) -> int:
        """How often what decisions rest on has changed."""
        ...

    async def decide(self, actor: Actor, attempt: Attempt) -> Verdict:
        """Whether the actor may do that."""
        ...

    async def rules(self, actor: Actor, namespace: str) -> Sequence[JSON]:
        """What the actor may do in a namespace, as rules of roles."""
        ...

    async def who(self, attempt: Attempt) -> frozenset[Subject]:
        """Who may do something, as bindings name them."""
        ...

    def groups(self, name: str) -> frozenset[str]:
        """The groups that somebody of that name was put into, by objects."""
        ...

    async def grants(self, actor: Actor, kind: Kind, namespace: str, content: JSON) -> Verdict:
        """Whether the actor may write a role or a binding: it gives away only what it has."""
        ...

    async def load(self) -> None:
        """Read what the decisions rest on."""
        ...

    async def follow(self) -> None:
        """Keep up with what changes, for as long as that takes."""
        ...

    def wrote(self, place: Place, document: Document | None, revision: int) -> None:
        """Take in at once what this process has written itself; None: it is gone."""
        ...


class AllowAll:
    """The policy under which everybody may do everything."""

    changes = 0

    async def decide(self, actor: Actor, attempt: Attempt) -> Verdict:  # noqa: ARG002 -- a policy
        """Yes."""
        return ALLOWED

    async def rules(self, actor: Actor, namespace: str) -> Sequence[JSON]:  # noqa: ARG002
        """All verbs on all resources."""
        everything: dict[str, Any] = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
        return (everything,)

    async def who(self, attempt: Attempt) -> frozenset[Subject]:  # noqa: ARG002
        """Everybody."""
        return frozenset((("Group", AUTHENTICATED), ("Group", UNAUTHENTICATED)))

    def groups(self, name: str) -> frozenset[str]:  # noqa: ARG002
        """None."""
        return frozenset()

    async def grants(
        self,
        actor: Actor,  # noqa: ARG002
        kind: Kind,  # noqa: ARG002
        namespace: str,  # noqa: ARG002
        content: JSON,  # noqa: ARG002
    ) -> Verdict:
        """Yes."""
        return ALLOWED

    async def load(self) -> None:
        """Nothing to read."""

    async def follow(self) -> None:
        """Nothing to follow."""

    def wrote(self, place: Place, document: Document | None, revision: int) -> None:
        """Nothing to take in."""


class Guard:
    """Lets one actor do what the policy allows."""

    def __init__(self, policy: Policy, actor: Actor) -> None:
        self.policy = policy
        self.actor = actor

    @property
    def known(self) -> Actor:
        """The actor with the groups that objects put them into besides."""
        also = sorted(self.policy.groups(self.actor.name) - {*self.actor.groups})
        return replace(self.actor, groups=(*also, *self.actor.groups)) if also else self.actor

    async def check(self, verb: str, resource: Resource) -> None:
        """Nothing, when the actor may.

        Errors: Forbidden.
        """
        kind = resource.kind
        attempt = Attempt(
            verb=verb,
            group=kind.group,
            plural=kind.plural,
            subresource=resource.subresource,
            namespace=resource.namespace or (resource.name if _is_space(kind) else ""),
            name=resource.name,
        )
        verdict = await self.policy.decide(self.actor, attempt)
        if not verdict.allowed:
            raise forbidden(self.actor, attempt, verdict)

    async def may(self, verb: str, resource: Resource) -> bool:
        """Whether the actor may."""
        try:
            await self.check(verb, resource)
        except Forbidden:
            return False
        return True

    async def check_grant(self, resource: Resource, content: JSON) -> None:
        """Nothing, when the actor may give away what a role or a binding gives.

        Errors: Forbidden.
        """
        kind = resource.kind
        verdict = await self.policy.grants(self.actor, kind, resource.namespace, content)
        if not verdict.allowed:
            raise Forbidden(
                f'{qualified(kind.plural, kind.group)} "{resource.name}" is forbidden:'
                f" {verdict.reason}",
                plural=kind.plural,
                group=kind.group,
                name=resource.name,
            )


class Right:
    """A right that lasts: of who goes on with something for as long as they may."""

    __slots__ = ("_asked", "_at", "_guard", "_verb")

    def __init__(self, guard: Guard, verb: str, asked: Resource) -> None:
        self._guard = guard
        self._verb = verb
        self._asked = asked
        self._at = -1

    @property
    def is_in_doubt(self) -> bool:
        """Whether rights have changed since it was looked at."""
        return self._at != self._guard.policy.changes

    async def check(self) -> None:
        """Nothing, when there is the right.

        Errors: Forbidden.
        """
        at = self._guard.policy.changes
        await self._guard.check(self._verb, self._asked)
        self._at = at


def _is_space(kind: Kind) -> bool:
    """Whether objects of a kind are namespaces: roles in one are about it as well."""
    return kind.name in {"Namespace", "Project"}


def forbidden(actor: Actor, attempt: Attempt, verdict: Verdict) -> Forbidden:
    """The fault of not being allowed to."""
    if attempt.path:
        why = f'User "{actor.name}" cannot {attempt.verb} path "{attempt.path}"'
        return Forbidden(f"forbidden: {_because(why, verdict)}")
    where = (
        f'in the namespace "{attempt.namespace}"' if attempt.namespace else ("at the cluster scope")
    )
    why = (
        f'User "{actor.name}" cannot {attempt.verb} resource "{attempt.resource}"'
        f' in API group "{attempt.group}" {where}'
    )
    name = f' "{attempt.name}"' if attempt.name else ""
    return Forbidden(
        f"{qualified(attempt.plural, attempt.group)}{name} is forbidden: {_because(why, verdict)}",
        plural=attempt.plural,
        group=attempt.group,
        name=attempt.name,
    )


def _because(why: str, verdict: Verdict) -> str:
    return f"{why}: {verdict.reason}" if verdict.reason else why
