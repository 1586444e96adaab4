"""Names: which texts may name things, and names made of other names.

The checks return what is wrong, in the words that clients of Kubernetes know; nothing means that
the name is fine. What is random is passed in.

Source: RFC 1123 as Kubernetes reads it; build-api.md BA-10, BA-20 to BA-25.
"""

from __future__ import annotations

import re
from typing import Final

from slipcast.values import patterns

LONGEST_LABEL: Final = 63
LONGEST_SUBDOMAIN: Final = 253
SUFFIX_ALPHABET: Final = "bcdfghjklmnpqrstvwxz2456789"
"""Characters of generated names: no vowels, so no words; nothing that looks like another."""
SUFFIX_LENGTH: Final = 5

_LABEL_FORM: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LABEL: Final = patterns.lazy(_LABEL_FORM, re.ASCII)
_SUBDOMAIN_FORM: Final = rf"{_LABEL_FORM}(\.{_LABEL_FORM})*"
_SUBDOMAIN: Final = patterns.lazy(_SUBDOMAIN_FORM, re.ASCII)
_LABEL_1035_FORM: Final = "[a-z]([-a-z0-9]*[a-z0-9])?"
_LABEL_1035: Final = patterns.lazy(_LABEL_1035_FORM, re.ASCII)
_QUALIFIED_FORM: Final = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_QUALIFIED: Final = patterns.lazy(_QUALIFIED_FORM, re.ASCII)
_VALUE_FORM: Final = f"({_QUALIFIED_FORM})?"
_VALUE: Final = patterns.lazy(_VALUE_FORM, re.ASCII)
_ENV_FORM: Final = "[-._a-zA-Z][-._a-zA-Z0-9]*"
_ENV: Final = patterns.lazy(_ENV_FORM, re.ASCII)
_KEY_FORM: Final = "[-._a-zA-Z0-9]+"
_KEY: Final = patterns.lazy(_KEY_FORM, re.ASCII)
_PERCENT: Final = patterns.lazy("[0-9]+%", re.ASCII)

_FNV_OFFSET: Final = 0x811C9DC5
_FNV_PRIME: Final = 0x01000193
_HASH_ROOM: Final = 10
"""A hash of eight digits between two dashes."""


def dns_label(text: str) -> tuple[str, ...]:
    """What keeps a text from being a DNS label (RFC 1123)."""
    if len(text) <= LONGEST_LABEL and _LABEL.fullmatch(text):
        return ()
    wrong = _too_long(text, LONGEST_LABEL)
    if not _LABEL.fullmatch(text):
        what = (
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-',"
            " and must start and end with an alphanumeric character"
        )
        wrong += (_regex(what, _LABEL_FORM, "my-name", "123-abc"),)
    return wrong


def dns_label_1035(text: str) -> tuple[str, ...]:
    """What keeps a text from being a DNS label that begins with a letter (RFC 1035): services."""
    wrong = _too_long(text, LONGEST_LABEL)
    if not _LABEL_1035.fullmatch(text):
        what = (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with"
            " an alphabetic character, and end with an alphanumeric character"
        )
        wrong += (_regex(what, _LABEL_1035_FORM, "my-name", "abc-123"),)
    return wrong


def dns_subdomain(text: str) -> tuple[str, ...]:
    """What keeps a text from being a DNS subdomain (RFC 1123): the names of most objects."""
    if len(text) <= LONGEST_LABEL and _LABEL.fullmatch(text):
        # Most names have no dots, and this is the quicker form.
        return ()
    wrong = _too_long(text, LONGEST_SUBDOMAIN)
    if not _SUBDOMAIN.fullmatch(text):
        what = (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-'"
            " or '.', and must start and end with an alphanumeric character"
        )
        wrong += (_regex(what, _SUBDOMAIN_FORM, "example.com"),)
    return wrong


def label_value(text: str) -> tuple[str, ...]:
    """What keeps a text from being the value of a label."""
    if len(text) <= LONGEST_LABEL and _VALUE.fullmatch(text):
        return ()
    wrong = _too_long(text, LONGEST_LABEL)
    if not _VALUE.fullmatch(text):
        what = (
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_'"
            " or '.', and must start and end with an alphanumeric character"
        )
        wrong += (_regex(what, _VALUE_FORM, "MyValue", "my_value", "12345"),)
    return wrong


