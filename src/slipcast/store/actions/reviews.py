"""Reviews: questions about who may do what, and who asks. Answered by the policy, never kept.

Source: the API references of authorization.k8s.io and authentication.k8s.io.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from typing_extensions import override

from slipcast.access.rules import Attempt
from slipcast.api.document import JSON, Document
from slipcast.ports.api import Answer, Resource, WriteOptions
from slipcast.store import metadata as meta
from slipcast.store.authorize import Guard, Verdict
from slipcast.store.typed import seen
from slipcast.store.virtual import Virtual
from slipcast.values.actor import Actor
from slipcast.values.apifaults import BadRequest, Invalid, Unauthorized
from slipcast.values.causes import invalid, required

Authenticate = Callable[[str, str], Awaitable[Actor | None]]
"""Who a token stands for before an audience, empty for this server; None for one that nobody knows.
Errors: Unauthorized."""

_MOST_AUDIENCES: Final = 20


class Reviews(Virtual):
    """All reviews, told apart by their kind."""

    def __init__(self, authenticate: Authenticate | None = None) -> None:
        self._answers: Final[Mapping[str, Callable[[Guard, JSON], Awaitable[JSON]]]] = {
            "SelfSubjectAccessReview": self._own_access,
            "SubjectAccessReview": self._access,
            "LocalSubjectAccessReview": self._access,
            "SelfSubjectRulesReview": self._own_rules,
            "SelfSubjectReview": self._own_self,
            "TokenReview": self._token,
        }
        self._authenticate = authenticate

    @override
    async def create(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """The question with its answer as status."""
        del options
        await guard.check("create", resource)
        kind = resource.kind
        asked = meta.begun(resource, content)
        seen(kind, asked)
        if kind.name == "LocalSubjectAccessReview":
            _check_place(resource, asked)
        status = await self._answers[kind.name](guard, asked)
        answered = {**asked, "status": status}
        return Answer(Document.of(kind, answered), created=True)

    async def _own_access(self, guard: Guard, asked: JSON) -> JSON:
        return _status(await guard.policy.decide(guard.actor, _attempt(asked)))

    async def _access(self, guard: Guard, asked: JSON) -> JSON:
        spec = asked.get("spec") or {}
        if not spec.get("user") and not spec.get("groups"):
            cause = required("spec.user", "at least one of user or group must be specified")
            raise Invalid(str(asked["kind"]), "authorization.k8s.io", "", (cause,))
        actor = Actor(
            name=spec.get("user") or "",
            uid=spec.get("uid") or "",
            groups=tuple(spec.get("groups") or spec.get("group") or ()),
            extra={name: tuple(values) for name, values in (spec.get("extra") or {}).items()},
        )
        return _status(await guard.policy.decide(actor, _attempt(asked)))

    async def _own_rules(self, guard: Guard, asked: JSON) -> JSON:
        namespace = (asked.get("spec") or {}).get("namespace") or ""
        if not namespace:
            raise BadRequest("no namespace on request")
        rules = await guard.policy.rules(guard.actor, namespace)
        return {
            "resourceRules": [rule for rule in rules if rule.get("resources")],
            "nonResourceRules": [rule for rule in rules if rule.get("nonResourceURLs")],
            "incomplete": False,
        }

    async def _own_self(self, guard: Guard, _asked: JSON) -> JSON:
        return {"userInfo": _user_info(guard.known)}

    async def _token(self, _guard: Guard, asked: JSON) -> JSON:
        spec = asked.get("spec") or {}
        asked["spec"] = {field: each for field, each in spec.items() if field != "token"}
        if self._authenticate is None:
            return {"authenticated": False, "error": "tokens are not known here"}
        wanted = list(spec.get("audiences") or ())
        found: dict[str, Actor] = {}
        error = ""
        for audience in wanted[:_MOST_AUDIENCES] or [""]:
            try:
                actor = await self._authenticate(spec.get("token") or "", audience)
            except Unauthorized as wrong:
                error = wrong.message
            else:
                found |= {audience: actor} if actor else {}
        if not found:
            return {"authenticated": False} | ({"error": error} if error else {})
        status = {"authenticated": True, "user": _user_info(next(iter(found.values())))}
        return status | ({"audiences": [*found]} if wanted else {})


def _attempt(asked: JSON) -> Attempt:
    """What is asked about.

    Errors: Invalid.
    """
    spec: dict[str, Any] = asked.get("spec") or {}
    resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if (resource is None) == (path is None):
        what = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        cause = invalid("spec.resourceAttributes", resource, what)
        raise Invalid(str(asked["kind"]), "authorization.k8s.io", "", (cause,))
    if resource is None:
        path = path or {}
        return Attempt(verb=path.get("verb") or "", path=path.get("path") or "/")
    return Attempt(
        verb=resource.get("verb") or "",
        group=resource.get("group") or "",
        plural=resource.get("resource") or "",
        subresource=resource.get("subresource") or "",
        namespace=resource.get("namespace") or "",
        name=resource.get("name") or "",
    )


def _check_place(resource: Resource, asked: JSON) -> None:
    attributes = (asked.get("spec") or {}).get("resourceAttributes") or {}
    if attributes.get("namespace") != resource.namespace:
        raise BadRequest(
            f"spec.resourceAttributes.namespace must match namespace: {resource.namespace}"
        )


def _status(verdict: Verdict) -> JSON:
    status: JSON = {"allowed": verdict.allowed}
    if verdict.reason:
        status["reason"] = verdict.reason
    return status


def _user_info(actor: Actor) -> JSON:
    found: JSON = {"username": actor.name, "groups": list(actor.groups)}
    if actor.uid:
        found["uid"] = actor.uid
    if actor.extra:
        found["extra"] = {name: list(values) for name, values in actor.extra.items()}
    return found
