"""Files of KEY=VALUE lines: detection.md NA-53."""

import pytest

from slipcast.cli.dotenv import parse
from slipcast.values.faults import UsageFault


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b", "b"),
        ("A = b ", "b"),
        ("export A=b", "b"),
        ("A: b", "b"),
        ("A=", ""),
        ("A='b # c'", "b # c"),
        ('A="b\\n\\"c"', 'b\n"c'),
        ("A=b # c", "b"),
        ("A=b=c", "b=c"),
        ("A=https://x/y:z", "https://x/y:z"),
    ],
)
def test_a_line_has_a_name_and_a_value(line: str, value: str) -> None:
    assert parse(f"# c\n\n{line}\n", "f") == {"A": value}


@pytest.mark.parametrize("line", ["fo%(o=1", "word", "='x'"])
def test_what_is_no_line_is_named_and_not_shown(line: str) -> None:
    with pytest.raises(UsageFault) as refused:
        parse(f"A=b\n{line}", "secrets.env")

    assert refused.value.message == "line 2 of secrets.env is no KEY=VALUE"


def test_an_empty_file_has_nothing_in_it() -> None:
    assert parse("", "f") == {}
