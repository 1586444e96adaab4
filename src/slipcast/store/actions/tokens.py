"""`serviceaccounts/token`: a token of a service account that is good for a while.

Source: the API reference of authentication.k8s.io/v1 TokenRequest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.api.review import BoundObjectReference, TokenRequestSpec
from slipcast.ports.api import Answer, Resource, WriteOptions
from slipcast.ports.clock import Clock
from slipcast.ports.issuer import Account, Bound, Issuer, Wanted
from slipcast.store.authorize import Guard
from slipcast.store.furnishing import ACCOUNT, SECRET
from slipcast.store.rows import Rows
from slipcast.store.typed import seen
from slipcast.values import instant
from slipcast.values.apifaults import BadRequest, Conflict, Invalid, NotFound
from slipcast.values.causes import Cause, invalid, required

REQUEST: Final = Kind(
    group=kinds.AUTHENTICATION,
    name="TokenRequest",
    plural="tokenrequests",
    struct="review:TokenRequest",
    verbs=kinds.CREATE,
    stored=False,
)
"""What travels; it is no kind of its own, so it has no row in THE TABLE."""

BINDABLE: Final[Mapping[str, Kind]] = {"Pod": kinds.require("", "Pod"), "Secret": SECRET}
USUAL: Final = 3600
SHORTEST: Final = 600
LONGEST: Final = 1 << 32
FAR: Final = 10 * 365 * 24 * 3600
"""Units: seconds, as the three above. Dates end; longer is cut to this."""


class Tokens:
    """Answers token requests."""

    def __init__(self, rows: Rows, issuer: Issuer, clock: Clock) -> None:
        self._rows = rows
        self._issuer = issuer
        self._clock = clock

    async def __call__(
        self,
        guard: Guard,
        resource: Resource,
        content: JSON,
        parameters: Mapping[str, str],
        options: WriteOptions,
    ) -> Answer:
        """The request, with the token as its status.

        Errors: Invalid; NotFound; Conflict when the object it is bound to is another.
        """
        del guard, parameters, options
        found = await self._rows.get(ACCOUNT, resource.namespace, resource.name)
        if found is None:
            raise NotFound(ACCOUNT.plural, ACCOUNT.group, resource.name)
        if content.get("kind", REQUEST.name) != REQUEST.name:
            raise BadRequest(f"a {REQUEST.name} is asked for here, not a {content['kind']}")
        asked = {**content, "metadata": content.get("metadata") or {}}
        spec: TokenRequestSpec = seen(REQUEST, asked).spec
        if wrong := _wrong(spec):
            raise Invalid(REQUEST.name, REQUEST.group, resource.name, wrong)
        seconds = USUAL if spec.expiration_seconds is None else spec.expiration_seconds
        begins = self._clock.now()
        wanted = Wanted(
            account=Account(resource.namespace, resource.name, found.names.uid),
            audiences=spec.audiences or (self._issuer.audience,),
            begins=begins,
            expires=begins + timedelta(seconds=min(seconds, FAR)),
            bound=await self._bound(resource, spec.bound_object_ref),
        )
        return Answer(Document.of(REQUEST, self._answered(asked, wanted)), created=True)

    def _answered(self, asked: JSON, wanted: Wanted) -> JSON:
        account = wanted.account
        metadata = {
            "name": account.name,
            "namespace": account.namespace,
            "creationTimestamp": instant.to_text(wanted.begins),
        }
        lasts = wanted.expires - wanted.begins
        spec = {
            **(asked.get("spec") or {}),
            "audiences": list(wanted.audiences),
            "expirationSeconds": int(lasts.total_seconds()),
        }
        status = {
            "token": self._issuer.token(wanted),
            "expirationTimestamp": instant.to_text(wanted.expires),
        }
        return {"metadata": metadata, "spec": spec, "status": status}

    async def _bound(
        self, resource: Resource, reference: BoundObjectReference | None
    ) -> Bound | None:
        if reference is None:
            return None
        kind = BINDABLE[reference.kind]
        found = await self._rows.get(kind, resource.namespace, reference.name)
        if found is None:
            raise NotFound(kind.plural, kind.group, reference.name)
        uid = found.names.uid
        if reference.uid and reference.uid != uid:
            raise Conflict(
                f"the UID in the bound object reference ({reference.uid}) does not match the UID"
                f" in record. The object might have been deleted and then recreated",
                plural=kind.plural,
                group=kind.group,
                name=reference.name,
            )
        if kind is not SECRET:
            _check_runs_as(found, resource)
        return Bound(reference.kind, reference.name, uid)


def _check_runs_as(pod: Document, resource: Resource) -> None:
    runs_as = (pod.content.get("spec") or {}).get("serviceAccountName") or ""
    if runs_as != resource.name:
        path = "spec.boundObjectRef.name"
        what = f"cannot bind token for serviceaccount {resource.name!r} to a pod of {runs_as!r}"
        cause = invalid(path, pod.names.name, what)
        raise Invalid(REQUEST.name, REQUEST.group, resource.name, (cause,))


def _wrong(spec: TokenRequestSpec) -> tuple[Cause, ...]:
    found: list[Cause] = []
    seconds, path = spec.expiration_seconds, "spec.expirationSeconds"
    if seconds is not None and seconds < SHORTEST:
        found.append(invalid(path, seconds, "may not specify a duration less than 10 minutes"))
    if seconds is not None and seconds > LONGEST:
        found.append(invalid(path, seconds, "may not specify a duration larger than 2^32 seconds"))
    reference = spec.bound_object_ref
    if reference is not None:
        if reference.kind not in BINDABLE or reference.api_version not in {"", "v1"}:
            what = "may only be bound to a Pod or a Secret of v1"
            found.append(invalid("spec.boundObjectRef.kind", reference.kind, what))
        if not reference.name:
            found.append(required("spec.boundObjectRef.name"))
    return tuple(found)
