"""What came of webhooks that were delivered.

Written by the server alone. What was sent, and the secret, are not in it.
"""

from __future__ import annotations

from msgspec import field

from slipcast.api.meta import Object
from slipcast.api.wire import Time


class WebhookDelivery(Object, frozen=True, kw_only=True):
    """A webhook that was delivered by somebody who knows its secret.

    buildConfig: the BuildConfig it was for.
    type: GitHub, GitLab, Bitbucket or Generic.
    event: what happened, in the words of who sent it.
    deliveryID: which delivery it is, in the words of who sent it.
    receivedAt: when it came.
    ref: the ref that was pushed.
    commit: the commit that was pushed.
    outcome: Started, Ignored, Rejected or Failed.
    build: the build that was started.
    message: what came of it, in a sentence.
    """

    build_config: str = ""
    type: str = ""
    event: str = ""
    delivery_id: str = field(default="", name="deliveryID")
    received_at: Time = ""
    ref: str = ""
    commit: str = ""
    outcome: str = ""
    build: str = ""
    message: str = ""
