"""The pages that people see who log in: plain HTML, no script, nothing from elsewhere.

Pure. Everything that comes from a request is escaped here.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Final
from urllib.parse import urlsplit

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:4em auto;padding:0 1em;"
    "color:#1b1f24;background:#fff}"
    "label{display:block;margin:1em 0 .2em}"
    "input{font:inherit;width:100%;padding:.4em;box-sizing:border-box}"
    "button{font:inherit;margin-top:1.5em;padding:.5em 1.5em}"
    "code{display:block;padding:.6em;background:#f0f2f4;overflow-wrap:anywhere}"
    "[role=alert]{color:#a1132a}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


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


def login(action: str, csrf: str, user: str = "", problem: str = "") -> str:
    """The form that asks for user and password."""
    alert = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    return _page(
        "Log in",
        f'{alert}<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="csrf" value="{escape(csrf)}">'
        '<label for="username">User name</label>'
        f'<input id="username" name="username" value="{escape(user)}" autocomplete="username"'
        " autocapitalize=off required autofocus>"
        '<label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password"'
        ' required><button type="submit">Log in</button></form>',
    )


def token(secret: str, server: str) -> str:
    """The page that shows a new token, once."""
    shown, where = escape(secret), escape(server)
    return _page(
        "Your API token",
        f"<p>It is good for a day, and shown this once.</p><code>{shown}</code>"
        f"<h2>Log in with it</h2><code>slipcast login --token={shown} --server={where}</code>"
        f"<code>oc login --token={shown} --server={where}</code>"
        "<h2>Log out</h2><p>Whoever has the token is you. <code>slipcast logout</code> ends it.</p>"
        '<p><a href="/oauth/token/request">Another token</a></p>',
    )


def notice(title: str, text: str) -> str:
    """A page that says one thing."""
    link = '<p><a href="/oauth/token/request">Ask for a token</a></p>'
    return _page(title, f"<p>{escape(text)}</p>{link}")


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} - slipcast</title><style>{STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )
