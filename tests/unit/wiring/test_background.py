"""How a server in the background is told what to do."""

from __future__ import annotations

from pathlib import Path

from slipcast.ports.daemon import Identification, Serving
from slipcast.wiring.background import _words
from slipcast.wiring.serving import Place

STATE = Path("/state")


def told(identity: Identification) -> list[str]:
    """The words of the command line about who is let in."""
    words = _words(Serving(identity=identity), Place(STATE))
    return words[words.index("--listen") + 2 :]


def test_nothing_is_said_of_what_is_not_asked_for() -> None:
    assert told(Identification()) == []


def test_who_is_let_in_is_said_again() -> None:
    identity = Identification(htpasswd=Path("/users"), oidc_issuer="https://i", oidc_client_id="c")

    assert told(identity) == [
        *("--htpasswd", "/users"),
        *("--oidc-issuer", "https://i"),
        *("--oidc-client-id", "c"),
    ]


def test_what_is_said_goes_over_the_settings() -> None:
    usual = Identification(htpasswd=Path("/usual"), oidc_issuer="https://u", registries=("r:1",))

    whole = Identification(htpasswd=Path("/said")).over(usual)

    assert (whole.htpasswd, whole.oidc_issuer, whole.registries) == (
        Path("/said"),
        "https://u",
        ("r:1",),
    )
