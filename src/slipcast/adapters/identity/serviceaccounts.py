"""Service accounts: the tokens they get, and knowing them by these.

There are tokens for good, which live in a Secret and end with it, and tokens for a while, which may
be bound to a Pod or a Secret. Both end with their account: whoever is asked looks it up.

Source: Kubernetes, managing service accounts; the registry secrets of OpenShift 3.5.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from slipcast.adapters.identity import tokens
from slipcast.adapters.identity.signing import SigningKey
from slipcast.adapters.identity.tokens import Forged
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.ports.api import Api, Resource
from slipcast.ports.clock import Clock
from slipcast.ports.identity import Credentials
from slipcast.ports.issuer import Account, Wanted
from slipcast.values import actor, instant, names
from slipcast.values.actor import Actor
from slipcast.values.apifaults import NotFound, Unauthorized

FOR_GOOD: Final = "kubernetes/serviceaccount"
"""The issuer of tokens that live in a Secret."""
FOR_A_WHILE: Final = "https://kubernetes.default.svc"
"""The issuer of tokens that expire, and the audience of those for this server."""
OF_SECRET: Final = "kubernetes.io/serviceaccount"  # noqa: S105 -- a name
OF_ACCOUNT: Final = "kubernetes.io/service-account"
TOKEN: Final = "kubernetes.io/service-account-token"  # noqa: S105 -- the name of a type
REGISTRY_USER: Final = "serviceaccount"
MADE_FOR: Final = "openshift.io/token-secret.name"
"""The annotation of a registry secret that says which token it holds."""
CONFIG: Final = ".dockercfg"
ACCOUNT: Final = kinds.require("", "ServiceAccount")
SECRET: Final = kinds.require("", "Secret")
POD: Final = kinds.require("", "Pod")
EXTRA: Final = "authentication.kubernetes.io"


class Issuing:
    """Makes tokens and the Secrets they live in. Implements Issuer."""

    audience = FOR_A_WHILE

    def __init__(self, key: SigningKey, authority: bytes, registries: Sequence[str]) -> None:
        """Sign with a key; authority is what vouches for this server, as PEM."""
        self._key = key
        self._authority = authority
        self._registries = tuple(registries)

    def credentials(self, account: Account) -> Sequence[JSON]:
        """A token, and the same token for the registry."""
        name = _generated(f"{account.name}-token-")
        metadata = {"name": name, "annotations": _annotations(account)}
        token = self.completed({"metadata": metadata, "type": TOKEN}, account)
        return (token, self._for_registry(account, token)) if self._registries else (token,)

    def completed(self, secret: JSON, account: Account) -> JSON:
        """The secret with token, authority and namespace in it, owned by the account."""
        metadata: JSON = secret["metadata"]
        annotations = {**(metadata.get("annotations") or {}), **_annotations(account)}
        owners = metadata.get("ownerReferences") or [_owner(account)]
        data = {
            **(secret.get("data") or {}),
            "token": _coded(self._for_good(account, metadata["name"]).encode()),
            "ca.crt": _coded(self._authority),
            "service-ca.crt": _coded(self._authority),
            "namespace": _coded(account.namespace.encode()),
        }
        changed = {**metadata, "annotations": annotations, "ownerReferences": owners}
        return {**secret, "metadata": changed, "data": data}

    def readdressed(self, secret: JSON) -> JSON:
        """The secret with the same token for the addresses of the registry."""
        if MADE_FOR not in (secret["metadata"].get("annotations") or {}):
            return secret
        known = _logins(secret)
        if not known or not self._registries or set(known) == {*self._registries}:
            return secret
        login = next(iter(known.values()))
        config = msgspec.json.encode(dict.fromkeys(self._registries, login))
        return {**secret, "data": {**secret["data"], CONFIG: _coded(config)}}

    def token(self, wanted: Wanted) -> str:
        """A token that is good for a while."""
        account = wanted.account
        about: JSON = {
            "namespace": account.namespace,
            "serviceaccount": {"name": account.name, "uid": account.uid},
        }
        if wanted.bound is not None:
            bound = wanted.bound
            about[bound.kind.lower()] = {"name": bound.name, "uid": bound.uid}
        return self._key.signed(
            {
                "iss": FOR_A_WHILE,
                "sub": _subject(account),
                "aud": list(wanted.audiences or (self.audience,)),
                "iat": tokens.seconds_of(wanted.begins),
                "nbf": tokens.seconds_of(wanted.begins),
                "exp": tokens.seconds_of(wanted.expires),
                "jti": str(uuid.uuid4()),
                "kubernetes.io": about,
            }
        )

    def _for_good(self, account: Account, secret: str) -> str:
        return self._key.signed(
            {
                "iss": FOR_GOOD,
                f"{OF_SECRET}/namespace": account.namespace,
                f"{OF_SECRET}/secret.name": secret,
                f"{OF_SECRET}/service-account.name": account.name,
                f"{OF_SECRET}/service-account.uid": account.uid,
                "sub": _subject(account),
            }
        )

    def _for_registry(self, account: Account, token: JSON) -> JSON:
        secret = base64.b64decode(token["data"]["token"]).decode()
        login = {
            "username": REGISTRY_USER,
            "password": secret,
            "email": "serviceaccount@example.org",
            "auth": _coded(f"{REGISTRY_USER}:{secret}".encode()),
        }
        config = msgspec.json.encode(dict.fromkeys(self._registries, login))
        metadata = {
            "name": _generated(f"{account.name}-dockercfg-"),
            "annotations": {
                **_annotations(account),
                MADE_FOR: token["metadata"]["name"],
            },
            "ownerReferences": [_owner(account)],
        }
        data = {CONFIG: _coded(config)}
        return {"metadata": metadata, "type": "kubernetes.io/dockercfg", "data": data}


class ServiceAccounts:
    """Knows service accounts by their tokens. Implements Authenticator."""

    def __init__(self, key: SigningKey, api: Api, clock: Clock) -> None:
        """Look accounts, secrets and pods up through an Api that sees all of them."""
        self._key = key
        self._api = api
        self._clock = clock

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """The account of a token of ours."""
        if credentials.bearer is None:
            return None
        token = credentials.bearer.reveal()
        issuer = tokens.issuer_of(token)
        if issuer not in {FOR_GOOD, FOR_A_WHILE}:
            return None
        try:
            claims = self._key.read(token)
        except Forged as forged:
            raise Unauthorized("Unauthorized") from forged
        if claims.get("iss") == FOR_GOOD:
            return await self._for_good(claims, token, credentials.audience)
        return await self._for_a_while(claims, credentials.audience)

    async def _for_good(self, claims: Mapping[str, Any], token: str, audience: str) -> Actor:
        if audience not in {"", FOR_A_WHILE}:
            raise Unauthorized("the token is for somebody else")
        account = Account(
            str(claims.get(f"{OF_SECRET}/namespace", "")),
            str(claims.get(f"{OF_SECRET}/service-account.name", "")),
            str(claims.get(f"{OF_SECRET}/service-account.uid", "")),
        )
        await self._check(ACCOUNT, account, account.name, account.uid)
        name = str(claims.get(f"{OF_SECRET}/secret.name", ""))
        secret = await self._check(SECRET, account, name, "")
        held = (secret.get("data") or {}).get("token") or ""
        if not hmac.compare_digest(str(held).encode(), _coded(token.encode()).encode()):
            raise Unauthorized("the token has been taken back")
        return actor.service_account(account.namespace, account.name, account.uid)

    async def _for_a_while(self, claims: Mapping[str, Any], audience: str) -> Actor:
        tokens.check_times(claims, self._clock.now(), must_expire=True)
        if (audience or FOR_A_WHILE) not in tokens.audiences_of(claims):
            raise Unauthorized("the token is for somebody else")
        about = claims.get("kubernetes.io") or {}
        who = about.get("serviceaccount") or {}
        account = Account(
            str(about.get("namespace", "")), str(who.get("name", "")), str(who.get("uid", ""))
        )
        await self._check(ACCOUNT, account, account.name, account.uid)
        extra = {f"{EXTRA}/credential-id": (f"JTI={claims.get('jti', '')}",)}
        for field, kind in (("pod", POD), ("secret", SECRET)):
            bound = about.get(field)
            if bound:
                name, uid = str(bound.get("name", "")), str(bound.get("uid", ""))
                await self._check(kind, account, name, uid)
                extra |= {f"{EXTRA}/{field}-name": (name,), f"{EXTRA}/{field}-uid": (uid,)}
        known = actor.service_account(account.namespace, account.name, account.uid)
        return msgspec.structs.replace(known, extra=extra)

    async def _check(self, kind: Kind, account: Account, name: str, uid: str) -> JSON:
        """The object, which must be there, the same, and not be over.

        Errors: Unauthorized.
        """
        gone = Unauthorized("the token has been taken back")
        try:
            found = (await self._api.get(Resource(kind, account.namespace, name))).content
        except NotFound as missing:
            raise gone from missing
        metadata = found["metadata"]
        ends = metadata.get("deletionTimestamp")
        is_over = ends is not None and instant.parse(ends) <= self._clock.now()
        if (uid and metadata.get("uid") != uid) or is_over:
            raise gone
        return found


def _subject(account: Account) -> str:
    return f"system:serviceaccount:{account.namespace}:{account.name}"


def _logins(secret: JSON) -> Mapping[str, JSON]:
    """The logins in a registry secret; none where somebody has put others among them."""
    try:
        known = msgspec.json.decode(
            base64.b64decode((secret.get("data") or {}).get(CONFIG) or ""), type=dict[str, JSON]
        )
    except ValueError:
        return {}
    is_ours = all(login.get("username") == REGISTRY_USER for login in known.values())
    return known if is_ours else {}


def _annotations(account: Account) -> dict[str, str]:
    return {f"{OF_ACCOUNT}.name": account.name, f"{OF_ACCOUNT}.uid": account.uid}


def _owner(account: Account) -> JSON:
    """Whoever looks after garbage takes the secrets with the account."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "name": account.name, "uid": account.uid}


def _generated(base: str) -> str:
    letters = (secrets.choice(names.SUFFIX_ALPHABET) for _ in range(names.SUFFIX_LENGTH))
    return names.generated(base, "".join(letters))


def _coded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
