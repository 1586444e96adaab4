"""What is made by chance in templates: templates.md section 3."""

import pytest

from slipcast.templates.expressions import Wrong, generated


def first(below: int) -> int:
    assert below > 0
    return 0


def last(below: int) -> int:
    return below - 1


@pytest.mark.parametrize(
    ("expression", "lowest", "highest"),
    [
        ("test[0-9]{1}x", "test0x", "test9x"),
        ("0x[A-F0-9]{4}", "0xAAAA", "0x9999"),
        ("[a-Z]{2}", "aa", "ZZ"),
        ("[Xa-c]{1}", "X", "c"),
        ("[a-a]{3}", "aaa", "aaa"),
        ("admin[0-9]{2}[A-Z]{2}", "admin00AA", "admin99ZZ"),
        (r"[\d]{3}", "000", "999"),
        (r"[\w]{1}", "a", "_"),
        (r"[\a]{1}", "a", "9"),
        (r"[\A]{1}", "~", "`"),
    ],
)
def test_both_ends_of_a_range_are_in_it_tp_26(expression: str, lowest: str, highest: str) -> None:
    assert (generated(expression, first), generated(expression, last)) == (lowest, highest)


@pytest.mark.parametrize("text", ["plain", "[a-z]", "[!@#]{4}", "[a-z]{x}", "[é]{3}", r"\w{4}", ""])
def test_what_is_no_expression_stays_tp_21(text: str) -> None:
    assert generated(text, first) == text


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("[ABC]{3}", "malformed expression syntax: [ABC]{3}"),
        ("[a-zA]{3}", "malformed expression syntax: [a-zA]{3}"),
        ("[a-z-]{8}", "malformed expression syntax: [a-z-]{8}"),
        ("[z-a]{4}", "invalid range specified: z-a"),
        ("[A-z]{4}", "invalid range specified: A-z"),
        ("[9-0]{4}", "invalid range specified: 9-0"),
        ("[a-z]{0}", "range must be within [1-255] characters (0)"),
        ("[a-z]{256}", "range must be within [1-255] characters (256)"),
        ("[a-z]{" + "9" * 5000 + "}", f"range must be within [1-255] characters ({'9' * 20})"),
    ],
)
def test_what_cannot_be_made_is_said_tp_22_tp_24_tp_25(expression: str, why: str) -> None:
    assert generated(expression, first) == Wrong(why)


def test_what_was_made_is_not_looked_at_again_tp_29() -> None:
    letters = iter([17, 20, 1, 2, 18])

    made = generated(r"[\A]{5}", lambda below: next(letters) % below)

    assert isinstance(made, str)
    assert len(made) == 5
