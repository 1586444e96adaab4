"""What a template may say: templates.md TP-1, TP-2."""

from slipcast.api.template import Template
from slipcast.templates.validate import template
from verdicts import brief, seen


def test_parameters_have_names_each_its_own_tp_1() -> None:
    parameters = [{"name": name} for name in ("", "a b", "A_1", "A_1")]

    wrong = template(seen(Template, parameters=parameters), None)

    assert brief(wrong) == [
        "parameters[0].name Required",
        "parameters[1].name Invalid",
        "parameters[3].name Duplicate",
    ]


def test_labels_are_labels_and_objects_are_not_looked_at_tp_1() -> None:
    wrong = template(seen(Template, labels={"a b": "c d"}, objects=[{"kind": 1}, "x"]), None)

    assert brief(wrong) == ["labels Invalid", "labels Invalid"]
