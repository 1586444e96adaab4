"""The changes made to a Dockerfile."""

from __future__ import annotations

import pytest

from slipcast.dockerfile.edit import (
    line_ends,
    with_base_image,
    with_env,
    with_labels,
    with_stage_env,
    with_stand_ins,
)
from slipcast.dockerfile.parse import parse_dockerfile
from slipcast.values.faults import InvalidFault


def test_the_last_from_gets_another_image_and_nothing_else_changes() -> None:
    text = "FROM a AS b\n# c\nFROM --platform=p b AS d\nRUN x\n"

    changed = with_base_image(parse_dockerfile(text), "org/new:1")

    assert str(changed) == "FROM a AS b\n# c\nFROM --platform=p org/new:1 AS d\nRUN x\n"


@pytest.mark.parametrize("image", ["", "a b", "a\nRUN x", "-x", "$X"])
def test_a_base_image_is_one_word(image: str) -> None:
    with pytest.raises(InvalidFault):
        with_base_image(parse_dockerfile("FROM a\n"), image)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("FROM x\n", 'FROM x\nENV A="1" B="2"\n'),
        ("FROM x", 'FROM x\nENV A="1" B="2"\n'),
        ("FROM x\n# end", 'FROM x\n# end\nENV A="1" B="2"\n'),
        ("FROM x\nRUN a \\\n", 'FROM x\nRUN a\nENV A="1" B="2"\n'),
    ],
)
def test_variables_are_appended(text: str, result: str) -> None:
    assert str(with_env(parse_dockerfile(text), [("A", "1"), ("B", "2")])) == result


def test_labels_are_appended() -> None:
    changed = with_labels(parse_dockerfile("FROM x\n"), [("io.x/y", 'a "b"')])

    assert str(changed) == 'FROM x\nLABEL "io.x/y"="a \\"b\\""\n'
    assert changed.instructions[-1].first_line == 2


def test_nothing_to_append_changes_nothing() -> None:
    dockerfile = parse_dockerfile("FROM x")

    assert with_env(dockerfile, []) is dockerfile
    assert with_labels(dockerfile, []) is dockerfile


def test_appended_values_follow_the_files_own_escape_character() -> None:
    dockerfile = parse_dockerfile("# escape=`\nFROM x\n")

    changed = with_env(dockerfile, [("A", 'a"b\\c`d')])

    assert str(changed).endswith('ENV A="a`"b\\c``d"\n')


def test_variables_come_after_each_from() -> None:
    # BLD-115, BLD-117, BLD-119
    text = "# escape=\\\nARG A=1\nFROM a AS b\n# c\nRUN x\nFROM b"

    changed = with_stage_env(parse_dockerfile(text), [("N", 'a "b" $c'), ("M", "\\")])

    line = r'ENV N="a \"b\" \$c" M="\\"'
    assert str(changed) == (
        f"# escape=\\\nARG A=1\nFROM a AS b\n{line}\n# c\nRUN x\nFROM b\n{line}\n"
    )


def test_no_variables_change_nothing() -> None:
    dockerfile = parse_dockerfile("FROM a")

    assert with_stage_env(dockerfile, []) == dockerfile


def test_variables_after_a_from_that_was_to_be_continued_are_a_line_of_their_own() -> None:
    assert str(with_stage_env(parse_dockerfile("FROM a \\\n"), [("N", "v")])) == (
        'FROM a\nENV N="v"\n'
    )


def test_variables_are_escaped_as_the_file_says() -> None:
    changed = with_stage_env(parse_dockerfile("# escape=`\nFROM a\n"), [("N", "$x\\")])

    assert 'ENV N="`$x\\"' in str(changed)


def test_images_stand_for_names_in_from_and_copy() -> None:
    # BLD-116
    text = (
        "FROM seed AS one\nFROM --platform=p seed\nCOPY --chown=1 --from=seed \\\n  a b\n"
        "COPY --from=one x y\nCOPY seed seed\nADD seed z\nFROM seed:1\n"
    )

    changed = with_stand_ins(parse_dockerfile(text), {"seed": "reg/x@sha256:1", "one": "never"})

    assert str(changed) == (
        "FROM reg/x@sha256:1 AS one\nFROM --platform=p reg/x@sha256:1\n"
        "COPY --chown=1 --from=reg/x@sha256:1 a b\n"
        "COPY --from=one x y\nCOPY seed seed\nADD seed z\nFROM seed:1\n"
    )


def test_an_image_that_is_no_word_stands_for_nothing() -> None:
    with pytest.raises(InvalidFault, match="must be one word"):
        with_stand_ins(parse_dockerfile("FROM a"), {"a": "b\nRUN evil"})


def test_values_of_several_lines_are_said_with_arguments_that_hold_the_line_ends() -> None:
    # BLD-118
    changed = with_stage_env(parse_dockerfile("FROM a\nFROM b\n"), [("K", "x\n$y\r\n")])

    line = r'ENV K="x${slipcast_newline}\$y${slipcast_return}${slipcast_newline}"'
    declared = "ARG slipcast_newline\nARG slipcast_return"
    assert str(changed) == f"FROM a\n{declared}\n{line}\nFROM b\n{declared}\n{line}\n"
    assert line_ends(changed) == {"slipcast_newline": "\n", "slipcast_return": "\r"}


def test_a_label_of_several_lines_declares_only_what_it_needs() -> None:
    # BLD-118
    changed = with_labels(parse_dockerfile("FROM a\n"), [("l", "x\ny")])

    assert str(changed) == ('FROM a\nARG slipcast_newline\nLABEL "l"="x${slipcast_newline}y"\n')
    assert line_ends(changed) == {"slipcast_newline": "\n"}
    assert line_ends(parse_dockerfile("FROM a\n")) == {}
