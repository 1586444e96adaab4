"""How the OAuth endpoints answer: pages, redirects, cookies that are for nobody else."""

from __future__ import annotations

from starlette.responses import HTMLResponse, RedirectResponse, Response

from slipcast.server import oauthpages as pages


def keep(answer: Response, name: str, value: str, seconds: int = 3600) -> None:
    """Have the browser keep something, and send it nowhere else."""
    answer.set_cookie(name, value, max_age=seconds, secure=True, httponly=True, samesite="lax")


def drop(answer: Response, name: str) -> None:
    """Have the browser forget it."""
    answer.delete_cookie(name, secure=True, httponly=True, samesite="lax")


def sent(address: str) -> Response:
    """To another address."""
    return RedirectResponse(
        address, 302, {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    )


def page(text: str, status: int = 200) -> Response:
    """A page without a form."""
    return HTMLResponse(text, status, pages.headers())
