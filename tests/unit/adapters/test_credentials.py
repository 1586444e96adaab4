"""Credentials: which entry of the files fits an image (S2I-141 to S2I-143)."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from slipcast.adapters.credentials import Credentials, usual_files
from slipcast.ports.engine import Credential
from slipcast.values.sensitive import Sensitive


def auth(user: str = "me") -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:pass:word".encode()).decode()}


def held(tmp_path: Path, document: object) -> Credentials:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(document))
    return Credentials([path])


def known(user: str = "me") -> Credential:
    return Credential(username=user, password=Sensitive("pass:word"))


def test_an_entry_below_auths_fits_its_registry(tmp_path: Path) -> None:
    credentials = held(tmp_path, {"auths": {"reg.test:5000": auth()}})

    assert credentials.of("reg.test:5000/team/app:1") == known()
    assert credentials.of("reg.test/team/app:1") is None


def test_the_older_flat_file_is_read_as_well(tmp_path: Path) -> None:
    credentials = held(tmp_path, {"reg.test": {**auth(), "email": "me@example.com"}})

    assert credentials.of("reg.test/app") == known()


@pytest.mark.parametrize("image", ["app", "team/app:1", "docker.io/library/app"])
def test_an_image_without_registry_uses_the_hubs_entry(tmp_path: Path, image: str) -> None:
    credentials = held(tmp_path, {"auths": {"https://index.docker.io/v1/": auth()}})

    assert credentials.of(image) == known()


@pytest.mark.parametrize("key", ["https://reg.test", "https://reg.test/v2/", "http://reg.test/v1/"])
def test_what_is_written_round_a_host_does_not_count(tmp_path: Path, key: str) -> None:
    credentials = held(tmp_path, {"auths": {key: auth()}})

    assert credentials.of("reg.test/app") == known()


def test_the_longest_path_that_fits_wins(tmp_path: Path) -> None:
    entries = {"reg.test": auth("all"), "reg.test/team": auth("team"), "reg.test/t": auth("t")}

    credentials = held(tmp_path, {"auths": entries})

    assert credentials.of("reg.test/team/app") == known("team")
    assert credentials.of("reg.test/other/app") == known("all")


def test_all_that_fit_are_given_the_longest_path_first(tmp_path: Path) -> None:
    entries = {"*.test": auth("glob"), "reg.test": auth("all"), "reg.test/team": auth("team")}

    credentials = held(tmp_path, {"auths": entries})

    assert credentials.all_of("reg.test/team/app") == (known("team"), known("all"), known("glob"))
    assert credentials.all_of("other.test/app") == (known("glob"),)


def test_what_a_file_is_of_is_told_by_name(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(json.dumps({"auths": {"reg.test": auth(name)}}))

    credentials = Credentials([tmp_path / "one", tmp_path / "two"], ["first", "second"])

    assert [each.secret for each in credentials.all_of("reg.test/app")] == ["first", "second"]


def test_an_earlier_file_wins(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(json.dumps({"auths": {"reg.test": auth(name)}}))

    credentials = Credentials([tmp_path / "one", tmp_path / "two"])

    assert credentials.of("reg.test/app") == known("one")


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        '{"auths": []}',
        '{"auths": {"reg.test": "x"}}',
        '{"auths": {"reg.test": {"auth": "%%%"}}}',
        '{"auths": {"reg.test": {"auth": "Og=="}}}',
        '{"auths": {"reg.test": {"auth": "/////w=="}}}',
        '{"auths": {"reg.test": {"identitytoken": "x"}}}',
    ],
)
def test_what_cannot_be_read_means_anonymous(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)

    assert Credentials([path]).of("reg.test/app") is None


def test_a_missing_file_means_anonymous(tmp_path: Path) -> None:
    assert Credentials([tmp_path / "none"]).of("reg.test/app") is None


def test_a_credential_never_shows_its_password(tmp_path: Path) -> None:
    found = held(tmp_path, {"auths": {"reg.test": auth()}}).of("reg.test/app")

    assert "pass:word" not in repr(found)


@pytest.mark.parametrize(
    "helpers", [{"credsStore": "desktop"}, {"credHelpers": {"reg.test": "cloud"}}]
)
def test_a_helper_is_not_asked_and_the_hint_says_so(
    tmp_path: Path, helpers: dict[str, object]
) -> None:
    credentials = held(tmp_path, {"auths": {"reg.test": {}}, **helpers})

    hint = credentials.hint("reg.test/app")

    assert credentials.of("reg.test/app") is None
    assert "helpers are not supported" in hint
    assert "reg.test" in hint


def test_there_is_no_hint_where_there_is_a_credential(tmp_path: Path) -> None:
    credentials = held(tmp_path, {"auths": {"reg.test": auth()}, "credsStore": "desktop"})

    assert credentials.hint("reg.test/app") == ""
    assert credentials.hint("other.test/app") != ""


@pytest.mark.parametrize(
    ("env", "user"), [({}, os.getuid()), ({"_CONTAINERS_ROOTLESS_UID": "1234"}, 1234)]
)
def test_without_a_runtime_directory_podman_keeps_a_file_per_user(
    env: dict[str, str], user: int
) -> None:
    assert Path(f"/run/containers/{user}/auth.json") in usual_files(env, Path("/home/me"))


def test_the_environment_says_where_the_files_are() -> None:
    env = {"DOCKER_CONFIG": "/d", "XDG_RUNTIME_DIR": "/x", "REGISTRY_AUTH_FILE": "/r.json"}

    files = usual_files(env, Path("/home/me"))

    assert [str(path) for path in files] == [
        "/d/config.json",
        "/r.json",
        "/x/containers/auth.json",
        "/home/me/.config/containers/auth.json",
        "/home/me/.dockercfg",
    ]
