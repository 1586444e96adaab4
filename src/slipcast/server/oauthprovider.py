"""Logins at a provider, for the OAuth endpoints: the browser is sent there, and comes back here.

Whatever goes wrong on the way is told on a page, with a way to begin again; nobody is sent to an
address that came with the answer.

Source: OpenID Connect Core 1.0, section 3.1.2; the OpenID identity provider of OpenShift.
"""

from __future__ import annotations

import logging
import re
from typing import Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from slipcast.ports.clock import Clock
from slipcast.ports.identity import Person, Provider
from slipcast.server import journeys, oauthrequest
from slipcast.server import oauthpages as pages
from slipcast.server.journeys import Journey, Journeys
from slipcast.server.oauthanswers import drop, keep, page, sent
from slipcast.server.oauthrequest import LARGEST_FORM, Unanswerable
from slipcast.values.apifaults import ApiFault
from slipcast.values.sensitive import Sensitive

log = logging.getLogger("slipcast.oauth")

BACK: Final = "/oauth2callback/"
CHOICE: Final = "idp"
"""The field of a request that names a provider."""
STRAY: Final = (
    "This login is not known here: it took too long, has ended already, or began in another"
    " browser. Please begin again."
)
REFUSED: Final = frozenset(
    {
        "access_denied", "account_selection_required", "consent_required",
        "interaction_required", "login_required",
    }
)  # fmt: skip
"""Errors that say that the person was not let in; others are between the provider and us."""
NOT_NOW: Final = "temporarily_unavailable"
LONGEST_TOLD: Final = 200
_WORD: Final = re.compile("[a-z_]{1,40}")


class NotLetIn(Exception):
    """A provider does not say who has logged in: why not, and the status of the page."""

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        self.status = status


class Elsewhere:
    """Has people log in at a provider."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._journeys = Journeys(clock)

    @property
    def name(self) -> str:
        """What people call the provider."""
        return self._provider.name

    def chosen_at(self, query: str) -> str:
        """Where a request with that query leads to the provider at once."""
        return f"/oauth/authorize?{query}&{urlencode({CHOICE: self.name})}"

    async def leave(self, request: Request, base: str) -> Response:
        """Send the browser to the provider, to come back for the request it has made.

        Errors: Unanswerable; Unavailable when the provider does not answer.
        """
        fields = oauthrequest.fields_of(request.url.query)
        fields.pop(CHOICE, None)
        journey = self._journeys.begin(urlencode(fields))
        held = self._journeys.cookie_of(journey)
        if not held:
            raise Unanswerable(f"The request is too long to log in with {self.name}.")
        errand = self._journeys.errand(journey, self._back(base))
        answer = sent(await self._provider.place(errand))
        for name in journeys.too_many(request.cookies):
            drop(answer, name)
        keep(answer, journey.cookie, held, int(journeys.LASTS.total_seconds()))
        return answer

    def journey(self, request: Request) -> Journey:
        """The journey that a browser comes back from.

        Errors: Unanswerable when it is none of this browser's.
        """
        fields = self._fields(request)
        journey = self._journeys.ended(fields.get("state", ""), request.cookies)
        if journey is None:
            raise Unanswerable(STRAY)
        return journey

    async def person(self, request: Request, journey: Journey, base: str) -> Person:
        """Who has logged in on a journey.

        Errors: NotLetIn; Unanswerable.
        """
        fields = self._fields(request)
        if "error" in fields:
            raise self._refused(fields["error"], fields.get("error_description", ""))
        if not fields.get("code"):
            raise NotLetIn(f"{self.name} has sent no code", 400)
        errand = self._journeys.errand(journey, self._back(base))
        try:
            return await self._provider.vouched(errand, Sensitive(fields["code"]))
        except ApiFault as fault:
            self._log(fault.message)
            raise NotLetIn(fault.message, fault.code) from fault

    def _fields(self, request: Request) -> dict[str, str]:
        query = request.url.query
        if request.path_params.get("name") != self.name or len(query) > LARGEST_FORM:
            raise Unanswerable(STRAY)
        return oauthrequest.fields_of(query)

    def _back(self, base: str) -> str:
        return f"{base}{BACK}{quote(self.name)}"

    def _refused(self, error: str, description: str) -> NotLetIn:
        word = error if _WORD.fullmatch(error) else "an error that is none"
        self._log(word, description[:LONGEST_TOLD])
        if word in REFUSED:
            return NotLetIn(f"{self.name} has not let you in: {word}", 403)
        status = 503 if word == NOT_NOW else 502
        return NotLetIn(f"{self.name} could not log you in: {word}", status)

    def _log(self, why: str, description: str = "") -> None:
        fields = {"provider": self.name, "why": why, "description": description}
        log.warning("login.refused", extra={"fields": fields})


def not_let_in(problem: NotLetIn, journey: Journey) -> Response:
    """The page that tells it, and leads back to where the journey began."""
    again = f"/oauth/authorize?{journey.query}"
    return page(pages.failed(str(problem), again), problem.status)
