"""What a Dockerfile builds on and exposes, and the changes made to one."""

from __future__ import annotations

import pytest

from slipcast.dockerfile.edit import (
    Port,
    base_image,
    base_images,
    copied_images,
    declares,
    exposed_ports,
    is_kept,
    line_ends,
    with_base_image,
    with_env,
    with_labels,
    with_stage_env,
    with_stand_ins,
)
from slipcast.dockerfile.parse import parse_dockerfile
from slipcast.values.faults import InvalidFault

STAGES = """ARG TAG=1
ARG UNSET
FROM golang:$TAG AS Build
RUN make
FROM build AS again
FROM nginx:${TAG} as web
FROM again
"""


def test_stages_are_followed_down_to_real_images() -> None:
    # DT-12, DT-14, UP-11
    dockerfile = parse_dockerfile(STAGES)

    assert base_images(dockerfile) == ("golang:1", "nginx:1")
    assert base_image(dockerfile) == "golang:1"


def test_a_build_argument_wins_over_the_default() -> None:
    assert base_image(parse_dockerfile(STAGES), {"TAG": "2", "OTHER": "x"}) == "golang:2"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("FROM a b", "line 1: FROM takes an image"),
        ("FROM a AS b c", "line 1: FROM takes an image"),
        ("FROM $NONE", "line 1: the image of FROM is empty"),
    ],
)
def test_a_from_without_a_clear_image_is_refused(line: str, what: str) -> None:
    with pytest.raises(InvalidFault, match=what):
        base_image(parse_dockerfile(line))


def test_exposed_ports_come_in_all_forms() -> None:
    # DT-15, UP-20
    text = "FROM x\nEXPOSE 8443 53/UDP 9000-9010 80\nEXPOSE a 70000 0 5-3 80/x\nEXPOSE 80\n"

    exposed = exposed_ports(parse_dockerfile(text))

    assert exposed.ports == (Port(53, "udp"), Port(80), Port(8443), Port(9000))
    assert exposed.unreadable == ("a", "70000", "0", "5-3", "80/x")


def test_ports_may_be_variables_of_the_stage() -> None:
    args = "ARG A=1\nARG B=2\nFROM x\nARG A\nARG C=3\nARG D\nARG N\n"
    text = f"{args}ENV E=4 F=${{E}}5\nENV G 6 \nEXPOSE $A $B $C $D $E $G $N\n"

    exposed = exposed_ports(parse_dockerfile(text), {"D": "9"})

    assert [port.number for port in exposed.ports] == [1, 3, 4, 6, 9]


def test_a_stage_exposes_what_the_stage_below_it_does() -> None:
    text = "FROM x AS a\nENV P=1\nEXPOSE 80\nFROM y AS b\nEXPOSE 81\nFROM a\nEXPOSE $P\n"

    assert exposed_ports(parse_dockerfile(text)).ports == (Port(1), Port(80))


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


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("RUN test $A && test ${A}", False),
        ("CMD echo $A", False),
        ("ENV B=$A", True),
        ("ENV B=${A:-x}", True),
        ("COPY $A /x", True),
        ("ARG B=$A", True),
        ("COPY <<E /x\n$A\nE", True),
        ("ENV B=\\$A C=$AB", False),
        ("LABEL A=x", False),
    ],
)
def test_a_variable_is_kept_where_the_engine_itself_puts_it_in(line: str, kept: object) -> None:
    assert is_kept(parse_dockerfile(f"FROM a\nARG A\n{line}\n"), "A") is kept


def test_arguments_are_declared_with_and_without_a_default() -> None:
    dockerfile = parse_dockerfile("FROM a\nARG A=1 B\n")

    assert [declares(dockerfile, name) for name in ("A", "B", "C")] == [True, True, False]


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


def test_images_that_files_are_copied_out_of_are_told() -> None:
    # BLD-121
    text = (
        "FROM a AS one\nFROM b\nCOPY --from=one x y\nCOPY --from=0 x y\nCOPY --from=c:1 x y\n"
        "COPY --from=c:1 z y\nCOPY x y\nCOPY --from=$V x y\n"
        "RUN --mount=type=bind,from=d,target=/d --mount=type=cache,target=/c x\n"
    )

    assert copied_images(parse_dockerfile(text)) == ("c:1", "d")


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
