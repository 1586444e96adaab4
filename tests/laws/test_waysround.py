"""Circles of BuildConfigs: every one that feeds itself is told, and nothing else is (UP-31)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projects import SHOP, build_config, known, reference
from slipcast.views.status.circles import circles
from slipcast.views.status.references import Place

NAMES = [f"c{number}" for number in range(6)]
Edges = set[tuple[str, str]]
EDGES = st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=14)


def told(edges: Edges) -> list[tuple[Place, ...]]:
    """The circles of BuildConfigs, each of which builds from the images of some."""
    sources = {name: [a for a, b in sorted(edges) if b == name] for name in NAMES}
    configs = [
        build_config(
            name,
            to=f"{name}:1",
            source={"images": [{"from": reference(f"{each}:1")} for each in sources[name]]},
        )
        for name in NAMES
    ]
    return list(circles(known(*configs)))


def reached(edges: Edges, name: str) -> set[str]:
    """The names that a name leads to."""
    found: set[str] = set()
    front = {b for a, b in edges if a == name}
    while front:
        found |= front
        front = {b for a, b in edges if a in front} - found
    return found


@given(EDGES)
def test_who_leads_back_to_itself_is_on_a_circle_and_nobody_else_is(edges: Edges) -> None:
    on = {place.name for circle in told(edges) for place in circle}

    assert on == {name for name in NAMES if name in reached(edges, name)}


@given(EDGES)
def test_a_circle_goes_where_images_go(edges: Edges) -> None:
    steps = {
        (a.name, b.name)
        for circle in told(edges)
        for a, b in zip(circle, (*circle[1:], circle[0]), strict=True)
    }

    assert steps <= edges


def test_circles_are_in_the_projects_namespace() -> None:
    assert told({("c1", "c1")}) == [(Place(SHOP, "c1"),)]
