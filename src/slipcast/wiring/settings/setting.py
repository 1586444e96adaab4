"""What a row of the table of settings says."""

from __future__ import annotations

import msgspec

from slipcast.wiring import readers


class Setting(msgspec.Struct, frozen=True):
    """A setting: key in the file, field, variable, form of its value, and what it means."""

    key: str
    field: str
    variable: str
    form: str
    read: readers.Reader
    meaning: str
