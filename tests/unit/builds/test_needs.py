"""What a build needs of its namespace before it can begin."""

from __future__ import annotations

from typing import Any

import msgspec

from slipcast.api.build import Build
from slipcast.builds.needs import CONFIG_MAP, SECRET, Need, objects, values


def a_build(**spec: Any) -> Build:
    return msgspec.convert({"metadata": {"name": "app-1"}, "spec": spec}, Build)


def secrets(*names: str) -> tuple[Need, ...]:
    return tuple(Need(SECRET, name) for name in names)


def test_every_secret_of_its_pod_once_bl_46() -> None:
    build = a_build(
        strategy={"dockerStrategy": {"pullSecret": {"name": "pull"}}},
        source={
            "sourceSecret": {"name": "git"},
            "images": [{"pullSecret": {"name": "pull"}}, {"pullSecret": {"name": "other"}}],
            "secrets": [{"secret": {"name": "input"}}],
        },
    )

    assert objects(build) == secrets("pull", "other", "git", "input")


def test_the_push_secret_is_not_among_them_bl_70() -> None:
    assert objects(a_build(output={"pushSecret": {"name": "push"}})) == ()


def test_the_secrets_of_a_custom_build() -> None:
    mounted = {"secretSource": {"name": "mine"}, "mountPath": "/mine"}
    custom = {"pullSecret": {"name": "pull"}, "secrets": [mounted]}

    assert objects(a_build(strategy={"customStrategy": custom})) == secrets("pull", "mine")


def test_volumes_unless_they_are_optional() -> None:
    volumes = [
        {"source": {"secret": {"secretName": "s"}}},
        {"source": {"secret": {"secretName": "perhaps", "optional": True}}},
        {"source": {"configMap": {"name": "m"}}},
        {"source": {"configMap": {"name": "perhaps", "optional": True}}},
    ]

    found = objects(a_build(strategy={"sourceStrategy": {"volumes": volumes}}))

    assert found == (Need(SECRET, "s"), Need(CONFIG_MAP, "m"))


def test_config_maps_of_the_source() -> None:
    build = a_build(source={"configMaps": [{"configMap": {"name": "m"}}]})

    assert objects(build) == (Need(CONFIG_MAP, "m"),)


def test_values_of_variables_bl_47() -> None:
    env = [
        {"name": "A", "value": "a"},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {
            "name": "C",
            "valueFrom": {"configMapKeyRef": {"name": "m", "key": "k", "optional": True}},
        },
        {"name": "D", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    ]

    found = values(a_build(strategy={"sourceStrategy": {"env": env}}))

    assert [(each.variable, each.need.name, each.optional) for each in found] == [
        ("B", "s", False),
        ("C", "m", True),
    ]
