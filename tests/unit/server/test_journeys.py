"""Logins for which a browser is elsewhere."""

from __future__ import annotations

import re

import pytest

from slipcast.server.journeys import COOKIE, Journey, Journeys, too_many
from slipcast.server.oauthcodes import challenge_of
from unit.store.conftest import StandingClock

BACK = "https://server.test/oauth2callback/openid"
QUERY = "client_id=openshift-browser-client&state=a+b"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def journeys(clock: StandingClock) -> Journeys:
    return Journeys(clock)


def kept(journeys: Journeys, journey: Journey) -> dict[str, str]:
    """The cookie of a browser that is on a journey."""
    return {journey.cookie: journeys.cookie_of(journey)}


def test_whoever_comes_back_is_known_by_state_and_cookie(journeys: Journeys) -> None:
    journey = journeys.begin(QUERY)

    found = journeys.ended(journeys.errand(journey, BACK).state, kept(journeys, journey))

    assert found == journey


def test_the_errand_is_the_same_before_and_after(journeys: Journeys) -> None:
    journey = journeys.begin(QUERY)

    errand = journeys.errand(journey, BACK)

    assert errand == journeys.errand(journey, BACK)
    assert errand.challenge == challenge_of(errand.verifier.reveal())
    assert len({errand.state, errand.nonce, errand.verifier.reveal(), journey.name}) == 4


def test_neither_cookie_nor_state_tells_the_verifier(journeys: Journeys) -> None:
    journey = journeys.begin(QUERY)
    errand = journeys.errand(journey, BACK)

    told = f"{kept(journeys, journey)} {errand.state} {errand.nonce} {errand!r}"

    assert errand.verifier.reveal() not in told


def test_a_journey_ends_once(journeys: Journeys) -> None:
    journey = journeys.begin(QUERY)
    state, cookies = journeys.errand(journey, BACK).state, kept(journeys, journey)
    journeys.ended(state, cookies)

    assert journeys.ended(state, cookies) is None


def test_a_journey_that_takes_too_long_is_none(journeys: Journeys, clock: StandingClock) -> None:
    journey = journeys.begin(QUERY)
    cookies = kept(journeys, journey)
    clock.move(minutes=10)

    assert journeys.ended(journeys.errand(journey, BACK).state, cookies) is None


def test_another_browser_is_not_on_the_journey(journeys: Journeys) -> None:
    journey, other = journeys.begin(QUERY), journeys.begin(QUERY)

    assert journeys.ended(journeys.errand(journey, BACK).state, kept(journeys, other)) is None


def test_a_cookie_of_another_journey_is_not_taken_for_it(journeys: Journeys) -> None:
    journey, other = journeys.begin(QUERY), journeys.begin("client_id=console")
    cookies = {journey.cookie: journeys.cookie_of(other)}

    assert journeys.ended(journeys.errand(journey, BACK).state, cookies) is None


@pytest.mark.parametrize("state", ["", ".", "{}", "{}.", "{}.forged", "../x.y", "ä.ö"])
def test_a_state_that_is_not_ours_is_of_no_journey(journeys: Journeys, state: str) -> None:
    journey = journeys.begin(QUERY)

    assert journeys.ended(state.format(journey.name), kept(journeys, journey)) is None


@pytest.mark.parametrize(
    ("old", "new"), [(r"^.", "!"), (r"\..*", ""), (r"\..*", ".forged"), (".*", ""), (r"$", "é")]
)
def test_a_cookie_that_was_changed_is_not_taken(journeys: Journeys, old: str, new: str) -> None:
    journey = journeys.begin(QUERY)
    cookies = {journey.cookie: re.sub(old, new, journeys.cookie_of(journey), count=1)}

    assert journeys.ended(journeys.errand(journey, BACK).state, cookies) is None


def test_what_another_process_has_signed_is_not_taken(
    journeys: Journeys, clock: StandingClock
) -> None:
    others = Journeys(clock)
    journey = others.begin(QUERY)

    assert journeys.ended(others.errand(journey, BACK).state, kept(others, journey)) is None


def test_a_browser_does_not_keep_more_than_it_can(journeys: Journeys) -> None:
    assert journeys.cookie_of(journeys.begin("a" * 2500))
    assert journeys.cookie_of(journeys.begin("a" * 4000)) == ""


def test_journeys_that_were_left_do_not_fill_the_requests_of_a_browser() -> None:
    few, many = ([f"{COOKIE}{each}" for each in range(count)] for count in (4, 5))

    assert too_many(["__Host-csrf", *few]) == ()
    assert too_many(["__Host-csrf", *many]) == tuple(many)
