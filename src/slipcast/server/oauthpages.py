"""The pages that people see who log in: plain HTML, no script, nothing from elsewhere.

Pure. Everything that comes from a request is escaped here.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Final
from urllib.parse import urlsplit

import msgspec

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:4em auto;padding:0 1em;"
    "color:#1b1f24;background:#fff}"
    "label{display:block;margin:1em 0 .2em}"
    "input{font:inherit;width:100%;padding:.4em;box-sizing:border-box;border:1px solid #6a737d}"
    "input[aria-invalid]{border:2px solid #a1132a}"
    "button{font:inherit;margin-top:1.5em;padding:.5em 1.5em}"
    ":focus-visible{outline:3px solid #1a5fb4;outline-offset:2px}"
    "code{background:#f0f2f4;padding:.1em .3em}"
    "pre{padding:.6em;background:#f0f2f4;white-space:pre-wrap;word-break:break-all}"
    "pre code{padding:0;user-select:all}"
    "[role=alert]{color:#a1132a}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


LOG_IN: Final = "Log in"
NO_PASSWORDS: Final = (
    "This server lets nobody in by password. With a token from whoever runs it, or from its OpenID"
    " Connect provider: slipcast login --token=TOKEN --server={server}"
)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What people are told before they give their password: who asks, and where that is.

    Shape:  elsewhere is where they can log in instead, as people call it and as an address; both
            empty for nowhere.
    """

    program: str
    server: str
    elsewhere: tuple[str, str] = ("", "")


def headers(redirect: str = "") -> dict[str, str]:
    """The headers of a page.

    Shape:  redirect is where its form may lead to, beside the server itself.
    """
    where = urlsplit(redirect)
    origin = f" {where.scheme}://{where.netloc}" if where.netloc else ""
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'{origin};"
        " frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        "content-security-policy": policy,
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "strict-transport-security": "max-age=31536000",
    }


def login(action: str, csrf: str, told: Told, user: str = "", problem: str = "") -> str:
    """The form that asks for user and password."""
    alert = f'<p role="alert" id="problem">{escape(problem)}</p>' if problem else ""
    wrong = ' aria-invalid="true" aria-describedby="problem"' if problem else ""
    # Who has given a name goes on where the mistake most likely is.
    first, second = ("", " autofocus") if user else (" autofocus", "")
    return _page(
        f"Error: {LOG_IN}" if problem else LOG_IN,
        f"{_asks(told)}"
        f'{alert}<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="csrf" value="{escape(csrf)}">'
        '<label for="username">User name</label>'
        f'<input id="username" name="username" value="{escape(user)}" autocomplete="username"'
        f' autocapitalize="off" spellcheck="false" required{wrong}{first}>'
        '<label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password"'
        f' required{wrong}{second}><button type="submit">Log in</button></form>'
        f"{_instead(*told.elsewhere)}",
        heading=LOG_IN,
    )


def choice(told: Told) -> str:
    """What people are asked who can log in elsewhere only."""
    return _page(LOG_IN, f"{_asks(told)}{_instead(*told.elsewhere)}")


def _asks(told: Told) -> str:
    return f"<p>{escape(told.program)} asks to act for you at <b>{escape(told.server)}</b>.</p>"


def _instead(name: str, address: str) -> str:
    return f'<p><a href="{escape(address)}">{LOG_IN} with {escape(name)}</a></p>' if name else ""


def token(secret: str, server: str, elsewhere: str = "") -> str:
    """The page that shows a new token, once.

    Shape:  elsewhere is a provider that people may have logged in with.
    """
    words = f"login --token={secret} --server={server}"
    nowhere = f"nowhere here; {escape(elsewhere)} may still know you" if elsewhere else "nowhere"
    return _page(
        "Your API token",
        "<p>It is good for a day, and shown this once.</p>"
        f"{_copied(secret)}<h2>Log in with it</h2>"
        f"{_copied(f'slipcast {words}')}{_copied(f'oc {words}')}"
        "<h2>Log out</h2><p>Whoever has the token is you. <code>slipcast logout</code> ends it."
        f" This browser stays logged in {nowhere}.</p>"
        '<p><a href="/oauth/token/request">Another token</a></p>',
    )


def _copied(text: str) -> str:
    """Something to be copied: one click takes all of it."""
    return f"<pre><code>{escape(text)}</code></pre>"


def failed(why: str, again: str) -> str:
    """A login that has come to nothing, and where to begin again."""
    return _page(
        "Not logged in",
        f'<p role="alert">That did not work: {escape(why)}.</p>'
        f'<p><a href="{escape(again)}">Begin again</a></p>',
    )


def notice(title: str, text: str, *, link: bool = True) -> str:
    """A page that says one thing, and where a token is to be had."""
    further = '<p><a href="/oauth/token/request">Ask for a token</a></p>' if link else ""
    return _page(title, f"<p>{escape(text)}</p>{further}")


def _page(title: str, body: str, heading: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} - slipcast</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(heading or title)}</h1>{body}</main></body></html>"
    )
