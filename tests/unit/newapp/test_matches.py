"""What a word may mean, and when that is sure enough: detection.md section 7, 8.2."""

import pytest

from slipcast.newapp.matches import Match, Undecided, decided, name_score, tags_of


def a_match(name: str, score: float = 0.0, **fields: object) -> Match:
    return Match(term="t", origin="stream", name=name, score=score, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "term", "score"),
    [
        ("ruby", "*", 0.0),
        ("ruby", "ruby", 0.0),
        ("ruby", "Ruby", 0.02),
        ("mysql", "mysq", 0.1),
        ("mysql", "MySq", 0.12),
        ("my-ruby-app", "ruby", 0.2),
        ("my-ruby-app", "RUBY", 0.22),
        ("ruby", "python", 1.0),
    ],
)
def test_names_are_near_or_far(name: str, term: str, score: float) -> None:
    assert name_score(name, term) == score


def test_one_exact_match_ends_the_search_rs_1() -> None:
    asked: list[int] = []

    def groups() -> object:
        for weight in (0, 1):
            asked.append(weight)
            yield weight, [a_match("a"), a_match("b", 0.1)]

    found = decided("t", groups())  # type: ignore[arg-type]

    assert isinstance(found, Match)
    assert (found.name, asked) == ("a", [0])


def test_a_later_group_may_be_exact_rs_2() -> None:
    found = decided("t", [(0, [a_match("near", 0.6)]), (2, [a_match("exact")])])

    assert isinstance(found, Match)
    assert found.name == "exact"


def test_a_near_match_is_never_taken_rs_5() -> None:
    found = decided("t", [(0, [a_match("worse", 0.2), a_match("near", 0.1)]), (2, [])])

    assert isinstance(found, Undecided)
    assert (found.why, [each.name for each in found.candidates]) == ("partial", ["near", "worse"])


@pytest.mark.parametrize("score", [0.0, 0.1])
def test_equals_are_not_chosen_between_rs_3(score: float) -> None:
    found = decided("t", [(0, [a_match("a", score), a_match("b", score)])])

    assert isinstance(found, Undecided)
    assert found.why == "several"


def test_a_stream_without_tags_says_so_rs_25() -> None:
    found = decided("t", [(0, [a_match("s", 0.5, is_tagless=True)])])

    assert isinstance(found, Undecided)
    assert found.why == "tagless"


def test_weights_make_matches_worse_rs_2() -> None:
    found = decided("t", [(1, [a_match("a", 0.2)]), (3, [a_match("b", 0.1)])])

    assert isinstance(found, Undecided)
    assert [each.name for each in found.candidates] == ["a", "b"]


def test_nothing_is_nothing() -> None:
    assert decided("t", [(0, []), (2, [])]) == Undecided(term="t", why="none")


@pytest.mark.parametrize(
    ("match", "flag"),
    [
        (
            a_match("mysql", namespace="openshift", tag="5.7"),
            '--image-stream="openshift/mysql:5.7"',
        ),
        (Match(term="t", origin="template", name="shop"), '--template="shop"'),
        (Match(term="t", origin="image", name="mysql", tag="5.7"), '--image="mysql:5.7"'),
    ],
)
def test_a_match_says_how_it_is_chosen(match: Match, flag: str) -> None:
    assert match.flag == flag


def test_members_of_tags_may_have_blanks_rs_36() -> None:
    assert tags_of({"tags": "builder, ruby ,,hidden"}) == {"builder", "ruby", "hidden"}
