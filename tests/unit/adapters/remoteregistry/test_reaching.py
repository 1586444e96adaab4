"""How registries are reached, and where nobody is led."""

from __future__ import annotations

import asyncio
import socket
import ssl

import httpx
import pytest

from slipcast.adapters.remoteregistry.reaching import Trust
from slipcast.adapters.remoteregistry.registries import RemoteRegistries
from slipcast.images.origins import Origins
from slipcast.ports.distribution import (
    FORBIDDEN,
    HTTP_ONLY,
    TLS,
    UNAUTHORIZED,
    UNREACHABLE,
    Reaches,
    Way,
)
from slipcast.testing.api import StandingClock
from slipcast.values.digest import Digest
from slipcast.values.imageref import ImageRef
from unit.adapters.remoteregistry.web import (
    ADA,
    BODY,
    HOST,
    LOGIN,
    WEB,
    Web,
    a_manifest,
    basic,
    fault,
    manifest,
    url,
)

pytestmark = pytest.mark.anyio


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


def unreached(cause: OSError) -> Exception:
    """What is raised when nobody is there."""
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("raised", "reason", "words"),
    [
        (unreached(OSError(111, "Connect call failed")), UNREACHABLE, "connection refused"),
        (unreached(socket.gaierror(-2, "Name or so")), UNREACHABLE, "there is no such host"),
        (unreached(socket.gaierror(-3, "Temporary failure")), UNREACHABLE, "Temporary failure"),
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
        clock, trust=Trust(reach=Reaches.INTERNET), transport=httpx.MockTransport(web)
    )

    found = await fault(guarded, image=ImageRef.parse("127.0.0.1:5000/acme/web:1"))

    assert (found.reason, web.asked) == (FORBIDDEN, [])


async def test_what_no_proxy_is_for_is_guarded(
    web: Web, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    trust = Trust(reach=Reaches.NETWORK, proxied=True)
    guarded = RemoteRegistries(clock, trust=trust, transport=httpx.MockTransport(web))

    found = await fault(guarded, image=ImageRef.parse("127.0.0.1:5000/acme/web:1"))

    assert (found.reason, web.asked) == (FORBIDDEN, [])


async def test_who_is_reached_by_a_proxy_is_the_proxys_to_forbid(
    clock: StandingClock, monkeypatch: pytest.MonkeyPatch
):
    heard = list[bytes]()

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n"))
        writer.close()

    async with await asyncio.start_server(proxy, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.delenv("no_proxy", raising=False)
        guarded = RemoteRegistries(clock, trust=Trust(reach=Reaches.NETWORK, proxied=True))
        await fault(guarded, image=ImageRef.parse("169.254.169.254/acme/web:1"))
        await guarded.close()

    assert heard[0].startswith(b"CONNECT 169.254.169.254:443 ")


async def test_where_private_networks_are_forbidden_so_are_those_who_lead_there(
    web: Web, clock: StandingClock
):
    guarded = RemoteRegistries(
        clock, trust=Trust(reach=Reaches.INTERNET), transport=httpx.MockTransport(web)
    )
    image = ImageRef.parse("1.1.1.1/acme/web:1")
    led = httpx.Response(307, headers={"location": "https://169.254.169.254/secrets"})
    web.page(url(host="1.1.1.1"), led)

    found = await fault(guarded, image=image)

    assert (found.reason, len(web.asked)) == (FORBIDDEN, 1)


@pytest.mark.parametrize(
    "trust",
    [
        Trust(reach=Reaches.NETWORK, known=frozenset({"127.0.0.1:5000"})),
        Trust(reach=Reaches.INTERNET, origins=Origins(allowed=("127.0.0.1:5000",))),
    ],
)
async def test_registries_that_are_known_may_be_anywhere(
    web: Web, clock: StandingClock, trust: Trust
):
    guarded = RemoteRegistries(clock, trust=trust, transport=httpx.MockTransport(web))
    web.page(url(host="127.0.0.1:5000"), a_manifest())

    found = await manifest(guarded, image=ImageRef.parse("127.0.0.1:5000/acme/web:1"))

    assert found.body == BODY


async def test_registries_that_are_not_named_are_not_asked_up_22(web: Web, clock: StandingClock):
    trust = Trust(origins=Origins(allowed=("*.example.com",)))
    guarded = RemoteRegistries(clock, trust=trust, transport=httpx.MockTransport(web))

    found = await fault(guarded)

    assert (found.reason, web.asked) == (FORBIDDEN, [])
    assert found.message == (
        f"policy forbids images from {HOST}: they may come from *.example.com only"
    )


async def test_connections_are_ended(web: Web, registries: RemoteRegistries):
    web.page(url(), a_manifest())
    await manifest(registries)

    await registries.close()
    again = await manifest(registries)

    assert again.body == BODY
