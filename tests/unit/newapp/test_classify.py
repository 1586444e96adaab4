"""What bare words are: detection.md section 2, section 10."""

import pytest

from slipcast.newapp.classify import Classified, Named, classified, split_group
from slipcast.newapp.facts import (
    Answer,
    Facts,
    IsSource,
    Lent,
    Need,
    NoSource,
    NoTemplate,
    Question,
    SecretFor,
    Source,
    TemplateFile,
)
from slipcast.newapp.request import NewAppRequest, Pair
from slipcast.values.faults import InvalidFault

NOTHING = NoSource(why="there is no such directory")


def sorted_out(*words: str, **answers: Answer) -> Classified:
    """The words sorted; those that are asked about are nothing, unless an answer is given."""
    facts: dict[Question, Answer] = {
        IsSource(word): answers.get(f"w{number}", NOTHING) for number, word in enumerate(words)
    }
    facts |= {SecretFor("", word): Lent() for word in words}
    facts |= {TemplateFile(word): NoTemplate(why="it is none") for word in words}
    return classified(NewAppRequest(words=words), Facts(facts))


def test_all_that_must_be_asked_is_asked_at_once() -> None:
    request = NewAppRequest(words=("mysql", "A=1", "ruby~.", "https://x/y", ""), context_dir="web")

    with pytest.raises(Need) as need:
        classified(request, Facts())

    assert need.value.questions == (SecretFor("", "https://x/y"), IsSource("mysql", "web"))


def test_a_url_with_an_equals_sign_is_a_source_na_16() -> None:
    found = sorted_out("https://git.example/x?a=b", w0=Source(uri="https://git.example/x?a=b"))

    assert found == Classified(sources=("https://git.example/x?a=b",))


def test_variables_may_have_several_lines_na_10() -> None:
    found = sorted_out("A=1\n2", "B=", "C=x=y")

    assert found.env == (Pair("A", "1\n2"), Pair("B", ""), Pair("C", "x=y"))


def test_a_revision_is_no_source_of_an_image() -> None:
    found = sorted_out("shop#HEAD~1", "python~./shop#v1~2", w0=Source(directory="/shop"))

    assert found.sources == ("shop#HEAD~1",)
    assert [(each.word, each.source) for each in found.named] == [("python", "./shop#v1~2")]


def test_a_revision_of_no_directory_is_no_image() -> None:
    with pytest.raises(InvalidFault, match="there is no such directory, and no file"):
        sorted_out("shop#HEAD~1")


def test_a_directory_goes_before_a_stream_of_its_name_na_17() -> None:
    found = sorted_out("shop", "mysql", w0=Source(directory="/shop"))

    assert found.sources == ("shop",)
    assert [each.word for each in found.named] == ["mysql"]


def test_a_file_may_be_a_template_na_12() -> None:
    assert sorted_out("t.json", w0=NoSource(why="a file", is_file=True)).files == ("t.json",)


def test_groups_and_their_sources_na_30_na_35() -> None:
    word = "ruby~git+ssh://git.example/a+mysql~"

    found = sorted_out(word)

    assert found.named == (
        Named(word="ruby", group=word, source="git+ssh://git.example/a", has_source=True),
        Named(word="mysql", group=word, has_source=True),
    )


def test_a_plus_sign_joins_words() -> None:
    assert split_group("a+b+c~./d") == ["a", "b", "c~./d"]


def test_everything_wrong_is_said_at_once_up_7_up_8() -> None:
    denied = NoSource(why="HTTP 401", is_denied=True)

    with pytest.raises(InvalidFault) as refused:
        sorted_out("https://a/b", "https://c/d", "~x", "a b=c", w0=denied)

    assert [(each.path, each.what.partition(":")[0]) for each in refused.value.errors] == [
        ("https://a/b", "the repository does not let us in"),
        ("https://c/d", "no Git repository answers there"),
        ("~x", "names no image before the ~"),
        ("a b=c", "'a b' is no name of a variable"),
    ]


def test_a_path_is_a_path_whatever_its_commit_is_called() -> None:
    assert sorted_out("./shop#HEAD~1", w0=Source()).sources == ("./shop#HEAD~1",)


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(InvalidFault) as refused:
        sorted_out("https://me:rosebud@a/b", w0=NoSource(why="no", is_denied=True))

    assert "rosebud" not in str(refused.value.message)
