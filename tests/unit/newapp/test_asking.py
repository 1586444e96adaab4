"""With which Secret a repository is looked at: UP-4, BL-22."""

import pytest

from slipcast.newapp.asking import is_url, question, questions
from slipcast.newapp.facts import Facts, IsSource, Lent, Need, SecretFor
from slipcast.newapp.request import NewAppRequest
from slipcast.values.faults import InvalidFault

URL = "https://git.example/shop.git"
REQUEST = NewAppRequest(context_dir="web", source_secret="git")


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("https://git.example/shop.git?a=b", True),
        ("git@git.example:shop.git", True),
        ("git+ssh://git.example/x", True),
        ("ruby:2.3", False),
        ("ruby~https://git.example/shop.git", False),
        ("registry.example:5000/a/b:c", False),
        ("A=https://x", False),
        ("./shop", False),
    ],
)
def test_urls_have_their_form(word: str, *, url: bool) -> None:
    assert is_url(word) is url


def test_the_secret_is_asked_for_before_the_repository() -> None:
    with pytest.raises(Need) as need:
        questions(REQUEST, (f"{URL}#v1", "./shop"), Facts())

    assert need.value.questions == (SecretFor("git", URL), IsSource("./shop", "web"))


def test_a_repository_is_looked_at_with_its_secret() -> None:
    facts = Facts({SecretFor("git", URL): Lent(name="git")})

    assert question(REQUEST, URL, facts.with_answers({IsSource(URL, "web", "git"): None})) == (
        IsSource(URL, "web", "git")
    )


def test_without_its_secret_it_is_looked_at_with_the_users_own_credentials() -> None:
    facts = Facts({SecretFor("git", URL): Lent(name="git", is_missing=True)})

    assert question(REQUEST, URL, facts.with_answers({IsSource(URL, "web"): None})).secret == ""


def test_a_secret_that_cannot_fetch_it_is_refused() -> None:
    facts = Facts({SecretFor("git", URL): Lent(name="git", wrong="holds no password")})

    with pytest.raises(InvalidFault, match=r"--source-secret.*holds no password"):
        question(REQUEST, URL, facts)
