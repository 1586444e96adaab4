"""Shell words of a Dockerfile, and the variables in them."""

from __future__ import annotations

import pytest

from slipcast.dockerfile.words import expand, expand_words, split_words
from slipcast.values.faults import InvalidFault

ENV = {"NAME": "value", "EMPTY": "", "PATHS": "a/b/c.tar.gz", "LIST": "80 443"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("  a\tb \n", ("a", "b")),
        ("a='b c' d", ("a='b c'", "d")),
        ('"a b" c', ('"a b"', "c")),
        (r"a\ b c", (r"a\ b", "c")),
        (r'"a\" b" c', (r'"a\" b"', "c")),
        (r"'a\' b", (r"'a\'", "b")),
        ('"never closed a', ('"never closed a',)),
        ("a\\", ("a\\",)),
        ('"it\'s" x', ('"it\'s"', "x")),
    ],
)
def test_words_are_split_at_blanks_outside_quotes(text: str, words: tuple[str, ...]) -> None:
    assert split_words(text) == words


def test_another_escape_character_can_be_said() -> None:
    assert split_words("a` b c:\\ d", "`") == ("a` b", "c:\\", "d")
    assert expand("a` c:\\$NAME`$NAME", ENV, "`") == "a c:\\value$NAME"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("$NAME", "value"),
        ("${NAME}", "value"),
        ("x${NAME}y", "xvaluey"),
        ("$NAMEX", ""),
        ("$1$", "$"),
        ("$/", "$/"),
        (r"\$NAME", "$NAME"),
        ("'$NAME'", "$NAME"),
        ('"$NAME"', "value"),
        (r'"\$NAME \" \\ \n"', r"$NAME " + '" ' + "\\ \\n"),
        (r"\a", "a"),
        ("a\\", "a"),
        ("${NAME:-word}", "value"),
        ("${EMPTY:-word}", "word"),
        ("${EMPTY-word}", ""),
        ("${NONE-word}", "word"),
        ("${NONE:-${NAME}}", "value"),
        ("${NONE:-'a b'}", "a b"),
        ("${NAME:+word}", "word"),
        ("${EMPTY:+word}", ""),
        ("${EMPTY+word}", "word"),
        ("${NONE+word}", ""),
        ("${NAME:?gone}", "value"),
        ("${PATHS#*/}", "b/c.tar.gz"),
        ("${PATHS##*/}", "c.tar.gz"),
        ("${PATHS%.*}", "a/b/c.tar"),
        ("${PATHS%%.*}", "a/b/c"),
        ("${PATHS%x}", "a/b/c.tar.gz"),
        ("${PATHS#?}", "/b/c.tar.gz"),
        (r"${PATHS/\//-}", "a-b/c.tar.gz"),
        (r"${PATHS//\//-}", "a-b-c.tar.gz"),
        ("${PATHS//x/-}", "a/b/c.tar.gz"),
        ("${PATHS///-}", "a/b/c.tar.gz"),
    ],
)
def test_variables_are_replaced_and_quotes_removed(text: str, result: str) -> None:
    assert expand(text, ENV) == result


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("'a", "single quote is never closed"),
        ('"a', "double quote is never closed"),
        ("${NAME", "unknown sign or nothing"),
        ("${NAME:-a", "'}' is missing"),
        ("${}", "a name must follow"),
        ("${NAME:=a}", "unknown sign"),
        ("${NONE:?}", "NONE: is not allowed to be unset"),
        ("${NONE?gone away}", "NONE: gone away"),
        ("${NAME/a}", "'/' is missing"),
    ],
)
def test_what_cannot_be_replaced_is_said(text: str, what: str) -> None:
    with pytest.raises(InvalidFault, match=what):
        expand(text, ENV)


def test_an_unquoted_variable_may_give_several_words_or_none() -> None:
    assert expand_words("$LIST '$LIST' \"$LIST\" $NONE ''", ENV) == ("80", "443", "$LIST", "80 443")
