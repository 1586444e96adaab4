"""OpenID Connect: people whom somebody else vouches for, by ID tokens.

Names and groups of our own (`system:`) are nobody else's to give.

Source: OpenID Connect Core 1.0, section 3.1.3.7; Kubernetes authentication: OpenID Connect tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from slipcast.adapters.identity import tokens
from slipcast.adapters.identity.keysets import ProviderKeys
from slipcast.adapters.identity.people import RESERVED, allowed
from slipcast.adapters.identity.providerline import ProviderLine
from slipcast.ports.clock import Clock
from slipcast.ports.daemon import Identification
from slipcast.ports.identity import Credentials, Person
from slipcast.values.actor import AUTHENTICATED, PEOPLE, Actor
from slipcast.values.apifaults import Unauthorized
from slipcast.values.faults import FieldError, InvalidFault

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
)
"""Signatures by a key that only the provider has."""
PROVIDER: Final = "openid"
"""What identities that the provider vouches for begin with."""
LONGEST: Final = 1024
"""Letters of a name."""


class OpenId:
    """Knows people by the ID tokens of one provider. Implements Authenticator."""

    def __init__(self, wanted: Identification, clock: Clock) -> None:
        """Take the provider's tokens as the settings say.

        Errors: InvalidFault.
        """
        _check(wanted)
        self._wanted = wanted
        self._clock = clock
        self._registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        self.line = ProviderLine(wanted.oidc_ca_file)
        self.keys = ProviderKeys(wanted.oidc_issuer, self.line, clock)

    async def close(self) -> None:
        """Let go of connections."""
        await self.line.close()

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """The user of a token.

        Errors: Unauthorized; Unavailable when the provider does not answer.
        """
        if credentials.bearer is None or credentials.audience:
            return None
        token = credentials.bearer.reveal()
        if tokens.issuer_of(token) != self._wanted.oidc_issuer:
            return None
        person = self.person(await self.claims(token))
        return Actor(name=person.name, groups=(*person.groups, AUTHENTICATED, PEOPLE))

    async def claims(self, token: str) -> Mapping[str, Any]:
        """What a token says, which the provider has signed for us and which is good now.

        Errors: Unauthorized; Unavailable when the provider does not answer.
        """
        keys = await self.keys.of(tokens.key_of(token))
        try:
            claims = jwt.decode(token, keys, registry=self._registry).claims
        except (JoseError, ValueError) as wrong:
            raise Unauthorized("Unauthorized") from wrong
        self._check_claims(claims)
        return claims

    def person(self, claims: Mapping[str, Any]) -> Person:
        """Whom claims are about.

        Errors: Unauthorized.
        """
        return Person(
            name=self._name(claims),
            groups=self._groups(claims),
            provider=PROVIDER,
            known_as=str(claims.get("sub") or ""),
        )

    def _check_claims(self, claims: Mapping[str, Any]) -> None:
        tokens.check_times(claims, self._clock.now(), must_expire=True)
        if claims.get("iss") != self._wanted.oidc_issuer:
            raise Unauthorized("Unauthorized")
        if self._wanted.oidc_client_id not in tokens.audiences_of(claims):
            raise Unauthorized("the token is for somebody else")
        for claim, value in self._wanted.oidc_required_claims:
            if claims.get(claim) != value:
                raise Unauthorized(f"the token lacks the claim {claim} as it is required")

    def _name(self, claims: Mapping[str, Any]) -> str:
        claim = self._wanted.oidc_username_claim or "sub"
        name = claims.get(claim)
        if not isinstance(name, str) or not name or not name.isprintable():
            raise Unauthorized(f"the token has no user name in the claim {claim}")
        if claim == "email" and claims.get("email_verified", True) is not True:
            raise Unauthorized("the email address of the token is not verified")
        prefix = self._wanted.oidc_username_prefix
        if prefix is None:
            prefix = "" if claim == "email" else f"{self._wanted.oidc_issuer}#"
        whole = prefix + name
        if whole.startswith(RESERVED) or len(whole) > LONGEST:
            raise Unauthorized("the token has a user name that is not its own to give")
        return whole

    def _groups(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        found = claims.get(self._wanted.oidc_groups_claim) if self._wanted.oidc_groups_claim else ()
        listed = [found] if isinstance(found, str) else found
        if not isinstance(listed, list | tuple):
            return ()
        prefix = self._wanted.oidc_groups_prefix
        return allowed(f"{prefix}{each}" for each in listed if isinstance(each, str) and each)


def _check(wanted: Identification) -> None:
    errors = []
    if not wanted.oidc_issuer.startswith("https://"):
        what = "must be an https URL, as the provider writes it into its tokens"
        errors.append(FieldError(path="--oidc-issuer", what=what, value=wanted.oidc_issuer))
    if not wanted.oidc_client_id:
        errors.append(FieldError(path="--oidc-client-id", what="must be said with --oidc-issuer"))
    if errors:
        raise InvalidFault(tuple(errors))
