"""Reviews of authorization.openshift.io: the questions that clients of OpenShift ask.

What somebody may do themselves everybody may ask who may ask Kubernetes' way; what others may do,
those who were given the right to create the review, where it is created.

Source: authorization.openshift.io/v1; the reviews of OpenShift Origin 1.5 and 3.7.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

from msgspec.structs import replace
from typing_extensions import override

from slipcast.access import roleforms
from slipcast.access.rules import Attempt
from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.ports.api import Answer, Resource, WriteOptions
from slipcast.store import metadata as meta
from slipcast.store.authorize import Guard
from slipcast.store.typed import seen
from slipcast.store.virtual import Virtual
from slipcast.values.actor import Actor
from slipcast.values.apifaults import Invalid
from slipcast.values.causes import Cause, invalid, required

OWN: Final = Resource(kinds.require(kinds.AUTHORIZATION, "SelfSubjectAccessReview"))
"""The right to ask about oneself, whichever way one asks."""


class OpenShiftReviews(Virtual):
    """All of them, told apart by their kind."""

    def __init__(self) -> None:
        self._answers: Final[Mapping[str, Callable[[Guard, JSON], Awaitable[Document]]]] = {
            "SubjectAccessReview": _access,
            "LocalSubjectAccessReview": _access,
            "ResourceAccessReview": _who,
            "LocalResourceAccessReview": _who,
            "SelfSubjectRulesReview": _own_rules,
            "SubjectRulesReview": _rules,
        }

    @override
    async def create(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """The answer to the question.

        Errors: Forbidden; BadRequest; Invalid.
        """
        del options
        kind = resource.kind
        asked = meta.begun(resource, content)
        seen(kind, asked)
        is_own = kind.name.endswith("SubjectAccessReview") and not _names_somebody(asked)
        await guard.check("create", OWN if is_own else resource)
        if wrong := tuple(_wrong(resource, asked)):
            raise Invalid(kind.name, kind.group, "", wrong)
        if kind.namespaced:
            asked["namespace"] = resource.namespace
        return Answer(await self._answers[kind.name](guard, asked), created=True)


async def _access(guard: Guard, asked: JSON) -> Document:
    scopes = asked.get("scopes")
    actor = _somebody(asked, scopes or ())
    if not _names_somebody(asked):
        actor = guard.actor if scopes is None else _scoped(guard.actor, scopes)
    verdict = await guard.policy.decide(actor, _attempt(asked))
    content: JSON = {
        "metadata": {},
        "namespace": asked.get("namespace") or "",
        "allowed": verdict.allowed,
    }
    reason = {"reason": verdict.reason} if verdict.reason else {}
    return Document.of(kinds.ALLOWED, content | reason)


async def _who(guard: Guard, asked: JSON) -> Document:
    found = await guard.policy.who(_attempt(asked))
    users = {_user_of(kind, name) for kind, name in found if kind in {"User", "ServiceAccount"}}
    content: JSON = {
        "metadata": {},
        "namespace": asked.get("namespace") or "",
        "users": sorted(users),
        "groups": sorted(name for kind, name in found if kind == "Group"),
        # So it is spelled.
        "evalutionError": "",
    }
    return Document.of(kinds.WHO, content)


async def _own_rules(guard: Guard, asked: JSON) -> Document:
    scopes = (asked.get("spec") or {}).get("scopes")
    actor = guard.actor if scopes is None else _scoped(guard.actor, scopes)
    return await _ruled(guard, asked, actor)


async def _rules(guard: Guard, asked: JSON) -> Document:
    spec = asked.get("spec") or {}
    return await _ruled(guard, asked, _somebody(spec, spec.get("scopes") or ()))


async def _ruled(guard: Guard, asked: JSON, actor: Actor) -> Document:
    rules = await guard.policy.rules(actor, asked["namespace"])
    answered = {field: value for field, value in asked.items() if field != "namespace"}
    answered["metadata"] = {}
    answered["status"] = {"rules": [roleforms.rule_shown(rule) for rule in rules]}
    kind = kinds.require(kinds.AUTHORIZATION_OPENSHIFT, asked["kind"])
    return Document.of(kind, answered)


def _names_somebody(asked: Mapping[str, Any]) -> bool:
    return bool(asked.get("user") or asked.get("groups"))


def _somebody(asked: Mapping[str, Any], scopes: Iterable[str]) -> Actor:
    groups = tuple(asked.get("groups") or ())
    return Actor(name=asked.get("user") or "", groups=groups, scopes=tuple(scopes))


def _scoped(actor: Actor, scopes: Iterable[str]) -> Actor:
    """An actor as tokens of these scopes would make them; of none, all that they may do."""
    return replace(actor, scopes=tuple(scopes))


def _attempt(asked: JSON) -> Attempt:
    verb = asked.get("verb") or ""
    if asked.get("isNonResourceURL"):
        return Attempt(verb=verb, path=asked.get("path") or "")
    plural, _, below = str(asked.get("resource") or "").partition("/")
    return Attempt(
        verb=verb,
        group=asked.get("resourceAPIGroup") or "",
        plural=plural,
        subresource=below,
        namespace=asked.get("namespace") or "",
        name=asked.get("resourceName") or "",
    )


def _wrong(resource: Resource, asked: JSON) -> Iterable[Cause]:
    """What is wrong with a question."""
    if resource.kind.name == "SubjectRulesReview" and not _names_somebody(asked.get("spec") or {}):
        yield required("spec.user", "at least one of user or groups must be specified")
    if not resource.kind.name.endswith("AccessReview"):
        return
    said = asked.get("namespace") or ""
    if resource.namespace and said not in {"", resource.namespace}:
        yield invalid("namespace", said, f"namespace must be: {resource.namespace}")
    if not asked.get("verb"):
        yield required("verb")
    of_path = bool(asked.get("isNonResourceURL"))
    if of_path and not asked.get("path"):
        yield required("path")
    if not of_path and not asked.get("resource"):
        yield required("resource")


def _user_of(kind: str, name: str) -> str:
    namespace, slash, account = name.partition("/")
    is_account = kind == "ServiceAccount" and bool(slash)
    return roleforms.user_of(account, namespace) if is_account else name
