"""Causes: what is wrong with which field of an object, as an API answers it.

Validation collects every cause and never stops at the first. The texts are what clients of
Kubernetes and OpenShift know; the values in them are quoted as Go quotes.

Source: build-api.md BA-12 to BA-14; Kubernetes' field errors.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

import msgspec

REQUIRED: Final = "FieldValueRequired"
INVALID: Final = "FieldValueInvalid"
DUPLICATE: Final = "FieldValueDuplicate"
NOT_FOUND: Final = "FieldValueNotFound"
FORBIDDEN: Final = "FieldValueForbidden"
NOT_SUPPORTED: Final = "FieldValueNotSupported"
TOO_LONG: Final = "FieldValueTooLong"
TYPE_INVALID: Final = "FieldValueTypeInvalid"


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One wrong field: its path, the reason for programs, the message for people."""

    field: str
    reason: str
    message: str

    @property
    def sentence(self) -> str:
        """Path and message in one, as the text of a Status lists them."""
        return f"{self.field}: {self.message}" if self.field else self.message

    def below(self, path: str) -> Cause:
        """The same cause, seen from further up: `path` is put before its field."""
        joint = "" if not self.field or self.field.startswith("[") else "."
        return msgspec.structs.replace(self, field=f"{path}{joint}{self.field}")


def required(path: str, detail: str = "") -> Cause:
    """A field that must be there is not."""
    message = f"Required value: {detail}" if detail else "Required value"
    return Cause(field=path, reason=REQUIRED, message=message)


def invalid(path: str, value: object, detail: str) -> Cause:
    """A field holds what it must not."""
    return Cause(field=path, reason=INVALID, message=f"Invalid value: {shown(value)}: {detail}")


def duplicate(path: str, value: object) -> Cause:
    """A field repeats what must be said once."""
    return Cause(field=path, reason=DUPLICATE, message=f"Duplicate value: {shown(value)}")


def not_found(path: str, value: object) -> Cause:
    """A field names what is not there."""
    return Cause(field=path, reason=NOT_FOUND, message=f"Not found: {shown(value)}")


def forbidden(path: str, detail: str) -> Cause:
    """A field must not be set here."""
    return Cause(field=path, reason=FORBIDDEN, message=f"Forbidden: {detail}")


def not_supported(path: str, value: object, supported: Iterable[str]) -> Cause:
    """A field holds none of a closed set."""
    choices = ", ".join(shown(each) for each in sorted(supported))
    message = f"Unsupported value: {shown(value)}: supported values: {choices}"
    return Cause(field=path, reason=NOT_SUPPORTED, message=message)


def too_long(path: str, most: int) -> Cause:
    """A field is longer than allowed; the value is not repeated.

    Units:  bytes.
    """
    message = f"Too long: must have at most {most} bytes"
    return Cause(field=path, reason=TOO_LONG, message=message)


def shown(value: object) -> str:
    """A value as messages quote it: texts in double quotes, numbers and truths bare."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return msgspec.json.encode(value).decode()
