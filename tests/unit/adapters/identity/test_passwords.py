"""Password files, and who is known by them."""

from __future__ import annotations

import asyncio
import logging
import shutil
import subprocess
from pathlib import Path

import bcrypt
import pytest

from slipcast.adapters.identity.guesses import ADDRESS, EACH, Guesses
from slipcast.adapters.identity.htpasswd import PasswordFile
from slipcast.adapters.identity.passwords import Passwords
from slipcast.api import kinds
from slipcast.ports.api import Api, Resource
from slipcast.ports.identity import Credentials
from slipcast.values.actor import Actor
from slipcast.values.apifaults import TooManyRequests, Unauthorized, Unavailable
from slipcast.values.faults import InvalidFault
from slipcast.values.sensitive import Sensitive
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

SHA_OF_PW = "{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM="
USERS = Resource(kinds.require(kinds.USER, "User"))


def hashed(password: str) -> str:
    """The cheapest hash of a password."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


def write(path: Path, text: str) -> None:
    path.write_text(text)


def remove(path: Path) -> None:
    path.unlink()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    path.write_text(f"# ours\nanna:{hashed('secret')}\n\nbert:{SHA_OF_PW}\n")
    return path


@pytest.fixture
def passwords(path: Path, api: Api, clock: StandingClock) -> Passwords:
    return Passwords(path, api, clock)


async def login(door: Passwords, user: str, password: str, address: str = "a") -> Actor | None:
    return await door.authenticate(
        Credentials(user=user, password=Sensitive(password), address=address)
    )


@pytest.mark.parametrize(("user", "password"), [("anna", "secret"), ("bert", "pw")])
async def test_who_has_the_password_is_known(passwords: Passwords, user: str, password: str):
    known = await login(passwords, user, password)

    assert known is not None
    assert (known.name, "system:authenticated:oauth" in known.groups) == (user, True)


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("anna", ""),
        ("anna", "Secret"),
        ("anna", "secret\0"),
        ("bert", "secret"),
        ("nobody", "secret"),
        ("", ""),
        ("# ours", ""),
    ],
)
async def test_who_has_not_is_refused(passwords: Passwords, user: str, password: str):
    with pytest.raises(Unauthorized):
        await login(passwords, user, password)


def test_a_long_password_counts_as_far_as_bcrypt_looks(tmp_path: Path):
    (tmp_path / "users").write_text(f"anna:{hashed('x' * 72)}\n")

    assert PasswordFile.read(tmp_path / "users").knows("anna", "x" * 100)


@pytest.mark.skipif(shutil.which("htpasswd") is None, reason="htpasswd is not installed")
def test_a_file_of_the_real_program_is_read(tmp_path: Path):
    made = subprocess.run(
        ["htpasswd", "-nbBC", "4", "anna", "secret"], check=True, capture_output=True
    )
    (tmp_path / "users").write_bytes(made.stdout)

    assert PasswordFile.read(tmp_path / "users").knows("anna", "secret")


def test_who_is_not_in_the_file_is_checked_against_a_hash_as_dear(path: Path):
    path.write_text(f"anna:{hashed('secret')}\n")

    decoy = PasswordFile.read(path).decoy

    assert (decoy[:7], len(decoy)) == ("$2b$04$", 60)
    assert not bcrypt.checkpw(b"", decoy.encode())


async def test_what_is_kept_of_a_user_is_known(passwords: Passwords, api: Api):
    await api.create(USERS, {"metadata": {"name": "anna"}, "groups": ["staff", "system:masters"]})

    known = await login(passwords, "anna", "secret")

    assert known is not None
    assert known.uid == (await api.get(USERS.named("anna"))).names.uid
    assert known.groups == ("staff", "system:authenticated", "system:authenticated:oauth")


async def test_the_file_is_read_anew_when_it_changes(passwords: Passwords, path: Path):
    write(path, f"carl:{hashed('new')}\n")

    assert await login(passwords, "carl", "new") is not None
    with pytest.raises(Unauthorized):
        await login(passwords, "anna", "secret")


async def test_nobody_is_let_in_by_a_file_that_is_gone(passwords: Passwords, path: Path):
    remove(path)

    with pytest.raises(Unavailable):
        await login(passwords, "anna", "secret")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("anna:$apr1$zzCBeyN6$oU/wuufLKjXodG4LolRyg.", "not hashed with bcrypt; `htpasswd -B`"),
        ("anna:secret", "not hashed with bcrypt"),
        ("anna", "not hashed with bcrypt"),
        ("anna:{SHA}abc", "the hash is broken"),
        ("a/b:" + SHA_OF_PW, "cannot be a user's"),
        ("~:" + SHA_OF_PW, "cannot be a user's"),
        (":" + SHA_OF_PW, "cannot be a user's"),
    ],
)
def test_a_line_that_cannot_be_used_is_told_without_its_hash(tmp_path: Path, line: str, what: str):
    (tmp_path / "users").write_text(f"bert:{SHA_OF_PW}\n{line}\n")

    with pytest.raises(InvalidFault, match=f"line 2: {what}|line 2.*{what}") as caught:
        PasswordFile.read(tmp_path / "users")

    assert "secret" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(InvalidFault, match="cannot be read"):
        PasswordFile.read(tmp_path / "none")


async def test_who_guesses_is_told_to_wait(passwords: Passwords, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    tries = [login(passwords, "anna", f"guess{number}") for number in range(EACH + 5)]

    ended = await asyncio.gather(*tries, return_exceptions=True)

    assert [*map(type, ended)].count(Unauthorized) <= EACH + 1
    assert isinstance(ended[-1], TooManyRequests)
    assert "guess" not in caplog.text


async def test_who_guesses_does_not_lock_out_those_elsewhere(
    passwords: Passwords, clock: StandingClock
):
    await asyncio.gather(
        *(login(passwords, "anna", "x") for _ in range(EACH)), return_exceptions=True
    )

    assert await login(passwords, "anna", "secret", "b") is not None
    with pytest.raises(TooManyRequests):
        await login(passwords, "anna", "secret")
    clock.move(seconds=301)
    assert await login(passwords, "anna", "secret") is not None


def test_one_address_cannot_guess_over_many_users(clock: StandingClock):
    guesses = Guesses(clock)
    for number in range(ADDRESS):
        guesses.wrong(f"user{number}", "a")

    with pytest.raises(TooManyRequests) as caught:
        guesses.check("another", "a")

    assert caught.value.retry_after == 301


def test_all_addresses_of_a_network_are_somebodys(clock: StandingClock):
    guesses = Guesses(clock)
    for number in range(EACH):
        guesses.wrong("anna", f"2001:db8::{number}")

    with pytest.raises(TooManyRequests):
        guesses.check("anna", "2001:db8::ffff")
    guesses.check("anna", "2001:db8:1::1")
