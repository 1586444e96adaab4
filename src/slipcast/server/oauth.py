"""The OAuth endpoints: how people get tokens, by program or by browser.

A program that is challenged shows user and password with its request; everybody else is shown a
form, or logs in at a provider. No session is kept: whoever wants a token says who they are.

Source: RFC 6749, RFC 7636, RFC 8414; the OAuth server of OpenShift.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import logging
import secrets
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from slipcast.access.scopes import SCOPES
from slipcast.ports.api import Api
from slipcast.ports.clock import Clock
from slipcast.ports.identity import Authenticator, Credentials, Person, Provider
from slipcast.server import oauthpages as pages
from slipcast.server import oauthrequest
from slipcast.server.oauthanswers import drop, keep, page, sent
from slipcast.server.oauthclients import CLIENTS
from slipcast.server.oauthcodes import Codes, challenge_of
from slipcast.server.oauthgrants import Grants
from slipcast.server.oauthprovider import BACK, CHOICE, Elsewhere, NotLetIn, not_let_in
from slipcast.server.oauthrequest import LARGEST_FORM, Ask, Unanswerable
from slipcast.values.actor import Actor
from slipcast.values.apifaults import ApiFault, Unauthorized
from slipcast.values.sensitive import Sensitive

log = logging.getLogger("slipcast.oauth")

PREFIXES: Final = ("/oauth/", BACK, "/.well-known/oauth-authorization-server")
"""What is served here."""
CSRF: Final = "__Host-csrf"
VERIFIER: Final = "__Host-verifier"
BROWSER: Final = CLIENTS["openshift-browser-client"]
SLOWEST_FORM: Final = 20.0
"""Seconds that a form may take to come."""
WRONG: Final = "The user name or the password is wrong."


class OAuth:
    """Gives tokens to who can log in."""

    def __init__(
        self,
        authenticator: Authenticator,
        api: Api,
        clock: Clock,
        base: Callable[[str], str],
        *,
        passwords: bool = True,
        provider: Provider | None = None,
    ) -> None:
        """Let people in whom the authenticator knows; the Api may write tokens and users.

        Shape:  base gives the server's own address, as reached by a Host header; without passwords
                nobody is asked for one; a provider is where people log in besides.
        """
        self._authenticator = authenticator
        self._passwords = passwords
        self._grants = Grants(api)
        self._codes = Codes(clock)
        self._base = base
        self._elsewhere = Elsewhere(provider, clock) if provider else None
        self.app = Starlette(
            routes=[
                Route("/.well-known/oauth-authorization-server", self.about, methods=["GET"]),
                Route("/oauth/authorize", self.authorize, methods=["GET"]),
                Route("/oauth/authorize", self.logged_in, methods=["POST"]),
                Route("/oauth/token", self.token, methods=["POST"]),
                Route("/oauth/token/request", self.request, methods=["GET"]),
                Route("/oauth/token/display", self.display, methods=["GET"]),
                Route("/oauth/token/implicit", self.implicit, methods=["GET"]),
                Route(BACK + "{name}", self.returned, methods=["GET"]),
            ],
            exception_handlers={Unanswerable: _unanswerable, ApiFault: _failed},
        )
        # Nobody is sent to where a Host header says.
        self.app.router.redirect_slashes = False

    async def about(self, request: Request) -> Response:
        """What there is (RFC 8414)."""
        base = self._where(request)
        return JSONResponse(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/oauth/authorize",
                "token_endpoint": f"{base}/oauth/token",
                "scopes_supported": [*SCOPES],
                "response_types_supported": ["code", "token"],
                "grant_types_supported": ["authorization_code", "implicit"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def authorize(self, request: Request) -> Response:
        """Let a program act for somebody: challenge the program, or show the form."""
        ask = self._ask(request)
        if ask.error:
            return sent(ask.answer({"error": ask.error}))
        if ask.client.is_challenged and self._passwords:
            return await self._challenged(request, ask)
        if self._elsewhere is None:
            return self._form(request, ask) if self._passwords else self._by_token_only(request)
        if ask.client.is_challenged:
            return self._by_browser_only(request)
        is_chosen = request.query_params.get(CHOICE) == self._elsewhere.name
        if (is_chosen or not self._passwords) and not _is_led(request):
            return await self._elsewhere.leave(request, self._where(request))
        return self._form(request, ask)

    async def returned(self, request: Request) -> Response:
        """Back from the provider: what was asked for is answered."""
        if self._elsewhere is None:
            raise Unanswerable("Nobody logs in elsewhere here.")
        base, journey = self._where(request), self._elsewhere.journey(request)
        try:
            person = await self._elsewhere.person(request, journey, base)
            ask = oauthrequest.read(oauthrequest.fields_of(journey.query), base)
            answer = await self._answered(ask, person)
        except NotLetIn as problem:
            answer = not_let_in(problem, journey)
        drop(answer, journey.cookie)
        return answer

    async def logged_in(self, request: Request) -> Response:
        """The form, filled in."""
        ask = self._ask(request)
        fields = await _form_of(request)
        given, held = fields.get("csrf", ""), request.cookies.get(CSRF, "")
        if ask.error or ask.client.is_challenged or not held:
            raise Unanswerable("The form is too old. Please begin again.")
        if not hmac.compare_digest(given.encode(), held.encode()):
            raise Unanswerable("The form is not ours. Please begin again.")
        user = fields.get("username", "")
        try:
            actor = await self._known(request, user, Sensitive(fields.get("password", "")))
        except Unauthorized:
            return self._form(request, ask, user, WRONG)
        return await self._answered(ask, Person(name=actor.name))

    async def token(self, request: Request) -> Response:
        """A code traded in for a token."""
        fields = await _form_of(request)
        client = _client_of(request) or fields.get("client_id", "")
        if client not in CLIENTS:
            return _refused("invalid_client", 401)
        if fields.get("grant_type") != "authorization_code":
            return _refused("unsupported_grant_type")
        redirect = fields.get("redirect_uri", "") or CLIENTS[client].usual(self._where(request))
        code, verifier = fields.get("code", ""), fields.get("code_verifier", "")
        taken = self._codes.take(code, client, redirect, verifier)
        if taken is None:
            return _refused("invalid_grant")
        asked, person = taken
        granted = await self._grants.give(person, asked)
        said = {**granted.answer, "expires_in": granted.seconds}
        return JSONResponse(said, headers={"cache-control": "no-store", "pragma": "no-cache"})

    async def request(self, request: Request) -> Response:
        """Begin a login whose token is shown."""
        base, verifier = self._where(request), secrets.token_urlsafe(48)
        query = urlencode(
            {
                "client_id": BROWSER.name,
                "response_type": "code",
                "redirect_uri": BROWSER.usual(base),
                "code_challenge": challenge_of(verifier),
                "code_challenge_method": "S256",
            }
        )
        answer = sent(f"{base}/oauth/authorize?{query}")
        keep(answer, VERIFIER, verifier)
        return answer

    async def display(self, request: Request) -> Response:
        """Show the token of a login that began with `request`, in the same browser."""
        base = self._where(request)
        fields = oauthrequest.fields_of(request.url.query)
        verifier = request.cookies.get(VERIFIER, "")
        taken = self._codes.take(
            fields.get("code", ""), BROWSER.name, BROWSER.usual(base), verifier
        )
        if taken is None:
            raise Unanswerable("There is no token here. Please begin again.")
        asked, person = taken
        granted = await self._grants.give(person, asked)
        elsewhere = self._elsewhere.name if self._elsewhere else ""
        answer = page(pages.token(granted.token.reveal(), base, elsewhere))
        drop(answer, VERIFIER)
        return answer

    async def implicit(self, _: Request) -> Response:
        """Where programs are sent that read their token from the address."""
        return page(pages.notice("Nothing to see here", "This address is for programs."))

    async def _challenged(self, request: Request, ask: Ask) -> Response:
        if not _is_programs(request):
            what = "A non-empty X-CSRF-Token header is required to receive basic-auth challenges"
            text = f"{what}. For a token, visit {self._where(request)}/oauth/token/request\n"
            return Response(text, 401, {"warning": f'199 slipcast "{what}"'}, "text/plain")
        try:
            actor = await self._known(request, *_basic(request))
        except Unauthorized:
            challenge = {"www-authenticate": 'Basic realm="slipcast"'}
            return Response("Unauthorized\n", 401, challenge, "text/plain")
        return await self._answered(ask, Person(name=actor.name))

    def _by_token_only(self, request: Request) -> Response:
        text = pages.NO_PASSWORDS.format(server=self._where(request))
        if request.headers.get("x-csrf-token"):
            return Response(f"{text}\n", 403, media_type="text/plain")
        return page(pages.notice("Log in with a token", text, link=False), 403)

    def _by_browser_only(self, request: Request) -> Response:
        """What a program is told that cannot show a page, in the words that `oc` looks for."""
        place = f"{self._where(request)}/oauth/token/request"
        text = f"You must obtain an API token by visiting {place}"
        headers = {"link": f'<{place}>; rel="related"', "warning": f'199 OpenShift "{text}"'}
        return Response(f"{text}\n", 401, headers, "text/plain")

    async def _answered(self, ask: Ask, person: Person) -> Response:
        if ask.type == "code":
            return sent(ask.answer({"code": self._codes.give(ask.asked, person)}))
        granted = await self._grants.give(person, ask.asked)
        return sent(ask.answer(granted.answer))

    async def _known(self, request: Request, user: str, password: Sensitive) -> Actor:
        """Who that is.

        Errors: Unauthorized; TooManyRequests; Unavailable.
        """
        if not user or not password:
            raise Unauthorized("Unauthorized")
        address = request.client.host if request.client else ""
        credentials = Credentials(user=user, password=password, address=address)
        actor = await self._authenticator.authenticate(credentials)
        if actor is None:
            raise Unauthorized("Unauthorized")
        return actor

    def _form(self, request: Request, ask: Ask, user: str = "", problem: str = "") -> Response:
        """The form; its cookie stays the same for a browser with several of them open."""
        query, where = request.url.query, self._where(request)
        other = (
            (self._elsewhere.name, self._elsewhere.chosen_at(query)) if self._elsewhere else None
        )
        told = pages.Told(program=ask.client.title, server=where, elsewhere=other or ("", ""))
        if not self._passwords:
            return page(pages.choice(told))
        held = request.cookies.get(CSRF) or secrets.token_urlsafe(32)
        text = pages.login(f"/oauth/authorize?{query}", held, told, user, problem)
        answer = HTMLResponse(text, 401 if problem else 200, pages.headers(ask.asked.redirect))
        keep(answer, CSRF, held)
        return answer

    def _ask(self, request: Request) -> Ask:
        query = request.url.query
        if len(query) > LARGEST_FORM:
            raise Unanswerable("The request is too long.")
        return oauthrequest.read(oauthrequest.fields_of(query), self._where(request))

    def _where(self, request: Request) -> str:
        return self._base(request.headers.get("host", ""))


def _refused(error: str, status: int = 400) -> Response:
    return JSONResponse({"error": error}, status, {"cache-control": "no-store"})


async def _form_of(request: Request) -> dict[str, str]:
    """The fields of the body.

    Errors: Unanswerable.
    """
    pieces, size = [], 0
    try:
        async with asyncio.timeout(SLOWEST_FORM):
            async for piece in request.stream():
                size += len(piece)
                if size > LARGEST_FORM:
                    raise Unanswerable("The form is too large.")
                pieces.append(piece)
    except TimeoutError as slow:
        raise Unanswerable("The form did not come in time.") from slow
    return oauthrequest.fields_of(b"".join(pieces).decode("utf-8", "replace"))


def _basic(request: Request) -> tuple[str, Sensitive]:
    """User and password of the request; empty where it has none."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or len(rest) > LARGEST_FORM:
        return "", Sensitive("")
    try:
        user, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", Sensitive("")
    return user, Sensitive(password)


def _is_programs(request: Request) -> bool:
    """Whether no page made a browser send that.

    A browser must not be made to ask its user for a password, nor to show one it has: pages cannot
    add the header elsewhere, and browsers say of each request where it comes from.
    """
    headers = request.headers
    if headers.get("x-csrf-token"):
        return True
    return "sec-fetch-site" not in headers and bool(_basic(request)[0])


def _is_led(request: Request) -> bool:
    """Whether a page of another site has sent the browser.

    Who is logged in at the provider already would act for that page without having been asked.
    """
    return request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}


def _client_of(request: Request) -> str:
    """The program that names itself in the header; ours are public and have no password."""
    return _basic(request)[0]


async def _unanswerable(_: Request, problem: Exception) -> Response:
    return page(pages.notice("That does not work", str(problem)), 400)


async def _failed(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, ApiFault)  # noqa: S101 -- it is registered for these only
    if request.headers.get("x-csrf-token"):
        answer = Response(problem.message, problem.code, media_type="text/plain")
    else:
        answer = page(pages.notice("Not now", problem.message), problem.code)
    if problem.retry_after:
        answer.headers["retry-after"] = str(problem.retry_after)
    return answer
