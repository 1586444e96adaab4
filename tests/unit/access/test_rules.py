"""What a rule allows."""

import pytest

from slipcast.access.rules import Attempt, Rule, read, uncovered


def rule(**fields: tuple[str, ...]) -> Rule:
    """A rule on builds, unless said otherwise."""
    usual = {"verbs": ("get",), "groups": ("build.openshift.io",), "resources": ("builds",)}
    return Rule(**{**usual, **fields})


def attempt(**fields: str) -> Attempt:
    """A look at a build, unless said otherwise."""
    usual = {"verb": "get", "group": "build.openshift.io", "plural": "builds", "name": "web-1"}
    return Attempt(**{**usual, **fields})


@pytest.mark.parametrize(
    ("given", "asked", "allowed"),
    [
        (rule(), attempt(), True),
        (rule(), attempt(verb="list"), False),
        (rule(), attempt(group="apps"), False),
        (rule(), attempt(subresource="log"), False),
        (rule(resources=("builds/log",)), attempt(subresource="log"), True),
        (rule(resources=("builds/log",)), attempt(), False),
        (rule(resources=("*/log",)), attempt(subresource="log"), True),
        (rule(resources=("*",)), attempt(subresource="log"), True),
        (rule(verbs=("*",), groups=("*",)), attempt(verb="delete", group=""), True),
        (rule(names=("web-1",)), attempt(), True),
        (rule(names=("web-1",)), attempt(name="web-2"), False),
        (rule(names=("web-1",)), attempt(name=""), False),
        (rule(paths=("/metrics",)), attempt(path="/metrics"), True),
        (rule(paths=("/healthz*",)), attempt(path="/healthz/ready"), True),
        (rule(paths=("/metrics",)), attempt(path="/metrics/x"), False),
        (rule(), attempt(path="/metrics"), False),
    ],
)
def test_a_rule_allows_what_is_within_it(given: Rule, asked: Attempt, *, allowed: bool) -> None:
    assert given.allows(asked) is allowed


def test_what_is_not_as_it_should_be_allows_nothing() -> None:
    assert read({"verbs": "get", "resources": [1, None], "apiGroups": {}}) == Rule()


def test_a_rule_survives_its_document() -> None:
    assert read(rule(names=("a",)).document) == rule(names=("a",))


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (rule(verbs=("*",)), rule(verbs=("get", "list"))),
        (rule(resources=("builds", "buildconfigs")), rule()),
        (rule(), rule(names=("web-1",))),
        (rule(names=("a", "b")), rule(names=("b",))),
        (rule(paths=("/x*",)), rule(resources=(), paths=("/x/y",))),
    ],
)
def test_more_covers_less(held: Rule, wanted: Rule) -> None:
    assert uncovered([held], [wanted]) == ()


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (rule(), rule(verbs=("*",))),
        (rule(), rule(resources=("*",))),
        (rule(names=("a",)), rule()),
        (rule(names=("a",)), rule(names=("b",))),
        (rule(), rule(groups=("apps",))),
    ],
)
def test_less_does_not_cover_more(held: Rule, wanted: Rule) -> None:
    assert uncovered([held], [wanted]) != ()


def test_several_rules_cover_together() -> None:
    held = [rule(verbs=("get",)), rule(verbs=("list",))]

    assert uncovered(held, [rule(verbs=("get", "list"))]) == ()


@pytest.mark.parametrize("names", [[None], ["a", None], "a", {"a": 1}])
def test_names_that_are_none_do_not_mean_every_object(names: object) -> None:
    said = {"verbs": ["get"], "apiGroups": ["build.openshift.io"], "resources": ["builds"]}

    assert not read({**said, "resourceNames": names}).allows(attempt())
