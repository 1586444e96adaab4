"""Access tokens of people: `sha256~` and something random, known by the hash of it.

The name of the object that stands for a token follows from the token, and not the other way: who
reads the objects cannot log in with them.

Source: OpenShift 4, oauth.openshift.io OAuthAccessToken.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

PREFIX: Final = "sha256~"
GROUPS: Final = "oauth.slipcast.io/groups"
"""The annotation of such an object with the groups that whoever vouched at the login named."""
SHORTEST: Final = 32
"""Letters after the prefix of a token that we have made."""


def token_of(random: str) -> str:
    """The token that something random is."""
    return PREFIX + random


def name_of(token: str) -> str:
    """The name of the object that stands for a token; empty for what is no such token."""
    random = token.removeprefix(PREFIX)
    if not token.startswith(PREFIX) or len(random) < SHORTEST:
        return ""
    digest = hashlib.sha256(random.encode()).digest()
    return PREFIX + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
