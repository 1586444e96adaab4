"""What a Dockerfile builds on and exposes, and the changes made to one."""

from __future__ import annotations

import pytest

from slipcast.dockerfile.edit import (
    Port,
    base_image,
    base_images,
    exposed_ports,
    with_base_image,
    with_env,
    with_labels,
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
