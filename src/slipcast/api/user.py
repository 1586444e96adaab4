"""People, the groups they are in, and what they prove themselves with.

Source: the API references of user.openshift.io/v1 and oauth.openshift.io/v1.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import field
from typing_extensions import override

from slipcast.api.meta import Object, ObjectReference
from slipcast.api.wire import Int32, Int64


class User(Object, frozen=True, kw_only=True):
    """Somebody who is a person.

    fullName: the name people use.
    identities: who vouches for the person.
    groups: groups the person is in.
    """

    full_name: str = ""
    identities: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Group(Object, frozen=True, kw_only=True):
    """Several people.

    users: their names.
    """

    users: tuple[str, ...] = ()


class Identity(Object, frozen=True, kw_only=True):
    """A person as somebody else knows them.

    providerName: who that is.
    providerUserName: the name there.
    user: the person here.
    extra: what else is known there.
    """

    provider_name: str = ""
    provider_user_name: str = ""
    user: ObjectReference = ObjectReference()
    extra: Mapping[str, str] = {}


class UserIdentityMapping(Object, frozen=True, kw_only=True):
    """Which person an identity is.

    identity: the identity.
    user: the person.
    """

    identity: ObjectReference = ObjectReference()
    user: ObjectReference = ObjectReference()


class OAuthAccessToken(Object, frozen=True, kw_only=True):
    """A token with which a person proves themselves; its name follows from it.

    clientName: the program it was made for.
    expiresIn: how long it is good for, in seconds.
    scopes: what it may be used for.
    redirectURI: where it was sent.
    userName: the person.
    userUID: the person's uid.
    authorizeToken: the token it was made from.
    refreshToken: a token with which it is made anew.
    inactivityTimeoutSeconds: how long it may lie unused.
    """

    client_name: str = ""
    expires_in: Int64 = 0
    scopes: tuple[str, ...] = ()
    redirect_uri: str = field(default="", name="redirectURI")
    user_name: str = ""
    user_uid: str = field(default="", name="userUID")
    authorize_token: str = ""
    refresh_token: str = ""
    inactivity_timeout_seconds: Int32 = 0

    @override
    def __repr__(self) -> str:
        # Tokens must not come into a log by way of a repr.
        return f"OAuthAccessToken(name=..., user_name={self.user_name!r})"


class UserOAuthAccessToken(OAuthAccessToken, frozen=True, kw_only=True):
    """A token of whoever asks."""
