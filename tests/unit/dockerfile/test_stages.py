"""What a Dockerfile builds on, exposes and asks for."""

from __future__ import annotations

import pytest

from slipcast.dockerfile.parse import parse_dockerfile
from slipcast.dockerfile.stages import (
    Port,
    base_image,
    base_images,
    copied_images,
    declares,
    exposed_ports,
    is_kept,
)
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


def test_images_that_files_are_copied_out_of_are_told() -> None:
    # BLD-121
    text = (
        "FROM a AS one\nFROM b\nCOPY --from=one x y\nCOPY --from=0 x y\nCOPY --from=c:1 x y\n"
        "COPY --from=c:1 z y\nCOPY x y\nCOPY --from=$V x y\n"
        "RUN --mount=type=bind,from=d,target=/d --mount=type=cache,target=/c x\n"
    )

    assert copied_images(parse_dockerfile(text)) == ("c:1", "d")