def qualified_name(text: str) -> tuple[str, ...]:
    """What keeps a text from being a label's or annotation's name: `example.com/name`, `name`."""
    if len(text) <= LONGEST_LABEL and _QUALIFIED.fullmatch(text):
        return ()
    parts = text.split("/")
    if len(parts) > 2:  # noqa: PLR2004 -- one prefix, one name
        extra = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return (_qualified() + extra,)
    wrong: tuple[str, ...] = ()
    if len(parts) == 2:  # noqa: PLR2004
        prefix = parts[0]
        if not prefix:
            wrong += ("prefix part must be non-empty",)
        else:
            wrong += tuple(f"prefix part {what}" for what in dns_subdomain(prefix))
    name = parts[-1]
    if not name:
        wrong += ("name part must be non-empty",)
    elif len(name) > LONGEST_LABEL:
        wrong += tuple(f"name part {what}" for what in _too_long(name, LONGEST_LABEL))
    if not _QUALIFIED.fullmatch(name):
        wrong += (f"name part {_qualified()}",)
    return wrong


def variable_name(text: str) -> tuple[str, ...]:
    """What keeps a text from being the name of an environment variable."""
    if not _ENV.fullmatch(text):
        what = (
            "a valid environment variable name must consist of alphabetic characters, digits, '_',"
            " '-', or '.', and must not start with a digit"
        )
        return (_regex(what, _ENV_FORM, "my.env-name", "MY_ENV.NAME", "MyEnvName1"),)
    return _dots(text)


def data_key(text: str) -> tuple[str, ...]:
    """What keeps a text from being a key of a Secret or ConfigMap."""
    if len(text) <= LONGEST_SUBDOMAIN and text[:1] != "." and _KEY.fullmatch(text):
        return ()
    wrong = _too_long(text, LONGEST_SUBDOMAIN)
    if not _KEY.fullmatch(text):
        what = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
        wrong += (_regex(what, _KEY_FORM, "key.name", "KEY_NAME", "key-name"),)
    return wrong + _dots(text)


def path_segment(text: str) -> tuple[str, ...]:
    """What keeps a text from being one segment of a path; names of streams, users and roles."""
    if text in {".", ".."}:
        return (f"may not be '{text}'",)
    return tuple(f"may not contain '{mark}'" for mark in "/%" if mark in text)


def generated(base: str, random: str) -> str:
    """The name that the server makes of a generateName: cut so that the suffix fits.

    Shape:  random is SUFFIX_LENGTH characters of SUFFIX_ALPHABET.
    """
    return f"{base[: LONGEST_LABEL - len(random)]}{random}"


def composed(base: str, suffix: str, most: int = LONGEST_SUBDOMAIN) -> str:
    """`base-suffix`, in at most so many characters; the same for the same words (BA-21).

    Shape:  what is cut off is stood for by a hash of the whole base, or of base and suffix where
            the suffix alone is too long.
    """
    whole = f"{base}-{suffix}"
    if len(whole) <= most:
        return whole
    room = most - _HASH_ROOM - len(suffix)
    if room > 0:
        return f"{base[:room]}-{_fnv32a(base)}-{suffix}"
    kept = min(len(base), most - _HASH_ROOM + 1)
    return f"{base[:kept]}-{_fnv32a(whole)}"


def shortened(text: str) -> str:
    """A name as the value of a label: cut from the end until it is one (BA-25)."""
    return text[:LONGEST_LABEL].rstrip("-_.")


def _fnv32a(text: str) -> str:
    value = _FNV_OFFSET
    for byte in text.encode():
        value = ((value ^ byte) * _FNV_PRIME) & 0xFFFFFFFF
    return f"{value:08x}"


def _qualified() -> str:
    what = (
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
        " alphanumeric character"
    )
    return _regex(what, _QUALIFIED_FORM, "MyName", "my.name", "123-abc")


def _dots(text: str) -> tuple[str, ...]:
    if text in {".", ".."}:
        return (f"must not be '{text}'",)
    return ("must not start with '..'",) if text.startswith("..") else ()


def _too_long(text: str, most: int) -> tuple[str, ...]:
    return (f"must be no more than {most} characters",) if len(text.encode()) > most else ()


def _regex(what: str, form: str, *examples: str) -> str:
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{what} (e.g. {shown}regex used for validation is '{form}')"
