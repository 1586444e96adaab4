"""What is said to registries, to whom, and what is made of their answers."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from slipcast.adapters.remoteregistry.reaching import Bounds, Trust
from slipcast.adapters.remoteregistry.registries import RemoteRegistries
from slipcast.images.manifests import OCI_INDEX, SCHEMA_2
from slipcast.ports.distribution import (
    FORBIDDEN,
    HTTP_ONLY,
    LIMITED,
    NOT_V2,
    TLS,
    UNAUTHORIZED,
    UNKNOWN,
    UNREACHABLE,
    DistributionFault,
    Login,
    RemoteManifest,
    Way,
)
from slipcast.testing.api import NOON, StandingClock
from slipcast.values.digest import Digest
from slipcast.values.imageref import ImageRef
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.anyio

HOST = "r.example"
WEB = ImageRef.parse(f"{HOST}/acme/web:1")
BODY = b'{"schemaVersion": 2}'
LOGIN = Login(place=HOST, user="ada", password=Sensitive("secret"))
ADA = "Basic YWRhOnNlY3JldA=="
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Web:
    """A web whose answers are given by the URL; what was asked, with what was said."""

    pages: dict[str, list[httpx.Response | Exception]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)

    def page(self, url: str, *answers: httpx.Response | Exception) -> None:
        """Answer a URL: each answer once, the last one for ever."""
        self.pages[url] = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        url = str(request.url)
        self.asked.append((url, request.headers.get("authorization", "")))
        self.accepted.append(request.headers.get("accept", ""))
        answers = self.pages.get(url, [httpx.Response(404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content)
        )


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


def reading(web: Web, clock: StandingClock, **bounds: Any) -> RemoteRegistries:
    """Who reads from the web."""
    return RemoteRegistries(clock, bounds=Bounds(**bounds), transport=httpx.MockTransport(web))


@pytest.fixture
def registries(web: Web, clock: StandingClock) -> RemoteRegistries:
    return reading(web, clock)


def a_manifest(body: bytes = BODY, media_type: str = SCHEMA_2) -> httpx.Response:
    """A manifest as registries serve it."""
    return httpx.Response(200, content=body, headers={"content-type": media_type})


def bearer(realm: str = "https://auth.example/token", scope: str = "s") -> httpx.Response:
    """A demand for a token."""
    challenge = f'Bearer realm="{realm}",service="r",scope="{scope}"'
    return httpx.Response(401, headers={"www-authenticate": challenge})


def basic() -> httpx.Response:
    """A demand for a password."""
    return httpx.Response(401, headers={"www-authenticate": 'Basic realm="r"'})


def a_token(text: str = "t", **more: Any) -> httpx.Response:
    """A token."""
    return httpx.Response(200, json={"token": text, **more})


def url(path: str = "manifests/1", host: str = HOST, scheme: str = "https") -> str:
    """A URL of the repository."""
    return f"{scheme}://{host}/v2/acme/web/{path}"


TOKEN = "https://auth.example/token?service=r&scope=s"


async def manifest(
    registries: RemoteRegistries, way: Way | None = None, image: ImageRef = WEB
) -> RemoteManifest:
    """The manifest of an image."""
    return await registries.manifest(image, way or Way())


async def fault(
    registries: RemoteRegistries, way: Way | None = None, image: ImageRef = WEB
) -> DistributionFault:
    """Why there is no manifest."""
    with pytest.raises(DistributionFault) as caught:
        await manifest(registries, way, image)
    return caught.value


async def test_nothing_is_said_before_it_is_asked_for(web: Web, registries: RemoteRegistries):
    web.page(url(), a_manifest())

    await manifest(registries, Way(logins=(LOGIN,)))

    assert web.asked == [(url(), "")]


async def test_every_form_of_manifest_is_taken(web: Web, registries: RemoteRegistries):
    web.page(url(), a_manifest())

    await manifest(registries)

    assert web.accepted[0].startswith("application/vnd.oci.image.manifest.v1+json, ")
    assert OCI_INDEX in web.accepted[0]


async def test_a_password_is_told_to_who_asks_for_it(web: Web, registries: RemoteRegistries):
    web.page(url(), basic(), a_manifest())

    await manifest(registries, Way(logins=(LOGIN,)))

    assert web.asked == [(url(), ""), (url(), ADA)]


async def test_a_token_is_fetched_with_the_login(web: Web, registries: RemoteRegistries):
    web.page(url(), bearer(), a_manifest())
    web.page(TOKEN, a_token())

    await manifest(registries, Way(logins=(LOGIN,)))

    assert web.asked == [(url(), ""), (TOKEN, ADA), (url(), "Bearer t")]


async def test_a_token_is_fetched_without_a_login_too(web: Web, registries: RemoteRegistries):
    web.page(url(), bearer(), a_manifest())
    web.page(TOKEN, a_token())

    await manifest(registries)

    assert web.asked[1] == (TOKEN, "")


async def test_a_token_is_used_until_it_ends(
    web: Web, registries: RemoteRegistries, clock: StandingClock
):
    web.page(url(), bearer(), a_manifest(), a_manifest(), bearer(), a_manifest())
    web.page(TOKEN, a_token(expires_in=300), a_token("u"))

    await manifest(registries)
    await manifest(registries)
    clock.moment = NOON.replace(minute=6)
    await manifest(registries)

    said = [each for place, each in web.asked if place == url()]
    assert said == ["", "Bearer t", "Bearer t", "", "Bearer u"]


async def test_a_token_is_for_one_login_and_one_repository(web: Web, registries: RemoteRegistries):
    other = ImageRef.parse(f"{HOST}/acme/other:1")
    web.page(url(), bearer(), a_manifest(), bearer(), a_manifest())
    web.page(f"https://{HOST}/v2/acme/other/manifests/1", bearer(), a_manifest())
    web.page(TOKEN, a_token())

    await manifest(registries)
    await manifest(registries, Way(logins=(LOGIN,)))
    await manifest(registries, image=other)

    assert [place for place, _ in web.asked].count(TOKEN) == 3


async def test_a_token_that_holds_no_longer_is_fetched_again(
    web: Web, registries: RemoteRegistries
):
    web.page(url(), bearer(), a_manifest(), bearer(), a_manifest())
    web.page(TOKEN, a_token(), a_token("u"))

    await manifest(registries)
    await manifest(registries)

    said = [each for place, each in web.asked if place == url()]
    assert said == ["", "Bearer t", "Bearer t", "Bearer u"]


@pytest.mark.parametrize("realm", ["http://auth.example/token", "file:///x", "", "ftp://a.example"])
async def test_a_token_is_not_fetched_where_others_listen(
    web: Web, registries: RemoteRegistries, realm: str
):
    web.page(url(), bearer(realm))

    found = await fault(registries, Way(logins=(LOGIN,)))

    assert (found.reason, len(web.asked)) == (TLS, 1)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_token_server_may_refuse_up_22(web: Web, registries: RemoteRegistries, status: int):
    web.page(url(), bearer())
    web.page(TOKEN, httpx.Response(status))

    found = await fault(registries, Way(logins=(LOGIN,)))

    assert (found.reason, found.anonymous) == (UNAUTHORIZED, False)


@pytest.mark.parametrize("answer", [httpx.Response(200, content=b"<html>"), httpx.Response(500)])
async def test_a_token_server_may_be_broken(
    web: Web, registries: RemoteRegistries, answer: httpx.Response
):
    web.page(url(), bearer())
    web.page(TOKEN, answer)

    assert (await fault(registries)).reason in {UNAUTHORIZED, UNREACHABLE}


@pytest.mark.parametrize("answer", [basic(), httpx.Response(401), httpx.Response(403)])
async def test_who_has_nothing_to_say_is_told_that_up_22(
    web: Web, registries: RemoteRegistries, answer: httpx.Response
):
    web.page(url(), answer)

    found = await fault(registries)

    assert (found.reason, found.anonymous) == (UNAUTHORIZED, True)


async def test_what_a_registry_says_is_told_without_what_cannot_be_shown(
    web: Web, registries: RemoteRegistries
):
    errors = [{"code": "DENIED", "message": "ask\x1b[31m Eve\n" + "x" * 1000}]
    web.page(url(), httpx.Response(403, json={"errors": errors}))

    found = await fault(registries)

    assert ": ask[31m Evexxx" in found.message
    assert len(found.message) < 300


async def test_docker_io_is_where_its_registry_is(web: Web, registries: RemoteRegistries):
    place = "https://registry-1.docker.io/v2/library/ruby/manifests/latest"
    web.page(place, a_manifest())

    await manifest(registries, image=ImageRef.parse("ruby"))

    assert web.asked == [(place, "")]


async def test_a_login_follows_no_redirect_to_another_host(web: Web, registries: RemoteRegistries):
    digest = Digest.of(BODY)
    led = "https://cdn.example/blob?sig=1"
    moved = httpx.Response(307, headers={"location": led})
    web.page(url(f"blobs/{digest}"), basic(), moved)
    web.page(led, httpx.Response(200, content=BODY))

    pieces = await registries.blob(WEB, digest, Way(logins=(LOGIN,)))
    content = b"".join([piece async for piece in pieces])

    assert content == BODY
    assert web.asked[1:] == [(url(f"blobs/{digest}"), ADA), (led, "")]


async def test_a_login_follows_a_redirect_on_its_host(web: Web, registries: RemoteRegistries):
    moved = httpx.Response(302, headers={"location": "/v2/acme/web/manifests/one"})
    web.page(url(), basic(), moved)
    web.page(url("manifests/one"), a_manifest())

    await manifest(registries, Way(logins=(LOGIN,)))

    assert web.asked[-1] == (url("manifests/one"), ADA)


async def test_who_is_led_elsewhere_answers_no_questions_there(
    web: Web, registries: RemoteRegistries
):
    web.page(url(), httpx.Response(307, headers={"location": "https://evil.example/"}))
    web.page("https://evil.example/", basic())

    found = await fault(registries, Way(logins=(LOGIN,)))

    assert found.reason == UNAUTHORIZED
    assert {said for _, said in web.asked} == {""}


@pytest.mark.parametrize(
    "location",
    ["http://cdn.example/", "file:///etc/passwd", "https://u:p@cdn.example/", "https://a:x/"],
)
async def test_nobody_is_led_where_it_is_not_safe(
    web: Web, registries: RemoteRegistries, location: str
):
    web.page(url(), httpx.Response(307, headers={"location": location}))

    await fault(registries)

    assert len(web.asked) == 1


async def test_redirects_end(web: Web, registries: RemoteRegistries):
    web.page(url(), httpx.Response(307, headers={"location": url()}))

    found = await fault(registries)

    assert (found.message, len(web.asked)) == (f"{HOST} redirects without end", 6)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_who_is_busy_is_asked_again(web: Web, registries: RemoteRegistries, status: int):
    web.page(url(), httpx.Response(status), httpx.Response(status), a_manifest())

    found = await manifest(registries)

    assert found.body == BODY


@pytest.mark.parametrize(("status", "reason"), [(429, LIMITED), (503, UNREACHABLE)])
async def test_who_stays_busy_is_left_alone(
    web: Web, registries: RemoteRegistries, status: int, reason: str
):
    web.page(url(), httpx.Response(status))

    found = await fault(registries)

    assert (found.reason, found.retryable, len(web.asked)) == (reason, True, 3)


@pytest.mark.parametrize("when", ["7", "Sun, 22 Nov 2026 12:00:07 GMT"])
async def test_a_registry_says_when_to_ask_again(
    web: Web, registries: RemoteRegistries, clock: StandingClock, when: str
):
    web.page(url(), httpx.Response(429, headers={"retry-after": when}), a_manifest())

    await manifest(registries)

    assert clock.now() == NOON.replace(second=7)


async def test_nobody_waits_for_hours(web: Web, registries: RemoteRegistries):
    web.page(url(), httpx.Response(429, headers={"retry-after": "3600"}))

    found = await fault(registries)

    assert (found.reason, len(web.asked)) == (LIMITED, 1)


@pytest.mark.parametrize("status", [400, 405, 418])
async def test_other_answers_are_not_asked_for_again(
    web: Web, registries: RemoteRegistries, status: int
):
    web.page(url(), httpx.Response(status))

    found = await fault(registries)

    assert (found.retryable, len(web.asked)) == (False, 1)
    assert f"answers {status}" in found.message


async def test_what_a_registry_does_not_have_is_unknown(web: Web, registries: RemoteRegistries):
    errors = {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}
    web.page(url(), httpx.Response(404, json=errors))

    found = await fault(registries)

    assert (found.reason, len(web.asked)) == (UNKNOWN, 1)


@pytest.mark.parametrize(("status", "reason"), [(200, UNKNOWN), (401, UNKNOWN), (404, NOT_V2)])
async def test_what_is_no_registry_is_told_apart_is_88(
    web: Web, registries: RemoteRegistries, status: int, reason: str
):
    web.page(f"https://{HOST}/v2/", httpx.Response(status))

    assert (await fault(registries)).reason == reason


async def test_a_manifest_that_is_too_large_is_not_read(web: Web, clock: StandingClock):
    web.page(url(), a_manifest(b"x" * 1001))

    found = await fault(reading(web, clock, manifest=1000))

    assert "more than 1000 bytes" in found.message


async def test_a_manifest_that_is_another_is_not_taken(web: Web, registries: RemoteRegistries):
    wanted = Digest.of(b"another")
    web.page(url(f"manifests/{wanted}"), a_manifest())

    found = await fault(registries, image=WEB.with_digest(wanted))

    assert "another manifest" in found.message


def tags(*names: object, after: str = "") -> httpx.Response:
    """A page of tags, and where the next one is."""
    headers = {"link": f'<{after}>; rel="next"'} if after else {}
    return httpx.Response(200, json={"name": "acme/web", "tags": list(names)}, headers=headers)


async def test_tags_are_read_through_all_pages(web: Web, registries: RemoteRegistries):
    web.page(url("tags/list"), tags("a", after="/v2/acme/web/tags/list?last=a"))
    web.page(url("tags/list?last=a"), tags("b", "a", after=url("tags/list?last=b")))
    web.page(url("tags/list?last=b"), tags("c"))

    assert await registries.tags(WEB, Way()) == ("a", "b", "c")


@pytest.mark.parametrize(
    "after",
    ["https://evil.example/v2/", "http://r.example/v2/x", url("tags/list"), "https://[x", ""],
)
async def test_pages_are_of_the_registry_and_end(
    web: Web, registries: RemoteRegistries, after: str
):
    web.page(url("tags/list"), tags("a", after=after))

    assert await registries.tags(WEB, Way()) == ("a",)
    assert len(web.asked) == 1


async def test_what_is_no_tag_is_left_out(web: Web, registries: RemoteRegistries):
    web.page(url("tags/list"), tags("ok", "../x", "", "a" * 129, ".x"))

    assert await registries.tags(WEB, Way()) == ("ok",)


@pytest.mark.parametrize("body", [b'{"tags": null}', b"{}", b'{"tags": []}'])
async def test_a_repository_may_have_no_tags(web: Web, registries: RemoteRegistries, body: bytes):
    web.page(url("tags/list"), httpx.Response(200, content=body))

    assert await registries.tags(WEB, Way()) == ()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"tags": [3]}', b"\xff", b"[" * 100_000])
async def test_what_is_no_list_of_tags_is_told(web: Web, registries: RemoteRegistries, body: bytes):
    web.page(url("tags/list"), httpx.Response(200, content=body))

    with pytest.raises(DistributionFault, match="no list of the tags of acme/web"):
        await registries.tags(WEB, Way())


async def test_there_may_be_too_many_tags(web: Web, clock: StandingClock):
    web.page(url("tags/list"), tags("a", "b", "c"))

    with pytest.raises(DistributionFault, match="too many tags"):
        await reading(web, clock, tags=2).tags(WEB, Way())


def not_tls() -> Exception:
    """What is raised when the other side does not speak TLS."""
    error = httpx.ConnectError("wrong")
    cause = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    cause.reason = "WRONG_VERSION_NUMBER"
    error.__cause__ = cause
    return error


def untrusted() -> Exception:
    """What is raised when a certificate cannot be trusted."""
    error = httpx.ConnectError("untrusted")
    cause = ssl.SSLCertVerificationError(1, "no")
    cause.verify_message = "self-signed certificate"
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("raised", "reason", "words"),
    [
        (not_tls(), HTTP_ONLY, "not with TLS"),
        (untrusted(), TLS, "cannot be trusted: self-signed certificate"),
        (httpx.ConnectError("refused"), UNREACHABLE, "refused"),
        (httpx.ConnectTimeout(""), UNREACHABLE, "too long"),
        (httpx.ReadError("broken"), UNREACHABLE, "broken"),
    ],
)
async def test_why_a_registry_is_not_reached_is_told_apart_up_22(
    web: Web, registries: RemoteRegistries, raised: Exception, reason: str, words: str
):
    web.page(url(), raised)

    found = await fault(registries)

    assert found.reason == reason
    assert words in found.message


async def test_who_does_not_mind_is_answered_without_tls_is_518(
    web: Web, registries: RemoteRegistries
):
    web.page(url(), not_tls())
    web.page(url(scheme="http"), a_manifest())

    first = await manifest(registries, Way(insecure=True))
    second = await manifest(registries, Way(insecure=True))

    assert first == second
    assert [place for place, _ in web.asked].count(url()) == 1


async def test_who_minds_is_not_answered_without_tls(web: Web, registries: RemoteRegistries):
    web.page(url(), not_tls())
    web.page(url(scheme="http"), a_manifest())
    await manifest(registries, Way(insecure=True))

    assert (await fault(registries)).reason == HTTP_ONLY


async def test_tls_is_tried_first_even_by_who_does_not_mind(web: Web, registries: RemoteRegistries):
    web.page(url(), a_manifest())

    await manifest(registries, Way(insecure=True))

    assert web.asked == [(url(), "")]


async def test_registries_in_private_networks_may_be_forbidden(web: Web, clock: StandingClock):
    guarded = RemoteRegistries(
        clock, trust=Trust(private_addresses=False), transport=httpx.MockTransport(web)
    )

    found = await fault(guarded, image=ImageRef.parse("127.0.0.1:5000/acme/web:1"))

    assert (found.reason, web.asked) == (FORBIDDEN, [])


async def test_where_private_networks_are_forbidden_so_are_those_who_lead_there(
    web: Web, clock: StandingClock
):
    guarded = RemoteRegistries(
        clock, trust=Trust(private_addresses=False), transport=httpx.MockTransport(web)
    )
    image = ImageRef.parse("1.1.1.1/acme/web:1")
    led = httpx.Response(307, headers={"location": "https://169.254.169.254/secrets"})
    web.page(url(host="1.1.1.1"), led)

    found = await fault(guarded, image=image)

    assert (found.reason, len(web.asked)) == (FORBIDDEN, 1)


async def test_connections_are_ended(web: Web, registries: RemoteRegistries):
    web.page(url(), a_manifest())
    await manifest(registries)

    await registries.close()
    again = await manifest(registries)

    assert again.body == BODY


async def test_a_token_that_is_asked_for_by_who_knows_how(web: Web, registries: RemoteRegistries):
    web.page(url(), bearer(scope="repository:acme/web:pull"), a_manifest())
    asked = TOKEN.replace("scope=s", "scope=repository%3Aacme%2Fweb%3Apull")
    web.page(asked, httpx.Response(200, content=json.dumps({"access_token": "t"}).encode()))

    await manifest(registries)

    assert web.asked[-1] == (url(), "Bearer t")
