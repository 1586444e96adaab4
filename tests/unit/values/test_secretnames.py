"""Which names say that what they name is secret."""

from __future__ import annotations

import pytest

from slipcast.values import secretnames


@pytest.mark.parametrize(
    "name",
    [
        *("API_TOKEN", "DB_PASSWORD", "PASSWORD", "MYSQL_ROOT_PASSWORD", "DBPASSWORD", "apiToken"),
        *("SECRET_KEY_BASE", "AWS_SECRET_ACCESS_KEY", "API_KEY", "APIKEY", "DB_PASS", "MYAPIKEY"),
        *("PASSWORD_2", "PRIVATE_KEY", "GITHUB_CREDENTIALS", "npm_token", "SECRETKEY"),
        *("API_TOKENS", "PASSWORDS", "SSHPASS_PASSWD", "KEY_PASSPHRASE"),
    ],
)
def test_names_of_variables_that_are_secret_are_known_up_12(name: str) -> None:
    assert secretnames.is_secret(name)


@pytest.mark.parametrize(
    "name", ["accessToken", "authorizeToken", "codeChallenge", "secret", "clientSecret", "password"]
)
def test_fields_that_let_somebody_in_are_known(name: str) -> None:
    assert secretnames.is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        *("FOO", "PORT", "PWD", "PASSWORD_FILE", "TOKEN_URL", "TOKEN_TTL", "SECRET_NAME", "KEY"),
        *("MAX_TOKENS", "TOKENIZER", "COMPASS", "AWS_ACCESS_KEY_ID", "PRIMARY_KEY", "_", ""),
        *("secretName", "tokenType", "secretRef", "ACME_CHALLENGE", "CODE"),
    ],
)
def test_other_names_are_none(name: str) -> None:
    assert not secretnames.is_secret(name)
