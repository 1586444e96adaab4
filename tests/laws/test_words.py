"""Laws of Dockerfile words: what is quoted comes back, and nothing breaks out of its line."""

from __future__ import annotations

import json
import re
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from slipcast.dockerfile.edit import line_ends, with_env, with_labels
from slipcast.dockerfile.globs import translated
from slipcast.dockerfile.parse import parse_dockerfile
from slipcast.dockerfile.quote import env_value_quoted, json_form, source_pattern
from slipcast.dockerfile.words import expand, split_words
from slipcast.values.faults import InvalidFault

ENV = {"A": "value", "B": ""}

printable = st.text(st.characters(exclude_categories=("Cc", "Cs")))
nasty = st.text(st.sampled_from(list("ab \t\n\r\\\"'$`{}#=")), max_size=12)
values = st.one_of(printable, nasty)
env_names = st.from_regex(r"[A-Z_][A-Z0-9_]{0,5}", fullmatch=True)
label_names = st.from_regex(r"[a-z][a-z./-]{0,8}", fullmatch=True)
lines = st.one_of(
    st.sampled_from(
        [
            *(
                "# comment",
                "",
                "FROM x",
                "FROM x AS y",
                "RUN a \\\n  b",
                "RUN a \\\n# c\n b",
                "  CMD x",
            ),
            *(
                "COPY <<E /x\nFROM y\nE",
                "RUN <<-'E'\n\ta\n\tE",
                'CMD ["a"]',
                "ENV A=1 B",
                "# escape=`",
            ),
        ]
    ),
    st.text(st.sampled_from(list("RUNab \\<#\r")), max_size=8),
)
files = st.lists(lines, max_size=6).map("\n".join)


@given(printable)
def test_a_quoted_value_expands_to_itself(value: str) -> None:
    assert expand(env_value_quoted(value), ENV) == value


@given(values)
def test_a_quoted_value_is_one_word_on_one_line(value: str) -> None:
    quoted = env_value_quoted(value)

    assert not re.search(r"[\r\n]", quoted)
    assert split_words(quoted) == (quoted,)


@given(st.dictionaries(env_names, values), st.dictionaries(label_names, values))
def test_no_value_becomes_an_instruction(env: dict[str, str], labels: dict[str, str]) -> None:
    # S2I-272
    dockerfile = with_labels(with_env(parse_dockerfile("FROM x\n"), env.items()), labels.items())

    read = parse_dockerfile(str(dockerfile))

    added = [*(["ENV"] if env else []), *(["LABEL"] if labels else [])]
    kinds = [one.keyword for one in read.instructions]
    assert [one for one in kinds if one != "ARG"] == ["FROM", *added]
    ends = {one.arguments for one in read.instructions if one.keyword == "ARG"}
    assert ends == set(line_ends(read))


@given(
    st.dictionaries(env_names, st.text(st.characters(exclude_categories=("Cc", "Cs"))), min_size=1)
)
def test_appended_variables_are_read_back(env: dict[str, str]) -> None:
    dockerfile = parse_dockerfile(str(with_env(parse_dockerfile("FROM x"), env.items())))

    words = split_words(dockerfile.instructions[-1].arguments)

    assert {expand(word, {}).partition("=")[::2] for word in words} == set(env.items())


@given(files)
def test_a_file_that_can_be_read_is_written_back_to_its_very_text(text: str) -> None:
    with suppress(InvalidFault):
        assert str(parse_dockerfile(text)) == text


@given(st.text())
def test_splitting_loses_blanks_only(text: str) -> None:
    blanks = re.compile(r"[ \t\r\n\v\f]+")

    assert blanks.sub("", "".join(split_words(text))) == blanks.sub("", text)


@given(nasty)
def test_any_text_expands_or_is_refused(text: str) -> None:
    with suppress(InvalidFault):
        assert isinstance(expand(text, ENV), str)


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_the_json_form_is_read_back(words: list[str]) -> None:
    text = json_form(words)

    assert "\n" not in text
    assert json.loads(text) == words


@given(st.lists(printable, min_size=1))
def test_the_json_form_of_copy_is_read_back_after_expansion(words: list[str]) -> None:
    read = json.loads(json_form(words, expands=True))

    assert [expand(word, ENV) for word in read] == words


@given(st.text(st.sampled_from(list("ab*?[]\\^-.")), min_size=1))
def test_a_source_pattern_matches_its_path_only(path: str) -> None:
    regex = re.compile(translated(source_pattern(path)), re.DOTALL)

    assert regex.fullmatch(path)
    assert not regex.fullmatch(f"{path}x")
