"""GitURL: where a source comes from, parsed once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Transport(StrEnum):
    """How git reaches it."""

    HTTP = "http"
    HTTPS = "https"
    GIT = "git"
    SSH = "ssh"
    SCP = "scp"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitURL:
    """A Git URL: remote, ssh short form, or a local repository.

    Shape:  url is what git is given, without fragment; ref is the text after `#`, maybe empty.
    """

    url: str
    transport: Transport
    host: str = ""
    path: str = ""
    ref: str = ""
