"""How a server in the background is told what to do."""

from __future__ import annotations

from pathlib import Path

from slipcast.ports.daemon import Identification, Serving
from slipcast.values.sensitive import Sensitive
from slipcast.wiring.background import _length, _tail, _words
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


def test_a_secret_is_never_on_a_command_line() -> None:
    identity = Identification(
        oidc_client_secret=Sensitive("hush"), oidc_client_secret_file=Path("/client")
    )

    assert told(identity) == ["--oidc-client-secret-file", "/client"]


def test_what_is_said_goes_over_the_settings() -> None:
    usual = Identification(htpasswd=Path("/usual"), oidc_issuer="https://u", registries=("r:1",))

    whole = Identification(htpasswd=Path("/said")).over(usual)

    assert (whole.htpasswd, whole.oidc_issuer, whole.registries) == (
        Path("/said"),
        "https://u",
        ("r:1",),
    )


def test_what_a_log_had_before_is_not_told_again(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("an older line\n")
    before = _length(log)

    with log.open("a") as file:
        file.write("ERROR: this is new\n")

    assert _tail(log, before) == ("ERROR: this is new",)
