"""What the decoder of the legacy paths took."""

from slipcast.api.build import BuildConfig
from slipcast.api.lenience import lenient


def test_numbers_in_quotes_are_numbers() -> None:
    given = {"spec": {"completionDeadlineSeconds": "60", "failedBuildsHistoryLimit": "x"}}

    taken = lenient(given, BuildConfig)

    assert taken["spec"] == {"completionDeadlineSeconds": 60, "failedBuildsHistoryLimit": "x"}


def test_an_empty_list_is_an_empty_object() -> None:
    taken = lenient({"spec": {"source": [], "output": ["x"]}}, BuildConfig)

    assert taken["spec"] == {"source": {}, "output": ["x"]}


def test_everything_else_stays() -> None:
    given = {
        "spec": {"triggers": [{"type": "1"}], "nodeSelector": {"a": "1"}, "resources": "x"},
        "wibble": "5",
    }

    assert lenient(given, BuildConfig) == given
    assert lenient({"spec": {"triggers": "x"}}, BuildConfig) == {"spec": {"triggers": "x"}}
