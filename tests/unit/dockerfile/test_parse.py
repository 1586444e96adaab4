"""A Dockerfile is read as instructions, and written back unchanged."""

from __future__ import annotations

import pytest

from slipcast.dockerfile.parse import Heredoc, Instruction, parse_dockerfile, with_arguments
from slipcast.values.faults import InvalidFault


def only(text: str) -> Instruction:
    (_, instruction) = parse_dockerfile(f"FROM x\n{text}").instructions
    return instruction


def test_instructions_know_their_keyword_arguments_flags_and_lines() -> None:
    text = "# c\n\nFROM --platform=p x AS y\n  copy --chown=1:0 --from=y a  b \n"

    first, second = parse_dockerfile(text).instructions

    assert (first.keyword, first.flags, first.arguments) == ("FROM", ("--platform=p",), "x AS y")
    assert (first.before, first.first_line, first.last_line) == ("# c\n\n", 3, 3)
    assert (second.keyword, second.arguments, second.first_line) == ("COPY", "a  b", 4)


@pytest.mark.parametrize(
    "text",
    [
        "FROM x",
        "FROM x\n# end",
        "\ufeffFROM x\r\nRUN a \\\r\n  b\r\n\r\n",
        "FROM x\nRUN a \\\n# c\n\n  b\nCOPY <<E /x\nFROM y\nE\n# c\n\n",
        "ARG A\nFROM $A\nRUN x \\\n",
    ],
)
def test_a_file_is_written_back_to_its_very_text(text: str) -> None:
    assert str(parse_dockerfile(text)) == text


def test_continued_lines_are_one_and_comments_between_them_are_none_of_it() -> None:
    instruction = only("RUN a && \\ \n  # no\n\n  b \\\n c\n")

    assert instruction.arguments == "a &&   b  c"
    assert (instruction.first_line, instruction.last_line) == (2, 6)
    assert not instruction.unfinished


def test_a_doubled_backslash_at_the_end_does_not_continue_a_line() -> None:
    assert only("RUN echo a\\\\\n").arguments == "echo a\\\\"


def test_a_continuation_that_meets_the_end_of_the_file_is_unfinished() -> None:
    assert only("RUN a \\\n").unfinished


def test_the_escape_directive_names_another_character() -> None:
    text = "# syntax=x\n# Escape=`\nFROM x\nCOPY a c:\\\nRUN a `\n b\n"

    dockerfile = parse_dockerfile(text)

    assert dockerfile.escape == "`"
    assert [one.arguments for one in dockerfile.instructions] == ["x", "a c:\\", "a  b"]


@pytest.mark.parametrize(
    "head", ["# c\n# escape=`\n", "# a=b\n# escape=`\n", "# escape=x\n", "\n# escape=`\n"]
)
def test_a_directive_counts_only_on_top_and_with_a_known_value(head: str) -> None:
    assert parse_dockerfile(f"{head}FROM x\n").escape == "\\"


def test_here_documents_belong_to_their_instruction() -> None:
    instruction = only("RUN <<-'A' cat 3<<B\n\tFROM a\n\tA\n$b\nB\n")

    assert instruction.heredocs == (Heredoc("A", "FROM a\n", expands=False), Heredoc("B", "$b\n"))
    assert instruction.last_line == 6


def test_a_here_document_may_wait_behind_onbuild() -> None:
    assert only("ONBUILD run <<E\na\nE\n").heredocs == (Heredoc("E", "a\n"),)


@pytest.mark.parametrize("text", ['CMD ["<<E"]', 'RUN ["<<E"]', "LABEL a=<<E", "RUN a '<<E'"])
def test_what_only_looks_like_a_here_document_is_none(text: str) -> None:
    assert only(text).heredocs == ()


def test_two_dashes_alone_end_the_flags() -> None:
    instruction = only("RUN --mount=a -- --b\n")

    assert (instruction.flags, instruction.arguments) == (("--mount=a",), "--b")


def test_only_some_instructions_have_flags() -> None:
    assert only("CMD --x y").arguments == "--x y"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "Dockerfile: holds no instruction"),
        ("# syntax=x", "Dockerfile: holds no instruction"),
        ("# only a comment\n", "Dockerfile: holds no instruction"),
        ("ARG A\n", "Dockerfile: has no FROM"),
        ("ARG A\nRUN x\nFROM y\n", "line 2: must begin with FROM, not RUN"),
        ("FROM x\nFETCH y\n", "line 2: is no instruction"),
        ("FROM x\nRUN\n", "line 2: RUN needs an argument"),
        ("FROM x\nCOPY <<E /x\na\n", "line 2: the here-document E is never closed"),
    ],
)
def test_what_is_no_dockerfile_is_refused_with_its_line(text: str, what: str) -> None:
    # DT-11
    with pytest.raises(InvalidFault, match=what):
        parse_dockerfile(text)


def test_all_wrong_lines_are_named_at_once() -> None:
    with pytest.raises(InvalidFault) as caught:
        parse_dockerfile("FORM x\nA b\nRUN\n")

    assert [error.path for error in caught.value.errors] == [
        f"Dockerfile line {line}" for line in (1, 2, 3)
    ]


def test_changed_arguments_keep_flags_and_comments() -> None:
    (first,) = parse_dockerfile("# c\nFROM --platform=p \\\n x\n").instructions

    changed = with_arguments(first, "y")

    assert changed.before + changed.text == "# c\nFROM --platform=p y\n"
